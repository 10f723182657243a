//! Google Workspace: `standalone="no"`, values of `xs:anyType`, attributes before the AuthnStatement,
//! one that nobody has filled in without a value.

use jiff::SignedDuration;
use vestibule_xmlsig::SignaturePrefix;

use super::{
    ASSERTION, Dialect, HTTP_POST, HTTP_REDIRECT, METADATA, MetadataFacts, PROTOCOL, SCHEMA,
    SCHEMA_INSTANCE, parts, status,
};
use crate::escape::Xml;
use crate::message::{Assertion, Attribute, EMAIL_ADDRESS, Message, UNSPECIFIED};
use crate::twist::Sign;
use crate::unique::hexadecimal;
use crate::user::User;

pub(super) const DIALECT: Dialect = Dialect {
    declaration: "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>",
    protocol_prefix: "saml2p",
    id,
    response_id: id,
    // "Signed response" is a box to tick; without it the assertion alone is signed.
    sign: Sign::Assertion,
    signature_prefix: SignaturePrefix::Ds,
    inclusive_namespaces: &[],
    name_id_format: UNSPECIFIED,
    fraction_digits: 3,
    valid_before: SignedDuration::from_mins(5),
    valid_after: SignedDuration::from_mins(5),
    session_lasts: None,
    session_index: None,
    context_class: "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified",
    attributes,
    keeps_empty_attributes: true,
    response,
    metadata,
};

/// An underscore and 32 hexadecimal digits.
fn id(random: [u8; 16]) -> String {
    format!("_{}", hexadecimal(random))
}

/// Names as an admin maps them; a directory attribute that is empty is sent without a value.
fn attributes(user: &User) -> Vec<Attribute> {
    vec![
        Attribute::new("email", [&user.email]),
        Attribute::new("firstName", [&user.given_name]),
        Attribute::new("lastName", [&user.family_name]),
        Attribute::new("department", [""; 0]),
        Attribute::new("groups", &user.groups),
    ]
}

fn response(message: &Message) -> String {
    let mut xml = Xml::default();
    xml.open(
        "saml2p:Response",
        &[
            ("xmlns:saml2p", Some(PROTOCOL)),
            ("Destination", Some(&message.destination)),
            ("ID", Some(&message.id)),
            ("InResponseTo", message.in_response_to.as_deref()),
            ("IssueInstant", Some(&message.issue_instant)),
            ("Version", Some(message.version)),
        ],
    )
    .leaf(
        "saml2:Issuer",
        &[("xmlns:saml2", Some(ASSERTION))],
        &message.issuer,
    );
    status(&mut xml, "saml2p", &[], message);
    for each in &message.assertions {
        assertion(&mut xml, each);
    }
    xml.close("saml2p:Response");
    xml.finish()
}

fn assertion(xml: &mut Xml, assertion: &Assertion) {
    xml.open(
        "saml2:Assertion",
        &[
            ("xmlns:saml2", Some(ASSERTION)),
            ("ID", Some(&assertion.id)),
            ("IssueInstant", Some(&assertion.issue_instant)),
            ("Version", Some(assertion.version)),
        ],
    )
    .leaf("saml2:Issuer", &[], &assertion.issuer);
    let data = parts::confirmation_data(assertion);
    parts::subject(xml, "saml2:", &[], assertion, &data);
    parts::conditions(xml, "saml2:", &[], assertion);
    parts::attribute_statement(xml, "saml2:", &[], assertion, attribute);
    parts::authn_statement(xml, "saml2:", assertion, parts::sorted);
    xml.close("saml2:Assertion");
}

fn attribute(xml: &mut Xml, attribute: &Attribute) {
    let names = [
        ("Name", Some(attribute.name.as_str())),
        ("NameFormat", attribute.name_format.as_deref()),
        ("FriendlyName", attribute.friendly_name.as_deref()),
    ];
    if attribute.values.is_empty() {
        xml.empty("saml2:Attribute", &names);
        return;
    }
    let typed = [
        ("xmlns:xs", Some(SCHEMA)),
        ("xmlns:xsi", Some(SCHEMA_INSTANCE)),
        ("xsi:type", Some("xs:anyType")),
    ];
    parts::attribute(xml, "saml2:", &names, &typed, attribute);
}

/// It ends with the certificate, and names another NameID format than a new application gets.
fn metadata(facts: &MetadataFacts<'_>) -> String {
    let mut xml = Xml::default();
    xml.raw(DIALECT.declaration);
    let entity = [
        ("xmlns:md", Some(METADATA)),
        ("entityID", Some(facts.entity_id)),
        ("validUntil", Some(facts.valid_until.as_str())),
    ];
    parts::metadata(
        &mut xml,
        facts,
        &entity,
        facts.certificate,
        &[EMAIL_ADDRESS],
        &[HTTP_REDIRECT, HTTP_POST],
    );
    xml.finish()
}
