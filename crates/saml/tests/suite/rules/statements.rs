//! How somebody was authenticated, and what is said about them.

use super::{AUTHN_CONTEXT, AUTHN_INSTANT, GROUPS, SESSION_END, accepted, table};
use crate::support::{RESPONSE, Sign, at, edit};
use vestibule_saml::Check;

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
