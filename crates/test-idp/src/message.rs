//! What an answer says, before any style writes it down.

use jiff::{SignedDuration, Timestamp};

use crate::style::Dialect;
use crate::twist::Twist;
use crate::unique::{NoRandomness, random};
use crate::user::User;

/// NameID format persistent (SAML Core §8.3.7).
pub(crate) const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
/// NameID format transient (SAML Core §8.3.8).
pub(crate) const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
/// NameID format emailAddress (SAML Core §8.3.2).
pub(crate) const EMAIL_ADDRESS: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
/// NameID format unspecified (SAML Core §8.3.1).
pub(crate) const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
/// The formats that a request may ask for.
pub(crate) const NAME_ID_FORMATS: &[&str] = &[PERSISTENT, TRANSIENT, EMAIL_ADDRESS, UNSPECIFIED];

/// Confirmation by possession (SAML Profiles §3.3).
pub(crate) const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const SENDER_VOUCHES: &str = "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches";

const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
const RESPONDER: &str = "urn:oasis:names:tc:SAML:2.0:status:Responder";
const REQUESTER: &str = "urn:oasis:names:tc:SAML:2.0:status:Requester";

/// The status of an answer (SAML Core §3.2.2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The top-level code, a URI.
    pub code: String,
    /// The code nested in it.
    pub subcode: Option<String>,
    /// A text for people.
    pub message: Option<String>,
}

impl Status {
    fn new(code: &str, subcode: Option<&str>, message: Option<&str>) -> Self {
        Self {
            code: code.to_owned(),
            subcode: subcode.map(|subcode| format!("urn:oasis:names:tc:SAML:2.0:status:{subcode}")),
            message: message.map(str::to_owned),
        }
    }

    /// It worked.
    #[must_use]
    pub fn success() -> Self {
        Self::new(SUCCESS, None, None)
    }

    /// `Responder` / `AuthnFailed`: the person could not sign in.
    #[must_use]
    pub fn authn_failed() -> Self {
        Self::new(
            RESPONDER,
            Some("AuthnFailed"),
            Some("The user failed to sign in"),
        )
    }

    /// `Responder` / `RequestDenied`: this person may not use this application.
    #[must_use]
    pub fn request_denied() -> Self {
        Self::new(
            RESPONDER,
            Some("RequestDenied"),
            Some("The user is not assigned to this application"),
        )
    }

    /// `Responder` / `NoPassive`: nobody is signed in, and nobody may be asked (Core §3.4.1).
    #[must_use]
    pub fn no_passive() -> Self {
        Self::new(RESPONDER, Some("NoPassive"), None)
    }

    /// `Requester` / `InvalidNameIDPolicy`: no such NameID here (Core §3.4.1.1).
    #[must_use]
    pub fn invalid_name_id_policy() -> Self {
        Self::new(REQUESTER, Some("InvalidNameIDPolicy"), None)
    }

    pub(crate) fn is_success(&self) -> bool {
        self.code == SUCCESS
    }
}

/// An attribute with its values (SAML Core §2.7.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The name.
    pub name: String,
    /// The format of the name, a URI.
    pub name_format: Option<String>,
    /// The name for people.
    pub friendly_name: Option<String>,
    /// The values, in order.
    pub values: Vec<String>,
}

impl Attribute {
    /// An attribute by its bare name.
    pub fn new<V: Into<String>>(
        name: impl Into<String>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        Self {
            name: name.into(),
            name_format: None,
            friendly_name: None,
            values: values.into_iter().map(Into::into).collect(),
        }
    }

    pub(crate) fn with_format(mut self, name_format: &str) -> Self {
        self.name_format = Some(name_format.to_owned());
        self
    }
}

/// A Response.
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) version: &'static str,
    pub(crate) issue_instant: String,
    pub(crate) destination: String,
    pub(crate) in_response_to: Option<String>,
    pub(crate) issuer: String,
    pub(crate) status: Status,
    pub(crate) assertions: Vec<Assertion>,
}

/// An Assertion.
#[derive(Clone)]
pub(crate) struct Assertion {
    pub(crate) id: String,
    pub(crate) version: &'static str,
    pub(crate) issue_instant: String,
    pub(crate) issuer: String,
    pub(crate) name_id: Option<NameId>,
    pub(crate) confirmation: Confirmation,
    pub(crate) conditions: Conditions,
    pub(crate) authn: Option<Authn>,
    pub(crate) attributes: Vec<Attribute>,
}

#[derive(Clone)]
pub(crate) struct NameId {
    pub(crate) format: String,
    /// Two parts with a comment between them, or one.
    pub(crate) text: (String, Option<String>),
}

#[derive(Clone)]
pub(crate) struct Confirmation {
    pub(crate) method: &'static str,
    pub(crate) in_response_to: Option<String>,
    pub(crate) not_on_or_after: String,
    pub(crate) recipient: String,
}

#[derive(Clone)]
pub(crate) struct Conditions {
    pub(crate) not_before: String,
    pub(crate) not_on_or_after: String,
    pub(crate) audience: Option<String>,
    pub(crate) one_time_use: bool,
    pub(crate) unknown: bool,
}

#[derive(Clone)]
pub(crate) struct Authn {
    pub(crate) instant: String,
    pub(crate) session_index: String,
    pub(crate) session_not_on_or_after: Option<String>,
    pub(crate) context_class: String,
}

/// Whom an answer is for.
pub(crate) struct Recipient<'a> {
    pub(crate) sp_entity_id: &'a str,
    pub(crate) acs_url: &'a str,
    pub(crate) in_response_to: Option<&'a str>,
    pub(crate) name_id_format: Option<&'a str>,
    pub(crate) context_class: Option<&'a str>,
}

