//! Each rule against missing, doubled, past, future and odd values.

use crate::support::{
    EVERY_WAY, IDP, RESPONSE, SP, Sign, at, edit, expected, keys, now, parts, post, sign, sign_in,
};
use vestibule_saml::{
    Check, Expected, Inspect, InspectParts, Limits, Outcome, Refusal, SignIn, Test,
    UnverifiedResponse, VerifiedAssertion,
};

/// One change of the honest response, and the first check that must fail; `None`: accepted.
type Case<'a> = (&'a str, &'a str, Option<Check>);

#[track_caller]
fn accepted(xml: &str, how: Sign) -> VerifiedAssertion<SignIn> {
    match sign_in(&sign(xml, how)) {
        Ok(assertion) => assertion,
        Err(refusal) => panic!("refused ({how:?}): {:#?}", refusal.report.first_failure()),
    }
}

#[track_caller]
fn refused(xml: &str, how: Sign) -> Refusal {
    match sign_in(&sign(xml, how)) {
        Ok(_) => panic!("!!! ACCEPTED ({how:?}), and must not be:\n{xml}"),
        Err(refusal) => refusal,
    }
}

/// Tries every case with the assertion, the Response and both signed.
#[track_caller]
fn table(cases: &[Case<'_>]) {
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

const RESPONSE_TIME: &str = r#"IssueInstant="2026-11-24T09:00:00Z""#;
const ASSERTION_TIME: &str = r#"IssueInstant="2026-11-24T09:00:01Z""#;
const RESPONSE_HEAD: &str = r#"ID="_response" Version="2.0""#;
const ASSERTION_HEAD: &str = r#"ID="_assertion" Version="2.0""#;
const DESTINATION: &str = r#" Destination="https://sp.example/saml/acs""#;
const RECIPIENT: &str = r#" Recipient="https://sp.example/saml/acs""#;
const RESPONSE_ANSWERS: &str = r#" InResponseTo="_request"><saml:Issuer>"#;
const CONFIRMATION_ANSWERS: &str = r#" InResponseTo="_request" NotOnOrAfter"#;
const CONFIRMATION_END: &str = r#" NotOnOrAfter="2026-11-24T09:05:00Z""#;
const WINDOW: &str = r#" NotBefore="2026-11-24T08:59:00Z" NotOnOrAfter="2026-11-24T09:10:00Z""#;
const RESTRICTION: &str = "<saml:AudienceRestriction><saml:Audience>https://sp.example/saml</saml:Audience></saml:AudienceRestriction>";
const NAME_ID: &str = r#"<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" NameQualifier="https://idp.example/entity" SPNameQualifier="https://sp.example/saml">u-4711</saml:NameID>"#;
const RESPONSE_ISSUER: &str = "<saml:Issuer>https://idp.example/entity</saml:Issuer><samlp:Status>";
const ASSERTION_ISSUER: &str =
    "<saml:Issuer>https://idp.example/entity</saml:Issuer><saml:Subject>";
const CONFIRMATION_BEGINS: &str =
    r#"<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">"#;
const CONFIRMATION: &str = r#"<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData InResponseTo="_request" NotOnOrAfter="2026-11-24T09:05:00Z" Recipient="https://sp.example/saml/acs"/></saml:SubjectConfirmation>"#;
const AUTHN_CONTEXT: &str = "<saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext>";
const AUTHN_INSTANT: &str = r#" AuthnInstant="2026-11-24T08:30:00Z""#;
const SESSION_END: &str = r#" SessionNotOnOrAfter="2026-11-24T17:00:00Z""#;
const GROUPS: &str = r#"<saml:Attribute Name="groups"><saml:AttributeValue>staff</saml:AttributeValue><saml:AttributeValue>ops</saml:AttributeValue></saml:Attribute>"#;

#[test]
fn accepts_the_honest_response_however_it_is_signed() {
    for how in EVERY_WAY {
        let assertion = accepted(RESPONSE, how);
        assert_eq!(assertion.idp_entity_id(), IDP);
        assert_eq!(assertion.assertion_id(), "_assertion");
        let name_id = assertion.name_id();
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
                Check::ResponseSignatureRequired => false,
                _ => true,
            };
            let outcome = if applies {
                Outcome::Pass
            } else {
                Outcome::Skipped
            };
            assert_eq!(row.outcome, outcome, "{row:?}");
        }
    }
}

