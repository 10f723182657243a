//! A key of ours for a connection, as it is shown.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vestibule_model::ServiceProviderKeyId;
use vestibule_xmlsig::Certificate;

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

impl ServiceProviderKeyView {
    /// A certificate of ours counts from when its key was made.
    pub(crate) fn new(
        id: Option<ServiceProviderKeyId>,
        stage: &'static str,
        certificate: &Certificate,
    ) -> Self {
        Self {
            id: id.map(|id| id.to_string()),
            stage,
            certificate: certificate.to_pem(),
            fingerprint_sha256: certificate.fingerprint_sha256().to_owned(),
            created_at: certificate.not_before(),
        }
    }
}
