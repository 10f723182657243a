//! The attribute by which people are known, and the scopes of scoped attributes.

use std::borrow::Cow;

use crate::attributes::{Attribute, Attributes};
use crate::check::Check;
use crate::expected::Identifier;
use crate::remedies::Fix;
use crate::report::Row;

/// SAML V2.0 Subject Identifier Attributes Profile §3.3.
const SUBJECT_ID: &str = "urn:oasis:names:tc:SAML:attribute:subject-id";
/// The same, §3.4.
const PAIRWISE_ID: &str = "urn:oasis:names:tc:SAML:attribute:pairwise-id";
/// eduPersonPrincipalName.
const PRINCIPAL_NAME: &str = "urn:oid:1.3.6.1.4.1.5923.1.1.1.6";
/// Attributes whose values end in a scope.
const SCOPED: [&str; 3] = [SUBJECT_ID, PAIRWISE_ID, PRINCIPAL_NAME];
/// The longest identifier (IIP-G02).
const MAX_CHARACTERS: usize = 256;
/// The longest part of a subject identifier on either side of the `@`.
const MAX_PART: usize = 127;

/// The chosen attribute has exactly one value, not blank. It is taken whole, but for `subject-id`
/// and `pairwise-id`, whose syntax is checked and whose case means nothing (SDP-SP13, SDP-SP14).
pub(crate) fn identifier(
    attributes: &Attributes,
    identifier: &Identifier,
) -> (Row, Option<(String, String)>) {
    let check = Check::Identifier;
    let Identifier::Attribute(name) = identifier else {
        return (Row::skipped(check), None);
    };
    let row = |row: Row| row.expected(format!("the attribute {name} with exactly one value"));
    let fail = |received: &str| {
        let fix = Fix::Identifier(name.clone());
        (row(Row::fail(check)).received(received).mend(fix), None)
    };
    let Some(Attribute { values, .. }) = attributes.get(name) else {
        return fail("no attribute of this name");
    };
    let is_subject_identifier = matches!(&**name, SUBJECT_ID | PAIRWISE_ID);
    let canonical = |value: &'_ String| match is_subject_identifier {
        true => value.to_ascii_lowercase(),
        false => value.clone(),
    };
    let Some(value) = values.first().map(canonical) else {
        return fail("the attribute without a value");
    };
    if values.iter().any(|other| canonical(other) != value) {
        return fail("several values that differ");
    }
    if value.trim().is_empty() {
        return fail("a blank value");
    }
    if value.chars().count() > MAX_CHARACTERS {
        return fail("a value of more than 256 characters");
    }
    if is_subject_identifier && !is_well_formed(&value) {
        return fail("a value that is not of the form identifier@scope");
    }
    // The value is personal data, and a report is kept.
    let passed = row(Row::pass(check)).received("one value");
    (passed, Some((name.clone(), value)))
}

/// `uniqueID@scope`, each beginning with a letter or digit (Subject Identifier Attributes §3.3.1).
fn is_well_formed(value: &str) -> bool {
    let part = |text: &str, others: &[u8]| {
        text.len() <= MAX_PART
            && text
                .bytes()
                .next()
                .is_some_and(|first| first.is_ascii_alphanumeric())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || others.contains(&byte))
    };
    value
        .split_once('@')
        .is_some_and(|(unique, scope)| part(unique, b"=-") && part(scope, b"-."))
}

/// Where scopes are named, every scoped value ends in one of them, upper and lower case ignored
/// (SDP-SP17).
pub(crate) fn scope(attributes: &Attributes, allowed: &[String]) -> Row {
    let check = Check::Scope;
    if allowed.is_empty() {
        return Row::skipped(check);
    }
    let row = |row: Row| row.expected(format!("a scope among {}", allowed.join(", ")));
    for attribute in SCOPED.iter().filter_map(|name| attributes.get(name)) {
        for value in &attribute.values {
            let scope = value.rsplit_once('@').map(|(_, scope)| scope);
            if scope.is_some_and(|scope| allowed.iter().any(|one| one.eq_ignore_ascii_case(scope)))
            {
                continue;
            }
            let scope = scope.map_or(Cow::Borrowed("no scope"), |scope| {
                Cow::Owned(format!("the scope {scope}"))
            });
            return row(Row::fail(check))
                .received(format!("{scope} in {}", attribute.name))
                .mend(Fix::Scope);
        }
    }
    row(Row::pass(check))
}
