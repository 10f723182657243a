//! A clock that is stepped by ten minutes, either way: nobody comes in by what the clock says is over or not
//! begun, who is in stays in, what was used stays used, and all is well when the clock is.

use std::time::Duration;

use serde_json::json;
use vestibule_test_idp::{PostForm, Style, Twist};

use crate::support::{
    browser::Browser,
    clock::Clock,
    database::Engine,
    server::Server,
    within,
    world::{World, ada, text},
};

const TEN_MINUTES: i64 = 600;

fn stepped_by(seconds: i64) {
    let clock = Clock::build();
    let steps = clock.steps();
    let settings = [
        ("LD_PRELOAD", clock.preload()),
        (Clock::STEPS, steps.to_str().expect("UTF-8")),
    ];
    let server = Server::with(Engine::Sqlite, &settings);
    let world = World::on(server, Style::Okta).go_live();
    let arrive = |browser: &mut Browser| -> PostForm {
        let start = world.authorize_url();
        world.visit_idp(browser, &start, &world.idp, &ada(), &Twist::default())
    };
    let mut used = Browser::default();
    let response = arrive(&mut used);
    used.deliver(&response.acs_url, &response.saml_response)
        .expect(303);
    let tokens = world.exchange(&world.code(&ada())).expect(200).json();
    let code = world.code(&ada());
    let begun = world.authorize_url();

    clock.step_to(seconds);
    // What the IdP says by its own clock is over, or not yet so: refused, and the report says by how much.
    let mut browser = Browser::default();
    let form = world.visit_idp(&mut browser, &begun, &world.idp, &ada(), &Twist::default());
    let page = browser.deliver(&form.acs_url, &form.saml_response);
    assert_eq!(
        (page.status, page.header("location")),
        (403, None),
        "{page:?}"
    );
    let attempts = world.path("/sign-in-attempts?outcome=refused");
    let attempts = world.api.get(&attempts).expect(200).json();
    let why = attempts["data"][0]["report"].to_string();
    assert!(why.contains("clock"), "{attempts}");
    // A session is the archive's: its refresh tokens last for weeks.
    let fresh = world
        .refresh(&text(&tokens, "/refresh_token"))
        .expect(200)
        .json();
    assert!(world.is_active(&text(&fresh, "/access_token")));
    // A code lasts for a minute: by a clock that is late it still does, by one that is early it is over.
    world
        .exchange(&code)
        .expect(if seconds < 0 { 200 } else { 400 });
    // What was used stays used.
    let replayed = used.deliver(&response.acs_url, &response.saml_response);
    assert_eq!(replayed.header("location"), None, "{replayed:?}");
    // What runs by the clock goes on: an entry of the audit log gets its place.
    world
        .api
        .patch(&world.workspace_path(""), &json!({"name": "Stepped"}))
        .expect(200);

    clock.step_to(0);
    world.exchange(&world.code(&ada())).expect(200);
    world.refresh(&text(&fresh, "/refresh_token")).expect(200);
    let replayed = used.deliver(&response.acs_url, &response.saml_response);
    assert_eq!(replayed.header("location"), None, "{replayed:?}");
    within(Duration::from_secs(10), "the chain is whole", || {
        let verified = world.server.command().args(["audit", "verify"]).output();
        verified.expect("it runs").status.success()
    });
}

#[test]
fn ten_minutes_forward() {
    stepped_by(TEN_MINUTES);
}

#[test]
fn ten_minutes_back() {
    stepped_by(-TEN_MINUTES);
}
