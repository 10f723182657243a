//! Each rule against missing, doubled, past, future and odd values.

mod asked_for;
mod conditions;
mod corridor;
mod message;
mod statements;
mod status;
mod subject;

use crate::support::{EVERY_WAY, RESPONSE, Sign, edit, sign, sign_in};
use vestibule_saml::{Check, Outcome, Refusal, SignIn, VerifiedAssertion};

/// One change of the honest response, and the first check that must fail; `None`: accepted.
pub(super) type Case<'a> = (&'a str, &'a str, Option<Check>);

#[track_caller]
pub(super) fn accepted(xml: &str, how: Sign) -> VerifiedAssertion<SignIn> {
    match sign_in(&sign(xml, how)) {
        Ok(assertion) => assertion,
        Err(refusal) => panic!("refused ({how:?}): {:#?}", refusal.report.first_failure()),
    }
}

#[track_caller]
pub(super) fn refused(xml: &str, how: Sign) -> Refusal {
    match sign_in(&sign(xml, how)) {
        Ok(_) => panic!("!!! ACCEPTED ({how:?}), and must not be:\n{xml}"),
        Err(refusal) => refusal,
    }
}

/// Tries every case with the assertion, the Response and both signed.
#[track_caller]
pub(super) fn table(cases: &[Case<'_>]) {
    for (from, to, check) in cases {
        let xml = edit(RESPONSE, from, to);
        for how in EVERY_WAY {
            match check {
                None => drop(accepted(&xml, how)),
                Some(check) => {
                    let refusal = refused(&xml, how);
                    assert_eq!(refusal.reason, *check, "{from} → {to} ({how:?})");
                    let row = refusal.report.row(*check).unwrap();
                    assert_eq!(row.outcome, Outcome::Fail);
                    assert!(row.expected.is_some() && row.received.is_some(), "{row:?}");
                    assert!(
                        row.remedy.as_ref().is_some_and(|text| text.len() > 20),
                        "{row:?}"
                    );
                }
            }
        }
    }
}

pub(super) const RESPONSE_TIME: &str = r#"IssueInstant="2026-11-24T09:00:00Z""#;
pub(super) const ASSERTION_TIME: &str = r#"IssueInstant="2026-11-24T09:00:01Z""#;
pub(super) const RESPONSE_HEAD: &str = r#"ID="_response" Version="2.0""#;
pub(super) const ASSERTION_HEAD: &str = r#"ID="_assertion" Version="2.0""#;
pub(super) const DESTINATION: &str = r#" Destination="https://sp.example/saml/acs""#;
pub(super) const RECIPIENT: &str = r#" Recipient="https://sp.example/saml/acs""#;
pub(super) const RESPONSE_ANSWERS: &str = r#" InResponseTo="_request"><saml:Issuer>"#;
pub(super) const CONFIRMATION_ANSWERS: &str = r#" InResponseTo="_request" NotOnOrAfter"#;
pub(super) const CONFIRMATION_END: &str = r#" NotOnOrAfter="2026-11-24T09:05:00Z""#;
pub(super) const WINDOW: &str =
    r#" NotBefore="2026-11-24T08:59:00Z" NotOnOrAfter="2026-11-24T09:10:00Z""#;
pub(super) const RESTRICTION: &str = "<saml:AudienceRestriction><saml:Audience>https://sp.example/saml</saml:Audience></saml:AudienceRestriction>";
pub(super) const NAME_ID: &str = r#"<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" NameQualifier="https://idp.example/entity" SPNameQualifier="https://sp.example/saml">u-4711</saml:NameID>"#;
pub(super) const RESPONSE_ISSUER: &str =
    "<saml:Issuer>https://idp.example/entity</saml:Issuer><samlp:Status>";
pub(super) const ASSERTION_ISSUER: &str =
    "<saml:Issuer>https://idp.example/entity</saml:Issuer><saml:Subject>";
pub(super) const CONFIRMATION_BEGINS: &str =
    r#"<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">"#;
pub(super) const CONFIRMATION: &str = r#"<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData InResponseTo="_request" NotOnOrAfter="2026-11-24T09:05:00Z" Recipient="https://sp.example/saml/acs"/></saml:SubjectConfirmation>"#;
pub(super) const AUTHN_CONTEXT: &str = "<saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext>";
pub(super) const AUTHN_INSTANT: &str = r#" AuthnInstant="2026-11-24T08:30:00Z""#;
pub(super) const SESSION_END: &str = r#" SessionNotOnOrAfter="2026-11-24T17:00:00Z""#;
pub(super) const GROUPS: &str = r#"<saml:Attribute Name="groups"><saml:AttributeValue>staff</saml:AttributeValue><saml:AttributeValue>ops</saml:AttributeValue></saml:Attribute>"#;
