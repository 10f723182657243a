//! What every style writes alike, but for its prefix (with its colon, or empty) and for what it
//! declares again on each element.

use super::{DSIG, MetadataFacts, PROTOCOL, name_id_text, unknown_condition};
use crate::escape::{Attributes, Xml};
use crate::message::{Assertion, Attribute, Authn};

/// The Subject; `data` is what its SubjectConfirmationData says, in the order of the style.
pub(super) fn subject(
    xml: &mut Xml,
    prefix: &str,
    again: Attributes<'_>,
    assertion: &Assertion,
    data: Attributes<'_>,
) {
    let [subject, name, confirmation, confirmation_data] = [
        "Subject",
        "NameID",
        "SubjectConfirmation",
        "SubjectConfirmationData",
    ]
    .map(|name| format!("{prefix}{name}"));
    xml.open(&subject, again);
    if let Some(name_id) = &assertion.name_id {
        xml.open(&name, &[("Format", Some(&name_id.format))]);
        name_id_text(xml, name_id);
        xml.close(&name);
    }
    let method = assertion.confirmation.method;
    xml.open(&confirmation, &[("Method", Some(method))])
        .empty(&confirmation_data, data)
        .close(&confirmation)
        .close(&subject);
}

/// The Conditions.
pub(super) fn conditions(
    xml: &mut Xml,
    prefix: &str,
    again: Attributes<'_>,
    assertion: &Assertion,
) {
    let [element, restriction, audience, one_time_use] = [
        "Conditions",
        "AudienceRestriction",
        "Audience",
        "OneTimeUse",
    ]
    .map(|name| format!("{prefix}{name}"));
    let conditions = &assertion.conditions;
    let times = [
        ("NotBefore", Some(conditions.not_before.as_str())),
        ("NotOnOrAfter", Some(conditions.not_on_or_after.as_str())),
    ];
    xml.open(&element, &[&times, again].concat());
    if conditions.unknown {
        unknown_condition(xml, prefix);
    }
    if let Some(value) = &conditions.audience {
        xml.open(&restriction, &[])
            .leaf(&audience, &[], value)
            .close(&restriction);
    }
    if conditions.one_time_use {
        xml.empty(&one_time_use, &[]);
    }
    xml.close(&element);
}

/// Attributes that a style has put in its order.
pub(super) type Written<'a> = Vec<(&'static str, Option<&'a str>)>;

/// The AuthnStatement, if there is one; `attributes` are its own, in the order of the style.
pub(super) fn authn_statement(
    xml: &mut Xml,
    prefix: &str,
    assertion: &Assertion,
    attributes: for<'a> fn(&'a Authn) -> Written<'a>,
) {
    let Some(authn) = &assertion.authn else {
        return;
    };
    let [statement, context, class] = ["AuthnStatement", "AuthnContext", "AuthnContextClassRef"]
        .map(|name| format!("{prefix}{name}"));
    xml.open(&statement, &attributes(authn))
        .open(&context, &[])
        .leaf(&class, &[], &authn.context_class)
        .close(&context)
        .close(&statement);
}

/// The attributes of an AuthnStatement in the order of the alphabet, as most write them.
pub(super) fn sorted(authn: &Authn) -> Written<'_> {
    vec![
        ("AuthnInstant", Some(&authn.instant)),
        ("SessionIndex", Some(&authn.session_index)),
        (
            "SessionNotOnOrAfter",
            authn.session_not_on_or_after.as_deref(),
        ),
    ]
}

/// The AttributeStatement, if there is anything to say; `attribute` writes one of them.
pub(super) fn attribute_statement(
    xml: &mut Xml,
    prefix: &str,
    again: Attributes<'_>,
    assertion: &Assertion,
    attribute: fn(&mut Xml, &Attribute),
) {
    if assertion.attributes.is_empty() {
        return;
    }
    let statement = format!("{prefix}AttributeStatement");
    xml.open(&statement, again);
    for each in &assertion.attributes {
        attribute(xml, each);
    }
    xml.close(&statement);
}

/// One attribute; `names` are its own, in the order of the style, `typed` what stands at each value.
pub(super) fn attribute(
    xml: &mut Xml,
    prefix: &str,
    names: Attributes<'_>,
    typed: Attributes<'_>,
    attribute: &Attribute,
) {
    let [element, value] = ["Attribute", "AttributeValue"].map(|name| format!("{prefix}{name}"));
    xml.open(&element, names);
    for text in &attribute.values {
        xml.leaf(&value, typed, text);
    }
    xml.close(&element);
}

/// The names of an attribute in the order of the alphabet, as some write them.
pub(super) fn sorted_names(attribute: &Attribute) -> [(&'static str, Option<&str>); 3] {
    [
        ("FriendlyName", attribute.friendly_name.as_deref()),
        ("Name", Some(&attribute.name)),
        ("NameFormat", attribute.name_format.as_deref()),
    ]
}

/// Metadata in the prefixes `md:` and `ds:`; `entity` is what stands at its root element, in the
/// order of the style.
pub(super) fn metadata(
    xml: &mut Xml,
    facts: &MetadataFacts<'_>,
    entity: Attributes<'_>,
    certificate: &str,
    name_id_formats: &[&str],
    bindings: &[&str],
) {
    let (wants, signed) = facts.wants_signed();
    xml.open("md:EntityDescriptor", entity)
        .open(
            "md:IDPSSODescriptor",
            &[
                (wants, Some(signed.unwrap_or("false"))),
                ("protocolSupportEnumeration", Some(PROTOCOL)),
            ],
        )
        .open("md:KeyDescriptor", &[("use", Some("signing"))])
        .open("ds:KeyInfo", &[("xmlns:ds", Some(DSIG))])
        .open("ds:X509Data", &[])
        .open("ds:X509Certificate", &[])
        // As it is: a line break stays one.
        .raw(certificate)
        .close("ds:X509Certificate")
        .close("ds:X509Data")
        .close("ds:KeyInfo")
        .close("md:KeyDescriptor");
    facts.single_logout(xml, "md:SingleLogoutService");
    for format in name_id_formats {
        xml.leaf("md:NameIDFormat", &[], format);
    }
    facts.single_sign_on(xml, "md:SingleSignOnService", bindings);
    xml.close("md:IDPSSODescriptor")
        .close("md:EntityDescriptor");
}

/// The attributes of a SubjectConfirmationData in the order of the alphabet, as most write them.
pub(super) fn confirmation_data(assertion: &Assertion) -> [(&'static str, Option<&str>); 3] {
    let confirmation = &assertion.confirmation;
    [
        ("InResponseTo", confirmation.in_response_to.as_deref()),
        ("NotOnOrAfter", Some(&confirmation.not_on_or_after)),
        ("Recipient", Some(&confirmation.recipient)),
    ]
}
