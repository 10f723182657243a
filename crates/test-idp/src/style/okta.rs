//! Okta: OpenSAML's prefixes, the assertion namespace declared again and again, an inclusive `xs`.

use jiff::SignedDuration;
use vestibule_xmlsig::SignaturePrefix;

use super::{
    ASSERTION, Dialect, ENTITY, HTTP_POST, HTTP_REDIRECT, METADATA, MetadataFacts, NAME_BASIC,
    NAME_UNSPECIFIED, PROTOCOL, SCHEMA, SCHEMA_INSTANCE, parts, status,
};
use crate::escape::Xml;
use crate::message::{Assertion, Attribute, EMAIL_ADDRESS, Message, UNSPECIFIED};
use crate::twist::Sign;
use crate::user::User;

pub(super) const DIALECT: Dialect = Dialect {
    declaration: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
    protocol_prefix: "saml2p",
    id,
    response_id: id,
    sign: Sign::Both,
    signature_prefix: SignaturePrefix::Ds,
    inclusive_namespaces: &["xs"],
    name_id_format: EMAIL_ADDRESS,
    fraction_digits: 3,
    valid_before: SignedDuration::from_mins(5),
    valid_after: SignedDuration::from_mins(5),
    session_lasts: None,
    session_index: None,
    context_class: "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
    attributes,
    keeps_empty_attributes: false,
    response,
    metadata,
};

/// `id` and a long decimal number.
fn id(random: [u8; 16]) -> String {
    format!("id{:023}", u128::from_be_bytes(random) % 10_u128.pow(23))
}

fn attributes(user: &User) -> Vec<Attribute> {
    vec![
        Attribute::new("email", [&user.email]).with_format(NAME_UNSPECIFIED),
        Attribute::new("firstName", [&user.given_name]).with_format(NAME_UNSPECIFIED),
        Attribute::new("lastName", [&user.family_name]).with_format(NAME_UNSPECIFIED),
        Attribute::new("groups", &user.groups).with_format(NAME_BASIC),
    ]
}

fn response(message: &Message) -> String {
    let mut xml = Xml::default();
    xml.open(
        "saml2p:Response",
        &[
            ("Destination", Some(&message.destination)),
            ("ID", Some(&message.id)),
            ("InResponseTo", message.in_response_to.as_deref()),
            ("IssueInstant", Some(&message.issue_instant)),
            ("Version", Some(message.version)),
            ("xmlns:saml2p", Some(PROTOCOL)),
            ("xmlns:xs", Some(SCHEMA)),
        ],
    );
    issuer(&mut xml, &message.issuer);
    status(
        &mut xml,
        "saml2p",
        &[("xmlns:saml2p", Some(PROTOCOL))],
        message,
    );
    for each in &message.assertions {
        assertion(&mut xml, each);
    }
    xml.close("saml2p:Response");
    xml.finish()
}

fn issuer(xml: &mut Xml, issuer: &str) {
    xml.leaf(
        "saml2:Issuer",
        &[("Format", Some(ENTITY)), ("xmlns:saml2", Some(ASSERTION))],
        issuer,
    );
}

fn assertion(xml: &mut Xml, assertion: &Assertion) {
    let declared = ("xmlns:saml2", Some(ASSERTION));
    xml.open(
        "saml2:Assertion",
        &[
            ("ID", Some(&assertion.id)),
            ("IssueInstant", Some(&assertion.issue_instant)),
            ("Version", Some(assertion.version)),
            declared,
            ("xmlns:xs", Some(SCHEMA)),
        ],
    );
    issuer(xml, &assertion.issuer);

    let data = parts::confirmation_data(assertion);
    parts::subject(xml, "saml2:", &[declared], assertion, &data);
    parts::conditions(xml, "saml2:", &[declared], assertion);
    parts::authn_statement(xml, "saml2:", assertion, |authn| {
        let mut attributes = parts::sorted(authn);
        attributes.push(("xmlns:saml2", Some(ASSERTION)));
        attributes
    });
    parts::attribute_statement(xml, "saml2:", &[declared], assertion, attribute);
    xml.close("saml2:Assertion");
}

fn attribute(xml: &mut Xml, attribute: &Attribute) {
    let typed = [
        ("xmlns:xs", Some(SCHEMA)),
        ("xmlns:xsi", Some(SCHEMA_INSTANCE)),
        ("xsi:type", Some("xs:string")),
    ];
    let names = parts::sorted_names(attribute);
    parts::attribute(xml, "saml2:", &names, &typed, attribute);
}

fn metadata(facts: &MetadataFacts<'_>) -> String {
    let mut xml = Xml::default();
    xml.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    let entity = [
        ("entityID", Some(facts.entity_id)),
        ("xmlns:md", Some(METADATA)),
    ];
    parts::metadata(
        &mut xml,
        facts,
        &entity,
        &facts.certificate_in_lines(),
        &[UNSPECIFIED, EMAIL_ADDRESS],
        &[HTTP_POST, HTTP_REDIRECT],
    );
    xml.finish()
}
