//! What to call a person: from the attributes, for show alone.

use vestibule_model::Email;
use vestibule_saml::Attributes;

/// As long as the longest value that has to be kept whole (IIP-G02).
const MAX_CHARS: usize = 256;

const WHOLE_NAMES: &[&str] = &[
    "urn:oid:2.16.840.1.113730.3.1.241",
    "displayName",
    "name",
    "http://schemas.microsoft.com/identity/claims/displayname",
];
/// Entra ID sends the user principal name here, which looks like an address and is no name.
const WS_NAME: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name";

const GIVEN_NAMES: &[&str] = &[
    "urn:oid:2.5.4.42",
    "givenName",
    "firstName",
    "first_name",
    "User.FirstName",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
];
const SURNAMES: &[&str] = &[
    "urn:oid:2.5.4.4",
    "sn",
    "surname",
    "lastName",
    "last_name",
    "User.LastName",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
];

/// The first mapped attribute, else a whole name, else given name and surname.
pub(crate) fn display_name(attributes: &Attributes, mapped: &[String]) -> Option<String> {
    let value = |name: &str| first_usable(attributes, name);
    let any = |names: &[&str]| names.iter().find_map(|name| value(name));
    if let Some(name) = mapped.iter().find_map(|name| value(name)) {
        return Some(name);
    }
    if let Some(name) = any(WHOLE_NAMES) {
        return Some(name);
    }
    if let Some(name) = value(WS_NAME).filter(|name| Email::parse(name).is_err()) {
        return Some(name);
    }
    match (any(GIVEN_NAMES), any(SURNAMES)) {
        (Some(given), Some(surname)) => shown(&format!("{given} {surname}")),
        (one, other) => one.or(other),
    }
}

fn first_usable(attributes: &Attributes, name: &str) -> Option<String> {
    let attribute = attributes
        .get(name)
        .or_else(|| attributes.get_ignore_ascii_case(name))?;
    attribute.values.iter().find_map(|value| shown(value))
}

/// A text as a name: trimmed, not empty, without control characters, of bounded length.
fn shown(value: &str) -> Option<String> {
    let value = value.trim();
    if value.is_empty() || value.chars().any(char::is_control) {
        return None;
    }
    Some(value.chars().take(MAX_CHARS).collect())
}
