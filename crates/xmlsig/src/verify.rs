//! From a signature to the bytes that it proves.

use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::hash::MessageDigest;
use openssl::sign::Verifier;

use crate::algorithm::{DSIG_NS, DigestAlgorithm, KeyFamily};
use crate::document::Document;
use crate::element::Element;
use crate::ffi::{self, Failure};
use crate::key::VerifyingKey;
use crate::shape::Shape;
use crate::signed_bytes::SignedBytes;
use crate::verify_error::VerifyError;

/// How many keys [`verify`] tries. Ten times what a roll-over of certificates needs; each key but
/// one costs a public-key operation alone.
pub const MAX_KEYS: usize = 32;

/// Whether the element has a `ds:Signature` child, good or bad.
#[must_use]
pub fn has_signature(element: Element<'_>) -> bool {
    element
        .children_named(DSIG_NS, "Signature")
        .next()
        .is_some()
}

/// Verifies the signature that is a child of `element` and covers it, by any of `keys`.
///
/// The rules, each with its own [`VerifyError`]: exactly one `ds:Signature` child, of SignedInfo,
/// SignatureValue and at most KeyInfo, which is never read; an `ID` on the element that is an
/// ASCII NCName and unique in the document; one Reference, to that ID; the transforms
/// enveloped-signature and exclusive C14N without comments; exclusive C14N for SignedInfo too; RSA
/// or ECDSA with SHA-2. Then xmlsec, restricted to exactly those, checks digest and signature; and
/// the bytes it digested must be that element when read again.
///
/// # Errors
///
/// [`VerifyError`]; [`VerifyError::Unsigned`] when there is no signature. XML Signature §3.2, SAML
/// Core §5.4.
pub fn verify(element: Element<'_>, keys: &[VerifyingKey]) -> Result<SignedBytes, VerifyError> {
    ffi::ready()?;
    let shape = Shape::of(element)?;
    let key = match keys {
        [] => return Err(VerifyError::NoKeys),
        keys if keys.len() > MAX_KEYS => {
            return Err(VerifyError::TooManyKeys {
                count: keys.len(),
                max: MAX_KEYS,
            });
        }
        keys => keys,
    };
    let mut candidates = key
        .iter()
        .filter(|key| key.family() == shape.algorithm.family());
    let Some(mut key) = candidates.next() else {
        return Err(VerifyError::NoKeyForAlgorithm {
            algorithm: shape.algorithm,
        });
    };
    let bytes = match attempt(&shape, key) {
        Err(Failure::Signature { signed_info }) => {
            // The digest is right and SignedInfo is known: finding the key that signed it takes
            // no second walk over the document, so many keys cost an attacker's document little.
            key = candidates
                .find(|key| signed_by(&shape, key, &signed_info))
                .ok_or(VerifyError::WrongKey)?;
            attempt(&shape, key)
        }
        outcome => outcome,
    }
    .map_err(|failure| refusal(&failure))?;
    let document = read_again(element, &shape.id, &bytes)?;
    Ok(SignedBytes::new(
        bytes,
        document,
        *key.fingerprint(),
        shape.algorithm,
    ))
}

fn attempt(shape: &Shape<'_>, key: &VerifyingKey) -> Result<Vec<u8>, Failure> {
    ffi::verify(shape.signature, key.raw(), shape.algorithm, shape.digest)
}

fn refusal(failure: &Failure) -> VerifyError {
    match *failure {
        Failure::Digest => VerifyError::DigestMismatch,
        Failure::Signature { .. } => VerifyError::WrongKey,
        Failure::NotCanonicalizable => VerifyError::NotCanonicalizable,
        Failure::Empty => VerifyError::EmptyCanonicalForm,
        Failure::Library { reason } => VerifyError::Library { reason },
    }
}

/// The digested bytes are a document whose root is the element, by name and ID.
fn read_again(element: Element<'_>, id: &str, bytes: &[u8]) -> Result<Document, VerifyError> {
    let limits = element
        .node()
        .document()
        .limits()
        .with_room_for(bytes.len());
    let document = Document::parse(bytes, &limits).map_err(VerifyError::Unreadable)?;
    let root = document.root();
    let same = root.local_name() == element.local_name()
        && root.namespace() == element.namespace()
        && root.attribute("ID").is_some_and(|root_id| root_id == id);
    if same {
        Ok(document)
    } else {
        Err(VerifyError::OtherBytes)
    }
}

/// Picks a key; xmlsec has the last word on it.
fn signed_by(shape: &Shape<'_>, key: &VerifyingKey, signed_info: &[u8]) -> bool {
    let signed = check(shape, key, signed_info);
    ffi::drain_openssl_errors();
    signed.unwrap_or(false)
}

fn check(
    shape: &Shape<'_>,
    key: &VerifyingKey,
    signed_info: &[u8],
) -> Result<bool, openssl::error::ErrorStack> {
    let digest = match shape.algorithm.digest() {
        DigestAlgorithm::Sha256 => MessageDigest::sha256(),
        DigestAlgorithm::Sha384 => MessageDigest::sha384(),
        DigestAlgorithm::Sha512 => MessageDigest::sha512(),
    };
    let mut verifier = Verifier::new(digest, key.public())?;
    match shape.algorithm.family() {
        KeyFamily::Rsa => verifier.verify_oneshot(&shape.signature_value, signed_info),
        KeyFamily::Ec => {
            // XML Signature writes r and s one after the other, OpenSSL a SEQUENCE of them.
            let value = &shape.signature_value;
            let Some((r, s)) = value.split_at_checked(value.len() / 2) else {
                return Ok(false);
            };
            let signature =
                EcdsaSig::from_private_components(BigNum::from_slice(r)?, BigNum::from_slice(s)?)?;
            verifier.verify_oneshot(&signature.to_der()?, signed_info)
        }
    }
}
