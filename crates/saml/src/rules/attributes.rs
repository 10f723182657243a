//! What the assertion says about somebody.

use vestibule_xmlsig::Element;

use crate::attributes::{Attribute, Attributes};
use crate::check::Check;
use crate::names::ns;
use crate::remedies::Fix;
use crate::report::Row;

/// How many names a report repeats.
const MAX_NAMED: usize = 6;

/// Every Attribute of every AttributeStatement, known or not, whatever its NameFormat (Core §2.7.3,
/// IIP-SP01, IIP-SP10). One without a Name, or an encrypted one, refuses: leaving it out could
/// change who somebody is.
pub(crate) fn attributes(assertion: Element<'_>) -> (Row, Option<Attributes>) {
    let check = Check::Attributes;
    let mut attributes = Vec::new();
    for statement in assertion.children_named(ns::ASSERTION, "AttributeStatement") {
        for child in statement.children() {
            if child.is(ns::ASSERTION, "EncryptedAttribute") {
                let row = Row::fail(check)
                    .expected("attributes that are not encrypted")
                    .received("an EncryptedAttribute");
                return (row.mend(Fix::EncryptionOff("attributes")), None);
            }
            if !child.is(ns::ASSERTION, "Attribute") {
                continue;
            }
            let Some(name) = child.attribute("Name").filter(|name| !name.is_empty()) else {
                let row = Row::fail(check)
                    .expected("a Name on every Attribute")
                    .received("an Attribute without a Name");
                return (row.mend(Fix::Software), None);
            };
            attributes.push(Attribute {
                name: name.into_owned(),
                name_format: child
                    .attribute("NameFormat")
                    .map(|format| format.into_owned()),
                friendly_name: child
                    .attribute("FriendlyName")
                    .map(|name| name.into_owned()),
                values: child
                    .children_named(ns::ASSERTION, "AttributeValue")
                    .map(value)
                    .collect(),
            });
        }
    }
    let attributes: Attributes = attributes.into_iter().collect();
    // The names only: the values are personal data, and a report is kept.
    let mut received = format!("{} attributes", attributes.len());
    for (number, attribute) in attributes.iter().take(MAX_NAMED).enumerate() {
        received.push_str(if number == 0 { ": " } else { ", " });
        received.push_str(&attribute.name);
    }
    if attributes.len() > MAX_NAMED {
        received.push_str(", and others");
    }
    (Row::pass(check).received(received), Some(attributes))
}

/// A value is its text, whole. Element content never refuses: its text, without the white space
/// that lays the elements out, is the value. `xsi:nil` makes it empty (Core §2.7.3.1.1).
fn value(value: Element<'_>) -> String {
    match value.text() {
        Some(_) if is_nil(value) => String::new(),
        Some(text) => text.into_owned(),
        None => value.deep_text().trim().to_owned(),
    }
}

fn is_nil(value: Element<'_>) -> bool {
    value
        .attribute_ns(ns::XSI, "nil")
        .is_some_and(|nil| matches!(nil.trim(), "true" | "1"))
}
