//! A connection that is switched off, suspended or deleted while somebody is at the IdP: neither the
//! ACS nor the code exchange lets the trip end well.

use serde_json::json;
use vestibule_test_idp::Twist;

use crate::support::{
    browser::Browser,
    http::Answer,
    on_all,
    world::{World, ada, code_in},
};

/// A way to end a connection.
type End = fn(&World) -> Answer;

/// What an admin, or a bill that was not paid, does meanwhile.
const ENDS: [(&str, End); 3] = [
    ("disabled", |world| {
        world
            .api
            .post(&world.path("/disable"), &json!({"force": true}))
    }),
    ("suspended", |world| {
        let plan = json!({"plan": "growth"});
        world.api.patch(&world.workspace_path(""), &plan)
    }),
    ("deleted", |world| {
        world.api.delete(&world.path("?force=true"))
    }),
];

on_all! {
    fn a_trip_does_not_outlive_its_connection(engine) {
        for (how, end) in ENDS {
            let world = World::live(engine);
            let mut browser = Browser::default();
            let start = world.authorize_url();
            let form = world.visit_idp(&mut browser, &start, &world.idp, &ada(), &Twist::default());
            let code = world.code(&ada());
            assert!(end(&world).status < 300, "{how}");

            let page = browser.deliver(&form.acs_url, &form.saml_response);
            assert!((400..500).contains(&page.status), "{how}: {page:?}");
            assert!(page.header("location").is_none(), "{how}: {page:?}");
            let refused = world.exchange(&code).expect(400).json();
            assert_eq!(refused["error"], "invalid_grant", "{how}");
        }
    }

    fn a_trip_of_another_connection_is_none_of_this_ones(engine) {
        let world = World::live(engine);
        let mut browser = Browser::default();
        let start = world.authorize_url();
        let form = world.visit_idp(&mut browser, &start, &world.idp, &ada(), &Twist::default());
        let path = world.workspace_path("/connections");
        let other = world.api.post(&path, &json!({})).expect(201).json();
        let acs = other["service_provider"]["acs_url"].as_str().unwrap().to_owned();
        let page = browser.deliver(&acs, &form.saml_response);
        assert_eq!(page.status, 400, "{page:?}");
        // Nothing was used up by it.
        code_in(&browser.deliver(&form.acs_url, &form.saml_response));
    }
}
