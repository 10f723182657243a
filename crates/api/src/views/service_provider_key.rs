//! A key of ours for a connection, as it is shown.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::manage::service_provider_keys::OwnKey;

/// A key of ours for one connection: it signs what we send, and decrypts what was encrypted for it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceProviderKey)]
pub(crate) struct ServiceProviderKeyView {
    /// Its id; null for the one in use.
    id: Option<String>,
    /// active (signs and decrypts), next (announced in our metadata) or previous (still decrypts).
    #[schema(example = "next")]
    stage: &'static str,
    /// Its certificate, one PEM block.
    certificate: String,
    /// SHA-256 of the certificate, lower-case hex.
    fingerprint_sha256: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<&OwnKey> for ServiceProviderKeyView {
    fn from(key: &OwnKey) -> Self {
        let certificate = &key.certificate;
        Self {
            id: key.beside.map(|(id, _)| id.to_string()),
            stage: key.beside.map_or("active", |(_, stage)| stage.as_str()),
            certificate: certificate.to_pem(),
            fingerprint_sha256: certificate.fingerprint_sha256().to_owned(),
            // A certificate of ours counts from when its key was made.
            created_at: certificate.not_before(),
        }
    }
}
