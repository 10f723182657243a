//! The public keys that signatures are checked with.

use std::fmt;
use std::sync::Arc;

use openssl::nid::Nid;
use openssl::pkey::{HasPublic, Id, PKey, PKeyRef, Public};
use openssl::rsa::Rsa;

use crate::InitError;
use crate::algorithm::KeyFamily;
use crate::ffi::{self, RawKey};
use crate::fingerprint::KeyFingerprint;
use crate::spki::is_one_sequence;

/// The smallest RSA modulus we verify with or sign with (SDP-MD06).
pub(crate) const MIN_RSA_BITS: u32 = 2048;
/// OpenSSL verifies with no longer modulus.
pub(crate) const MAX_RSA_BITS: u32 = 16_384;

/// An elliptic curve that we support.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EcCurve {
    /// NIST P-256 (prime256v1).
    P256,
    /// NIST P-384 (secp384r1).
    P384,
    /// NIST P-521 (secp521r1).
    P521,
}

impl fmt::Display for EcCurve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        })
    }
}

/// What a public key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// An RSA key.
    Rsa {
        /// The length of its modulus.
        bits: u32,
    },
    /// A key on a curve that we support.
    Ec {
        /// The curve.
        curve: EcCurve,
    },
    /// Anything else: DSA, Ed25519, another curve. No signature is verified with it.
    Other,
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { bits } => write!(f, "RSA {bits}"),
            Self::Ec { curve } => write!(f, "EC {curve}"),
            Self::Other => f.write_str("other"),
        }
    }
}

impl KeyKind {
    pub(crate) fn of<T: HasPublic>(key: &PKeyRef<T>) -> Self {
        match key.id() {
            Id::RSA => Self::Rsa { bits: key.bits() },
            Id::EC => match key.ec_key().ok().and_then(|key| key.group().curve_name()) {
                Some(Nid::X9_62_PRIME256V1) => Self::Ec {
                    curve: EcCurve::P256,
                },
                Some(Nid::SECP384R1) => Self::Ec {
                    curve: EcCurve::P384,
                },
                Some(Nid::SECP521R1) => Self::Ec {
                    curve: EcCurve::P521,
                },
                _ => Self::Other,
            },
            _ => Self::Other,
        }
    }

    /// Whether we work with such a key at all.
    pub(crate) fn acceptable(self) -> Result<KeyFamily, KeyError> {
        match self {
            Self::Rsa { bits } if bits < MIN_RSA_BITS => Err(KeyError::RsaTooShort { bits }),
            Self::Rsa { bits } if bits > MAX_RSA_BITS => Err(KeyError::RsaTooLong { bits }),
            Self::Rsa { .. } => Ok(KeyFamily::Rsa),
            Self::Ec { .. } => Ok(KeyFamily::Ec),
            Self::Other => Err(KeyError::Unsupported),
        }
    }
}

/// Why a key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not a key in the expected encoding.
    #[error("not a key in the expected encoding")]
    Malformed,
    /// An RSA key of fewer than 2048 bits (SDP-MD06).
    #[error("an RSA key of {bits} bits is too short, at least {MIN_RSA_BITS} are needed")]
    RsaTooShort {
        /// Its length.
        bits: u32,
    },
    /// An RSA key longer than OpenSSL verifies with.
    #[error("an RSA key of {bits} bits is too long, at most {MAX_RSA_BITS} are possible")]
    RsaTooLong {
        /// Its length.
        bits: u32,
    },
    /// An RSA key whose public exponent is even or below 3: anybody could sign for it.
    #[error("the RSA key's public exponent is even or smaller than 3")]
    RsaExponent,
    /// An EC key whose point is not on its curve.
    #[error("the EC key's point is not on its curve")]
    NotOnCurve,
    /// Neither RSA nor one of the curves P-256, P-384, P-521.
    #[error("neither an RSA key nor an EC key on P-256, P-384 or P-521")]
    Unsupported,
    /// The C libraries could not be set up.
    #[error(transparent)]
    Init(#[from] InitError),
    /// A C library failed.
    #[error("the key could not be handed to the signature library")]
    Library,
}

