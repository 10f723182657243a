//! What no verification can do without.

use std::hint::black_box;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use vestibule_saml::Limits;
use vestibule_xmlsig::floor::{self, Verification};
use vestibule_xmlsig::{DecryptionKey, Document, Element, VerifyingKey};

use crate::support::Sign;

pub(crate) const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
pub(crate) const SAML: &str = "urn:oasis:names:tc:SAML:2.0:assertion";

/// A document and its signatures. The document is read before: what the bare parse gives is not walked
/// over, for no rule has seen it.
pub(crate) struct Signed {
    document: Document,
    how: Sign,
    verification: Verification,
}

impl Signed {
    pub(crate) fn new(xml: &str, how: Sign, key: &VerifyingKey) -> Self {
        Self {
            document: Document::parse(xml.as_bytes(), &Limits::default().xml).unwrap(),
            how,
            verification: Verification::new(key).unwrap(),
        }
    }

    fn verify(&self) {
        let root = self.document.root();
        if self.how != Sign::Assertion {
            self.verify_one(root);
        }
        if self.how != Sign::Response {
            let inside = root.children_named(SAML, "Assertion").next();
            self.verify_one(inside.unwrap_or(root));
        }
    }

    fn verify_one(&self, element: Element<'_>) {
        let signature = only(element, DSIG, "Signature");
        black_box(floor::digest(element, Some(signature)).unwrap());
        let signed_info = floor::canonical(only(signature, DSIG, "SignedInfo")).unwrap();
        let value = only(signature, DSIG, "SignatureValue").text().unwrap();
        let value = self.verification.prepare(&decode(&value)).unwrap();
        assert!(self.verification.verify(&signed_info, &value));
    }
}

pub(crate) fn only<'d>(element: Element<'d>, namespace: &str, name: &str) -> Element<'d> {
    element.children_named(namespace, name).next().unwrap()
}

fn decode(text: &str) -> Vec<u8> {
    STANDARD.decode(text.replace('\n', "")).unwrap()
}

/// A response in the clear.
pub(crate) fn clear(form_value: &str, signed: &Signed) {
    let bytes = STANDARD.decode(black_box(form_value)).unwrap();
    drop(black_box(floor::parse(&bytes).unwrap()));
    signed.verify();
}

/// What is encrypted in a response, and what it holds.
pub(crate) struct Sealed {
    pub(crate) key: DecryptionKey,
    pub(crate) wrapped: String,
    pub(crate) content: String,
    /// The signature inside, if there is one.
    pub(crate) inside: Option<Signed>,
    /// The signature around it, if there is one.
    pub(crate) around: Option<Signed>,
}

/// A response with an encrypted assertion.
pub(crate) fn encrypted(form_value: &str, sealed: &Sealed) {
    let bytes = STANDARD.decode(black_box(form_value)).unwrap();
    drop(black_box(floor::parse(&bytes).unwrap()));
    if let Some(around) = &sealed.around {
        around.verify();
    }
    let content_key = floor::unwrap_key(&sealed.key, &decode(&sealed.wrapped)).unwrap();
    let plain = floor::decrypt_gcm(&content_key, &decode(&sealed.content)).unwrap();
    drop(black_box(floor::parse(&plain).unwrap()));
    if let Some(inside) = &sealed.inside {
        inside.verify();
    }
}
