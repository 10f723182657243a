//! P1 and P5: what the plan includes, and what happens when it no longer does.

use serde_json::json;

use crate::support::{
    browser::Browser,
    database::Engine,
    on_both,
    world::{World, ada, text},
};

on_both! {
    fn a_plan_gates_suspends_and_restores(engine) {
        let world = World::new(engine);
        world.set_plan("growth");
        let draft = World::draft_of(&world.idp);
        for answer in [
            world.api.put(&world.path("/draft"), &draft),
            world.api.post(&world.path("/tests"), &json!({})),
            world.enable(),
        ] {
            assert_eq!(answer.problem(403), "plan-upgrade-required");
            let problem = answer.json();
            assert_eq!(problem["current_plan"], "growth");
            assert_eq!(problem["required_plans"], json!(["pro", "premier"]));
            assert_eq!(problem["contact"], "sales@example.com");
        }
        world.set_plan("pro");
        world.save_draft();
        world.pass_test();
        world.enable().expect(200);
        let tokens = world.exchange(&world.code(&ada())).expect(200).json();
        assert_eq!(world.decide("ada@acme.example", "password")["code"], "sso-required");

        world.set_plan("growth");
        assert_eq!(world.state(), "suspended");
        let page = Browser::default().get(&world.authorize_url()).expect(403);
        assert!(page.body.contains("plan"), "{page:?}");
        assert_eq!(world.decide("ada@acme.example", "saml")["allowed"], false);
        assert_eq!(world.decide("ada@acme.example", "password")["allowed"], true);
        assert_eq!(world.refresh(&text(&tokens, "/refresh_token")).status, 400);

        world.set_plan("premier");
        assert_eq!(world.state(), "live", "without a new test");
        let audit = world.api.get("/v1/audit-events").expect(200).json();
        let actions: Vec<_> =
            audit["data"].as_array().unwrap().iter().map(|event| &event["action"]).collect();
        for action in ["connection.suspended", "connection.restored", "connection.enabled"] {
            assert!(actions.iter().any(|seen| *seen == action), "{action} in {actions:?}");
        }
        world.exchange(&world.code(&ada())).expect(200);
        assert_eq!(world.decide("ada@acme.example", "password")["code"], "sso-required");
    }
}

#[test]
fn a_downgrade_in_the_middle_of_a_trip_ends_it() {
    let world = World::live(Engine::Sqlite);
    let mut browser = Browser::default();
    let start = world.authorize_url();
    let form = world.visit_idp(
        &mut browser,
        &start,
        &world.idp,
        &ada(),
        &Default::default(),
    );
    world.set_plan("free");
    let page = browser.deliver(&form.acs_url, &form.saml_response);
    assert_eq!(page.status, 403, "{page:?}");
    assert!(page.header("location").is_none());
}
