//! The answers, judged by the service provider's own rules.

use jiff::{SignedDuration, Timestamp};
use vestibule_saml::{Expected, ExpectedParts, Limits, SignIn, UnverifiedResponse};
use vestibule_test_idp::{Fault, Sign, Style, TestIdp, Twist};

use crate::support::{ACS, REQUEST_ID, SP, ada, idp, keys, now, received};

fn judged(
    idp: &TestIdp,
    twist: &Twist,
) -> Result<vestibule_saml::VerifiedAssertion<SignIn>, vestibule_saml::Refusal> {
    let form = idp
        .respond(&received(idp), ada(idp), twist, now())
        .expect("an answer");
    let issued: Timestamp = "2026-03-01T09:00:00Z".parse().expect("a time");
    let parts = ExpectedParts {
        sp_entity_id: SP.to_owned(),
        acs_url: ACS.to_owned(),
        request_id: REQUEST_ID.to_owned(),
        request_issued_at: issued,
        clock_skew: SignedDuration::ZERO,
        require_signed_response: false,
    };
    UnverifiedResponse::decode(&form.saml_response, &Limits::default())
        .expect("a response that can be read")
        .verify(&keys(idp))?
        .validate(
            &Expected::sign_in(parts, idp.entity_id().to_owned()),
            now() + SignedDuration::from_secs(1),
        )
}

#[test]
fn every_style_passes_every_check_however_it_is_signed() {
    for style in Style::ALL {
        let idp = idp(*style);
        for sign in [
            None,
            Some(Sign::Assertion),
            Some(Sign::Response),
            Some(Sign::Both),
        ] {
            let twist = Twist {
                sign,
                ..Twist::default()
            };
            let assertion = judged(idp, &twist)
                .unwrap_or_else(|refusal| panic!("{style} {sign:?}: {:?}", refusal.report));
            assert_eq!(assertion.idp_entity_id(), idp.entity_id());
            assert_eq!(assertion.name_id().value, "ada@acme.example");
            let email = match style {
                Style::Entra => {
                    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
                }
                Style::OneLogin => "User.email",
                Style::Okta | Style::Google | Style::Aws => "email",
            };
            let email = assertion.attributes().get(email).expect("an address");
            assert_eq!(email.values, ["ada@acme.example"]);
            let lasts = assertion.session_not_on_or_after();
            assert_eq!(
                lasts.is_some(),
                matches!(style, Style::Aws | Style::OneLogin)
            );
        }
    }
}

#[test]
fn no_style_gets_through_with_a_broken_signature() {
    for style in Style::ALL {
        for fault in [
            Fault::Unsigned,
            Fault::OtherKey,
            Fault::Sha1,
            Fault::Tampered,
            Fault::Wrapped,
        ] {
            let outcome = judged(idp(*style), &fault.twist());
            assert!(outcome.is_err(), "{style} {fault}");
        }
    }
}
