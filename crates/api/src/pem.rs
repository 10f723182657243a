//! Certificates of an IdP as they are stored: one PEM block each.

use vestibule_xmlsig::{Certificate, KeyFingerprint};

/// The certificates, in their order. What cannot be read now was refused when it was saved; without
/// it nothing verifies.
pub(crate) fn certificates(pems: &[String]) -> impl Iterator<Item = Certificate> {
    pems.iter()
        .filter_map(|pem| Certificate::parse_all(pem.as_bytes()).ok())
        .flatten()
}

/// The names of their keys.
pub(crate) fn keys(pems: &[String]) -> Vec<KeyFingerprint> {
    certificates(pems)
        .filter_map(|certificate| certificate.key_fingerprint().ok())
        .collect()
}
