//! The proof of a signature.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::algorithm::SignatureAlgorithm;
use crate::document::Document;
use crate::fingerprint::KeyFingerprint;
use crate::limits::Limits;
use crate::parse_error::ParseError;
use crate::prescan::prescan;

/// The canonical bytes that xmlsec digested and one of the given keys signed. Only
/// [`verify`](crate::verify) makes them, so having them is the proof; whatever is to be believed
/// is read from them and from nothing else.
pub struct SignedBytes {
    bytes: Vec<u8>,
    key: KeyFingerprint,
    algorithm: SignatureAlgorithm,
    /// The bytes as `verify` has read them already, for whoever asks first.
    parsed: Mutex<Option<Document>>,
}

impl SignedBytes {
    pub(crate) fn new(
        bytes: Vec<u8>,
        parsed: Document,
        key: KeyFingerprint,
        algorithm: SignatureAlgorithm,
    ) -> Self {
        Self {
            bytes,
            key,
            algorithm,
            parsed: Mutex::new(Some(parsed)),
        }
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The key that signed them.
    #[must_use]
    pub fn key(&self) -> KeyFingerprint {
        self.key
    }

    /// The algorithm that it signed them with.
    #[must_use]
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// Reads the bytes. The first call costs nothing: verification has read them, with the limits
    /// of the document they came from, to see that they are the element that was asked about. `limits`
    /// are those of what the bytes were made from: canonical bytes are longer and repeat their
    /// namespaces, for which there is room.
    ///
    /// # Errors
    ///
    /// [`ParseError`] when `limits` are narrower than the document's were.
    pub fn parse(&self, limits: &Limits) -> Result<Document, ParseError> {
        let parsed = self
            .parsed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match parsed {
            Some(document) if document.limits().no_wider_than(limits) => Ok(document),
            _ => {
                prescan(&self.bytes, &limits.of_canonical_form(self.bytes.len()))?;
                Document::read_canonical(&self.bytes, limits)
            }
        }
    }
}

impl fmt::Debug for SignedBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedBytes({} bytes by {})", self.bytes.len(), self.key)
    }
}
