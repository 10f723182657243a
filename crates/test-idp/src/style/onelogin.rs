//! OneLogin: `samlp:` and `saml:` declared at the top, no fractions of seconds, the Response alone
//! signed, a session of a day, an empty value where nothing is known.

use jiff::SignedDuration;
use sha2::{Digest, Sha256};
use vestibule_xmlsig::SignaturePrefix;

use super::{
    ASSERTION, DSIG, Dialect, HTTP_POST, HTTP_REDIRECT, METADATA, MetadataFacts, NAME_BASIC,
    PROTOCOL, SCHEMA, SCHEMA_INSTANCE, SOAP, parts, status,
};
use crate::escape::Xml;
use crate::message::{Assertion, Attribute, EMAIL_ADDRESS, Message};
use crate::twist::Sign;
use crate::unique::hexadecimal;
use crate::user::{User, guid};

pub(super) const DIALECT: Dialect = Dialect {
    declaration: "",
    protocol_prefix: "samlp",
    id,
    response_id,
    sign: Sign::Response,
    signature_prefix: SignaturePrefix::Ds,
    inclusive_namespaces: &[],
    name_id_format: EMAIL_ADDRESS,
    fraction_digits: 0,
    valid_before: SignedDuration::from_mins(3),
    valid_after: SignedDuration::from_mins(3),
    session_lasts: Some(SignedDuration::from_hours(24)),
    session_index: Some(session_index),
    context_class: "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
    attributes,
    keeps_empty_attributes: false,
    response,
    metadata,
};

/// An `A` and 40 hexadecimal digits.
fn id(random: [u8; 16]) -> String {
    format!("A{}", forty_digits(random))
}

/// An `R` and 40 hexadecimal digits.
fn response_id(random: [u8; 16]) -> String {
    format!("R{}", forty_digits(random))
}

fn forty_digits(random: [u8; 16]) -> String {
    hexadecimal(Sha256::digest(random).into_iter().take(20))
}

/// An underscore and a GUID, of the session and not of the assertion.
fn session_index(random: [u8; 16]) -> String {
    format!("_{}", guid(random))
}

/// The parameters of the SAML Test Connector; what is not known has an empty value.
fn attributes(user: &User) -> Vec<Attribute> {
    let groups = if user.groups.is_empty() {
        vec![String::new()]
    } else {
        user.groups.clone()
    };
    vec![
        Attribute::new("User.email", [&user.email]).with_format(NAME_BASIC),
        Attribute::new("User.FirstName", [&user.given_name]).with_format(NAME_BASIC),
        Attribute::new("User.LastName", [&user.family_name]).with_format(NAME_BASIC),
        Attribute::new("PersonImmutableID", [""]).with_format(NAME_BASIC),
        Attribute::new("memberOf", groups).with_format(NAME_BASIC),
    ]
}

fn response(message: &Message) -> String {
    let mut xml = Xml::default();
    xml.open(
        "samlp:Response",
        &[
            ("xmlns:saml", Some(ASSERTION)),
            ("xmlns:samlp", Some(PROTOCOL)),
            ("ID", Some(&message.id)),
            ("Version", Some(message.version)),
            ("IssueInstant", Some(&message.issue_instant)),
            ("Destination", Some(&message.destination)),
            ("InResponseTo", message.in_response_to.as_deref()),
        ],
    )
    .leaf("saml:Issuer", &[], &message.issuer);
    status(&mut xml, "samlp", &[], message);
    for each in &message.assertions {
        assertion(&mut xml, each);
    }
    xml.close("samlp:Response");
    xml.finish()
}

fn assertion(xml: &mut Xml, assertion: &Assertion) {
    xml.open(
        "saml:Assertion",
        &[
            ("xmlns:saml", Some(ASSERTION)),
            ("xmlns:xs", Some(SCHEMA)),
            ("xmlns:xsi", Some(SCHEMA_INSTANCE)),
            ("Version", Some(assertion.version)),
            ("ID", Some(&assertion.id)),
            ("IssueInstant", Some(&assertion.issue_instant)),
        ],
    )
    .leaf("saml:Issuer", &[], &assertion.issuer);
    let confirmation = &assertion.confirmation;
    let data = [
        ("NotOnOrAfter", Some(confirmation.not_on_or_after.as_str())),
        ("Recipient", Some(&confirmation.recipient)),
        ("InResponseTo", confirmation.in_response_to.as_deref()),
    ];
    parts::subject(xml, "saml:", &[], assertion, &data);
    parts::conditions(xml, "saml:", &[], assertion);
    parts::authn_statement(xml, "saml:", assertion, |authn| {
        let mut attributes = parts::sorted(authn);
        attributes.swap(1, 2);
        attributes
    });
    parts::attribute_statement(xml, "saml:", &[], assertion, attribute);
    xml.close("saml:Assertion");
}

fn attribute(xml: &mut Xml, attribute: &Attribute) {
    const VALUE: &str = "saml:AttributeValue";
    xml.open(
        "saml:Attribute",
        &[
            ("NameFormat", attribute.name_format.as_deref()),
            ("Name", Some(&attribute.name)),
            ("FriendlyName", attribute.friendly_name.as_deref()),
        ],
    );
    for value in &attribute.values {
        let typed = [
            ("xmlns:xsi", Some(SCHEMA_INSTANCE)),
            ("xsi:type", Some("xs:string")),
        ];
        if value.is_empty() {
            xml.empty(VALUE, &typed);
        } else {
            xml.leaf(VALUE, &typed, value);
        }
    }
    xml.close("saml:Attribute");
}

/// Without the SingleLogoutService that OneLogin lists: there is none here. An SSO endpoint for SOAP
/// is listed all the same; a reader has to pass it by.
fn metadata(facts: &MetadataFacts<'_>) -> String {
    let mut xml = Xml::default();
    xml.raw("<?xml version=\"1.0\"?>");
    xml.open(
        "EntityDescriptor",
        &[
            ("xmlns", Some(METADATA)),
            ("entityID", Some(facts.entity_id)),
        ],
    )
    .open(
        "IDPSSODescriptor",
        &[
            ("xmlns:ds", Some(DSIG)),
            ("protocolSupportEnumeration", Some(PROTOCOL)),
            facts.wants_signed(),
        ],
    )
    .open("KeyDescriptor", &[("use", Some("signing"))])
    .open("ds:KeyInfo", &[("xmlns:ds", Some(DSIG))])
    .open("ds:X509Data", &[])
    .open("ds:X509Certificate", &[])
    .raw(&facts.certificate_in_lines())
    .close("ds:X509Certificate")
    .close("ds:X509Data")
    .close("ds:KeyInfo")
    .close("KeyDescriptor");
    facts.single_logout(&mut xml, "SingleLogoutService");
    xml.leaf("NameIDFormat", &[], EMAIL_ADDRESS);
    facts.single_sign_on(
        &mut xml,
        "SingleSignOnService",
        &[HTTP_REDIRECT, HTTP_POST, SOAP],
    );
    xml.close("IDPSSODescriptor").close("EntityDescriptor");
    xml.finish()
}
