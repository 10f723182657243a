//! What a connection asks for beyond what every response owes.

use super::{CONFIRMATION_ANSWERS, GROUPS, NAME_ID, RESPONSE_ANSWERS};
use crate::support::{
    EVERY_WAY, IDP, RESPONSE, Sign, at, edit, keys, now, parts, post, sent, sign,
};
use vestibule_saml::{
    Check, Expected, ExpectedParts, Identifier, Limits, Outcome, Refusal, SignIn,
    UnverifiedResponse, VerifiedAssertion,
};

const SUBJECT_ID: &str = "urn:oasis:names:tc:SAML:attribute:subject-id";
const PAIRWISE_ID: &str = "urn:oasis:names:tc:SAML:attribute:pairwise-id";
const PRINCIPAL_NAME: &str = "urn:oid:1.3.6.1.4.1.5923.1.1.1.6";
const PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";

fn judge(
    xml: &str,
    how: Sign,
    expected: &Expected<SignIn>,
) -> Result<VerifiedAssertion<SignIn>, Refusal> {
    UnverifiedResponse::decode(&post(&sign(xml, how)), &Limits::default())
        .unwrap()
        .verify(&keys())?
        .validate(expected, now())
}

fn with(parts: ExpectedParts) -> Expected<SignIn> {
    Expected::sign_in(sent(), parts, IDP.to_owned())
}

