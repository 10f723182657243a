//! The corridor as a whole, and its three purposes.

use super::{
    ASSERTION_ISSUER, CONFIRMATION_ANSWERS, RECIPIENT, RESPONSE_ANSWERS, RESPONSE_ISSUER,
    RESTRICTION, WINDOW, accepted, refused,
};
use crate::support::{
    EVERY_WAY, IDP, RESPONSE, SP, Sign, at, edit, expected, keys, now, parts, post, sent, sign,
};
use vestibule_saml::{
    Check, Expected, ExpectedParts, Inspect, Limits, Outcome, SignIn, Test, UnverifiedResponse,
};

#[test]
fn accepts_the_honest_response_however_it_is_signed() {
    for how in EVERY_WAY {
        let assertion = accepted(RESPONSE, how);
        assert_eq!(assertion.idp_entity_id(), IDP);
        assert_eq!(assertion.assertion_id(), "_assertion");
        let name_id = assertion.name_id().unwrap();
        assert_eq!(name_id.value, "u-4711");
        assert_eq!(
            name_id.format.as_deref(),
            Some("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent")
        );
        assert_eq!(name_id.name_qualifier.as_deref(), Some(IDP));
        assert_eq!(name_id.sp_name_qualifier.as_deref(), Some(SP));
        assert_eq!(
            assertion.attributes().get("email").unwrap().values,
            ["ada@example.org"]
        );
        assert_eq!(
            assertion.attributes().get("groups").unwrap().values,
            ["staff", "ops"]
        );
        assert_eq!(assertion.authn_instant(), at("2026-11-24T08:30:00Z"));
        assert_eq!(assertion.session_index(), Some("s-1"));
        assert_eq!(
            assertion.session_not_on_or_after(),
            Some(at("2026-11-24T17:00:00Z"))
        );
        assert_eq!(
            assertion.authn_context_class(),
            Some("urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport")
        );
        assert_eq!(assertion.expires_at(), at("2026-11-24T09:05:00Z"));
        assert_eq!(
            assertion.signed_by(),
            *crate::support::KEY.verifying_key().fingerprint()
        );

        let report = assertion.report();
        assert!(
            report
                .rows()
                .iter()
                .map(|row| row.check)
                .eq(Check::ALL.iter().copied())
        );
        for row in report {
            let applies = match row.check {
                Check::ResponseSignature => how != Sign::Assertion,
                Check::AssertionSignature => how != Sign::Response,
                // Nothing of that kind is asked for, or known.
                Check::ResponseSignatureRequired
                | Check::Identifier
                | Check::Scope
                | Check::AuthnContext
                | Check::CertificateExpiry
                | Check::Drift => false,
                _ => true,
            };
            let outcome = match row.check {
                Check::SignedPart if how == Sign::Response => Outcome::Warn,
                _ if applies => Outcome::Pass,
                _ => Outcome::Skipped,
            };
            assert_eq!(row.outcome, outcome, "{row:?}");
        }
    }
}

