//! A certificate, as it is shown, and what is known of it beside.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vestibule_policy::expiry;
use vestibule_xmlsig::Certificate;

use crate::manage::certificates::ConnectionCertificate;

/// What stands in a certificate.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Certificate)]
pub(crate) struct CertificateView {
    /// Whom it names.
    subject: String,
    /// Who issued it.
    issuer: String,
    /// SHA-256 of the certificate, lower-case hex.
    fingerprint_sha256: String,
    /// SHA-256 of the public key (SPKI): what is trusted; the same for a renewed certificate with the
    /// same key.
    key_fingerprint_sha256: Option<String>,
    /// Type and size of the key.
    #[schema(example = "RSA 2048")]
    key: String,
    /// From when it counts.
    #[schema(value_type = String, format = DateTime)]
    not_before: Timestamp,
    /// Until when it counts; expiry warns and locks nobody out by itself.
    #[schema(value_type = String, format = DateTime)]
    not_after: Timestamp,
}

impl From<&Certificate> for CertificateView {
    fn from(certificate: &Certificate) -> Self {
        Self {
            subject: certificate.subject().to_owned(),
            issuer: certificate.issuer().to_owned(),
            fingerprint_sha256: certificate.fingerprint_sha256().to_string(),
            key_fingerprint_sha256: certificate
                .key_fingerprint()
                .ok()
                .map(|key| key.to_string()),
            key: certificate.key_kind().to_string(),
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
        }
    }
}

/// A certificate of a connection's IdP.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConnectionCertificate)]
pub(crate) struct ConnectionCertificateView {
    #[serde(flatten)]
    facts: CertificateView,
    /// The certificate, one PEM block.
    certificate: String,
    /// The revision that this is about: the live one, else the draft.
    revision_id: String,
    /// current, expires_soon (within 30 days) or expired.
    #[schema(example = "current")]
    state: &'static str,
    /// Whole days until its end; negative when it has expired.
    expires_in_days: i64,
    /// When its key last verified a sign-in, to the hour; null: never.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
    /// Whether the draft beside the live revision takes this key too: what is added to the live
    /// revision or retired from it leaves the draft alone. Null where there is no such draft.
    in_draft: Option<bool>,
}

impl ConnectionCertificateView {
    pub(crate) fn new(known: &ConnectionCertificate, now: Timestamp) -> Self {
        let certificate = &known.certificate;
        Self {
            facts: CertificateView::from(certificate),
            certificate: certificate.to_pem(),
            revision_id: known.revision_id.to_string(),
            state: expiry(certificate.not_after(), now).as_str(),
            expires_in_days: known.days_left(now),
            last_used_at: known.last_used_at,
            in_draft: known.in_draft,
        }
    }
}
