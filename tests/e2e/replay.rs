//! What was used once is worth nothing twice: at once, later, and after a restart.

use crate::support::{
    browser::Browser,
    on_all,
    server::Server,
    world::{World, ada, code_in},
};

fn signed_in(answer: &crate::support::http::Answer) -> bool {
    answer.status == 303 && answer.location().contains("code=")
}

on_all! {
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

    fn first_sign_ins_that_meet_make_one_member(engine) {
        let world = World::live(engine);
        let arrivals: Vec<_> = (0..6)
            .map(|_| {
                let mut browser = Browser::default();
                let start = world.authorize_url();
                let form =
                    world.visit_idp(&mut browser, &start, &world.idp, &ada(), &Default::default());
                (browser, form)
            })
            .collect();
        let answers: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = arrivals
                .into_iter()
                .map(|(mut browser, form)| {
                    scope.spawn(move || browser.deliver(&form.acs_url, &form.saml_response))
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        for answer in &answers {
            world.exchange(&code_in(answer)).expect(200);
        }
        assert_eq!(world.people().len(), 1, "{:?}", world.people());
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
    let server = Server::start(crate::support::database::Engine::Sqlite);
    let world = World::on(server, vestibule_test_idp::Style::Entra).go_live();
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

#[test]
fn over_https_the_cookie_is_for_this_host_and_comes_back_from_the_idp() {
    let settings = [("VESTIBULE_PUBLIC_URL", "https://sso.acme.example")];
    let server = Server::with(crate::support::database::Engine::Sqlite, &settings);
    let here = server.url.clone();
    let world = World::on(server, vestibule_test_idp::Style::Okta);
    assert!(
        world.acs_url.starts_with("https://sso.acme.example/saml/"),
        "{}",
        world.acs_url
    );
    world.save_draft();
    let test = world
        .api
        .post(&world.path("/tests"), &serde_json::json!({}))
        .expect(201)
        .json();
    let start = crate::support::world::text(&test, "/start_url");
    // A proxy would end TLS; the test is its own.
    let local = |url: &str| url.replace("https://sso.acme.example", &here);
    let mut browser = Browser::default();
    let leaving = browser.get(&local(&start)).expect(302);
    let cookie = leaving.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-vb="), "{cookie}");
    for attribute in ["Secure", "HttpOnly", "SameSite=None", "Path=/"] {
        assert!(cookie.contains(attribute), "{attribute} in {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    let form = crate::support::world::answer_of(
        &world.idp,
        leaving.location(),
        &ada(),
        &Default::default(),
    );
    // Without its cookie nothing is parked: over https it would not come back either.
    let acs = local(&form.acs_url);
    let stranger = Browser::default().deliver(&acs, &form.saml_response);
    assert_eq!(stranger.status, 400, "{stranger:?}");
    let page = browser.post_from_elsewhere(&acs, &[("SAMLResponse", &form.saml_response)]);
    assert_eq!(page.status, 200, "{page:?}");
}