#[test]
fn a_version_is_exactly_2_0() {
    for (head, check) in [
        (RESPONSE_HEAD, Check::Version),
        (ASSERTION_HEAD, Check::AssertionVersion),
    ] {
        let versions = ["1.1", "2", "2.00", "2.1", "", " 2.0"];
        for version in versions {
            let other = head.replace(r#"Version="2.0""#, &format!(r#"Version="{version}""#));
            table(&[(head, &other, Some(check))]);
        }
        table(&[(head, &head.replace(r#" Version="2.0""#, ""), Some(check))]);
    }
}

#[test]
fn an_issue_instant_lies_between_request_and_now_give_or_take_the_skew() {
    for (attribute, check) in [
        (RESPONSE_TIME, Check::IssueInstant),
        (ASSERTION_TIME, Check::AssertionIssueInstant),
    ] {
        for (value, fine) in [
            ("2026-11-24T08:56:30Z", true),
            ("2026-11-24T08:56:29.999Z", false),
            ("2026-11-24T09:03:30Z", true),
            ("2026-11-24T09:03:30.000000001Z", false),
            ("2026-11-24T09:00:00.123456Z", true),
            ("2026-11-24T09:00:00", false),
            ("2026-11-24T10:00:00+01:00", false),
            ("2026-11-24", false),
            ("", false),
            ("now", false),
            ("1970-01-01T00:00:00Z", false),
            ("9999-12-31T23:59:59Z", false),
        ] {
            let other = format!(r#"IssueInstant="{value}""#);
            table(&[(attribute, &other, (!fine).then_some(check))]);
        }
        table(&[(attribute, "", Some(check))]);
    }
}

#[test]
fn a_signed_destination_is_there_and_ours() {
    for how in EVERY_WAY {
        let absent = edit(RESPONSE, DESTINATION, "");
        if how == Sign::Assertion {
            accepted(&absent, how);
        } else {
            assert_eq!(refused(&absent, how).reason, Check::ResponseDestination);
        }
    }
    for other in [
        "https://sp.example/saml/acs/",
        "https://sp.example/saml/ACS",
        "https://evil.example/saml/acs",
        "http://sp.example/saml/acs",
        "https://sp.example:443/saml/acs",
        " https://sp.example/saml/acs",
        "",
    ] {
        let other = format!(r#" Destination="{other}""#);
        table(&[(DESTINATION, &other, Some(Check::ResponseDestination))]);
    }
}

#[test]
fn it_answers_the_request_of_this_browser_in_the_response_and_in_the_confirmation() {
    table(&[
        (
            RESPONSE_ANSWERS,
            r#" InResponseTo="_other"><saml:Issuer>"#,
            Some(Check::InResponseTo),
        ),
        (
            RESPONSE_ANSWERS,
            r#" InResponseTo=""><saml:Issuer>"#,
            Some(Check::InResponseTo),
        ),
        (
            RESPONSE_ANSWERS,
            r#" InResponseTo="_request "><saml:Issuer>"#,
            Some(Check::InResponseTo),
        ),
        (
            RESPONSE_ANSWERS,
            "><saml:Issuer>",
            Some(Check::InResponseTo),
        ),
        (
            CONFIRMATION_ANSWERS,
            r#" InResponseTo="_other" NotOnOrAfter"#,
            Some(Check::ConfirmationInResponseTo),
        ),
        (
            CONFIRMATION_ANSWERS,
            r#" InResponseTo="" NotOnOrAfter"#,
            Some(Check::ConfirmationInResponseTo),
        ),
        (
            CONFIRMATION_ANSWERS,
            " NotOnOrAfter",
            Some(Check::ConfirmationInResponseTo),
        ),
    ]);
}

#[test]
fn an_unsolicited_response_is_refused_in_clear_words() {
    let xml = edit(RESPONSE, RESPONSE_ANSWERS, "><saml:Issuer>");
    let xml = edit(&xml, CONFIRMATION_ANSWERS, " NotOnOrAfter");
    for how in EVERY_WAY {
        let refusal = refused(&xml, how);
        assert_eq!(refusal.reason, Check::InResponseTo);
        let row = refusal.report.row(Check::InResponseTo).unwrap();
        assert!(row.received.as_ref().unwrap().contains("unsolicited"));
        assert!(
            row.remedy
                .as_ref()
                .unwrap()
                .contains("Start the sign-in at the application")
        );
    }
}

#[test]
fn the_issuer_of_the_response_may_be_absent_only_if_it_is_not_signed() {
    let absent = edit(RESPONSE, RESPONSE_ISSUER, "<samlp:Status>");
    accepted(&absent, Sign::Assertion);
    // The signature then has no Issuer to stand after: that is what is refused.
    for how in [Sign::Response, Sign::Both] {
        assert_eq!(refused(&absent, how).reason, Check::ResponseSignature);
    }
}

#[test]
fn an_issuer_is_the_expected_idp_to_the_letter() {
    for (place, tail, check) in [
        (RESPONSE_ISSUER, "<samlp:Status>", Check::ResponseIssuer),
        (ASSERTION_ISSUER, "<saml:Subject>", Check::AssertionIssuer),
    ] {
        for (issuer, fine) in [
            ("<saml:Issuer>https://evil.example</saml:Issuer>", false),
            (
                "<saml:Issuer>https://idp.example/Entity</saml:Issuer>",
                false,
            ),
            (
                "<saml:Issuer>https://idp.example/entity/</saml:Issuer>",
                false,
            ),
            (
                "<saml:Issuer> https://idp.example/entity</saml:Issuer>",
                false,
            ),
            ("<saml:Issuer></saml:Issuer>", false),
            (
                "<saml:Issuer><saml:NameID>https://idp.example/entity</saml:NameID></saml:Issuer>",
                false,
            ),
            (
                "<saml:Issuer>https://idp.example<!-- -->/entity</saml:Issuer>",
                true,
            ),
            (
                "<saml:Issuer><![CDATA[https://idp.example/entity]]></saml:Issuer>",
                true,
            ),
            (
                r#"<saml:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">https://idp.example/entity</saml:Issuer>"#,
                true,
            ),
            (
                r#"<saml:Issuer Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">https://idp.example/entity</saml:Issuer>"#,
                false,
            ),
            (
                r#"<saml:Issuer Format="">https://idp.example/entity</saml:Issuer>"#,
                false,
            ),
        ] {
            table(&[(place, &format!("{issuer}{tail}"), (!fine).then_some(check))]);
        }
    }
    // A second Issuer stands where the Signature should.
    for (place, check) in [
        (RESPONSE_ISSUER, Check::ResponseIssuer),
        (ASSERTION_ISSUER, Check::AssertionIssuer),
    ] {
        let second = place.replacen(
            "</saml:Issuer>",
            "</saml:Issuer><saml:Issuer>https://idp.example/entity</saml:Issuer>",
            1,
        );
        table(&[(place, &second, Some(check))]);
    }
    let none = edit(RESPONSE, ASSERTION_ISSUER, "<saml:Subject>");
    assert_eq!(
        refused(&none, Sign::Response).reason,
        Check::AssertionIssuer
    );
}

#[test]
fn there_is_one_subject_with_one_name_id_of_text() {
    let with = |identifier: &str| edit(RESPONSE, NAME_ID, identifier);
    for identifier in [
        "",
        "<saml:NameID/>",
        "<saml:NameID> \n\t</saml:NameID>",
        "<saml:NameID><!-- ada --></saml:NameID>",
        "<saml:NameID>ada<b>@</b>example.org</saml:NameID>",
        "<saml:NameID>ada</saml:NameID><saml:NameID>eve</saml:NameID>",
        "<saml:BaseID>ada</saml:BaseID>",
        "<saml:BaseID>ada</saml:BaseID><saml:NameID>eve</saml:NameID>",
        "<saml:EncryptedID/>",
        "<saml:NameID>ada</saml:NameID><saml:EncryptedID/>",
        r#"<saml:NameID xsi:nil="true"/>"#,
        r#"<NameID xmlns="urn:example">ada</NameID>"#,
    ] {
        for how in EVERY_WAY {
            let refusal = refused(&with(identifier), how);
            assert_eq!(refusal.reason, Check::NameId, "{identifier}");
        }
    }
    let encrypted = refused(&with("<saml:EncryptedID/>"), Sign::Assertion);
    let row = encrypted.report.row(Check::NameId).unwrap();
    assert_eq!(row.received.as_deref(), Some("an EncryptedID"));

    let (begin, end) = (
        RESPONSE.find("<saml:Subject>").unwrap(),
        RESPONSE.find("<saml:Conditions").unwrap(),
    );
    let subject = &RESPONSE[begin..end];
    table(&[
        (subject, "", Some(Check::Subject)),
        (subject, &subject.repeat(2), Some(Check::Subject)),
    ]);
}

#[test]
fn a_name_id_is_taken_whole() {
    for (element, value) in [
        (
            "<saml:NameID>ada@example.org<!---->.evil.example</saml:NameID>",
            "ada@example.org.evil.example",
        ),
        (
            "<saml:NameID>ada<![CDATA[@example]]>.org</saml:NameID>",
            "ada@example.org",
        ),
        ("<saml:NameID> ada </saml:NameID>", " ada "),
        (
            "<saml:NameID>&lt;ada&gt; &#xe9;&amp;</saml:NameID>",
            "<ada> é&",
        ),
    ] {
        let xml = edit(RESPONSE, NAME_ID, element);
        for how in EVERY_WAY {
            let assertion = accepted(&xml, how);
            assert_eq!(assertion.name_id().value, value);
            assert_eq!(assertion.name_id().format, None);
            assert_eq!(assertion.name_id().name_qualifier, None);
        }
    }
    let long = "é".repeat(256);
    let xml = edit(RESPONSE, ">u-4711<", &format!(">{long}<"));
    assert_eq!(accepted(&xml, Sign::Assertion).name_id().value, long);
}

#[test]
fn a_name_id_inside_a_confirmation_is_not_the_subject() {
    let xml = edit(
        RESPONSE,
        CONFIRMATION_BEGINS,
        &format!("{CONFIRMATION_BEGINS}<saml:NameID>eve</saml:NameID>"),
    );
    for how in EVERY_WAY {
        assert_eq!(accepted(&xml, how).name_id().value, "u-4711");
    }
}

#[test]
fn no_report_repeats_the_name_id() {
    let report = serde_json::to_string(accepted(RESPONSE, Sign::Both).report()).unwrap();
    assert!(!report.contains("u-4711") && !report.contains("ada@example.org"));
}

#[test]
fn a_bearer_confirmation_is_needed() {
    let bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
    let data = r#"<saml:SubjectConfirmationData InResponseTo="_request" NotOnOrAfter="2026-11-24T09:05:00Z" Recipient="https://sp.example/saml/acs"/>"#;
    table(&[
        (
            bearer,
            "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key",
            Some(Check::SubjectConfirmation),
        ),
        (
            bearer,
            "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches",
            Some(Check::SubjectConfirmation),
        ),
        (bearer, "", Some(Check::SubjectConfirmation)),
        (CONFIRMATION, "", Some(Check::SubjectConfirmation)),
        (data, "", Some(Check::SubjectConfirmation)),
        (data, &data.repeat(2), Some(Check::SubjectConfirmation)),
    ]);
}

#[test]
fn a_recipient_is_this_acs_url() {
    for other in [
        r#" Recipient="https://sp.example/saml/acs/""#,
        r#" Recipient="https://evil.example/saml/acs""#,
        r#" Recipient="""#,
        "",
    ] {
        table(&[(RECIPIENT, other, Some(Check::Recipient))]);
    }
}

#[test]
fn a_confirmation_has_not_expired_and_has_no_not_before() {
    for (value, fine) in [
        ("2026-11-24T08:57:30.000000001Z", true),
        ("2026-11-24T08:57:30Z", false),
        ("2026-11-23T09:00:00Z", false),
        ("2026-11-25T09:00:00Z", true),
        ("9999-12-31T23:59:59Z", true),
        ("2026-11-24T09:05:00+00:00", false),
        ("soon", false),
        ("", false),
    ] {
        let other = format!(r#" NotOnOrAfter="{value}""#);
        let check = (!fine).then_some(Check::ConfirmationWindow);
        table(&[(CONFIRMATION_END, &other, check)]);
    }
    let begins = format!(r#" NotBefore="2026-11-24T08:00:00Z"{CONFIRMATION_END}"#);
    table(&[
        (CONFIRMATION_END, "", Some(Check::ConfirmationWindow)),
        (CONFIRMATION_END, &begins, Some(Check::ConfirmationWindow)),
    ]);
}

#[test]
fn one_confirmation_must_satisfy_everything_by_itself() {
    let wrong_recipient =
        CONFIRMATION.replace(RECIPIENT, r#" Recipient="https://other.example/acs""#);
    let expired = CONFIRMATION.replace("09:05:00", "08:05:00");
    let other_request = CONFIRMATION.replace("_request", "_other");
    let key_holder = CONFIRMATION.replace("cm:bearer", "cm:holder-of-key");
    let no_data = format!("{CONFIRMATION_BEGINS}</saml:SubjectConfirmation>");

    // Useless ones beside a good one do no harm, whatever their order.
    for useless in [
        &wrong_recipient,
        &expired,
        &other_request,
        &key_holder,
        &no_data,
    ] {
        table(&[
            (CONFIRMATION, &format!("{useless}{CONFIRMATION}"), None),
            (CONFIRMATION, &format!("{CONFIRMATION}{useless}"), None),
        ]);
    }
    // What is good in one does not make up for what is bad in another.
    table(&[
        (
            CONFIRMATION,
            &format!("{wrong_recipient}{expired}"),
            Some(Check::Recipient),
        ),
        (
            CONFIRMATION,
            &format!("{expired}{wrong_recipient}"),
            Some(Check::ConfirmationWindow),
        ),
        (
            CONFIRMATION,
            &format!("{other_request}{expired}"),
            Some(Check::ConfirmationInResponseTo),
        ),
    ]);
    // It is remembered until the last of the usable ones has expired.
    let later = CONFIRMATION.replace("09:05:00", "09:08:00");
    let useless = wrong_recipient.replace("09:05:00", "09:09:00");
    let xml = edit(
        RESPONSE,
        CONFIRMATION,
        &format!("{CONFIRMATION}{later}{useless}"),
    );
    assert_eq!(
        accepted(&xml, Sign::Both).expires_at(),
        at("2026-11-24T09:08:00Z")
    );
}

#[test]
fn an_address_is_not_compared() {
    let with = format!(r#" Address="203.0.113.9"{RECIPIENT}"#);
    table(&[(RECIPIENT, &with, None)]);
}

#[test]
fn the_conditions_hold_now_give_or_take_the_skew() {
    let case = |begin: &str, end: &str, fine: bool| {
        let attribute = |name: &str, value: &str| {
            if value.is_empty() {
                String::new()
            } else {
                format!(r#" {name}="{value}""#)
            }
        };
        let window = attribute("NotBefore", begin) + &attribute("NotOnOrAfter", end);
        table(&[(WINDOW, &window, (!fine).then_some(Check::ConditionsWindow))]);
    };
    case("", "", true);
    case("2026-11-24T09:03:30Z", "", true);
    case("2026-11-24T09:03:30.1Z", "", false);
    case("", "2026-11-24T08:57:30.1Z", true);
    case("", "2026-11-24T08:57:30Z", false);
    case("2026-11-24T08:00:00Z", "2026-11-24T10:00:00Z", true);
    case("2026-11-25T08:00:00Z", "2026-11-25T10:00:00Z", false);
    case("2026-11-23T08:00:00Z", "2026-11-23T10:00:00Z", false);
    case("2026-11-24T09:00:00Z", "2026-11-24T09:00:00Z", false);
    case("2026-11-24T09:01:00Z", "2026-11-24T09:00:00Z", false);
    case("yesterday", "", false);
    case("", "2026-11-24T09:10:00.Z", false);
    // An end that comes before that of the confirmation is when it expires.
    let xml = edit(RESPONSE, WINDOW, r#" NotOnOrAfter="2026-11-24T09:02:00Z""#);
    assert_eq!(
        accepted(&xml, Sign::Both).expires_at(),
        at("2026-11-24T09:02:00Z")
    );
}

#[test]
fn there_is_exactly_one_conditions_element() {
    let (begin, end) = (
        RESPONSE.find("<saml:Conditions").unwrap(),
        RESPONSE.find("<saml:AuthnStatement").unwrap(),
    );
    let conditions = &RESPONSE[begin..end];
    table(&[
        (conditions, "", Some(Check::Conditions)),
        (conditions, &conditions.repeat(2), Some(Check::Conditions)),
    ]);
}

#[test]
fn every_audience_restriction_names_us() {
    let restriction = |audiences: &[&str]| {
        let inside: String = audiences
            .iter()
            .map(|audience| format!("<saml:Audience>{audience}</saml:Audience>"))
            .collect();
        format!("<saml:AudienceRestriction>{inside}</saml:AudienceRestriction>")
    };
    let (ours, other) = (restriction(&[SP]), restriction(&["https://other.example"]));
    for (restrictions, fine) in [
        (ours.clone(), true),
        (other.clone(), false),
        (restriction(&["https://other.example", SP]), true),
        (restriction(&[SP, "https://other.example"]), true),
        (
            restriction(&["https://a.example", "https://b.example"]),
            false,
        ),
        (format!("{ours}{ours}"), true),
        (format!("{ours}{other}"), false),
        (format!("{other}{ours}"), false),
        (restriction(&[]), false),
        (format!("{ours}{}", restriction(&[])), false),
        (String::new(), false),
        (restriction(&["https://sp.example/saml/"]), false),
        (restriction(&["https://sp.example/SAML"]), false),
        (restriction(&[" https://sp.example/saml"]), false),
        (restriction(&["https://sp.example"]), false),
        (restriction(&["https://sp.example/saml<!-- -->"]), true),
        (restriction(&["https://sp.example/saml<b/>"]), false),
        (restriction(&["<b>https://sp.example/saml</b>"]), false),
        (restriction(&[""]), false),
    ] {
        table(&[(
            RESTRICTION,
            &restrictions,
            (!fine).then_some(Check::Audience),
        )]);
    }
    let foreign = r#"<AudienceRestriction xmlns="urn:example"><saml:Audience>https://sp.example/saml</saml:Audience></AudienceRestriction>"#;
    table(&[(RESTRICTION, foreign, Some(Check::Audience))]);
}

#[test]
fn the_audience_remedy_names_the_fields_and_the_value() {
    let xml = edit(
        RESPONSE,
        "<saml:Audience>https://sp.example/saml<",
        "<saml:Audience>urn:other<",
    );
    let refusal = refused(&xml, Sign::Assertion);
    let row = refusal.report.row(Check::Audience).unwrap();
    assert_eq!(row.expected.as_deref(), Some(SP));
    assert_eq!(row.received.as_deref(), Some("urn:other"));
    let remedy = row.remedy.as_deref().unwrap();
    assert!(
        remedy.contains("Audience URI (SP Entity ID)") && remedy.contains(SP),
        "{remedy}"
    );
}

#[test]
fn a_condition_that_is_not_known_refuses() {
    let with = |condition: &str| format!("{RESTRICTION}{condition}");
    table(&[
        (RESTRICTION, &with("<saml:OneTimeUse/>"), None),
        (
            RESTRICTION,
            &with("<saml:OneTimeUse/><saml:OneTimeUse/>"),
            Some(Check::OneTimeUse),
        ),
        (RESTRICTION, &with("<saml:ProxyRestriction/>"), None),
        (
            RESTRICTION,
            &with(
                r#"<saml:ProxyRestriction Count="0"><saml:Audience>urn:x</saml:Audience></saml:ProxyRestriction>"#,
            ),
            None,
        ),
        (
            RESTRICTION,
            &with(r#"<saml:ProxyRestriction Count="-1"/>"#),
            Some(Check::ProxyRestriction),
        ),
        (
            RESTRICTION,
            &with("<saml:ProxyRestriction/><saml:ProxyRestriction/>"),
            Some(Check::ProxyRestriction),
        ),
        (
            RESTRICTION,
            &with(r#"<saml:Condition xmlns:x="urn:x" xsi:type="x:Delegation"/>"#),
            Some(Check::UnknownCondition),
        ),
        (
            RESTRICTION,
            &with(r#"<x:Other xmlns:x="urn:x"/>"#),
            Some(Check::UnknownCondition),
        ),
        (
            RESTRICTION,
            &with("<saml:NotAfterLunch/>"),
            Some(Check::UnknownCondition),
        ),
    ]);
}

#[test]
fn somebody_was_authenticated() {
    let (begin, end) = (
        RESPONSE.find("<saml:AuthnStatement").unwrap(),
        RESPONSE.find("<saml:AttributeStatement").unwrap(),
    );
    let statement = &RESPONSE[begin..end];
    let declaration = r#"<saml:AuthnContext><saml:AuthnContextDeclRef>urn:x</saml:AuthnContextDeclRef></saml:AuthnContext>"#;
    table(&[
        (statement, "", Some(Check::AuthnStatement)),
        (AUTHN_CONTEXT, "", Some(Check::AuthnStatement)),
        (
            AUTHN_CONTEXT,
            &AUTHN_CONTEXT.repeat(2),
            Some(Check::AuthnStatement),
        ),
        (AUTHN_CONTEXT, declaration, None),
        (
            AUTHN_CONTEXT,
            &format!(r#"<saml:SubjectLocality Address="203.0.113.9"/>{AUTHN_CONTEXT}"#),
            None,
        ),
        (AUTHN_INSTANT, "", Some(Check::AuthnInstant)),
        (
            AUTHN_INSTANT,
            r#" AuthnInstant="2026-11-24T09:03:30Z""#,
            None,
        ),
        (
            AUTHN_INSTANT,
            r#" AuthnInstant="2026-11-24T09:03:31Z""#,
            Some(Check::AuthnInstant),
        ),
        (
            AUTHN_INSTANT,
            r#" AuthnInstant="2020-01-01T00:00:00Z""#,
            None,
        ),
        (
            AUTHN_INSTANT,
            r#" AuthnInstant="today""#,
            Some(Check::AuthnInstant),
        ),
        (SESSION_END, "", None),
        (
            SESSION_END,
            r#" SessionNotOnOrAfter="2026-11-24T08:57:31Z""#,
            None,
        ),
        (
            SESSION_END,
            r#" SessionNotOnOrAfter="2026-11-24T08:57:30Z""#,
            Some(Check::SessionExpiry),
        ),
        (
            SESSION_END,
            r#" SessionNotOnOrAfter="never""#,
            Some(Check::SessionExpiry),
        ),
    ]);
    // Of several statements the first names the session, and the earliest end bounds it.
    let second = statement
        .replace("s-1", "s-2")
        .replace("17:00:00", "12:00:00");
    let xml = edit(RESPONSE, statement, &format!("{statement}{second}"));
    let assertion = accepted(&xml, Sign::Both);
    assert_eq!(assertion.session_index(), Some("s-1"));
    assert_eq!(
        assertion.session_not_on_or_after(),
        Some(at("2026-11-24T12:00:00Z"))
    );
    // A bad one is not made good by another.
    let ended = statement.replace("17:00:00", "08:00:00");
    table(&[(
        statement,
        &format!("{statement}{ended}"),
        Some(Check::SessionExpiry),
    )]);
}

#[test]
fn attributes_are_kept_whole_and_known_by_name_alone() {
    let value_of = |attribute: &str, name: &str| {
        let xml = edit(RESPONSE, GROUPS, attribute);
        let assertion = accepted(&xml, Sign::Assertion);
        assertion.attributes().get(name).unwrap().clone()
    };
    let values = |inside: &str| {
        value_of(
            &format!(r#"<saml:Attribute Name="x">{inside}</saml:Attribute>"#),
            "x",
        )
        .values
    };
    assert_eq!(values(""), Vec::<String>::new());
    assert_eq!(values("<saml:AttributeValue/>"), [""]);
    assert_eq!(
        values("<saml:AttributeValue> a\n b </saml:AttributeValue>"),
        [" a\n b "]
    );
    assert_eq!(
        values("<saml:AttributeValue>a<!-- x -->b</saml:AttributeValue>"),
        ["ab"]
    );
    assert_eq!(values(r#"<saml:AttributeValue xsi:nil="true"/>"#), [""]);
    assert_eq!(
        values(r#"<saml:AttributeValue xsi:nil="1">text</saml:AttributeValue>"#),
        [""]
    );
    assert_eq!(
        values(r#"<saml:AttributeValue xsi:nil="false">text</saml:AttributeValue>"#),
        ["text"]
    );
    assert_eq!(
        values(r#"<saml:AttributeValue xsi:type="xs:integer">7</saml:AttributeValue>"#),
        ["7"]
    );
    assert_eq!(
        values(r#"<saml:AttributeValue xsi:type="y:odd" xmlns:y="urn:y">7</saml:AttributeValue>"#),
        ["7"]
    );
    assert_eq!(
        values("<saml:AttributeValue>\n  <saml:NameID>abc</saml:NameID>\n</saml:AttributeValue>"),
        ["abc"]
    );
    let long = "ß".repeat(3000);
    assert_eq!(
        values(&format!(
            "<saml:AttributeValue>{long}</saml:AttributeValue>"
        )),
        [long]
    );

    let whole = value_of(
        r#"<saml:Attribute Name="urn:oid:0.9.2342.19200300.100.1.3" NameFormat="urn:example:format" FriendlyName="mail" x:y="z" xmlns:x="urn:x"><saml:AttributeValue>a</saml:AttributeValue></saml:Attribute>"#,
        "urn:oid:0.9.2342.19200300.100.1.3",
    );
    assert_eq!(whole.name_format.as_deref(), Some("urn:example:format"));
    assert_eq!(whole.friendly_name.as_deref(), Some("mail"));

    let repeated = r#"<saml:Attribute Name="Role"><saml:AttributeValue>a</saml:AttributeValue></saml:Attribute><saml:Attribute Name="Role"><saml:AttributeValue>b</saml:AttributeValue></saml:Attribute>"#;
    assert_eq!(value_of(repeated, "Role").values, ["a", "b"]);
    let two_statements = r#"<saml:Attribute Name="Role"><saml:AttributeValue>a</saml:AttributeValue></saml:Attribute></saml:AttributeStatement><saml:AttributeStatement><saml:Attribute Name="Role"><saml:AttributeValue>b</saml:AttributeValue></saml:Attribute>"#;
    assert_eq!(value_of(two_statements, "Role").values, ["a", "b"]);
}

#[test]
fn attributes_that_cannot_be_read_refuse() {
    table(&[
        (GROUPS, "", None),
        (
            GROUPS,
            r#"<x:Other xmlns:x="urn:x">ignored</x:Other>"#,
            None,
        ),
        (
            GROUPS,
            "<saml:EncryptedAttribute/>",
            Some(Check::Attributes),
        ),
        (
            GROUPS,
            "<saml:Attribute><saml:AttributeValue>a</saml:AttributeValue></saml:Attribute>",
            Some(Check::Attributes),
        ),
        (
            GROUPS,
            r#"<saml:Attribute Name=""/>"#,
            Some(Check::Attributes),
        ),
    ]);
    let (begin, end) = (
        RESPONSE.find("<saml:AttributeStatement>").unwrap(),
        RESPONSE.find("</saml:Assertion>").unwrap(),
    );
    let none = edit(RESPONSE, &RESPONSE[begin..end], "");
    assert!(accepted(&none, Sign::Both).attributes().is_empty());
}

#[test]
fn a_failed_status_refuses_whatever_assertion_comes_with_it() {
    let success = r#"<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>"#;
    let failed = r#"<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/></samlp:StatusCode><samlp:StatusMessage>No such user: <![CDATA[<b>eve</b>]]></samlp:StatusMessage>"#;
    let xml = edit(RESPONSE, success, failed);
    for how in EVERY_WAY {
        let refusal = refused(&xml, how);
        assert_eq!(refusal.reason, Check::Status);
        let status = refusal.status.unwrap();
        assert_eq!(status.code, "Responder");
        assert_eq!(status.nested.as_deref(), Some("AuthnFailed"));
        assert_eq!(status.message.as_deref(), Some("No such user: <b>eve</b>"));
        let row = refusal.report.row(Check::Status).unwrap();
        assert_eq!(
            row.received.as_deref(),
            Some("Responder / AuthnFailed: No such user: <b>eve</b>")
        );
        let others = refusal
            .report
            .rows()
            .iter()
            .filter(|row| row.is_failure())
            .count();
        assert_eq!(others, 1);
    }
    let status = format!("<samlp:Status>{success}</samlp:Status>");
    table(&[
        (&status, "", Some(Check::Status)),
        (&status, &status.repeat(2), Some(Check::Status)),
        (success, "", Some(Check::Status)),
        (success, &success.repeat(2), Some(Check::Status)),
        (success, "<samlp:StatusCode/>", Some(Check::Status)),
        (
            success,
            r#"<samlp:StatusCode Value=""/>"#,
            Some(Check::Status),
        ),
        (
            success,
            r#"<samlp:StatusCode Value="Success"/>"#,
            Some(Check::Status),
        ),
        (
            success,
            r#"<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:success"/>"#,
            Some(Check::Status),
        ),
    ]);
}

#[test]
fn an_error_response_without_an_assertion_is_reported_by_its_status_alone() {
    let (begin, end) = (
        RESPONSE.find("<saml:Assertion").unwrap(),
        RESPONSE.find("</samlp:Response>").unwrap(),
    );
    let xml = edit(RESPONSE, &RESPONSE[begin..end], "");
    let xml = edit(&xml, "status:Success", "status:Requester");
    let refusal = sign_in(&xml).unwrap_err();
    assert_eq!(refusal.reason, Check::Status);
    assert_eq!(refusal.status.unwrap().code, "Requester");
    assert_eq!(
        refusal
            .report
            .rows()
            .iter()
            .filter(|row| row.is_failure())
            .count(),
        1
    );
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
        let expected = Expected::<SignIn>::sign_in(parts, IDP.to_owned());
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
        let expected = Expected::<Test>::test(parts(), idp.map(str::to_owned));
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
    let parts = InspectParts {
        sp_entity_id: SP.to_owned(),
        acs_url: crate::support::ACS.to_owned(),
        clock_skew: jiff::SignedDuration::from_secs(180),
        require_signed_response: false,
    };
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
