//! AWS IAM Identity Center: OpenSAML's prefixes with `xsd` instead of `xs`, a session that ends with
//! the assertion, groups by their ids.

use jiff::SignedDuration;
use vestibule_xmlsig::SignaturePrefix;

use super::{
    ASSERTION, Dialect, ENTITY, HTTP_POST, HTTP_REDIRECT, METADATA, MetadataFacts,
    NAME_UNSPECIFIED, PROTOCOL, SCHEMA, SCHEMA_INSTANCE, parts, status,
};
use crate::escape::Xml;
use crate::message::{Assertion, Attribute, EMAIL_ADDRESS, Message, PERSISTENT};
use crate::twist::Sign;
use crate::user::{User, guid, stable_guid};

pub(super) const DIALECT: Dialect = Dialect {
    declaration: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
    protocol_prefix: "saml2p",
    id,
    response_id: id,
    sign: Sign::Both,
    signature_prefix: SignaturePrefix::Ds,
    inclusive_namespaces: &["xsd"],
    name_id_format: EMAIL_ADDRESS,
    fraction_digits: 3,
    valid_before: SignedDuration::from_mins(5),
    valid_after: SignedDuration::from_mins(60),
    session_lasts: Some(SignedDuration::from_mins(60)),
    session_index: Some(session_index),
    context_class: "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
    attributes,
    keeps_empty_attributes: false,
    response,
    metadata,
};

/// An underscore and a GUID.
fn id(random: [u8; 16]) -> String {
    format!("_{}", guid(random))
}

/// A GUID, of the session and not of the assertion.
fn session_index(random: [u8; 16]) -> String {
    guid(random)
}

/// Names as an admin maps them. `${user:groups}` is ids: the names of groups never leave the
/// directory.
fn attributes(user: &User) -> Vec<Attribute> {
    let groups = user.groups.iter().map(|group| stable_guid(group));
    vec![
        Attribute::new("email", [&user.email]).with_format(NAME_UNSPECIFIED),
        Attribute::new("firstName", [&user.given_name]).with_format(NAME_UNSPECIFIED),
        Attribute::new("lastName", [&user.family_name]).with_format(NAME_UNSPECIFIED),
        Attribute::new("groups", groups).with_format(NAME_UNSPECIFIED),
    ]
}

fn response(message: &Message) -> String {
    let mut xml = Xml::default();
    xml.open(
        "saml2p:Response",
        &[
            ("xmlns:saml2p", Some(PROTOCOL)),
            ("xmlns:xsd", Some(SCHEMA)),
            ("Destination", Some(&message.destination)),
            ("ID", Some(&message.id)),
            ("InResponseTo", message.in_response_to.as_deref()),
            ("IssueInstant", Some(&message.issue_instant)),
            ("Version", Some(message.version)),
        ],
    )
    .leaf(
        "saml2:Issuer",
        &[("xmlns:saml2", Some(ASSERTION)), ("Format", Some(ENTITY))],
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
            ("xmlns:xsd", Some(SCHEMA)),
            ("ID", Some(&assertion.id)),
            ("IssueInstant", Some(&assertion.issue_instant)),
            ("Version", Some(assertion.version)),
        ],
    )
    .leaf(
        "saml2:Issuer",
        &[("Format", Some(ENTITY))],
        &assertion.issuer,
    );
    let data = parts::confirmation_data(assertion);
    parts::subject(xml, "saml2:", &[], assertion, &data);
    parts::conditions(xml, "saml2:", &[], assertion);
    parts::authn_statement(xml, "saml2:", assertion, parts::sorted);
    parts::attribute_statement(xml, "saml2:", &[], assertion, attribute);
    xml.close("saml2:Assertion");
}

fn attribute(xml: &mut Xml, attribute: &Attribute) {
    let typed = [
        ("xmlns:xsi", Some(SCHEMA_INSTANCE)),
        ("xsi:type", Some("xsd:string")),
    ];
    let names = parts::sorted_names(attribute);
    parts::attribute(xml, "saml2:", &names, &typed, attribute);
}

/// Without the SingleLogoutService that AWS lists: there is none here.
fn metadata(facts: &MetadataFacts<'_>) -> String {
    let mut xml = Xml::default();
    xml.raw(DIALECT.declaration);
    let entity = [
        ("xmlns:md", Some(METADATA)),
        ("entityID", Some(facts.entity_id)),
    ];
    parts::metadata(
        &mut xml,
        facts,
        &entity,
        facts.certificate,
        &[PERSISTENT],
        &[HTTP_POST, HTTP_REDIRECT],
    );
    xml.finish()
}