#[test]
fn a_report_names_everything_there_is_to_mend() {
    let xml = edit(RESPONSE, RESTRICTION, &RESTRICTION.replace(SP, "urn:other"));
    let xml = edit(&xml, RECIPIENT, r#" Recipient="https://other.example/acs""#);
    let xml = edit(&xml, WINDOW, r#" NotOnOrAfter="2026-11-24T08:00:00Z""#);
    let refusal = refused(&xml, Sign::Assertion);
    let failed: Vec<Check> = refusal
        .report
        .rows()
        .iter()
        .filter(|row| row.is_failure())
        .map(|row| row.check)
        .collect();
    assert_eq!(
        failed,
        [Check::Recipient, Check::ConditionsWindow, Check::Audience]
    );
    assert_eq!(refusal.reason, Check::Recipient);
    assert!(refusal.to_string().len() < 80, "says little: {refusal}");
}

#[test]
fn a_connection_can_require_a_signed_response() {
    for how in EVERY_WAY {
        let mut parts = parts();
        parts.require_signed_response = true;
        let expected = Expected::<SignIn>::sign_in(sent(), parts, IDP.to_owned());
        let outcome = UnverifiedResponse::decode(&post(&sign(RESPONSE, how)), &Limits::default())
            .unwrap()
            .verify(&keys())
            .and_then(|signed| signed.validate(&expected, now()));
        match outcome {
            Ok(assertion) => {
                assert_ne!(how, Sign::Assertion);
                let row = assertion
                    .report()
                    .row(Check::ResponseSignatureRequired)
                    .unwrap();
                assert_eq!(row.outcome, Outcome::Pass);
            }
            Err(refusal) => {
                assert_eq!(how, Sign::Assertion);
                assert_eq!(refusal.reason, Check::ResponseSignatureRequired);
            }
        }
    }
}

#[test]
fn a_test_learns_the_entity_id_and_holds_the_response_to_it() {
    let test = |xml: &str, idp: Option<&str>, how: Sign| {
        let expected = Expected::<Test>::test(sent(), parts(), idp.map(str::to_owned));
        UnverifiedResponse::decode(&post(&sign(xml, how)), &Limits::default())
            .unwrap()
            .verify(&keys())
            .and_then(|signed| signed.validate(&expected, now()))
    };
    for how in EVERY_WAY {
        assert_eq!(test(RESPONSE, None, how).unwrap().idp_entity_id(), IDP);
        assert_eq!(test(RESPONSE, Some(IDP), how).unwrap().idp_entity_id(), IDP);
        let other = test(RESPONSE, Some("urn:other"), how).unwrap_err();
        assert_eq!(other.reason, Check::ResponseIssuer);
        // Response and assertion must name the same one.
        let xml = edit(
            RESPONSE,
            RESPONSE_ISSUER,
            &RESPONSE_ISSUER.replace("idp.", "evil."),
        );
        assert_eq!(
            test(&xml, None, how).unwrap_err().reason,
            Check::ResponseIssuer
        );
        let blank = edit(
            RESPONSE,
            ASSERTION_ISSUER,
            "<saml:Issuer> </saml:Issuer><saml:Subject>",
        );
        assert_eq!(
            test(&blank, None, how).unwrap_err().reason,
            Check::AssertionIssuer
        );
    }
}

#[test]
fn an_inspection_needs_no_request() {
    let skew = jiff::SignedDuration::from_secs(180);
    let parts = ExpectedParts::new(SP.to_owned(), crate::support::ACS.to_owned(), skew);
    let expected = Expected::<Inspect>::inspect(parts, Some(IDP.to_owned()));
    let inspect = |xml: &str| {
        UnverifiedResponse::decode(&post(&sign(xml, Sign::Assertion)), &Limits::default())
            .unwrap()
            .verify(&keys())
            .and_then(|signed| signed.validate(&expected, now()))
    };
    let assertion = inspect(RESPONSE).unwrap();
    for check in [Check::InResponseTo, Check::ConfirmationInResponseTo] {
        assert_eq!(
            assertion.report().row(check).unwrap().outcome,
            Outcome::Skipped
        );
    }
    let xml = edit(RESPONSE, RESTRICTION, "");
    assert_eq!(inspect(&xml).unwrap_err().reason, Check::Audience);
}

#[test]
fn the_corridor_shows_issuer_and_in_response_to_before_verification() {
    let unverified = UnverifiedResponse::decode(&post(RESPONSE), &Limits::default()).unwrap();
    assert_eq!(unverified.unverified_issuer(), Some(IDP));
    assert_eq!(unverified.unverified_in_response_to(), Some("_request"));
    fn is_send<T: Send>(_: &T) {}
    is_send(&unverified);
    is_send(&expected());
}

#[test]
fn what_is_signed_says_whether_it_answers_anything() {
    let skew = jiff::SignedDuration::from_secs(180);
    let parts = ExpectedParts::new(SP.to_owned(), crate::support::ACS.to_owned(), skew);
    let expected = Expected::<Inspect>::inspect(parts, Some(IDP.to_owned()));
    let unsolicited = |xml: &str, how| {
        UnverifiedResponse::decode(&post(&sign(xml, how)), &Limits::default())
            .unwrap()
            .verify(&keys())
            .and_then(|signed| signed.validate(&expected, now()))
            .unwrap()
            .is_unsolicited()
    };
    let by_response = edit(RESPONSE, CONFIRMATION_ANSWERS, " NotOnOrAfter");
    let by_nothing = edit(&by_response, RESPONSE_ANSWERS, "><saml:Issuer>");
    for how in EVERY_WAY {
        assert!(!unsolicited(RESPONSE, how), "{how:?}");
        assert!(unsolicited(&by_nothing, how), "{how:?}");
        // Around a signed assertion anybody can write what the Response answers.
        let response_is_signed = !matches!(how, Sign::Assertion);
        assert_eq!(
            unsolicited(&by_response, how),
            !response_is_signed,
            "{how:?}"
        );
    }
}
