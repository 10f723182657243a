//! What we say about the end of a session.

use jiff::Timestamp;

use crate::instant::format_instant;
use crate::name_id::NameId;
use crate::names::{VERSION, ns, status};
use crate::outgoing::{MessageField, Outgoing, PostForm, SendError, Signing};
use crate::write::{Escaped, Optional};

/// A LogoutRequest to the IdP (Core §3.7.1). It is always signed (Profiles §4.4.4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutRequest {
    /// Its ID: an NCName that nobody can guess.
    pub id: String,
    /// When it is made.
    pub issue_instant: Timestamp,
    /// When it is worth nothing any more.
    pub not_on_or_after: Timestamp,
    /// The IdP's logout URL; its query string is kept.
    pub destination: String,
    /// Our entity ID.
    pub sp_entity_id: String,
    /// Who leaves: exactly as asserted, qualifiers and all. Some IdPs compare to the letter.
    pub name_id: NameId,
    /// The IdP's session, where the assertion named one.
    pub session_index: Option<String>,
    /// Why, a URI (`urn:oasis:names:tc:SAML:2.0:logout:user`).
    pub reason: Option<String>,
}

/// A LogoutResponse to the IdP (Core §3.7.2). It is always signed (Profiles §4.4.4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutResponse {
    /// Its ID: an NCName that nobody can guess.
    pub id: String,
    /// When it is made.
    pub issue_instant: Timestamp,
    /// The request that it answers.
    pub in_response_to: String,
    /// The IdP's logout URL, or the one it wants answers at; its query string is kept.
    pub destination: String,
    /// Our entity ID.
    pub sp_entity_id: String,
    /// How it went.
    pub status: LogoutStatus,
}

/// How a logout went, for an answer of ours (Core §3.2.2.2, §3.7.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoutStatus {
    /// The sessions that were meant are over, were there any or none.
    Success,
    /// Ours are over, and not everybody else's.
    PartialLogout,
    /// The request was at fault, and how where that helps (`RequestDenied`).
    Requester(Option<&'static str>),
    /// We were at fault.
    Responder(Option<&'static str>),
}

impl LogoutStatus {
    /// The code, and the one nested in it.
    fn codes(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Success => ("Success", None),
            Self::PartialLogout => ("Success", Some("PartialLogout")),
            Self::Requester(nested) => ("Requester", nested),
            Self::Responder(nested) => ("Responder", nested),
        }
    }
}

/// Sending, which is the same for both.
macro_rules! sent_by_browser {
    ($message:ty, $field:expr) => {
        impl $message {
            /// The URL to send the browser to, signed as text (Bindings §3.4.4.1).
            ///
            /// # Errors
            ///
            /// [`SendError`].
            pub fn redirect_url(
                &self,
                relay_state: Option<&str>,
                signing: &Signing,
            ) -> Result<String, SendError> {
                self.outgoing().redirect_url(relay_state, Some(signing))
            }

            /// The form for the browser to post, the message signed in itself (Bindings §3.5.4).
            ///
            /// # Errors
            ///
            /// [`SendError`].
            pub fn post_form(
                &self,
                relay_state: Option<&str>,
                signing: &Signing,
            ) -> Result<PostForm, SendError> {
                self.outgoing().post_form(relay_state, Some(signing))
            }

            fn outgoing(&self) -> Outgoing<'_> {
                Outgoing {
                    field: $field,
                    id: &self.id,
                    destination: &self.destination,
                    xml: self.to_xml(),
                }
            }
        }
    };
}

sent_by_browser!(LogoutRequest, MessageField::SamlRequest);
sent_by_browser!(LogoutResponse, MessageField::SamlResponse);

impl LogoutRequest {
    /// The message, not signed.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let name_id = &self.name_id;
        let session = self
            .session_index
            .as_deref()
            .map_or_else(String::new, |index| {
                let index = Escaped(index);
                format!("<samlp:SessionIndex>{index}</samlp:SessionIndex>")
            });
        format!(
            concat!(
                r#"<samlp:LogoutRequest xmlns:samlp="{protocol}" xmlns:saml="{assertion}""#,
                r#" ID="{id}" Version="{version}" IssueInstant="{issued}""#,
                r#" Destination="{destination}" NotOnOrAfter="{end}"{reason}>"#,
                r#"<saml:Issuer>{issuer}</saml:Issuer>"#,
                r#"<saml:NameID{format}{qualifier}{sp_qualifier}>{name}</saml:NameID>{session}"#,
                r#"</samlp:LogoutRequest>"#,
            ),
            protocol = ns::PROTOCOL,
            assertion = ns::ASSERTION,
            id = Escaped(&self.id),
            version = VERSION,
            issued = format_instant(self.issue_instant),
            destination = Escaped(&self.destination),
            end = format_instant(self.not_on_or_after),
            reason = Optional("Reason", self.reason.as_deref()),
            issuer = Escaped(&self.sp_entity_id),
            format = Optional("Format", name_id.format.as_deref()),
            qualifier = Optional("NameQualifier", name_id.name_qualifier.as_deref()),
            sp_qualifier = Optional("SPNameQualifier", name_id.sp_name_qualifier.as_deref()),
            name = Escaped(&name_id.value),
            session = session,
        )
    }
}

impl LogoutResponse {
    /// The message, not signed.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let (code, nested) = self.status.codes();
        let nested = nested.map_or_else(String::new, |nested| {
            format!(r#"<samlp:StatusCode Value="{}{nested}"/>"#, status::PREFIX)
        });
        format!(
            concat!(
                r#"<samlp:LogoutResponse xmlns:samlp="{protocol}" xmlns:saml="{assertion}""#,
                r#" ID="{id}" Version="{version}" IssueInstant="{issued}""#,
                r#" Destination="{destination}" InResponseTo="{in_response_to}">"#,
                r#"<saml:Issuer>{issuer}</saml:Issuer><samlp:Status>"#,
                r#"<samlp:StatusCode Value="{prefix}{code}">{nested}</samlp:StatusCode>"#,
                r#"</samlp:Status></samlp:LogoutResponse>"#,
            ),
            protocol = ns::PROTOCOL,
            assertion = ns::ASSERTION,
            id = Escaped(&self.id),
            version = VERSION,
            issued = format_instant(self.issue_instant),
            destination = Escaped(&self.destination),
            in_response_to = Escaped(&self.in_response_to),
            issuer = Escaped(&self.sp_entity_id),
            prefix = status::PREFIX,
            code = code,
            nested = nested,
        )
    }
}
