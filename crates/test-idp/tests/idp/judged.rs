//! The answers, judged by the service provider's own rules.

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use vestibule_saml::{
    Cbc, Check, Expected, ExpectedParts, Keys, Limits, SentRequest, SignIn, UnverifiedResponse,
};
use vestibule_test_idp::{Encrypt, Fault, Sign, Style, TestIdp, Twist};
use vestibule_xmlsig::{Certificate, DecryptionKey, EncryptOptions, KeyPlace, SigningKey};

use crate::support::{ACS, REQUEST_ID, SP, ada, idp, keys, now, received};

/// The service provider's key, and the certificate that is told to the IdP.
static SP_PAIR: LazyLock<(DecryptionKey, Certificate)> = LazyLock::new(|| {
    let key = SigningKey::generate_rsa(2048).expect("a key");
    let end = now() + SignedDuration::from_hours(24);
    let certificate = key.self_signed_certificate("sp", now(), end);
    let key = DecryptionKey::from_pkcs8_der(&key.to_pkcs8_der());
    (
        key.expect("an RSA key"),
        certificate.expect("a certificate"),
    )
});

fn judged(
    idp: &TestIdp,
    twist: &Twist,
) -> Result<vestibule_saml::VerifiedAssertion<SignIn>, vestibule_saml::Refusal> {
    let form = idp
        .respond(&received(idp), ada(idp), twist, now())
        .expect("an answer");
    let issued: Timestamp = "2026-03-01T09:00:00Z".parse().expect("a time");
    let sent = SentRequest {
        id: REQUEST_ID.to_owned(),
        issued_at: issued,
    };
    let parts = ExpectedParts::new(SP.to_owned(), ACS.to_owned(), SignedDuration::ZERO);
    UnverifiedResponse::decode(&form.saml_response, &Limits::default())
        .expect("a response that can be read")
        .verify(Keys {
            verifying: &keys(idp),
            decryption: std::slice::from_ref(&SP_PAIR.0),
            cbc: Cbc::Refuse,
        })?
        .validate(
            &Expected::sign_in(sent, parts, idp.entity_id().to_owned()),
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
            assert_eq!(
                assertion.name_id().expect("a NameID").value,
                "ada@acme.example"
            );
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

#[test]
fn every_style_is_decrypted_however_it_is_signed() {
    for style in Style::ALL {
        let idp = idp(*style);
        for sign in [Sign::Assertion, Sign::Response, Sign::Both] {
            for place in [KeyPlace::Inside, KeyPlace::Beside] {
                let options = EncryptOptions {
                    place,
                    ..EncryptOptions::default()
                };
                let mut twist = Twist {
                    sign: Some(sign),
                    encrypt: Some(Encrypt {
                        options,
                        ..Encrypt::new(SP_PAIR.1.clone())
                    }),
                    ..Twist::default()
                };
                let assertion = judged(idp, &twist)
                    .unwrap_or_else(|refusal| panic!("{style} {sign:?}: {:?}", refusal.report));
                assert!(assertion.learned().encrypted);

                // The Response signed first: only where the Response is not signed it can be right.
                if let Some(encrypt) = &mut twist.encrypt {
                    encrypt.after_signing = true;
                }
                match (sign, judged(idp, &twist)) {
                    (Sign::Assertion, outcome) => assert!(outcome.is_ok(), "{style}"),
                    (_, outcome) => {
                        let refusal = outcome.expect_err("a broken signature");
                        assert_eq!(refusal.reason, Check::ResponseSignature, "{style}");
                    }
                }
            }
        }
    }
}
