//! The URLs of a connection; what the IdP is told, and what a response has to name, letter by letter.

use vestibule_model::ConnectionId;
use vestibule_session::Secret;
use vestibule_state::ParkedId;

/// Our entity ID for this connection: the URL of its metadata (Metadata §4.1.1, "well-known location").
pub(crate) fn entity_id(public_url: &str, id: ConnectionId) -> String {
    metadata(public_url, id)
}

pub(crate) fn metadata(public_url: &str, id: ConnectionId) -> String {
    format!("{public_url}/saml/{id}/metadata")
}

pub(crate) fn acs(public_url: &str, id: ConnectionId) -> String {
    format!("{public_url}/saml/{id}/acs")
}

pub(crate) fn slo(public_url: &str, id: ConnectionId) -> String {
    format!("{public_url}/saml/{id}/slo")
}

/// Where an application sends its people, and a discovery service sends them back to with the
/// `entityID` that they chose (Identity Provider Discovery Service Protocol §2.4).
pub(crate) fn authorize(public_url: &str) -> String {
    format!("{public_url}/oauth2/authorize")
}

/// Where a browser starts a test; the last part is a bearer.
pub(crate) fn start(public_url: &str, secret: &Secret) -> String {
    format!("{public_url}/saml/tests/{}", secret.expose())
}

/// Where a browser comes back with its cookie for a parked message.
pub(crate) fn resume(public_url: &str, id: ConnectionId, parked: &ParkedId) -> String {
    format!("{public_url}/saml/{id}/resume/{}", parked.as_str())
}
