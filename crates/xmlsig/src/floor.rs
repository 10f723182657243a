//! The raw operations that no verification can do without, for benches.
#![expect(unsafe_code, reason = "calls libxml2's canonicalisation directly")]

use std::ffi::{c_char, c_int, c_void};
use std::ptr;

use libxml::bindings as xml;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Public};
use openssl::sha::Sha256;
use openssl::sign::Verifier;

use crate::document::{Document, Node};
use crate::element::Element;
use crate::key::VerifyingKey;
use crate::limits::Limits;
use crate::parse_error::ParseError;

/// A tree that libxml2 made and that no rule of ours has seen. It can be dropped, as the floor has to,
/// and not be walked: whatever a DTD brings may be in it.
pub struct Unchecked {
    _document: Document,
}

/// libxml2's parse with our options, and nothing of ours around it.
///
/// # Errors
///
/// [`ParseError`] if it is not well-formed.
pub fn parse(bytes: &[u8]) -> Result<Unchecked, ParseError> {
    Document::read_unchecked(bytes, &Limits::default()).map(|_document| Unchecked { _document })
}

struct View {
    inside: *const xml::xmlNode,
    outside: *const xml::xmlNode,
}

/// Exclusive C14N of `element`, without its `except` child, in its document, into SHA-256.
#[must_use]
pub fn digest(element: Element<'_>, except: Option<Element<'_>>) -> Option<[u8; 32]> {
    let mut view = View {
        inside: element.node().as_ptr(),
        outside: except.map_or(ptr::null(), |except| except.node().as_ptr()),
    };
    let mut hasher = Sha256::new();
    let document: *mut xml::xmlDoc = Node::document(element.node()).as_ptr();
    // SAFETY: view and hasher outlive the calls that are given their addresses; the output buffer
    // is closed here; the document is live.
    unsafe {
        let buffer = xml::xmlOutputBufferCreateIO(
            Some(update),
            None,
            (&raw mut hasher).cast::<c_void>(),
            ptr::null_mut(),
        );
        let mode = c_int::try_from(xml::xmlC14NMode_XML_C14N_EXCLUSIVE_1_0).ok()?;
        let view = (&raw mut view).cast::<c_void>();
        let code = xml::xmlC14NExecute(
            document,
            Some(visible),
            view,
            mode,
            ptr::null_mut(),
            0,
            buffer,
        );
        if xml::xmlOutputBufferClose(buffer) < 0 || code < 0 {
            return None;
        }
    }
    Some(hasher.finish())
}

/// Whether libxml2 shall write a node: inside one element and outside another.
unsafe extern "C" fn visible(
    view: *mut c_void,
    node: *mut xml::xmlNode,
    parent: *mut xml::xmlNode,
) -> c_int {
    // SAFETY: `view` is the `View` that `digest` gave; nodes and parents are live.
    unsafe {
        let view = &*view.cast::<View>();
        let kind = (*node).type_;
        let mut current = if kind == xml::xmlElementType_XML_NAMESPACE_DECL {
            parent
        } else {
            node
        };
        while !current.is_null() {
            if ptr::eq(current, view.outside) {
                return 0;
            }
            if ptr::eq(current, view.inside) {
                return 1;
            }
            current = (*current).parent;
        }
        0
    }
}

unsafe extern "C" fn update(hasher: *mut c_void, data: *const c_char, length: c_int) -> c_int {
    // SAFETY: `hasher` is the one that `digest` gave; `data` has `length` bytes.
    unsafe {
        let hasher = &mut *hasher.cast::<Sha256>();
        let size = usize::try_from(length).unwrap_or(0);
        hasher.update(std::slice::from_raw_parts(data.cast::<u8>(), size));
    }
    length
}

/// A public key prepared for RSA with SHA-256, through OpenSSL alone.
pub struct RsaSha256(PKey<Public>);

impl RsaSha256 {
    /// Prepares the key.
    #[must_use]
    pub fn new(key: &VerifyingKey) -> Option<Self> {
        PKey::public_key_from_der(&key.to_spki_der().ok()?)
            .ok()
            .map(Self)
    }

    /// One verification.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        Verifier::new(MessageDigest::sha256(), &self.0)
            .and_then(|mut verifier| verifier.verify_oneshot(signature, message))
            .unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::{SignOptions, SigningKey};

    #[test]
    fn the_floor_does_the_same_work() {
        let key = SigningKey::generate_rsa(2048).unwrap();
        let xml = "<r xmlns:p='urn:p'><a ID='x' p:b=''><Issuer/><p:c>text</p:c></a><d/></r>";
        let xml = key.sign_element(xml, "x", &SignOptions::default()).unwrap();
        let document = parse(xml.as_bytes()).unwrap();
        let root = Document::parse(xml.as_bytes(), &Limits::default()).unwrap();
        let find = |name| {
            root.root()
                .descendants()
                .find(|e| e.local_name() == name)
                .unwrap()
        };
        let digest = digest(find("a"), Some(find("Signature"))).unwrap();
        assert_eq!(STANDARD.encode(digest), find("DigestValue").text().unwrap());
        drop(document);

        let signature = {
            let key = PKey::private_key_from_pkcs8(&key.to_pkcs8_der()).unwrap();
            let mut signer = openssl::sign::Signer::new(MessageDigest::sha256(), &key).unwrap();
            signer.sign_oneshot_to_vec(b"message").unwrap()
        };
        let prepared = RsaSha256::new(&key.verifying_key()).unwrap();
        assert!(prepared.verify(b"message", &signature));
        assert!(!prepared.verify(b"massage", &signature));
    }
}