/// The honest response with one attribute more.
fn asserting(name: &str, values: &[&str]) -> String {
    let values: String = values
        .iter()
        .map(|value| format!("<saml:AttributeValue>{value}</saml:AttributeValue>"))
        .collect();
    let attribute = format!(r#"<saml:Attribute Name="{name}">{values}</saml:Attribute>"#);
    edit(RESPONSE, GROUPS, &format!("{GROUPS}{attribute}"))
}

fn known_by(name: &str) -> Expected<SignIn> {
    with(ExpectedParts {
        identifier: Identifier::Attribute(name.to_owned()),
        ..parts()
    })
}

#[test]
fn somebody_can_be_known_by_an_attribute_and_needs_no_name_id_then() {
    let with_both = asserting("employee", &["4711"]);
    let without_name_id = edit(&with_both, NAME_ID, "");
    for how in EVERY_WAY {
        let accepted = judge(&with_both, how, &known_by("employee")).unwrap();
        assert_eq!(accepted.subject_attribute(), Some(("employee", "4711")));
        assert_eq!(accepted.name_id().unwrap().value, "u-4711");
        let accepted = judge(&without_name_id, how, &known_by("employee")).unwrap();
        assert_eq!(accepted.subject_attribute(), Some(("employee", "4711")));
        assert_eq!(accepted.name_id(), None);
        assert_eq!(accepted.learned().name_id_format, "no NameID");
        // Only where the connection has chosen so.
        let refused = judge(&without_name_id, how, &with(parts())).unwrap_err();
        assert_eq!(refused.reason, Check::NameId);
    }
    // What stands there is in order all the same.
    let blank = edit(&with_both, NAME_ID, "<saml:NameID> </saml:NameID>");
    let refused = judge(&blank, Sign::Assertion, &known_by("employee")).unwrap_err();
    assert_eq!(refused.reason, Check::NameId);
    assert_eq!(
        judge(RESPONSE, Sign::Both, &with(parts()))
            .unwrap()
            .subject_attribute(),
        None
    );
}

#[test]
fn the_attribute_has_one_value_that_is_no_blank() {
    let long = "é".repeat(256);
    for (values, accepted) in [
        (&["4711"][..], true),
        (&["4711", "4711"], true),
        (&[" 4711 "], true),
        (&[&long], true),
        (&[], false),
        (&[""], false),
        (&[" \n"], false),
        (&["4711", "4712"], false),
        (&["4711", ""], false),
        (&["A", "a"], false),
        (&[&format!("{long}x")], false),
    ] {
        let outcome = judge(
            &asserting("employee", values),
            Sign::Both,
            &known_by("employee"),
        );
        match outcome {
            Ok(assertion) => {
                assert!(accepted, "{values:?}");
                assert_eq!(assertion.subject_attribute(), Some(("employee", values[0])));
            }
            Err(refusal) => {
                assert!(!accepted, "{values:?}");
                assert_eq!(refusal.reason, Check::Identifier);
                let row = refusal.report.first_failure().unwrap();
                assert!(row.expected.as_ref().unwrap().contains("employee"));
                assert!(!row.received.as_ref().unwrap().contains("4711"), "{row:?}");
            }
        }
    }
    let missing = judge(RESPONSE, Sign::Both, &known_by("Employee")).unwrap_err();
    assert_eq!(missing.reason, Check::Identifier);
}

#[test]
fn subject_identifiers_have_a_syntax_and_no_case() {
    let longest = format!("a{}@b{}", "=".repeat(126), ".".repeat(126));
    for name in [SUBJECT_ID, PAIRWISE_ID] {
        for value in ["a@b", "HA2-Tcor=@Osu.EDU", "1@2", &longest] {
            let accepted = judge(&asserting(name, &[value]), Sign::Both, &known_by(name)).unwrap();
            let folded = value.to_ascii_lowercase();
            assert_eq!(accepted.subject_attribute(), Some((name, folded.as_str())));
        }
        let twice = asserting(name, &["A@b.example", "a@B.example"]);
        judge(&twice, Sign::Both, &known_by(name)).unwrap();
        let longer = longest.replacen('a', "aa", 1);
        for value in [
            "a", "@b", "a@", "a@b@c", "-a@b", "a@.b", "a b@c", "é@b", " a@b", &longer,
        ] {
            let refused =
                judge(&asserting(name, &[value]), Sign::Both, &known_by(name)).unwrap_err();
            assert_eq!(refused.reason, Check::Identifier, "{value}");
        }
    }
}

#[test]
fn an_idp_asserts_only_the_scopes_it_may() {
    let expected = with(ExpectedParts {
        allowed_scopes: vec!["acme.example".to_owned(), "Acme.Test".to_owned()],
        ..parts()
    });
    for name in [SUBJECT_ID, PAIRWISE_ID, PRINCIPAL_NAME] {
        for (values, accepted) in [
            (&["ada@acme.example"][..], true),
            (&["ada@ACME.example", "b@acme.test"], true),
            (&[], true),
            (&["ada@other.example"], false),
            (&["ada@acme.example", "ada@other.example"], false),
            (&["ada@sub.acme.example"], false),
            (&["ada@evil-acme.example"], false),
            (&["ada@acme.example@other.example"], false),
            (&["ada"], false),
        ] {
            match judge(&asserting(name, values), Sign::Assertion, &expected) {
                Ok(assertion) => {
                    assert!(accepted, "{values:?}");
                    let row = assertion.report().row(Check::Scope).unwrap();
                    assert_eq!(row.outcome, Outcome::Pass);
                }
                Err(refusal) => {
                    assert!(!accepted, "{values:?}");
                    assert_eq!(refusal.reason, Check::Scope);
                    let row = refusal.report.first_failure().unwrap();
                    assert!(!row.received.as_ref().unwrap().contains("ada"), "{row:?}");
                }
            }
        }
    }
    // Other attributes have no scope.
    judge(
        &asserting("mail", &["a@other.example"]),
        Sign::Both,
        &expected,
    )
    .unwrap();
}

#[test]
fn a_way_of_authentication_can_be_required() {
    let requiring = |classes: &[&str]| {
        with(ExpectedParts {
            required_authn_context: classes.iter().map(|class| (*class).to_owned()).collect(),
            ..parts()
        })
    };
    judge(RESPONSE, Sign::Both, &requiring(&[PASSWORD])).unwrap();
    judge(RESPONSE, Sign::Both, &requiring(&["urn:other", PASSWORD])).unwrap();
    for classes in [
        &["urn:other"][..],
        &[&PASSWORD.to_lowercase()],
        &[&PASSWORD[..20]],
    ] {
        let refused = judge(RESPONSE, Sign::Both, &requiring(classes)).unwrap_err();
        assert_eq!(refused.reason, Check::AuthnContext);
        let row = refused.report.first_failure().unwrap();
        assert_eq!(row.expected.as_deref(), Some(classes[0]));
        assert_eq!(row.received.as_deref(), Some(PASSWORD));
    }
    let class = format!("<saml:AuthnContextClassRef>{PASSWORD}</saml:AuthnContextClassRef>");
    let none = edit(RESPONSE, &class, "");
    judge(&none, Sign::Both, &requiring(&[])).unwrap();
    let refused = judge(&none, Sign::Both, &requiring(&[PASSWORD])).unwrap_err();
    assert_eq!(refused.reason, Check::AuthnContext);
}

#[test]
fn a_fresh_sign_in_can_be_required() {
    let after = |text: &str| {
        with(ExpectedParts {
            authn_after: Some(at(text)),
            ..parts()
        })
    };
    // Authenticated at 08:30:00; three minutes of skew.
    for accepted in [
        "2026-11-24T08:29:00Z",
        "2026-11-24T08:30:00Z",
        "2026-11-24T08:33:00Z",
    ] {
        judge(RESPONSE, Sign::Both, &after(accepted)).unwrap();
    }
    for refused in ["2026-11-24T08:33:00.000000001Z", "2026-11-24T08:59:30Z"] {
        let refused = judge(RESPONSE, Sign::Both, &after(refused)).unwrap_err();
        assert_eq!(refused.reason, Check::AuthnInstant);
        let row = refused.report.first_failure().unwrap();
        assert!(row.remedy.as_ref().unwrap().contains("ForceAuthn"));
    }
}

#[test]
fn what_was_not_asked_for_must_not_say_that_it_was() {
    let expected = Expected::unsolicited(parts(), IDP.to_owned());
    let on_neither = edit(RESPONSE, RESPONSE_ANSWERS, "><saml:Issuer>");
    let on_neither = edit(&on_neither, CONFIRMATION_ANSWERS, " NotOnOrAfter");
    let on_response = edit(RESPONSE, CONFIRMATION_ANSWERS, " NotOnOrAfter");
    let in_confirmation = edit(RESPONSE, RESPONSE_ANSWERS, "><saml:Issuer>");
    for how in EVERY_WAY {
        let accepted = judge(&on_neither, how, &expected).unwrap();
        for check in [Check::InResponseTo, Check::ConfirmationInResponseTo] {
            let row = accepted.report().row(check).unwrap();
            assert_eq!(row.outcome, Outcome::Pass);
        }
        let of = |xml: &str| judge(xml, how, &expected).unwrap_err().reason;
        assert_eq!(of(RESPONSE), Check::InResponseTo);
        assert_eq!(of(&on_response), Check::InResponseTo);
        assert_eq!(of(&in_confirmation), Check::ConfirmationInResponseTo);
        // A dummy is a request too, and so is an empty one.
        let dummy = RESPONSE.replace(
            r#"InResponseTo="_request""#,
            r#"InResponseTo="idp-initiated""#,
        );
        assert_eq!(of(&dummy), Check::InResponseTo);
        let empty = RESPONSE.replace(r#"InResponseTo="_request""#, r#"InResponseTo="""#);
        assert_eq!(of(&empty), Check::InResponseTo);
        // It is as old as it likes to be, as long as it is valid.
        let solicited = judge(&on_neither, how, &with(parts())).unwrap_err();
        assert_eq!(solicited.reason, Check::InResponseTo);
    }
    let early = edit(
        &on_neither,
        r#"IssueInstant="2026-11-24T09:00:00Z""#,
        r#"IssueInstant="2026-11-24T09:04:00Z""#,
    );
    let refused = judge(&early, Sign::Both, &expected).unwrap_err();
    assert_eq!(refused.reason, Check::IssueInstant);
}
