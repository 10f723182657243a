//! What was posted instead of a Response.

use std::fmt;

use vestibule_xmlsig::{Element, ParseError};

use crate::binding::inflated_beginning;
use crate::check::Check;
use crate::names::ns;
use crate::refusal::Refusal;
use crate::remedies::{Fix, Side};
use crate::report::{Report, Row};

/// Why a form value is not a Response. It never carries text of the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// Nothing, or white space.
    #[error("the message is empty")]
    Empty,
    /// Longer than [`Limits::max_encoded`](crate::Limits::max_encoded).
    #[error("the message has {bytes} bytes, more than {max}")]
    TooLarge {
        /// Its length.
        bytes: usize,
        /// The bound.
        max: usize,
    },
    /// XML as it is, without base64.
    #[error("the message is XML that was not encoded in base64")]
    BareXml,
    /// base64 that is percent-encoded still.
    #[error("the message is percent-encoded still")]
    PercentEncoded,
    /// Not base64 (RFC 2045).
    #[error("the message is not base64")]
    NotBase64,
    /// Compressed, as only HTTP-Redirect does.
    #[error("the message is compressed, as for the HTTP-Redirect binding")]
    Deflated,
    /// Not XML that we would read.
    #[error("the message cannot be read as XML")]
    Xml(#[from] ParseError),
    /// XML, of another kind.
    #[error("the message is not a SAML 2.0 Response but {0}")]
    NotAResponse(MessageKind),
}

impl DecodeError {
    pub(crate) fn of_text(text: &str) -> Self {
        let text = text.trim();
        if text.starts_with('<') {
            Self::BareXml
        } else if text.contains('%') {
            Self::PercentEncoded
        } else {
            Self::NotBase64
        }
    }

    pub(crate) fn of_bytes(error: ParseError, bytes: &[u8]) -> Self {
        let deflated = inflated_beginning(bytes).is_some_and(|xml| xml.starts_with(b"<"));
        if deflated {
            Self::Deflated
        } else {
            Self::Xml(error)
        }
    }

    fn row(&self) -> Row {
        let row = Row::fail(Check::ResponseFormat).expected(
            "a SAML 2.0 Response by HTTP-POST: XML in base64, in the form field SAMLResponse",
        );
        match self {
            Self::Xml(ParseError::Doctype { .. }) => row.received(self.detail()).mend(Fix::Said(
                Side::MessagePath,
                "The message has a document type declaration, which SAML does not know and which \
                 is never read. Look for what adds it between the identity provider and here.",
            )),
            Self::NotAResponse(kind) => row
                .received(self.to_string())
                .mend(Fix::Said(Side::IdentityProvider, kind.remedy())),
            _ => row.received(self.detail()).mend(Fix::Said(
                Side::MessagePath,
                "The message was damaged on its way, or does not come from a SAML identity \
                 provider. Check that the ACS URL is used for HTTP-POST and nothing else.",
            )),
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Xml(error) => format!("{self}: {error}"),
            other => other.to_string(),
        }
    }
}

/// A report can be made of it like of any other refusal.
impl From<DecodeError> for Refusal {
    fn from(error: DecodeError) -> Self {
        let mut report = Report::new();
        report.push(error.row());
        Self::new(report)
    }
}

/// A message by its root element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MessageKind {
    /// A SAML 2.0 AuthnRequest.
    AuthnRequest,
    /// A SAML 2.0 LogoutRequest.
    LogoutRequest,
    /// A SAML 2.0 LogoutResponse.
    LogoutResponse,
    /// A SAML 2.0 ArtifactResponse.
    ArtifactResponse,
    /// Some other SAML 2.0 protocol message.
    OtherProtocolMessage,
    /// An assertion without its Response.
    Assertion,
    /// Metadata.
    Metadata,
    /// A SAML 1.x message.
    Saml1,
    /// A WS-Federation token response.
    WsFederation,
    /// A SOAP envelope.
    Soap,
    /// An HTML page.
    Html,
    /// A Response outside the namespace of SAML 2.0.
    ResponseOfOtherNamespace,
    /// Any other XML.
    OtherXml,
}

impl MessageKind {
    /// What a root element begins, if it is not a Response.
    pub(crate) fn of(root: Element<'_>) -> Option<Self> {
        let namespace = root.namespace().unwrap_or_default();
        Some(match (namespace, root.local_name()) {
            (ns::PROTOCOL, "Response") => return None,
            (ns::PROTOCOL, "AuthnRequest") => Self::AuthnRequest,
            (ns::PROTOCOL, "LogoutRequest") => Self::LogoutRequest,
            (ns::PROTOCOL, "LogoutResponse") => Self::LogoutResponse,
            (ns::PROTOCOL, "ArtifactResponse") => Self::ArtifactResponse,
            (ns::PROTOCOL, _) => Self::OtherProtocolMessage,
            (ns::ASSERTION, _) => Self::Assertion,
            (ns::METADATA, _) => Self::Metadata,
            (ns::SAML_1_PROTOCOL | ns::SAML_1_ASSERTION, _) => Self::Saml1,
            (ns::SOAP, _) | (_, "Envelope") => Self::Soap,
            (_, "RequestSecurityTokenResponse" | "RequestSecurityTokenResponseCollection") => {
                Self::WsFederation
            }
            (_, name) if name.eq_ignore_ascii_case("html") => Self::Html,
            (_, "Response") => Self::ResponseOfOtherNamespace,
            _ => Self::OtherXml,
        })
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::AuthnRequest => {
                "An AuthnRequest goes to the identity provider. Check that its login URL is not \
                 set to this service's own ACS URL."
            }
            Self::LogoutRequest | Self::LogoutResponse => {
                "A logout message was sent to the ACS URL. Remove the ACS URL from the logout \
                 settings of the application at the identity provider."
            }
            Self::ArtifactResponse => {
                "Set the application at the identity provider to answer by HTTP-POST, not by \
                 artifact."
            }
            Self::Assertion => {
                "The identity provider must send the whole Response, not its assertion alone."
            }
            Self::Metadata => "Metadata belongs into the settings of the connection.",
            Self::Saml1 | Self::WsFederation => {
                "Set the application at the identity provider to SAML 2.0 (in AD FS: Enable \
                 support for the SAML 2.0 WebSSO protocol)."
            }
            _ => "Check that the identity provider sends a SAML 2.0 Response to the ACS URL.",
        }
    }
}

impl fmt::Display for MessageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AuthnRequest => "an AuthnRequest",
            Self::LogoutRequest => "a LogoutRequest",
            Self::LogoutResponse => "a LogoutResponse",
            Self::ArtifactResponse => "an ArtifactResponse",
            Self::OtherProtocolMessage => "another SAML 2.0 message",
            Self::Assertion => "an assertion without its Response",
            Self::Metadata => "metadata",
            Self::Saml1 => "a SAML 1.x message",
            Self::WsFederation => "a WS-Federation token",
            Self::Soap => "a SOAP envelope",
            Self::Html => "an HTML page",
            Self::ResponseOfOtherNamespace => "a Response outside the SAML 2.0 namespace",
            Self::OtherXml => "some other XML",
        })
    }
}
