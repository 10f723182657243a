//! The private keys that something was encrypted for.

use std::fmt;
use std::sync::Arc;

use openssl::pkey::{PKey, PKeyRef, Private};

use crate::certificate::Certificate;
use crate::ffi;
use crate::fingerprint::KeyFingerprint;
use crate::key::{KeyError, KeyKind, VerifyingKey};
use crate::spki::is_one_sequence;

/// A private RSA key to decrypt with. Cheap to clone, free to share between threads. `Debug` shows
/// its fingerprint alone.
#[derive(Clone)]
pub struct DecryptionKey(Arc<Inner>);

struct Inner {
    private: PKey<Private>,
    fingerprint: KeyFingerprint,
    certificate: Option<String>,
}

impl DecryptionKey {
    /// Reads an unencrypted PKCS #8 PrivateKeyInfo in DER.
    ///
    /// # Errors
    ///
    /// [`KeyError`]: not a key, not RSA, fewer than 2048 bits (SDP-MD06).
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, KeyError> {
        if !is_one_sequence(der) {
            return Err(KeyError::Malformed);
        }
        let private = PKey::private_key_from_pkcs8(der)
            .map_err(|_stack| KeyError::Malformed)
            .inspect_err(|_malformed| ffi::drain_openssl_errors())?;
        if !matches!(KeyKind::of(&private), KeyKind::Rsa { .. }) {
            return Err(KeyError::Unsupported);
        }
        let spki = private
            .public_key_to_der()
            .map_err(|_stack| KeyError::Malformed)?;
        let public = VerifyingKey::from_spki_der(&spki)?;
        Ok(Self(Arc::new(Inner {
            private,
            fingerprint: *public.fingerprint(),
            certificate: None,
        })))
    }

    /// The same key, that the world knows by this certificate: reports name it.
    #[must_use]
    pub fn carried_by(&self, certificate: &Certificate) -> Self {
        Self(Arc::new(Inner {
            private: self.0.private.clone(),
            fingerprint: self.0.fingerprint,
            certificate: Some(certificate.fingerprint_sha256().to_owned()),
        }))
    }

    /// SHA-256 of its public key.
    #[must_use]
    pub fn fingerprint(&self) -> &KeyFingerprint {
        &self.0.fingerprint
    }

    /// SHA-256 of the certificate that carries it, in lower-case hex, if it was told.
    #[must_use]
    pub fn certificate_fingerprint(&self) -> Option<&str> {
        self.0.certificate.as_deref()
    }

    pub(crate) fn private(&self) -> &PKeyRef<Private> {
        &self.0.private
    }
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecryptionKey({})", self.0.fingerprint)
    }
}
