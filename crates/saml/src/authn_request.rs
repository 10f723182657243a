//! The request that a browser takes to the IdP.

use jiff::Timestamp;

use crate::binding::{deflate_base64, encode_base64, percent_encode};
use crate::instant::format_instant;
use crate::names::{POST, VERSION, ns};
use crate::write::Escaped;

/// The longest RelayState (Bindings §3.4.3), in bytes.
const MAX_RELAY_STATE: usize = 80;

/// What is said about the NameID: any kind will do, and it may be made now (Core §3.4.1.1).
///
/// Kantara allows this or nothing at all (SDP-SP04). Nothing would be shorter, but `AllowCreate` is
/// then false, and identity providers that take that to the letter refuse the first sign-in of
/// everybody when their NameIDs are persistent (SimpleSAMLphp's `SQLPersistentNameID` among them).
/// A Format is never sent: AD FS answers one that it has no rule for with `InvalidNameIDPolicy`.
const NAME_ID_POLICY: &str = r#"<samlp:NameIDPolicy AllowCreate="true"/>"#;

/// An AuthnRequest by HTTP-Redirect or HTTP-POST, answered by HTTP-POST (Core §3.4.1, Profiles
/// §4.1.4.1). It is not signed, and says the same whichever way it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthnRequest {
    /// Its ID: an NCName that nobody can guess.
    pub id: String,
    /// When it is made.
    pub issue_instant: Timestamp,
    /// The IdP's SSO URL; its query string is kept.
    pub destination: String,
    /// Our entity ID.
    pub sp_entity_id: String,
    /// Where the answer goes, byte for byte as in our metadata (SDP-SP05).
    pub acs_url: String,
}

/// What a browser posts to the IdP (Bindings §3.5.4): a form with these fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostForm {
    /// Where the form goes: the IdP's SSO URL. An http or https URL of printable ASCII, which still
    /// has to be escaped where it is written into a page.
    pub action: String,
    /// The field `SAMLRequest`: the message in base64, not deflated.
    pub saml_request: String,
    /// The field `RelayState`, where there is one.
    pub relay_state: Option<String>,
}

/// Why a request cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The destination is not an http or https URL of printable ASCII without a fragment.
    #[error("the destination is not an http or https URL that a browser can be sent to")]
    Destination,
    /// The RelayState has more than 80 bytes (Bindings §3.4.3).
    #[error("the RelayState is longer than 80 bytes")]
    RelayState,
    /// The message could not be compressed.
    #[error("the message could not be compressed")]
    Deflate,
}

impl AuthnRequest {
    /// The message.
    #[must_use]
    pub fn to_xml(&self) -> String {
        format!(
            concat!(
                r#"<samlp:AuthnRequest xmlns:samlp="{protocol}" xmlns:saml="{assertion}""#,
                r#" ID="{id}" Version="{version}" IssueInstant="{issued}""#,
                r#" Destination="{destination}" ProtocolBinding="{binding}""#,
                r#" AssertionConsumerServiceURL="{acs_url}">"#,
                r#"<saml:Issuer>{issuer}</saml:Issuer>{policy}</samlp:AuthnRequest>"#,
            ),
            protocol = ns::PROTOCOL,
            assertion = ns::ASSERTION,
            id = Escaped(&self.id),
            version = VERSION,
            issued = format_instant(self.issue_instant),
            destination = Escaped(&self.destination),
            binding = POST,
            acs_url = Escaped(&self.acs_url),
            issuer = Escaped(&self.sp_entity_id),
            policy = NAME_ID_POLICY,
        )
    }

    /// The URL to send the browser to: the destination with the message deflated, in base64 and
    /// percent-encoded behind whatever query it has (Bindings §3.4.4.1).
    ///
    /// # Errors
    ///
    /// [`SendError`].
    pub fn redirect_url(&self, relay_state: Option<&str>) -> Result<String, SendError> {
        let destination = self.sendable(relay_state)?;
        let message = deflate_base64(self.to_xml().as_bytes())
            .map_err(|_write_to_memory| SendError::Deflate)?;
        let mut url = String::with_capacity(destination.len() + message.len() + 200);
        url.push_str(destination);
        if !destination.contains('?') {
            url.push('?');
        } else if !destination.ends_with(['?', '&']) {
            url.push('&');
        }
        url.push_str("SAMLRequest=");
        percent_encode(&message, &mut url);
        if let Some(state) = relay_state {
            url.push_str("&RelayState=");
            percent_encode(state, &mut url);
        }
        Ok(url)
    }

    /// The form for the browser to post: the message in base64, its destination as it is, query and
    /// all (Bindings §3.5.4).
    ///
    /// # Errors
    ///
    /// [`SendError`].
    pub fn post_form(&self, relay_state: Option<&str>) -> Result<PostForm, SendError> {
        Ok(PostForm {
            action: self.sendable(relay_state)?.to_owned(),
            saml_request: encode_base64(self.to_xml().as_bytes()),
            relay_state: relay_state.map(str::to_owned),
        })
    }

    /// The destination, if a browser can be sent there with this RelayState.
    fn sendable(&self, relay_state: Option<&str>) -> Result<&str, SendError> {
        let destination = self.destination.as_str();
        let web = ["https://", "http://"].iter().any(|scheme| {
            destination
                .strip_prefix(scheme)
                .is_some_and(|rest| !rest.is_empty())
        });
        if !web
            || destination
                .bytes()
                .any(|byte| !byte.is_ascii_graphic() || byte == b'#')
        {
            return Err(SendError::Destination);
        }
        if relay_state.is_some_and(|state| state.len() > MAX_RELAY_STATE) {
            return Err(SendError::RelayState);
        }
        Ok(destination)
    }
}