/// A public key to verify with: parsed and judged once, cheap to clone, free to share between
/// threads. It holds the public key alone, never its certificate: xmlsec would copy the
/// certificate at every verification, at more than the price of the RSA operation.
#[derive(Clone)]
pub struct VerifyingKey(Arc<Inner>);

struct Inner {
    raw: RawKey,
    public: PKey<Public>,
    fingerprint: KeyFingerprint,
    kind: KeyKind,
    family: KeyFamily,
}

impl VerifyingKey {
    /// Reads a SubjectPublicKeyInfo in DER.
    ///
    /// # Errors
    ///
    /// [`KeyError`] says what is wrong with it: not a key, too short, not supported.
    pub fn from_spki_der(der: &[u8]) -> Result<Self, KeyError> {
        if !is_one_sequence(der) {
            return Err(KeyError::Malformed);
        }
        let Ok(key) = PKey::public_key_from_der(der) else {
            ffi::drain_openssl_errors();
            return Err(KeyError::Malformed);
        };
        Self::from_public(&key)
    }

    pub(crate) fn from_public(key: &PKeyRef<Public>) -> Result<Self, KeyError> {
        ffi::ready()?;
        let kind = KeyKind::of(key);
        let family = kind.acceptable()?;
        match family {
            KeyFamily::Rsa => {
                let rsa = key.rsa().map_err(|_stack| KeyError::Malformed)?;
                check_exponent(&rsa)?;
            }
            KeyFamily::Ec => {
                let ec = key.ec_key().map_err(|_stack| KeyError::Malformed)?;
                ec.check_key().map_err(|_stack| KeyError::NotOnCurve)?;
            }
        }
        let spki = key
            .public_key_to_der()
            .map_err(|_stack| KeyError::Malformed)?;
        let fingerprint = KeyFingerprint::new(openssl::sha::sha256(&spki));
        // Wherever the key came from, OpenSSL 3 shall hold it in the form that its decoders make:
        // xmlsec finds no curve in an EC key of the older form.
        let key = PKey::public_key_from_der(&spki).map_err(|_stack| KeyError::Malformed)?;
        let raw = RawKey::adopt(key.clone()).ok_or(KeyError::Library)?;
        Ok(Self(Arc::new(Inner {
            raw,
            public: key,
            fingerprint,
            kind,
            family,
        })))
    }

    /// SHA-256 of its SubjectPublicKeyInfo.
    #[must_use]
    pub fn fingerprint(&self) -> &KeyFingerprint {
        &self.0.fingerprint
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        self.0.kind
    }

    /// Its SubjectPublicKeyInfo in DER.
    ///
    /// # Errors
    ///
    /// [`KeyError::Malformed`] if OpenSSL cannot encode it again.
    pub fn to_spki_der(&self) -> Result<Vec<u8>, KeyError> {
        self.0
            .public
            .public_key_to_der()
            .map_err(|_stack| KeyError::Malformed)
    }

    pub(crate) fn raw(&self) -> &RawKey {
        &self.0.raw
    }

    pub(crate) fn family(&self) -> KeyFamily {
        self.0.family
    }
}

impl PartialEq for VerifyingKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.fingerprint == other.0.fingerprint
    }
}

impl Eq for VerifyingKey {}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({}, {})", self.0.kind, self.0.fingerprint)
    }
}

/// An exponent of 1 makes every signature its own message; OpenSSL does not mind.
fn check_exponent(rsa: &Rsa<Public>) -> Result<(), KeyError> {
    let exponent = rsa.e();
    if exponent.num_bits() < 2 || !exponent.is_bit_set(0) {
        return Err(KeyError::RsaExponent);
    }
    Ok(())
}
