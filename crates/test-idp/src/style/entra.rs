//! Microsoft Entra ID: no XML declaration, default namespaces, attributes before the AuthnStatement,
//! claim URIs, a validity of an hour.

use jiff::SignedDuration;
use vestibule_xmlsig::SignaturePrefix;

use super::{
    ASSERTION, DSIG, Dialect, HTTP_POST, HTTP_REDIRECT, METADATA, MetadataFacts, PROTOCOL,
    SCHEMA_INSTANCE, parts, status,
};
use crate::escape::Xml;
use crate::message::{Assertion, Attribute, EMAIL_ADDRESS, Message};
use crate::twist::Sign;
use crate::user::{User, guid, stable_guid};

pub(super) const DIALECT: Dialect = Dialect {
    declaration: "",
    protocol_prefix: "samlp",
    id,
    response_id: id,
    sign: Sign::Assertion,
    signature_prefix: SignaturePrefix::Default,
    inclusive_namespaces: &[],
    name_id_format: EMAIL_ADDRESS,
    fraction_digits: 3,
    valid_before: SignedDuration::from_mins(5),
    valid_after: SignedDuration::from_mins(60),
    session_lasts: None,
    session_index: None,
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

fn attributes(user: &User) -> Vec<Attribute> {
    let microsoft = |name: &str| format!("http://schemas.microsoft.com/identity/claims/{name}");
    let soap = |name: &str| format!("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/{name}");
    let domain = user.email.rsplit_once('@').map_or("", |(_, domain)| domain);
    let tenant = stable_guid(domain);
    vec![
        Attribute::new(microsoft("tenantid"), [&tenant]),
        Attribute::new(microsoft("objectidentifier"), [user.object_id()]),
        Attribute::new(microsoft("displayname"), [user.display_name()]),
        Attribute::new(
            "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups",
            &user.groups,
        ),
        Attribute::new(
            microsoft("identityprovider"),
            [format!("https://sts.windows.net/{tenant}/")],
        ),
        Attribute::new(
            "http://schemas.microsoft.com/claims/authnmethodsreferences",
            ["http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password"],
        ),
        Attribute::new(soap("givenname"), [&user.given_name]),
        Attribute::new(soap("surname"), [&user.family_name]),
        Attribute::new(soap("emailaddress"), [&user.email]),
        Attribute::new(soap("name"), [&user.email]),
    ]
}

fn response(message: &Message) -> String {
    let mut xml = Xml::default();
    xml.open(
        "samlp:Response",
        &[
            ("ID", Some(&message.id)),
            ("Version", Some(message.version)),
            ("IssueInstant", Some(&message.issue_instant)),
            ("Destination", Some(&message.destination)),
            ("InResponseTo", message.in_response_to.as_deref()),
            ("xmlns:samlp", Some(PROTOCOL)),
        ],
    )
    .leaf("Issuer", &[("xmlns", Some(ASSERTION))], &message.issuer);
    status(&mut xml, "samlp", &[], message);
    for each in &message.assertions {
        assertion(&mut xml, each);
    }
    xml.close("samlp:Response");
    xml.finish()
}

fn assertion(xml: &mut Xml, assertion: &Assertion) {
    xml.open(
        "Assertion",
        &[
            ("ID", Some(&assertion.id)),
            ("IssueInstant", Some(&assertion.issue_instant)),
            ("Version", Some(assertion.version)),
            ("xmlns", Some(ASSERTION)),
        ],
    )
    .leaf("Issuer", &[], &assertion.issuer);
    let data = parts::confirmation_data(assertion);
    parts::subject(xml, "", &[], assertion, &data);
    parts::conditions(xml, "", &[], assertion);
    parts::attribute_statement(xml, "", &[], assertion, attribute);
    parts::authn_statement(xml, "", assertion, parts::sorted);
    xml.close("Assertion");
}

fn attribute(xml: &mut Xml, attribute: &Attribute) {
    let names = [
        ("Name", Some(attribute.name.as_str())),
        ("NameFormat", attribute.name_format.as_deref()),
        ("FriendlyName", attribute.friendly_name.as_deref()),
    ];
    parts::attribute(xml, "", &names, &[], attribute);
}

/// Entra ID's document also describes a WS-Federation token service, with keys of its own; a reader
/// of SAML metadata has to pass it by.
fn metadata(facts: &MetadataFacts<'_>) -> String {
    let mut xml = Xml::default();
    xml.raw("<?xml version=\"1.0\" encoding=\"utf-8\"?>");
    xml.open(
        "EntityDescriptor",
        &[
            ("ID", Some(&id(facts.stable))),
            ("entityID", Some(facts.entity_id)),
            ("xmlns", Some(METADATA)),
        ],
    )
    .open(
        "RoleDescriptor",
        &[
            ("xsi:type", Some("fed:SecurityTokenServiceType")),
            ("xmlns:xsi", Some(SCHEMA_INSTANCE)),
            (
                "protocolSupportEnumeration",
                Some("http://docs.oasis-open.org/wsfed/federation/200706"),
            ),
            (
                "xmlns:fed",
                Some("http://docs.oasis-open.org/wsfed/federation/200706"),
            ),
        ],
    );
    key_descriptor(&mut xml, facts.certificate);
    xml.close("RoleDescriptor").open(
        "IDPSSODescriptor",
        &[
            facts.wants_signed(),
            ("protocolSupportEnumeration", Some(PROTOCOL)),
        ],
    );
    key_descriptor(&mut xml, facts.certificate);
    facts.single_logout(&mut xml, "SingleLogoutService");
    facts.single_sign_on(&mut xml, "SingleSignOnService", &[HTTP_REDIRECT, HTTP_POST]);
    xml.close("IDPSSODescriptor").close("EntityDescriptor");
    xml.finish()
}

fn key_descriptor(xml: &mut Xml, certificate: &str) {
    xml.open("KeyDescriptor", &[("use", Some("signing"))])
        .open("KeyInfo", &[("xmlns", Some(DSIG))])
        .open("X509Data", &[])
        .leaf("X509Certificate", &[], certificate)
        .close("X509Data")
        .close("KeyInfo")
        .close("KeyDescriptor");
}