/// Says what an answer says: the honest one, but for the twist.
pub(crate) fn compose(
    dialect: &Dialect,
    issuer: &str,
    recipient: &Recipient<'_>,
    user: &User,
    twist: &Twist,
    now: Timestamp,
) -> Result<Message, NoRandomness> {
    let now = shifted(now, twist.clock_offset);
    let digits = dialect.fraction_digits;
    let time = |offset: SignedDuration| format!("{:.digits$}", shifted(now, offset));
    let issue_instant = time(SignedDuration::ZERO);
    let version = if twist.wrong_version { "1.1" } else { "2.0" };
    let issuer = if twist.wrong_issuer {
        "https://evil.example/idp"
    } else {
        issuer
    };
    let in_response_to = match recipient.in_response_to {
        _ if twist.no_in_response_to => None,
        _ if twist.wrong_in_response_to => Some("_00000000000000000000000000000000"),
        id => id,
    };

    let status = twist.status.clone().unwrap_or_else(Status::success);
    let mut assertions = Vec::new();
    if status.is_success() && !twist.no_assertion {
        let id = (dialect.id)(random()?);
        let session_index = match (&twist.session_index, dialect.session_index) {
            (Some(twisted), _) => twisted.clone(),
            (None, Some(new)) => new(random()?),
            (None, None) => id.clone(),
        };
        let session_ends = twist.session_not_on_or_after.or(dialect.session_lasts);
        let assertion = Assertion {
            version,
            issue_instant: issue_instant.clone(),
            issuer: issuer.to_owned(),
            name_id: name_id(dialect, recipient, user, twist)?,
            confirmation: Confirmation {
                method: if twist.no_bearer {
                    SENDER_VOUCHES
                } else {
                    BEARER
                },
                in_response_to: in_response_to.map(str::to_owned),
                not_on_or_after: if twist.confirmation_expired {
                    time(SignedDuration::from_hours(-1))
                } else {
                    time(dialect.valid_after)
                },
                recipient: if twist.wrong_recipient {
                    "https://elsewhere.example/acs".to_owned()
                } else {
                    recipient.acs_url.to_owned()
                },
            },
            conditions: Conditions {
                not_before: time(-dialect.valid_before),
                not_on_or_after: time(dialect.valid_after),
                audience: (!twist.no_audience).then(|| {
                    if twist.wrong_audience {
                        "https://elsewhere.example/sp".to_owned()
                    } else {
                        recipient.sp_entity_id.to_owned()
                    }
                }),
                one_time_use: twist.one_time_use,
                unknown: twist.unknown_condition,
            },
            authn: (!twist.no_authn_statement).then(|| Authn {
                instant: time(twist.authn_instant_offset),
                session_index,
                session_not_on_or_after: session_ends.map(time),
                context_class: twist
                    .authn_context_class
                    .as_deref()
                    .or(recipient.context_class)
                    .unwrap_or(dialect.context_class)
                    .to_owned(),
            }),
            attributes: attributes(dialect, user, twist),
            id,
        };
        if twist.two_assertions {
            assertions.push(Assertion {
                id: (dialect.id)(random()?),
                ..assertion.clone()
            });
        }
        assertions.push(assertion);
    }

    Ok(Message {
        id: (dialect.response_id)(random()?),
        version,
        issue_instant,
        destination: if twist.wrong_destination {
            "https://elsewhere.example/acs".to_owned()
        } else {
            recipient.acs_url.to_owned()
        },
        in_response_to: in_response_to.map(str::to_owned),
        issuer: issuer.to_owned(),
        status,
        assertions,
    })
}

fn shifted(time: Timestamp, offset: SignedDuration) -> Timestamp {
    time.checked_add(offset).unwrap_or(time)
}

fn name_id(
    dialect: &Dialect,
    recipient: &Recipient<'_>,
    user: &User,
    twist: &Twist,
) -> Result<Option<NameId>, NoRandomness> {
    if twist.no_name_id {
        return Ok(None);
    }
    let format = match (twist.name_id_format.as_deref(), recipient.name_id_format) {
        (Some(twisted), _) => twisted,
        // `unspecified` in a request leaves the choice to the IdP (Core §3.4.1.1).
        (None, None | Some(UNSPECIFIED)) => dialect.name_id_format,
        (None, Some(asked)) => asked,
    };
    let value = match (&twist.name_id, format) {
        (Some(value), _) => value.clone(),
        (None, PERSISTENT) => user.pairwise_id(recipient.sp_entity_id),
        (None, TRANSIENT) => (dialect.id)(random()?),
        (None, _) => user.email.clone(),
    };
    let text = if twist.comment_in_name_id {
        let middle = value.char_indices().nth(value.chars().count() / 2);
        match middle.and_then(|(at, _)| value.split_at_checked(at)) {
            Some((first, second)) => (first.to_owned(), Some(second.to_owned())),
            None => (value, None),
        }
    } else {
        (value, None)
    };
    Ok(Some(NameId {
        format: format.to_owned(),
        text,
    }))
}

fn attributes(dialect: &Dialect, user: &User, twist: &Twist) -> Vec<Attribute> {
    if twist.no_attributes {
        return Vec::new();
    }
    let mut attributes = (dialect.attributes)(user);
    attributes.retain(|attribute| !twist.without_attributes.contains(&attribute.name));
    attributes.retain(|attribute| dialect.keeps_empty_attributes || !attribute.values.is_empty());
    attributes.extend(twist.extra_attributes.iter().cloned());
    attributes
}
