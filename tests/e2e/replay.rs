//! What was used once is worth nothing twice: at once, later, and after a restart.

use crate::support::{
    browser::Browser,
    on_both,
    server::Server,
    world::{World, ada, code_in},
};

fn signed_in(answer: &crate::support::http::Answer) -> bool {
    answer.status == 303 && answer.location().contains("code=")
}

on_both! {
    fn a_response_is_accepted_exactly_once(engine) {
        let mut world = World::live(engine);
        let mut browser = Browser::default();
        let start = world.authorize_url();
        let form = world.visit_idp(&mut browser, &start, &world.idp, &ada(), &Default::default());

        // Eight tabs post the same answer at the same instant.
        let answers: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    let (mut tab, form) = (browser.clone(), form.clone());
                    scope.spawn(move || tab.deliver(&form.acs_url, &form.saml_response))
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(answers.iter().filter(|answer| signed_in(answer)).count(), 1, "{answers:?}");
        for answer in answers.iter().filter(|answer| !signed_in(answer)) {
            assert_eq!(answer.status, 400, "{answer:?}");
        }
        // Later.
        let again = browser.deliver(&form.acs_url, &form.saml_response);
        assert_eq!(again.status, 400, "{again:?}");
        // After a restart, when no trip is remembered.
        world.server.kill_and_restart();
        let again = browser.deliver(&form.acs_url, &form.saml_response);
        assert_eq!(again.status, 400, "{again:?}");
        world.exchange(&world.code(&ada())).expect(200);
    }

    fn what_was_answered_survives_a_kill(engine) {
        let mut world = World::live(engine);
        let code = world.code(&ada());
        world.server.kill_and_restart();
        let tokens = world.exchange(&code).expect(200).json();
        world.server.kill_and_restart();
        assert_eq!(world.exchange(&code).expect(400).json()["error"], "invalid_grant");
        assert_eq!(world.refresh(tokens["refresh_token"].as_str().unwrap()).status, 400);
    }
}

#[test]
fn only_the_browser_that_began_may_finish() {
    let world = World::on(
        Server::start(crate::support::database::Engine::Sqlite),
        vestibule_test_idp::Style::Entra,
    );
    world.save_draft();
    world.pass_test();
    world.enable().expect(200);
    let mut browser = Browser::default();
    let start = world.authorize_url();
    let form = world.visit_idp(
        &mut browser,
        &start,
        &world.idp,
        &ada(),
        &Default::default(),
    );

    // A browser without any cookie of ours, and one with a cookie of its own trip.
    let stranger = Browser::default().deliver(&form.acs_url, &form.saml_response);
    assert_eq!(stranger.status, 400, "{stranger:?}");
    let mut other = Browser::default();
    other.get(&start).expect(302);
    let answer = other.deliver(&form.acs_url, &form.saml_response);
    assert_eq!(answer.status, 400, "{answer:?}");

    // Neither used the trip up.
    code_in(&browser.deliver(&form.acs_url, &form.saml_response));
}
