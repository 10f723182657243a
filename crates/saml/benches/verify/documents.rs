//! Honest responses of every size.

use std::fmt::Write as _;

use vestibule_xmlsig::{SignOptions, SigningKey};

use crate::support::{RESPONSE, Sign, at, edit};

/// What a response says.
#[derive(Clone, Copy)]
pub(crate) struct Content {
    /// Attributes of one value, as Okta writes them.
    pub(crate) attributes: usize,
    /// Values of one attribute.
    pub(crate) groups: usize,
}

/// The honest response, saying that.
pub(crate) fn response(content: Content) -> String {
    let mut more = String::new();
    for number in 0..content.attributes {
        write!(
            more,
            r#"<saml:Attribute Name="urn:example:attribute:{number}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"><saml:AttributeValue xsi:type="xs:string">value {number}</saml:AttributeValue></saml:Attribute>"#
        )
        .unwrap();
    }
    more.push_str(r#"<saml:Attribute Name="groups">"#);
    for number in 0..content.groups {
        write!(
            more,
            "<saml:AttributeValue>engineering-team-{number:04}</saml:AttributeValue>"
        )
        .unwrap();
    }
    more.push_str("</saml:Attribute>");
    let plain = r#"<saml:Attribute Name="groups"><saml:AttributeValue>staff</saml:AttributeValue><saml:AttributeValue>ops</saml:AttributeValue></saml:Attribute>"#;
    edit(RESPONSE, plain, &more)
}

/// Signed as an IdP signs, with its certificate.
pub(crate) fn signed(xml: &str, how: Sign, key: &SigningKey) -> String {
    let (begin, end) = (at("2026-01-01T00:00:00Z"), at("2036-01-01T00:00:00Z"));
    let certificate = key
        .self_signed_certificate("idp.example", begin, end)
        .unwrap();
    let options = SignOptions {
        algorithm: key.sha256_algorithm(),
        key_info: Some(certificate),
        ..SignOptions::default()
    };
    let mut xml = xml.to_owned();
    if how != Sign::Response {
        xml = key.sign_element(&xml, "_assertion", &options).unwrap();
    }
    if how != Sign::Assertion {
        xml = key.sign_element(&xml, "_response", &options).unwrap();
    }
    xml
}
