//! Who an assertion says it is about: the subject, the address, the name.

use vestibule_model::{Email, EmailError, RevisionSettings, SamlDetails, Subject};
use vestibule_saml::{Attributes, NameId, Purpose, VerifiedAssertion};

use crate::{Refusal, display_name::display_name};

/// SAML Core §8.3.7.
pub(crate) const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
/// SAML Core §8.3.8.
const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
/// SAML Core §8.3.2.
const EMAIL_ADDRESS: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";

/// What stands before the name of an attribute by which a subject is known.
const ATTRIBUTE_FORMAT: &str = "urn:vestibule:attribute:";

/// Attributes that carry an address where no mapping says otherwise, compared exactly.
const EMAIL_NAMES: &[&str] = &[
    "urn:oid:0.9.2342.19200300.100.1.3",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
];
/// The same, ASCII case ignored.
const EMAIL_PLAIN_NAMES: &[&str] = &["email", "mail", "emailAddress", "User.email"];

/// What the assertion gives as the address.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum ClaimedEmail {
    /// No source is present.
    Absent,
    /// The first value of the first source present.
    Valid(Email),
    /// The same, and it is no address: no other source stands in for it.
    Invalid(EmailError),
}

/// Who an assertion says it is about. Made from a verified assertion alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Claim {
    subject: Option<Subject>,
    email: ClaimedEmail,
    name: Option<String>,
}

impl Claim {
    /// The subject to look up: by the attribute that the connection has chosen, or by NameID; none
    /// for a transient one, which means nothing tomorrow.
    #[must_use]
    pub const fn subject(&self) -> Option<&Subject> {
        self.subject.as_ref()
    }

    /// The address to look up, where there is a valid one.
    #[must_use]
    pub const fn email(&self) -> Option<&Email> {
        match &self.email {
            ClaimedEmail::Valid(email) => Some(email),
            ClaimedEmail::Absent | ClaimedEmail::Invalid(_) => None,
        }
    }

    /// What to call the person.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(crate) const fn claimed_email(&self) -> &ClaimedEmail {
        &self.email
    }
}

/// Personal data: `Debug` says what is there, never what it is.
impl std::fmt::Debug for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Claim")
            .field("subject", &self.subject)
            .field("email", &self.email().is_some())
            .field("name", &self.name.is_some())
            .finish()
    }
}

/// Reads who a verified assertion is about, by the settings of the revision that verified it.
///
/// # Errors
/// [`Refusal::EmailMissing`] and [`Refusal::EmailInvalid`] for a transient NameID, which only an
/// address resolves (design §3, P9). With any other NameID the subject may be linked already, and
/// the address does not matter then; the door refuses when it does.
pub fn claim<P: Purpose>(
    assertion: &VerifiedAssertion<P>,
    settings: &RevisionSettings,
) -> Result<Claim, Refusal> {
    let name_id = assertion.name_id();
    let attributes = assertion.attributes();
    let idp_entity_id = assertion.idp_entity_id();
    let mapping = &settings.attribute_mapping;
    let email = claimed_email(name_id, attributes, &mapping.email);
    let subject = match assertion.subject_attribute() {
        Some((name, value)) => Some(by_attribute(name, value)),
        None => name_id.filter(|name_id| means_something(name_id)).cloned(),
    };
    let subject = subject.map(|name_id| Subject {
        idp_entity_id: idp_entity_id.to_owned(),
        name_id,
    });
    match (&subject, &email) {
        (None, ClaimedEmail::Absent) => return Err(Refusal::EmailMissing),
        (None, ClaimedEmail::Invalid(reason)) => {
            return Err(Refusal::EmailInvalid { reason: *reason });
        }
        _ => {}
    }
    Ok(Claim {
        subject,
        email,
        name: display_name(attributes, &mapping.name),
    })
}

/// The subject of whom an attribute names: under a format that no NameID can have here, with the
/// attribute's name in it. So nobody known by NameID is ever taken for somebody known by attribute,
/// or by another one.
fn by_attribute(name: &str, value: &str) -> NameId {
    NameId {
        value: value.to_owned(),
        format: Some(format!("{ATTRIBUTE_FORMAT}{name}")),
        name_qualifier: None,
        sp_name_qualifier: None,
    }
}

/// Whether people are known by subjects of this kind under these settings.
pub(crate) fn is_kind_of(subject: &NameId, settings: &RevisionSettings) -> bool {
    match &settings.subject_attribute {
        Some(name) => subject.format == by_attribute(name, "").format,
        None => means_something(subject),
    }
}

/// Whether a session that these details are of came in by this subject, as the settings that serve
/// know people.
pub(crate) fn is_subject_of(
    subject: &NameId,
    settings: &RevisionSettings,
    details: &SamlDetails,
) -> bool {
    if !is_kind_of(subject, settings) {
        return false;
    }
    let Some(name) = &settings.subject_attribute else {
        return details.name_id.as_ref() == Some(subject);
    };
    let values = details.attributes.get(name).map(|found| &found.values);
    let Some([value]) = values.map(Vec::as_slice) else {
        return false;
    };
    // The case of some attributes means nothing; what is kept of the subject says what it was taken for.
    subject.value == *value || subject.value == value.to_ascii_lowercase()
}

/// Whether a NameID names the same person tomorrow, and is not dressed up as an attribute.
fn means_something(name_id: &NameId) -> bool {
    let format = name_id.format.as_deref();
    format != Some(TRANSIENT) && !is_attribute_format(format)
}

/// Whether a subject is known by an attribute.
pub(crate) fn is_attribute_format(format: Option<&str>) -> bool {
    format.is_some_and(|format| format.starts_with(ATTRIBUTE_FORMAT))
}

/// Where the address comes from (design §3, E-mail): the first value of the first source present
/// counts, and sources are not compared.
fn claimed_email(
    name_id: Option<&NameId>,
    attributes: &Attributes,
    mapped: &[String],
) -> ClaimedEmail {
    let first = |attribute: &vestibule_saml::Attribute| attribute.values.first().cloned();
    let exact = mapped
        .iter()
        .map(String::as_str)
        .chain(EMAIL_NAMES.iter().copied());
    let from_attribute = exact
        .filter_map(|name| attributes.get(name).and_then(first))
        .next()
        .or_else(|| {
            EMAIL_PLAIN_NAMES
                .iter()
                .find_map(|name| attributes.get_ignore_ascii_case(name).and_then(first))
        });
    let parsed = match (from_attribute, name_id) {
        (Some(value), _) => Email::parse(&value),
        (None, None) => return ClaimedEmail::Absent,
        (None, Some(name_id)) => match name_id.format.as_deref() {
            Some(EMAIL_ADDRESS) => Email::parse(&name_id.value),
            Some(PERSISTENT | TRANSIENT) => return ClaimedEmail::Absent,
            // Any other NameID is a source only when it is an address.
            _ => {
                return Email::parse(&name_id.value)
                    .map_or(ClaimedEmail::Absent, ClaimedEmail::Valid);
            }
        },
    };
    match parsed {
        Ok(email) => ClaimedEmail::Valid(email),
        Err(reason) => ClaimedEmail::Invalid(reason),
    }
}
