//! Revisions: a draft never verifies a sign-in, and the live one serves until the next goes live.

use serde_json::json;
use vestibule_test_idp::{SpRegistration, Style, TestIdp, Twist};

use crate::support::{
    browser::Browser,
    on_all,
    world::{World, ada, answer_of, code_in, idp, text},
};

/// An IdP that will take the place of the first: other keys, other entity ID, other address.
fn successor(world: &World) -> TestIdp {
    let next = idp(Style::Entra);
    next.trust(SpRegistration::new(&world.entity_id, &world.acs_url));
    next
}

fn draft(world: &World, idp: &TestIdp) {
    world
        .api
        .put(&world.path("/draft"), &World::draft_of(idp))
        .expect(200);
}

on_all! {
    fn the_live_revision_serves_until_the_draft_has_its_own_test(engine) {
        let world = World::live(engine);
        let next = successor(&world);
        draft(&world, &next);
        assert_eq!(world.state(), "live");

        // The test runs with the draft; sign-ins with the live revision, and its keys alone.
        code_in(&world.sign_in(&ada(), &Twist::default()));
        let mut browser = Browser::default();
        let leaving = browser.get(&world.authorize_url()).expect(302);
        let (_, query) = leaving.location().split_once('?').unwrap();
        let request = next.read_request(query).unwrap();
        let now = crate::support::world::now();
        let form = next.respond(&request, &ada(), &Twist::default(), now).unwrap();
        let answer = browser.deliver(&form.acs_url, &form.saml_response);
        assert_eq!(answer.status, 403, "a draft's key signed somebody in: {answer:?}");

        assert_eq!(world.enable().problem(409), "test-required");
        let (test, _) = world.run_test(&next, &Twist::default());
        assert_eq!(test["state"], "passed", "{test}");
        let live = world.enable().expect(200).json();
        assert_eq!(live["live"]["number"], 2);
        let old = world.api.get(&world.path("/revisions")).expect(200).json();
        assert_eq!(old["data"].as_array().unwrap().len(), 2);

        // Back again: a restored revision is a new draft, and its own test is asked for.
        let first = text(&old, "/data/1/id");
        let path = world.path(&format!("/revisions/{first}/restore"));
        let restored = world.api.post(&path, &json!({})).expect(200).json();
        assert_eq!(restored["draft"]["number"], 3);
        assert_eq!(world.enable().problem(409), "test-required");
    }

    fn a_trip_under_a_superseded_revision_starts_once_more(engine) {
        let world = World::live(engine);
        let next = successor(&world);
        let mut browser = Browser::default();
        let start = world.authorize_url();
        let form = world.visit_idp(&mut browser, &start, &world.idp, &ada(), &Twist::default());

        draft(&world, &next);
        let (test, _) = world.run_test(&next, &Twist::default());
        assert_eq!(test["state"], "passed", "{test}");
        world.enable().expect(200);

        let again = browser.deliver(&form.acs_url, &form.saml_response);
        assert_eq!(again.status, 303, "{again:?}");
        let form = answer_of(&next, again.location(), &ada(), &Twist::default());
        let code = code_in(&browser.deliver(&form.acs_url, &form.saml_response));
        world.exchange(&code).expect(200);
    }

    fn a_new_draft_ends_pending_tests(engine) {
        let world = World::new(engine);
        world.save_draft();
        let test = world.api.post(&world.path("/tests"), &json!({})).expect(201).json();
        let mut browser = Browser::default();
        let start = text(&test, "/start_url");
        let form = world.visit_idp(&mut browser, &start, &world.idp, &ada(), &Twist::default());
        world.save_draft();
        let page = browser.deliver(&form.acs_url, &form.saml_response);
        assert_eq!(page.status, 409, "{page:?}");
        let path = world.path(&format!("/tests/{}", text(&test, "/id")));
        assert_eq!(world.api.get(&path).expect(200).json()["state"], "expired");
        assert_eq!(world.enable().problem(409), "test-required");
        assert_eq!(Browser::default().get(&start).status, 404);
    }
}
