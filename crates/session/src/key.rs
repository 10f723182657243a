//! A signing key: P-256, private, named by its public part.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::{KeyError, RandomnessError, init, secret::sha256};

/// A private key that signs, or once signed, tokens (ES256).
pub struct SigningKey {
    kid: String,
    created_at: Timestamp,
    retired_at: Option<Timestamp>,
    pkcs8: Zeroizing<Vec<u8>>,
    point: PublicPoint,
}

/// A public key: the two coordinates.
#[derive(Clone, Copy)]
pub(crate) struct PublicPoint {
    x: [u8; 32],
    y: [u8; 32],
}

impl SigningKey {
    /// A new key.
    ///
    /// # Errors
    /// [`KeyError::Randomness`] when the system gives no random numbers.
    pub fn generate(now: Timestamp) -> Result<Self, KeyError> {
        init();
        let pair =
            EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).or(Err(RandomnessError))?;
        let document = pair.to_pkcs8v1().or(Err(KeyError::Malformed))?;
        Self::from_pkcs8(Zeroizing::new(document.as_ref().to_vec()), now, None)
    }

    /// A key as it was stored.
    ///
    /// # Errors
    /// [`KeyError::Malformed`]; [`KeyError::KidMismatch`] when the key is not the one that `kid`
    /// names.
    pub fn from_parts(
        kid: &str,
        pkcs8: Zeroizing<Vec<u8>>,
        created_at: Timestamp,
        retired_at: Option<Timestamp>,
    ) -> Result<Self, KeyError> {
        init();
        let key = Self::from_pkcs8(pkcs8, created_at, retired_at)?;
        if key.kid == kid {
            Ok(key)
        } else {
            Err(KeyError::KidMismatch {
                kid: kid.to_owned(),
            })
        }
    }

    fn from_pkcs8(
        pkcs8: Zeroizing<Vec<u8>>,
        created_at: Timestamp,
        retired_at: Option<Timestamp>,
    ) -> Result<Self, KeyError> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8)
            .or(Err(KeyError::Malformed))?;
        let point = PublicPoint::read(pair.public_key().as_ref()).ok_or(KeyError::Malformed)?;
        Ok(Self {
            kid: point.thumbprint(),
            created_at,
            retired_at,
            pkcs8,
            point,
        })
    }

    /// Its id: the thumbprint of the public key (RFC 7638).
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// When it was made.
    #[must_use]
    pub const fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// Since when it only verifies.
    #[must_use]
    pub const fn retired_at(&self) -> Option<Timestamp> {
        self.retired_at
    }

    /// The private key itself, for the archive to seal.
    #[must_use]
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    pub(crate) const fn point(&self) -> PublicPoint {
        self.point
    }
}

/// The id and the dates; never the key.
impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .field("created_at", &self.created_at)
            .field("retired_at", &self.retired_at)
            .finish_non_exhaustive()
    }
}

impl PublicPoint {
    /// Reads an uncompressed point (SEC 1 §2.3.3).
    fn read(bytes: &[u8]) -> Option<Self> {
        let (x, y) = bytes.strip_prefix(&[4])?.split_at_checked(32)?;
        Some(Self {
            x: x.try_into().ok()?,
            y: y.try_into().ok()?,
        })
    }

    /// The point as `read` takes it.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        [&[4][..], &self.x, &self.y].concat()
    }

    /// RFC 7638 §3: SHA-256 of the required members, in this order and without white space.
    fn thumbprint(self) -> String {
        let (x, y) = self.coordinates();
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        URL_SAFE_NO_PAD.encode(sha256(canonical.as_bytes()))
    }

    /// The key as a JWK (RFC 7518 §6.2.1).
    pub(crate) fn jwk(self, kid: &str) -> Value {
        let (x, y) = self.coordinates();
        json!({
            "kty": "EC", "crv": "P-256", "x": x, "y": y,
            "use": "sig", "alg": "ES256", "kid": kid,
        })
    }

    fn coordinates(self) -> (String, String) {
        (
            URL_SAFE_NO_PAD.encode(self.x),
            URL_SAFE_NO_PAD.encode(self.y),
        )
    }
}
