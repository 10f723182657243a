//! X.509 certificates, as carriers of keys.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::hash::MessageDigest;
#[cfg(feature = "encrypt")]
use openssl::pkey::{PKey, Public};
use openssl::x509::{X509, X509NameRef};

use crate::ffi;
use crate::fingerprint::KeyFingerprint;
use crate::key::{KeyError, KeyKind, VerifyingKey};
use crate::pasted::{self, Block};
use crate::spki::is_one_sequence;

/// Longer than any bundle of signing certificates that a person pastes.
const MAX_INPUT: usize = 512 * 1024;
/// More than any IdP has signing certificates.
const MAX_CERTIFICATES: usize = 32;

/// A certificate. Nothing about it decides whether its key counts: not who issued it, not its
/// dates, not its flags (IIP-MD12).
#[derive(Clone)]
pub struct Certificate {
    x509: X509,
    der: Vec<u8>,
    subject: String,
    issuer: String,
    serial: String,
    fingerprint: String,
    kind: KeyKind,
    not_before: Timestamp,
    not_after: Timestamp,
}

/// Why no certificate was read, and what was there instead. `block` counts from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// Nothing.
    #[error("there is no certificate: the text is empty")]
    Empty,
    /// Longer than any certificates are.
    #[error("{bytes} bytes are too long for certificates, at most {max} are read")]
    TooLarge {
        /// The length.
        bytes: usize,
        /// The bound.
        max: usize,
    },
    /// More certificates than we keep.
    #[error("{count} certificates are too many, at most {max} are read")]
    TooMany {
        /// How many.
        count: usize,
        /// The bound.
        max: usize,
    },
    /// A private key. It should never have left its owner.
    #[error("this is a private key, not a certificate")]
    PrivateKey,
    /// XML: metadata, in all likelihood.
    #[error("this is XML, not a certificate")]
    Xml,
    /// A certificate signing request.
    #[error("this is a certificate signing request, not a certificate")]
    CertificateRequest,
    /// A bare public key.
    #[error("this is a public key, not a certificate")]
    PublicKey,
    /// A PKCS #7 bundle.
    #[error("this is a PKCS #7 bundle, not a certificate")]
    Pkcs7,
    /// A URL.
    #[error("this is a URL, not a certificate")]
    Url,
    /// A PEM block of some other kind.
    #[error("block {block} is of a kind that holds no certificate")]
    UnknownBlock {
        /// Which.
        block: usize,
    },
    /// Neither PEM nor base64 nor DER, or something else inside it.
    #[error("block {block} is not a certificate")]
    Malformed {
        /// Which.
        block: usize,
    },
}

impl Certificate {
    /// Reads one or more certificates from what somebody pasted or uploaded: PEM blocks (with
    /// text around them, or with their line ends lost), bare base64, or DER.
    ///
    /// # Errors
    ///
    /// [`CertificateError`] names what was there instead. One block that is no certificate refuses
    /// the whole.
    pub fn parse_all(text_or_der: &[u8]) -> Result<Vec<Self>, CertificateError> {
        if text_or_der.len() > MAX_INPUT {
            return Err(CertificateError::TooLarge {
                bytes: text_or_der.len(),
                max: MAX_INPUT,
            });
        }
        let blocks = pasted::blocks(text_or_der)?;
        if blocks.len() > MAX_CERTIFICATES {
            let (count, max) = (blocks.len(), MAX_CERTIFICATES);
            return Err(CertificateError::TooMany { count, max });
        }
        blocks
            .iter()
            .zip(1..)
            .map(|(Block(der), block)| Self::from_der(der, block))
            .collect()
    }

    fn from_der(der: &[u8], block: usize) -> Result<Self, CertificateError> {
        let x509 = if is_one_sequence(der) {
            X509::from_der(der).ok()
        } else {
            None
        };
        ffi::drain_openssl_errors();
        match x509 {
            Some(x509) => Self::from_x509(x509).ok_or(CertificateError::Malformed { block }),
            None => Err(pasted::other_than_certificate(der, block)),
        }
    }

    /// Takes everything out that will be asked for; none if a part of it cannot be read.
    pub(crate) fn from_x509(x509: X509) -> Option<Self> {
        let certificate = Self::take_apart(x509);
        ffi::drain_openssl_errors();
        certificate
    }

