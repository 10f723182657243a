//! Whom it is about, and who may present it.

use super::{
    CONFIRMATION, CONFIRMATION_BEGINS, CONFIRMATION_END, NAME_ID, RECIPIENT, accepted, refused,
    table,
};
use crate::support::{EVERY_WAY, RESPONSE, Sign, at, edit};
use vestibule_saml::Check;

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
            assert_eq!(assertion.name_id().unwrap().value, value);
            assert_eq!(assertion.name_id().unwrap().format, None);
            assert_eq!(assertion.name_id().unwrap().name_qualifier, None);
        }
    }
    let long = "é".repeat(256);
    let xml = edit(RESPONSE, ">u-4711<", &format!(">{long}<"));
    assert_eq!(
        accepted(&xml, Sign::Assertion).name_id().unwrap().value,
        long
    );
}

#[test]
fn a_name_id_inside_a_confirmation_is_not_the_subject() {
    let xml = edit(
        RESPONSE,
        CONFIRMATION_BEGINS,
        &format!("{CONFIRMATION_BEGINS}<saml:NameID>eve</saml:NameID>"),
    );
    for how in EVERY_WAY {
        assert_eq!(accepted(&xml, how).name_id().unwrap().value, "u-4711");
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
