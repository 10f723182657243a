//! The raw operations that no verification can do without, for benches.
#![expect(unsafe_code, reason = "calls libxml2's canonicalisation directly")]

use std::ffi::{c_char, c_int, c_void};
use std::ptr;

use libxml::bindings as xml;
use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::hash::MessageDigest;
use openssl::pkey::{Id, PKey, Public};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::Padding;
use openssl::sha::Sha256;
use openssl::sign::Verifier;
use openssl::symm::{Cipher, decrypt_aead};

use crate::decryption_key::DecryptionKey;
use crate::document::Tree;
use crate::element::Element;
use crate::ffi::View;
use crate::key::VerifyingKey;
use crate::limits::Limits;
use crate::parse_error::ParseError;

/// A tree that libxml2 made and that no rule of ours has seen. It can be dropped, as the floor has to,
/// and not be walked: whatever a DTD brings may be in it.
pub struct Unchecked {
    _tree: Tree,
}

/// libxml2's parse with our options, and nothing of ours around it.
///
/// # Errors
///
/// [`ParseError`] if it is not well-formed.
pub fn parse(bytes: &[u8]) -> Result<Unchecked, ParseError> {
    Tree::read_unchecked(bytes, &Limits::default()).map(|_tree| Unchecked { _tree })
}

/// The exclusive canonical form of `element` without its `except` child, in its document, into SHA-256.
#[must_use]
pub fn digest(element: Element<'_>, except: Option<Element<'_>>) -> Option<[u8; 32]> {
    let mut hasher = Sha256::new();
    write_canonical(element, except, |bytes| hasher.update(bytes))?;
    Some(hasher.finish())
}

/// The exclusive canonical form of `element`.
#[must_use]
pub fn canonical(element: Element<'_>) -> Option<Vec<u8>> {
    let mut form = Vec::new();
    write_canonical(element, None, |bytes| form.extend_from_slice(bytes))?;
    Some(form)
}

/// libxml2 asks nobody what is to be written: the view leaves nothing else to be reached.
fn write_canonical<S: FnMut(&[u8])>(
    element: Element<'_>,
    except: Option<Element<'_>>,
    mut sink: S,
) -> Option<()> {
    let view = View::of(element.in_tree()?, except.and_then(Element::in_tree));
    // SAFETY: view and sink outlive the calls that are given their addresses; the output buffer is
    // closed here; the document is live.
    unsafe {
        let buffer = xml::xmlOutputBufferCreateIO(
            Some(write::<S>),
            None,
            (&raw mut sink).cast::<c_void>(),
            ptr::null_mut(),
        );
        let mode = c_int::try_from(xml::xmlC14NMode_XML_C14N_EXCLUSIVE_1_0).ok()?;
        let (nobody, nothing) = (ptr::null_mut(), ptr::null_mut());
        let code = xml::xmlC14NExecute(view.document(), None, nobody, mode, nothing, 0, buffer);
        (xml::xmlOutputBufferClose(buffer) >= 0 && code >= 0).then_some(())
    }
}

unsafe extern "C" fn write<S: FnMut(&[u8])>(
    sink: *mut c_void,
    data: *const c_char,
    length: c_int,
) -> c_int {
    // SAFETY: `sink` is the one that `write_canonical` gave; `data` has `length` bytes.
    unsafe {
        let sink = &mut *sink.cast::<S>();
        let size = usize::try_from(length).unwrap_or(0);
        sink(std::slice::from_raw_parts(data.cast::<u8>(), size));
    }
    length
}

/// A public key prepared for signatures with SHA-256, through OpenSSL alone.
pub struct Verification(PKey<Public>);

impl Verification {
    /// Prepares the key.
    #[must_use]
    pub fn new(key: &VerifyingKey) -> Option<Self> {
        PKey::public_key_from_der(&key.to_spki_der().ok()?)
            .ok()
            .map(Self)
    }

    /// A signature as XML has it in the form that OpenSSL takes.
    #[must_use]
    pub fn prepare(&self, signature: &[u8]) -> Option<Vec<u8>> {
        if self.0.id() != Id::EC {
            return Some(signature.to_vec());
        }
        let (r, s) = signature.split_at(signature.len() / 2);
        let (r, s) = (BigNum::from_slice(r).ok()?, BigNum::from_slice(s).ok()?);
        EcdsaSig::from_private_components(r, s)
            .and_then(|signature| signature.to_der())
            .ok()
    }

    /// One verification.
    #[must_use]
    pub fn verify(&self, message: &[u8], prepared: &[u8]) -> bool {
        Verifier::new(MessageDigest::sha256(), &self.0)
            .and_then(|mut verifier| verifier.verify_oneshot(prepared, message))
            .unwrap_or(false)
    }
}

/// The RSA private operation of RSA-OAEP with SHA-1, through OpenSSL alone.
#[must_use]
pub fn unwrap_key(key: &DecryptionKey, wrapped: &[u8]) -> Option<Vec<u8>> {
    let mut context = PkeyCtx::new(key.private()).ok()?;
    context.decrypt_init().ok()?;
    context.set_rsa_padding(Padding::PKCS1_OAEP).ok()?;
    let mut content_key = Vec::new();
    context.decrypt_to_vec(wrapped, &mut content_key).ok()?;
    Some(content_key)
}

/// AES-256-GCM, through OpenSSL alone: vector, ciphertext, tag (XML Encryption 1.1 §5.2.4).
#[must_use]
pub fn decrypt_gcm(content_key: &[u8], content: &[u8]) -> Option<Vec<u8>> {
    let (vector, rest) = content.split_at_checked(12)?;
    let (body, tag) = rest.split_at_checked(rest.len().checked_sub(16)?)?;
    decrypt_aead(
        Cipher::aes_256_gcm(),
        content_key,
        Some(vector),
        &[],
        body,
        tag,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::{Document, SignOptions, SigningKey};

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
        let signed_info = canonical(find("SignedInfo")).unwrap();
        let signature = find("SignatureValue").text().unwrap();
        let signature = STANDARD.decode(signature.replace('\n', "")).unwrap();
        let verification = Verification::new(&key.verifying_key()).unwrap();
        assert!(verification.verify(&signed_info, &signature));
        drop(document);

        for key in [key, SigningKey::generate_ec_p256().unwrap()] {
            let signature = key.sign_octets(key.sha256_algorithm(), b"message").unwrap();
            let verification = Verification::new(&key.verifying_key()).unwrap();
            let prepared = verification.prepare(&signature).unwrap();
            assert!(verification.verify(b"message", &prepared));
            assert!(!verification.verify(b"massage", &prepared));
        }
    }
}
