//! The vault: XML that cannot hurt, and signatures that mean something.
//!
//! Four things, and no knowledge of SAML:
//!
//! - [`Document::parse`] reads hostile XML behind a pre-scan and bounds, refuses every DTD, and asks
//!   libxml2 both whether the document is well-formed and whether it is namespace-well-formed;
//! - [`verify`] answers with [`SignedBytes`], the canonical bytes that xmlsec digested and one of
//!   *your* keys signed, or with the one reason why not; there is no boolean, and `KeyInfo` is never
//!   read. The rules on a signature's shape are ours, canonicalisation, digests and signatures are
//!   done by xmlsec's transforms;
//! - [`verify_octets`] does the same for octets outside of XML, as a signed URL has them;
//! - [`decrypt`] opens what was encrypted for a [`DecryptionKey`], by AES-GCM (or CBC, on request) and
//!   RSA-OAEP, and answers every failure that depends on a key with one and the same error;
//! - [`SigningKey`] and [`Certificate`] are the other side: keys, their X.509 carriers, signing.
//!
//! No clock, no file, no network: whatever decides is an argument. [`init`] takes the file and HTTP
//! readers out of the C libraries and silences their writing to standard error.
//!
//! `unsafe` lives in the modules `document::libxml2` (its tree) and `ffi` (libraries, xmlsec) alone.

mod algorithm;
mod certificate;
mod decrypt;
mod decrypt_error;
mod decryption_key;
mod document;
mod element;
#[cfg(feature = "encrypt")]
mod encrypt;
mod encryption;
mod ffi;
mod fingerprint;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod floor;
mod key;
mod limits;
mod octets;
mod parse_error;
mod pasted;
mod prescan;
#[cfg(any(test, feature = "readings"))]
#[doc(hidden)]
pub mod readings;
mod self_signed;
mod shape;
mod signed_bytes;
mod signing;
mod spki;
mod verify;
mod verify_error;

pub use algorithm::{DigestAlgorithm, SignatureAlgorithm};
pub use certificate::{Certificate, CertificateError};
pub use decrypt::{Decrypted, MAX_DECRYPTION_KEYS, MAX_ENCRYPTED_KEYS, decrypt};
pub use decrypt_error::DecryptError;
pub use decryption_key::DecryptionKey;
pub use document::Document;
pub use element::Element;
#[cfg(feature = "encrypt")]
pub use encrypt::{EncryptError, EncryptOptions, KeyPlace, encrypt};
pub use encryption::{Ciphers, ContentCipher, KeyTransport, OaepDigest, OaepMask};
pub use ffi::{InitError, Versions, init};
pub use fingerprint::{FingerprintError, KeyFingerprint};
pub use key::{EcCurve, KeyError, KeyKind, VerifyingKey};
pub use limits::Limits;
pub use octets::{SignedOctets, verify_octets};
pub use parse_error::ParseError;
pub use self_signed::SelfSignError;
pub use signed_bytes::SignedBytes;
pub use signing::{SignError, SignOptions, SignaturePrefix, SigningKey};
pub use verify::{MAX_KEYS, has_signature, verify};
pub use verify_error::VerifyError;
