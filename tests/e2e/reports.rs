//! A failed test says which check failed, what was expected, what came, and how to mend it.

use jiff::SignedDuration;
use serde_json::Value;
use vestibule_test_idp::{Status, Style, Twist};

use crate::support::{
    archive::start_from_page,
    browser::Browser,
    database::Engine,
    world::{World, ada, idp},
};

/// The checks that failed.
fn failing(test: &Value) -> Vec<&str> {
    let rows = test["report"].as_array().unwrap();
    let failed = rows.iter().filter(|row| row["outcome"] == "fail");
    failed.map(|row| row["check"].as_str().unwrap()).collect()
}

#[test]
fn twelve_typical_faults_are_named() {
    let world = World::new(Engine::Sqlite);
    let mut draft = World::draft_of(&world.idp);
    draft["idp_entity_id"] = world.idp.entity_id().into();
    world.api.put(&world.path("/draft"), &draft).expect(200);
    let minutes = SignedDuration::from_mins;
    let honest = Twist::default;
    for (fault, check, twist) in [
        (
            "wrong audience",
            "audience",
            Twist {
                wrong_audience: true,
                ..honest()
            },
        ),
        (
            "wrong recipient",
            "recipient",
            Twist {
                wrong_recipient: true,
                ..honest()
            },
        ),
        (
            "wrong issuer",
            "response_issuer",
            Twist {
                wrong_issuer: true,
                ..honest()
            },
        ),
        (
            "another certificate",
            "response_signature",
            Twist {
                other_key: true,
                ..honest()
            },
        ),
        (
            "nothing signed",
            "signature",
            Twist {
                unsigned: true,
                ..honest()
            },
        ),
        (
            "SHA-1",
            "response_signature",
            Twist {
                sha1: true,
                ..honest()
            },
        ),
        (
            "clock behind",
            "conditions_window",
            Twist {
                clock_offset: minutes(-20),
                ..honest()
            },
        ),
        (
            "no NameID",
            "name_id",
            Twist {
                no_name_id: true,
                ..honest()
            },
        ),
        (
            "status Responder",
            "status",
            Twist {
                status: Some(Status::authn_failed()),
                ..honest()
            },
        ),
        (
            "another request",
            "in_response_to",
            Twist {
                wrong_in_response_to: true,
                ..honest()
            },
        ),
        (
            "no AuthnStatement",
            "authn_statement",
            Twist {
                no_authn_statement: true,
                ..honest()
            },
        ),
        (
            "two assertions",
            "assertion_count",
            Twist {
                two_assertions: true,
                ..honest()
            },
        ),
        (
            "wrong destination",
            "response_destination",
            Twist {
                wrong_destination: true,
                ..honest()
            },
        ),
        (
            "altered",
            "response_signature",
            Twist {
                tampered: true,
                ..honest()
            },
        ),
    ] {
        // A response that names no trip of ours cannot end a test; the person sees a page.
        let (test, page) = world.run_test(&world.idp, &twist);
        assert_eq!(page.status, 400, "{fault}: {page:?}");
        if twist.wrong_in_response_to {
            assert_eq!(test["state"], "pending", "{fault}: {test}");
            continue;
        }
        assert_eq!(test["state"], "failed", "{fault}: {test}");
        assert!(
            failing(&test).contains(&check),
            "{fault}: {:?} in {test}",
            failing(&test)
        );
        for row in test["report"].as_array().unwrap() {
            if row["outcome"] == "fail" {
                assert!(
                    row["remedy"].is_string() && row["reference"].is_string(),
                    "{row}"
                );
                assert!(row["side"].is_string(), "{row}");
                assert!(
                    row["expected"].is_string() || row["received"].is_string(),
                    "{row}"
                );
            }
        }
        assert_eq!(world.enable().problem(409), "test-required", "{fault}");
    }
}

/// The words are those of the provider that the admin named, or that the URL gives away.
#[test]
fn the_mend_is_told_in_the_words_of_the_provider() {
    let world = World::new(Engine::Sqlite);
    world.save_draft();
    for (provider, label) in [
        ("okta", "Audience URI (SP Entity ID)"),
        ("entra", "Identifier (Entity ID)"),
        ("google", "Entity ID"),
        ("keycloak", "Client ID"),
    ] {
        let named = serde_json::json!({"provider": provider});
        world.api.patch(&world.path(""), &named).expect(200);
        let wrong = Twist {
            wrong_audience: true,
            ..Twist::default()
        };
        let (test, page) = world.run_test(&world.idp, &wrong);
        let rows = test["report"].as_array().unwrap();
        let row = rows.iter().find(|row| row["check"] == "audience").unwrap();
        assert_eq!(row["side"], "identity_provider", "{row}");
        assert_eq!(row["expected"], world.entity_id.as_str(), "{row}");
        assert!(row["received"].is_string(), "{row}");
        assert!(row["remedy"].as_str().unwrap().contains(label), "{row}");
        assert!(page.body.contains(label), "{}", page.body);
    }
}

#[test]
fn a_test_signed_by_the_wrong_key_fails_by_its_signature() {
    for style in [Style::Okta, Style::Entra] {
        let world = World::new(Engine::Sqlite);
        let stranger = idp(style);
        stranger.trust(vestibule_test_idp::SpRegistration::new(
            &world.entity_id,
            &world.acs_url,
        ));
        world.save_draft();
        let test = world
            .api
            .post(&world.path("/tests"), &serde_json::json!({}))
            .expect(201)
            .json();
        let mut browser = Browser::default();
        let leaving = browser.get(test["start_url"].as_str().unwrap()).expect(302);
        // Another IdP, at the same address, with a key of its own.
        let (_, query) = leaving.location().split_once('?').unwrap();
        let request = stranger.read_request(query).unwrap();
        let form = stranger
            .respond(
                &request,
                &ada(),
                &Twist::default(),
                crate::support::world::now(),
            )
            .unwrap();
        let page = browser.deliver(&form.acs_url, &form.saml_response);
        assert_eq!(page.status, 400, "{page:?}");
        let path = world.path(&format!("/tests/{}", test["id"].as_str().unwrap()));
        let test = world.api.get(&path).expect(200).json();
        assert_eq!(test["state"], "failed", "{test}");
        let first = failing(&test)[0];
        assert!(
            ["response_signature", "assertion_signature"].contains(&first),
            "{first}"
        );
    }
}

#[test]
fn a_test_that_a_page_has_started_leads_back_to_it() {
    let world = World::new(Engine::Sqlite);
    world.save_draft();
    let refused = Twist {
        wrong_audience: true,
        ..Twist::default()
    };
    for (page, twist, state) in [
        ("/settings/sso/conn", refused, "failed"),
        ("/setup/sso/conn/okta", Twist::default(), "passed"),
    ] {
        let template = world
            .api
            .post(&world.path("/tests"), &serde_json::json!({}));
        let template = template.expect(201).json();
        let (id, start, leads_to) = start_from_page(&world, &template, page);
        let mut browser = Browser::default();
        let form = world.visit_idp(&mut browser, &start, &world.idp, &ada(), &twist);
        let answer = browser.deliver(&form.acs_url, &form.saml_response);
        assert_eq!(answer.expect(303).location(), leads_to);
        assert_eq!(leads_to, format!("{page}/tests/{id}"));
        let test = world.api.get(&world.path(&format!("/tests/{id}")));
        let test = test.expect(200).json();
        assert_eq!(test["state"], state, "{test}");
        // It is over: what comes later is a page, as ever.
        assert_eq!(browser.get(&start).status, 404);
    }
}
