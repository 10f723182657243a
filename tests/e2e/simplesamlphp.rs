//! The whole story with a real third party: SimpleSAMLphp.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    support::{
        browser::Browser,
        http::form,
        on_both,
        shared::Shared,
        simplesamlphp::{NameIdFormat, PEOPLE, SimpleSamlPhp, SpOptions},
        world::{World, code_in, text, unverified_claims},
    },
    third_party::{Fault, ThirdParty, stories},
};

/// The one for every test.
pub(crate) fn shared() -> Arc<SimpleSamlPhp> {
    static SHARED: Shared<SimpleSamlPhp> = Shared::new();
    SHARED.or_start(SimpleSamlPhp::start)
}

impl ThirdParty for SimpleSamlPhp {
    fn base_url(&self) -> &str {
        Self::base_url(self)
    }

    fn metadata_xml(&self) -> String {
        Self::metadata_xml(self)
    }

    /// It has one cipher, and signs the Response too where it encrypts.
    fn trust(&self, entity_id: &str, our_metadata: &str, cipher: Option<&str>) {
        assert!(cipher.is_none_or(|cipher| cipher == "aes128-cbc"));
        let options = SpOptions {
            sign_response: cipher.is_some(),
            more: json!({
                "metadata": our_metadata, "assertion.encryption": cipher.is_some(),
                // What our metadata say counts, and not what else the tests tell it.
                "AssertionConsumerService": Value::Null, "NameIDFormat": Value::Null,
                "saml20.sign.assertion": Value::Null,
            }),
            ..SpOptions::default()
        };
        Self::trust(self, entity_id, "", &options);
    }

    fn unsolicited_url(&self, entity_id: &str, relay_state: &str) -> String {
        let query = form(&[("spentityid", entity_id), ("RelayState", relay_state)]);
        format!("{}/saml2/idp/SSOService.php?{query}", self.base_url())
    }

    fn complaints(&self, fault: Fault) -> &'static [&'static str] {
        match fault {
            Fault::Unsigned => &["no signature found on message"],
            Fault::ForeignKey => &[
                "Unable to validate Signature",
                "Unable to validate signature",
            ],
        }
    }

    /// It sends by redirect whenever it can.
    fn sign_out(&self, _binding: &str) -> (String, &'static str) {
        let query = form(&[("ReturnTo", &format!("{}/logout.php", self.base_url()))]);
        let url = format!(
            "{}/saml2/idp/SingleLogoutService.php?{query}",
            self.base_url()
        );
        (url, "You have been logged out")
    }
}

stories! {
    shared();
    it_signs_in: signs_in();
    it_encrypts: encrypts("aes128-cbc", &json!({"encryption_cbc": "accept"}));
    it_encrypts_in_a_signed_response: encrypts("aes128-cbc", &json!({"encryption_cbc": "with_signed_response"}));
    it_insists_on_signed_requests_by_redirect: insists_on_signed_requests("redirect");
    it_insists_on_signed_requests_by_post: insists_on_signed_requests("post");
    it_is_signed_out_by_redirect: signs_out_from_the_application("redirect");
    it_is_signed_out_by_post: signs_out_from_the_application("post");
    it_signs_out_and_is_answered_by_redirect: signs_out_from_the_idp("redirect");
    it_signs_out_and_is_answered_by_post: signs_out_from_the_idp("post");
    it_signs_in_unasked: begins_by_itself();
}

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
        let php = shared();
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
    let php = shared();
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
