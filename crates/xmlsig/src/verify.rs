//! From a signature to the bytes that it proves.

use crate::algorithm::{DSIG_NS, SignatureAlgorithm};
use crate::document::{Document, Node, Tree};
use crate::element::Element;
use crate::ffi::{self, Failure, Method, canonicalize, digest_is, signature_is_by};
use crate::key::VerifyingKey;
use crate::limits::Limits;
use crate::shape::Shape;
use crate::signed_bytes::SignedBytes;
use crate::verify_error::VerifyError;

/// How many keys [`verify`] tries. Ten times what a roll-over of certificates needs; each costs one
/// public-key operation and no more.
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
/// or ECDSA with SHA-2. Then xmlsec canonicalises SignedInfo and tries the keys, canonicalises the
/// element without its signature and digests it; and the bytes it digested must be that element
/// when read again.
///
/// # Errors
///
/// [`VerifyError`]; [`VerifyError::Unsigned`] when there is no signature. XML Signature §3.2, SAML
/// Core §5.4.
pub fn verify(element: Element<'_>, keys: &[VerifyingKey]) -> Result<SignedBytes, VerifyError> {
    ffi::ready()?;
    match element.node() {
        Node::Parsed(_) => verify_in_tree(element, keys),
        // What stands in signed bytes may have a signature of its own. xmlsec works on libxml2's tree.
        Node::Canonical(node) => {
            let tree = Tree::parse_canonical(node.tree().bytes(), node.tree().limits())
                .map_err(VerifyError::Unreadable)?;
            let mut elements = tree.root().descendants();
            let same = elements.nth(node.elements_before());
            verify_in_tree(same.ok_or(VerifyError::OtherBytes)?, keys)
        }
    }
}

fn verify_in_tree(element: Element<'_>, keys: &[VerifyingKey]) -> Result<SignedBytes, VerifyError> {
    let shape = Shape::of(element)?;
    let key = signer(&shape, keys)?;
    let bytes = canonicalize(
        shape.element,
        Some(shape.signature),
        Method::Transform(shape.transform),
    )?;
    if !digest_is(&bytes, shape.digest, &shape.digest_value)? {
        return Err(VerifyError::DigestMismatch);
    }
    let limits = shape.element.tree().limits();
    let document = read_again(element, &shape.id, &bytes, limits)?;
    Ok(SignedBytes::new(
        bytes,
        document,
        *key.fingerprint(),
        shape.algorithm,
    ))
}

/// The key that signed SignedInfo. This comes first, so that what no key signed costs no walk over
/// the element, however long it is; and SignedInfo is canonicalised once for all keys.
fn signer<'k>(
    shape: &Shape<'_>,
    keys: &'k [VerifyingKey],
) -> Result<&'k VerifyingKey, VerifyError> {
    let keys = fitting(keys, shape.algorithm)?;
    let method = Method::Canonicalization(shape.canonicalization);
    let signed_info = canonicalize(shape.signed_info, None, method)?;
    maker(keys, &signed_info, shape.algorithm, &shape.signature_value)
}

/// The keys of the kind that the algorithm needs, of not too many.
pub(crate) fn fitting(
    keys: &[VerifyingKey],
    algorithm: SignatureAlgorithm,
) -> Result<impl Iterator<Item = &VerifyingKey>, VerifyError> {
    if keys.is_empty() {
        return Err(VerifyError::NoKeys);
    }
    if keys.len() > MAX_KEYS {
        return Err(VerifyError::TooManyKeys {
            count: keys.len(),
            max: MAX_KEYS,
        });
    }
    let mut fitting = keys
        .iter()
        .filter(move |key| key.family() == algorithm.family())
        .peekable();
    if fitting.peek().is_none() {
        return Err(VerifyError::NoKeyForAlgorithm { algorithm });
    }
    Ok(fitting)
}

/// The key that made the signature `value` of `bytes`.
pub(crate) fn maker<'k>(
    keys: impl Iterator<Item = &'k VerifyingKey>,
    bytes: &[u8],
    algorithm: SignatureAlgorithm,
    value: &[u8],
) -> Result<&'k VerifyingKey, VerifyError> {
    for key in keys {
        if signature_is_by(key.raw(), bytes, algorithm, value)? {
            return Ok(key);
        }
    }
    Err(VerifyError::WrongKey)
}

impl From<Failure> for VerifyError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotCanonicalizable => Self::NotCanonicalizable,
            Failure::Empty => Self::EmptyCanonicalForm,
            Failure::Library { reason } => Self::Library { reason },
        }
    }
}

/// The digested bytes are a document whose root is the element, by name and ID.
fn read_again(
    element: Element<'_>,
    id: &str,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Document, VerifyError> {
    let document = Document::read_canonical(bytes, limits).map_err(VerifyError::Unreadable)?;
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

#[cfg(test)]
mod tests;
