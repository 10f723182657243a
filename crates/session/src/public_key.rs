//! The public part of a signing key: what names it, what is published of it, what verifies with it.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RsaKeyPair, RsaPublicKeyComponents,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Value, json};
use vestibule_model::SigningAlgorithm;

use crate::{KeyError, secret::sha256};

/// RSA 2048: what RFC 7518 §3.3 asks for at least, and no longer, because each token pays for it.
const RSA_BYTES: usize = 256;

/// The algorithm, as the library calls it.
pub(crate) const fn jws(algorithm: SigningAlgorithm) -> Algorithm {
    match algorithm {
        SigningAlgorithm::Es256 => Algorithm::ES256,
        SigningAlgorithm::Rs256 => Algorithm::RS256,
    }
}

/// A public key, big-endian: a point of P-256, or an RSA modulus and exponent.
#[derive(Clone)]
pub(crate) enum PublicKey {
    Es256 { x: [u8; 32], y: [u8; 32] },
    Rs256 { n: Vec<u8>, e: Vec<u8> },
}

impl PublicKey {
    /// The public part of a private key, which must be one of this algorithm.
    pub(crate) fn of_pkcs8(algorithm: SigningAlgorithm, pkcs8: &[u8]) -> Result<Self, KeyError> {
        match algorithm {
            SigningAlgorithm::Es256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
                    .or(Err(KeyError::Malformed))?;
                Self::read_point(pair.public_key().as_ref()).ok_or(KeyError::Malformed)
            }
            SigningAlgorithm::Rs256 => {
                let pair = RsaKeyPair::from_pkcs8(pkcs8).or(Err(KeyError::Malformed))?;
                if pair.public_modulus_len() != RSA_BYTES {
                    return Err(KeyError::Malformed);
                }
                let RsaPublicKeyComponents { n, e } =
                    RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                Ok(Self::Rs256 { n, e })
            }
        }
    }

    /// Reads an uncompressed point (SEC 1 §2.3.3).
    fn read_point(bytes: &[u8]) -> Option<Self> {
        let (x, y) = bytes.strip_prefix(&[4])?.split_at_checked(32)?;
        Some(Self::Es256 {
            x: x.try_into().ok()?,
            y: y.try_into().ok()?,
        })
    }

    /// What verifies with it.
    pub(crate) fn decoding_key(&self) -> DecodingKey {
        match self {
            Self::Es256 { x, y } => DecodingKey::from_ec_der(&[&[4][..], x, y].concat()),
            Self::Rs256 { n, e } => DecodingKey::from_rsa_raw_components(n, e),
        }
    }

    /// RFC 7638 §3: SHA-256 of the required members, in this order and without white space.
    pub(crate) fn thumbprint(&self) -> String {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let canonical = match self {
            Self::Es256 { x, y } => {
                let (x, y) = (text(x), text(y));
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)
            }
            Self::Rs256 { n, e } => {
                format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, text(e), text(n))
            }
        };
        URL_SAFE_NO_PAD.encode(sha256(canonical.as_bytes()))
    }

    /// The key as a JWK (RFC 7518 §6.2.1, §6.3.1).
    pub(crate) fn jwk(&self, kid: &str) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Es256 { x, y } => json!({
                "kty": "EC", "crv": "P-256", "x": text(x), "y": text(y),
                "use": "sig", "alg": "ES256", "kid": kid,
            }),
            Self::Rs256 { n, e } => json!({
                "kty": "RSA", "n": text(n), "e": text(e),
                "use": "sig", "alg": "RS256", "kid": kid,
            }),
        }
    }
}
