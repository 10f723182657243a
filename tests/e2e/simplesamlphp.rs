//! The whole story with a real third party: SimpleSAMLphp.

use serde_json::json;

use crate::support::{
    browser::Browser,
    on_both,
    simplesamlphp::{NameIdFormat, PEOPLE, SimpleSamlPhp, SpOptions},
    world::{World, code_in, text, unverified_claims},
};

/// To the IdP, in at its login page, and back.
fn visit(php: &SimpleSamlPhp, browser: &mut Browser, start: &str) -> crate::support::http::Answer {
    let leaving = browser.get(start).expect(302);
    let person = &PEOPLE[0];
    let post = php
        .log_in(leaving.location(), person.username, person.password)
        .unwrap();
    let relay_state = post.relay_state.unwrap_or_default();
    assert_eq!(relay_state, "", "none was sent");
    browser.deliver(&post.acs_url, &post.saml_response)
}

on_both! {
    fn from_its_metadata_to_a_verified_token(engine) {
        let world = World::new(engine);
        let php = SimpleSamlPhp::start();
        php.trust(&world.entity_id, &world.acs_url, &SpOptions::default());
        let draft = json!({"idp_metadata_xml": php.metadata_xml()});
        let saved = world.api.put(&world.path("/draft"), &draft).expect(200).json();
        assert!(text(&saved, "/draft/idp_sso_url").starts_with(php.base_url()));
        assert!(text(&saved, "/draft/idp_entity_id").starts_with(php.base_url()));

        let test = world.api.post(&world.path("/tests"), &json!({})).expect(201).json();
        let page = visit(&php, &mut Browser::default(), &text(&test, "/start_url"));
        assert_eq!(page.status, 200, "{page:?}");
        let path = world.path(&format!("/tests/{}", text(&test, "/id")));
        let test = world.api.get(&path).expect(200).json();
        assert_eq!(test["state"], "passed", "{test}");
        world.enable().expect(200);

        let code = code_in(&visit(&php, &mut Browser::default(), &world.authorize_url()));
        let tokens = world.exchange(&code).expect(200).json();
        let jwks = crate::support::http::send(
            "GET",
            &format!("{}/oauth2/jwks", world.server.url),
            &[],
            "",
        );
        let claims = vestibule_session::verify_id_token_with_jwks(
            &jwks.expect(200).json(),
            &world.server.url,
            &world.client.0,
            &text(&tokens, "/id_token"),
            crate::support::world::now(),
        )
        .expect("the published keys verify the token");
        assert_eq!(claims["email"], PEOPLE[0].mail);
        let first = text(&claims, "/sub");

        // Its persistent NameID leads to the same member again.
        let code = code_in(&visit(&php, &mut Browser::default(), &world.authorize_url()));
        let tokens = world.exchange(&code).expect(200).json();
        assert_eq!(text(&unverified_claims(&text(&tokens, "/id_token")), "/sub"), first);
    }
}

#[test]
fn its_other_ways_of_signing_and_naming_work_too() {
    let world = World::new(crate::support::database::Engine::Sqlite);
    let php = SimpleSamlPhp::start();
    let draft = json!({"idp_metadata_xml": php.metadata_xml()});
    world.api.put(&world.path("/draft"), &draft).expect(200);
    for (sign_assertion, sign_response) in [(true, false), (false, true), (true, true)] {
        for name_id_format in [
            NameIdFormat::Persistent,
            NameIdFormat::EmailAddress,
            NameIdFormat::Transient,
        ] {
            let options = SpOptions {
                sign_assertion,
                sign_response,
                name_id_format,
                ..SpOptions::default()
            };
            php.trust(&world.entity_id, &world.acs_url, &options);
            let test = world
                .api
                .post(&world.path("/tests"), &json!({}))
                .expect(201)
                .json();
            let page = visit(&php, &mut Browser::default(), &text(&test, "/start_url"));
            assert_eq!(page.status, 200, "{options:?}: {page:?}");
        }
    }
}
