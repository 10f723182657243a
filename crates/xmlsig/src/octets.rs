//! Signatures over octets that stand outside any XML, as a URL carries them.
//!
//! An ECDSA signature is r and s, each as long as the curve's order, one after the other: that is
//! what the identifiers of XML Signature mean (RFC 9231 §2.3.6), wherever the signature stands. The
//! DER form of other protocols is not taken: one identifier, one encoding.

use std::fmt;

use openssl::ecdsa::EcdsaSig;
use openssl::hash::MessageDigest;
use openssl::sign::Signer;

use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::ffi;
use crate::fingerprint::KeyFingerprint;
use crate::key::{EcCurve, KeyKind, VerifyingKey};
use crate::signing::{SignError, SigningKey};
use crate::verify::{fitting, maker};
use crate::verify_error::VerifyError;

/// Octets that one of the given keys signed. Only [`verify_octets`] makes them, so having them is
/// the proof; whatever is to be believed is read from them and from nothing else.
pub struct SignedOctets {
    octets: Vec<u8>,
    key: KeyFingerprint,
    algorithm: SignatureAlgorithm,
}

impl SignedOctets {
    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.octets
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
}

impl fmt::Debug for SignedOctets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SignedOctets({} bytes by {})",
            self.octets.len(),
            self.key
        )
    }
}

/// Verifies a signature over `octets`, by any of `keys`.
///
/// # Errors
///
/// [`VerifyError`]: no key, too many, none of the kind that the algorithm needs, or none that made
/// this signature of these octets. SAML Bindings §3.4.4.1, RFC 9231 §2.3.
pub fn verify_octets(
    octets: Vec<u8>,
    signature: &[u8],
    algorithm: SignatureAlgorithm,
    keys: &[VerifyingKey],
) -> Result<SignedOctets, VerifyError> {
    ffi::ready()?;
    // A signature of another length is by no such key, and no business of the library.
    let keys = fitting(keys, algorithm)?.filter(|key| length(key.kind()) == Some(signature.len()));
    let key = *maker(keys, &octets, algorithm, signature)?.fingerprint();
    Ok(SignedOctets {
        octets,
        key,
        algorithm,
    })
}

impl SigningKey {
    /// Signs `octets`.
    ///
    /// # Errors
    ///
    /// [`SignError::WrongAlgorithm`] where the algorithm needs another kind of key,
    /// [`SignError::Library`] if OpenSSL fails. SAML Bindings §3.4.4.1, RFC 9231 §2.3.
    pub fn sign_octets(
        &self,
        algorithm: SignatureAlgorithm,
        octets: &[u8],
    ) -> Result<Vec<u8>, SignError> {
        self.check_algorithm(algorithm)?;
        let digest = match algorithm.digest() {
            DigestAlgorithm::Sha256 => MessageDigest::sha256(),
            DigestAlgorithm::Sha384 => MessageDigest::sha384(),
            DigestAlgorithm::Sha512 => MessageDigest::sha512(),
        };
        let signature = Signer::new(digest, self.private())
            .and_then(|mut signer| signer.sign_oneshot_to_vec(octets))
            .map_err(|_stack| SignError::Library)?;
        let KeyKind::Ec { curve } = self.kind() else {
            return Ok(signature);
        };
        let half = i32::from(order_bytes(curve));
        let halves = EcdsaSig::from_der(&signature).and_then(|signature| {
            let mut halves = signature.r().to_vec_padded(half)?;
            halves.extend(signature.s().to_vec_padded(half)?);
            Ok(halves)
        });
        halves.map_err(|_stack| SignError::Library)
    }
}

/// The length of a signature by such a key.
fn length(kind: KeyKind) -> Option<usize> {
    match kind {
        KeyKind::Rsa { bits } => usize::try_from(bits.div_ceil(8)).ok(),
        KeyKind::Ec { curve } => Some(2 * usize::from(order_bytes(curve))),
        KeyKind::Other => None,
    }
}

/// The length of the order of a curve.
const fn order_bytes(curve: EcCurve) -> u8 {
    match curve {
        EcCurve::P256 => 32,
        EcCurve::P384 => 48,
        EcCurve::P521 => 66,
    }
}
