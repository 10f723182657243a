//! A logout message that was not accepted.

use std::fmt;

use vestibule_xmlsig::VerifyError;

use crate::parameters::ParameterError;
use crate::report::{Row, excerpt};

/// One rule of accepting a logout message. The words are stable, like those of
/// [`Check`](crate::Check).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LogoutCheck {
    /// The parameters are those of the binding, each at most once.
    Binding,
    /// The message is base64, inflated where it was deflated, of a hardened-parsed LogoutRequest in
    /// `SAMLRequest` or LogoutResponse in `SAMLResponse`.
    Format,
    /// The message is signed, by a trusted key, in the way of the binding.
    Signature,
    /// The Version is 2.0.
    Version,
    /// There is an ID, an NCName.
    Id,
    /// The message was issued not in the future, and not too long ago.
    IssueInstant,
    /// The message was meant for this endpoint.
    Destination,
    /// The message comes from the IdP of this connection.
    Issuer,
    /// The request has not expired.
    NotOnOrAfter,
    /// The request names exactly one person, by a NameID of text.
    NameId,
    /// The sessions that the request names are texts, and not too many.
    SessionIndex,
    /// The response answers the request that was sent.
    InResponseTo,
    /// The response has a status.
    Status,
}

impl LogoutCheck {
    /// Every rule.
    pub const ALL: &'static [Self] = &[
        Self::Binding,
        Self::Format,
        Self::Signature,
        Self::Version,
        Self::Id,
        Self::IssueInstant,
        Self::Destination,
        Self::Issuer,
        Self::NotOnOrAfter,
        Self::NameId,
        Self::SessionIndex,
        Self::InResponseTo,
        Self::Status,
    ];

    const fn facts(self) -> (&'static str, &'static str) {
        match self {
            Self::Binding => ("logout_binding", "SAML Bindings §3.4.4, §3.5.4"),
            Self::Format => ("logout_format", "SAML Bindings §3.4.4.1, §3.5.4"),
            Self::Signature => ("logout_signature", "SAML Profiles §4.4.4"),
            Self::Version => ("logout_version", "SAML Core §3.2.1"),
            Self::Id => ("logout_id", "SAML Core §1.3.4"),
            Self::IssueInstant => ("logout_issue_instant", "SAML Core §3.2.1"),
            Self::Destination => ("logout_destination", "SAML Bindings §3.4.5.2, §3.5.5.2"),
            Self::Issuer => ("logout_issuer", "SAML Profiles §4.4.4"),
            Self::NotOnOrAfter => ("logout_not_on_or_after", "SAML Core §3.7.1"),
            Self::NameId => ("logout_name_id", "SAML Core §3.7.1"),
            Self::SessionIndex => ("logout_session_index", "SAML Core §3.7.1"),
            Self::InResponseTo => ("logout_in_response_to", "SAML Core §3.2.2"),
            Self::Status => ("logout_status", "SAML Core §3.2.2.1"),
        }
    }

    /// Its stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.facts().0
    }

    /// Where the rule is written.
    #[must_use]
    pub const fn reference(self) -> &'static str {
        self.facts().1
    }
}

impl fmt::Display for LogoutCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a logout message was not accepted: the first rule that failed. `Display` says little, for
/// whoever stands at the door. What was received is the sender's text, bounded and without control
/// characters; show it as text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the logout message was refused by the check {reason}")]
pub struct LogoutRefusal {
    /// The rule.
    pub reason: LogoutCheck,
    /// What should have been there.
    pub expected: Option<String>,
    /// What was.
    pub received: Option<String>,
}

impl LogoutRefusal {
    pub(crate) fn new(
        reason: LogoutCheck,
        expected: impl AsRef<str>,
        received: impl AsRef<str>,
    ) -> Self {
        Self {
            reason,
            expected: Some(excerpt(expected.as_ref())),
            received: Some(excerpt(received.as_ref())),
        }
    }

    pub(crate) fn signature(error: &VerifyError) -> Self {
        let received = error.received().unwrap_or_else(|| error.to_string());
        Self {
            reason: LogoutCheck::Signature,
            expected: error.expected().map(|expected| excerpt(&expected)),
            received: Some(excerpt(&received)),
        }
    }

    /// A row of the rules that are the same for every message: an error if it failed.
    pub(crate) fn unless(reason: LogoutCheck, row: Row) -> Result<(), Self> {
        if !row.is_failure() {
            return Ok(());
        }
        let (expected, received) = (row.expected, row.received);
        Err(Self {
            reason,
            expected,
            received,
        })
    }
}

impl From<ParameterError> for LogoutRefusal {
    fn from(error: ParameterError) -> Self {
        let (expected, received) = match error {
            ParameterError::Repeated(name) => ("every parameter once", format!("{name} twice")),
            ParameterError::EncodedName(name) => {
                ("plain names", format!("{name}, its name percent-encoded"))
            }
            ParameterError::NoValue(name) => ("a value", format!("{name} without one")),
            ParameterError::Encoding(name) => (
                "percent-encoded UTF-8",
                format!("{name} in another encoding"),
            ),
        };
        Self::new(LogoutCheck::Binding, expected, received)
    }
}