    fn take_apart(x509: X509) -> Option<Self> {
        let serial = x509.serial_number().to_bn().ok()?.to_hex_str().ok()?;
        let fingerprint = x509.digest(MessageDigest::sha256()).ok()?;
        Some(Self {
            der: x509.to_der().ok()?,
            subject: name(x509.subject_name()),
            issuer: name(x509.issuer_name()),
            serial: serial.to_ascii_lowercase(),
            fingerprint: fingerprint
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
            kind: x509
                .public_key()
                .map_or(KeyKind::Other, |key| KeyKind::of(&key)),
            not_before: timestamp(x509.not_before())?,
            not_after: timestamp(x509.not_after())?,
            x509,
        })
    }

    /// The certificate as one PEM block.
    #[must_use]
    pub fn to_pem(&self) -> String {
        let base64 = self.to_base64_der();
        let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
        let mut rest = base64.as_str();
        while let Some((line, more)) = rest.split_at_checked(64) {
            pem.push_str(line);
            pem.push('\n');
            rest = more;
        }
        if !rest.is_empty() {
            pem.push_str(rest);
            pem.push('\n');
        }
        pem.push_str("-----END CERTIFICATE-----\n");
        pem
    }

    /// The certificate in DER, in base64 without line ends: what `ds:X509Certificate` holds.
    #[must_use]
    pub fn to_base64_der(&self) -> String {
        STANDARD.encode(&self.der)
    }

    /// The certificate in DER.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The subject's name, as `CN=…, O=…`.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The issuer's name.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The serial number in lower-case hex.
    #[must_use]
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// SHA-256 of the certificate in lower-case hex. It is another for a renewed certificate of
    /// the same key: compare [`Certificate::key_fingerprint`].
    #[must_use]
    pub fn fingerprint_sha256(&self) -> &str {
        &self.fingerprint
    }

    /// What its key is.
    #[must_use]
    pub fn key_kind(&self) -> KeyKind {
        self.kind
    }

    /// From when it says it is valid.
    #[must_use]
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// Until when it says it is valid; what lies beyond the years that can be told is the end of
    /// them.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Its key, to verify with.
    ///
    /// # Errors
    ///
    /// [`KeyError`] when the key is too short or of a kind that is not supported.
    pub fn verifying_key(&self) -> Result<VerifyingKey, KeyError> {
        let Ok(key) = self.x509.public_key() else {
            ffi::drain_openssl_errors();
            return Err(KeyError::Unsupported);
        };
        VerifyingKey::from_public(&key)
    }

    #[cfg(feature = "encrypt")]
    pub(crate) fn public_key(&self) -> Result<PKey<Public>, openssl::error::ErrorStack> {
        self.x509.public_key()
    }

    /// SHA-256 of its public key.
    ///
    /// # Errors
    ///
    /// As [`Certificate::verifying_key`].
    pub fn key_fingerprint(&self) -> Result<KeyFingerprint, KeyError> {
        self.verifying_key().map(|key| *key.fingerprint())
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Certificate({}, {}, {})",
            self.subject, self.kind, self.fingerprint
        )
    }
}

fn name(name: &X509NameRef) -> String {
    let mut text = String::new();
    for entry in name.entries() {
        if !text.is_empty() {
            text.push_str(", ");
        }
        let object = entry.object();
        match object.nid().short_name() {
            Ok(short) if short != "UNDEF" => text.push_str(short),
            _ => text.push_str(&object.to_string()),
        }
        text.push('=');
        let value = entry
            .data()
            .to_string()
            .unwrap_or_else(|_stack| String::from_utf8_lossy(entry.data().as_slice()).into_owned());
        let printable = value
            .chars()
            .map(|c| if c.is_control() { '\u{fffd}' } else { c });
        text.extend(printable);
    }
    text
}

/// RFC 5280 writes "no end" as 9999-12-31T23:59:59Z, a day after the last one of `Timestamp`.
fn timestamp(time: &Asn1TimeRef) -> Option<Timestamp> {
    let epoch = Asn1Time::from_unix(0).ok()?;
    let since = epoch.diff(time).ok()?;
    let seconds = i64::from(since.days) * 86_400 + i64::from(since.secs);
    let span = SignedDuration::from_secs(seconds);
    let end = if seconds < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    Some(Timestamp::UNIX_EPOCH.checked_add(span).unwrap_or(end))
}
