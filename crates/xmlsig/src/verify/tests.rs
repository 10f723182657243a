//! Our verification beside xmlsec's own.

use std::fs;
use std::path::{Path, PathBuf};

use openssl::pkey::PKey;

use super::{read_again, verify};
use crate::document::Document;
use crate::element::Element;
use crate::ffi;
use crate::key::VerifyingKey;
use crate::limits::Limits;
use crate::shape::Shape;
use crate::{SignOptions, SigningKey, VerifyError};

/// What xmlsec digests when it is given the whole Signature; none if it refuses.
fn as_xmlsec_does(element: Element<'_>, key: &VerifyingKey) -> Option<Vec<u8>> {
    let shape = Shape::of(element).ok()?;
    let node = element.in_tree()?;
    let id = node
        .attributes()
        .find(|attribute| attribute.name() == "ID")?;
    assert!(node.own_id(id));
    ffi::verify_as_xmlsec_does(shape.signature, key.raw(), shape.algorithm, shape.digest)
}

fn both(element: Element<'_>, key: &VerifyingKey) -> Option<Vec<u8>> {
    let ours = verify(element, std::slice::from_ref(key)).ok();
    let ours = ours.map(|signed| signed.as_bytes().to_vec());
    assert_eq!(ours, as_xmlsec_does(element, key));
    // And the document is whole again.
    assert_eq!(
        ours.is_some(),
        verify(element, std::slice::from_ref(key)).is_ok()
    );
    ours
}

fn with_id<'d>(root: Element<'d>, id: &str) -> Element<'d> {
    let has_id = |element: &Element<'_>| element.attribute("ID").is_some_and(|value| value == id);
    root.descendants().find(has_id).unwrap()
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/accept");
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect()
}

#[test]
fn digests_what_xmlsec_digests_of_what_others_signed() {
    for case in fixtures() {
        let xml = fs::read(case.join("document.xml")).unwrap();
        let key = PKey::public_key_from_pem(&fs::read(case.join("key.pem")).unwrap()).unwrap();
        let key = VerifyingKey::from_spki_der(&key.public_key_to_der().unwrap()).unwrap();
        let id = fs::read_to_string(case.join("signed-id.txt")).unwrap();
        let document = Document::parse(&xml, &Limits::default()).unwrap();
        assert!(
            both(with_id(document.root(), id.trim()), &key).is_some(),
            "{case:?}"
        );
    }
}

#[test]
fn agrees_with_xmlsec_on_every_altered_byte() {
    let case = fixtures()
        .into_iter()
        .find(|case| case.ends_with("xml-crypto-rsa-sha256"));
    let case = case.unwrap();
    let original = fs::read(case.join("document.xml")).unwrap();
    let key = PKey::public_key_from_pem(&fs::read(case.join("key.pem")).unwrap()).unwrap();
    let key = VerifyingKey::from_spki_der(&key.public_key_to_der().unwrap()).unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for position in 0..original.len() {
        let mut altered = original.clone();
        altered[position] ^= 1;
        let Ok(document) = Document::parse(&altered, &Limits::default()) else {
            continue;
        };
        let assertion = document
            .root()
            .descendants()
            .find(|e| e.local_name() == "Assertion");
        match assertion.and_then(|assertion| both(assertion, &key)) {
            Some(_) => accepted += 1,
            None => refused += 1,
        }
    }
    assert!(accepted > 100 && refused > 500, "{accepted} {refused}");
}

#[test]
fn agrees_with_xmlsec_wherever_the_signature_stands_and_whatever_is_in_scope() {
    let key = SigningKey::generate_ec_p256().unwrap();
    let options = SignOptions {
        algorithm: crate::SignatureAlgorithm::EcdsaSha256,
        inclusive_namespaces: vec!["p".to_owned(), "#default".to_owned(), "q".to_owned()],
        ..SignOptions::default()
    };
    let plain = SignOptions {
        inclusive_namespaces: Vec::new(),
        ..options.clone()
    };
    let inner = "<a ID='x' p:b='1' b='2' xml:lang='en'><Issuer/>text<q:c xmlns:q='urn:q2'/><!-- c --><d xmlns=''><p:e/></d></a>";
    let only = "<a ID='x'/>";
    let last = "<a ID='x'><b/><b xmlns:p='urn:p2' p:b=''/></a>";
    for element in [inner, only, last] {
        for around in [
            "<r xmlns='urn:d' xmlns:p='urn:p' xmlns:q='urn:q'>HERE</r>",
            "<r xmlns='urn:d' xmlns:p='urn:p' xmlns:q='urn:q'><s xmlns='urn:s'>before HERE after<t ID='y'/></s></r>",
            "<!-- c --><p:r xmlns:p='urn:p' xml:space='preserve'><p:s xmlns:p='urn:p3'>HERE<t/></p:s></p:r><!-- c -->",
        ] {
            for options in [&options, &plain] {
                let xml = around.replace("HERE", element);
                let signed = key.sign_element(&xml, "x", options).unwrap();
                let document = Document::parse(signed.as_bytes(), &Limits::default()).unwrap();
                let element = with_id(document.root(), "x");
                assert!(both(element, &key.verifying_key()).is_some(), "{signed}");
            }
        }
    }
}

/// The last lock: nothing can get here with other bytes, as long as all the others hold.
#[test]
fn the_digested_bytes_must_be_the_element_itself() {
    let limits = Limits::default();
    let document = Document::parse(b"<a xmlns='urn:a' ID='x'/>", &limits).unwrap();
    let read = |bytes: &[u8]| read_again(document.root(), "x", bytes, &limits).map(drop);
    assert_eq!(read(br#"<a xmlns="urn:a" ID="x"></a>"#), Ok(()));
    for other in [
        r#"<b xmlns="urn:a" ID="x"></b>"#,
        r#"<a xmlns="urn:b" ID="x"></a>"#,
        r#"<a ID="x"></a>"#,
        r#"<a xmlns="urn:a" ID="y"></a>"#,
        r#"<a xmlns="urn:a" Id="x"></a>"#,
        r#"<r><a xmlns="urn:a" ID="x"></a></r>"#,
    ] {
        assert_eq!(
            read(other.as_bytes()),
            Err(VerifyError::OtherBytes),
            "{other}"
        );
    }
    for unreadable in [
        "",
        r#"<a xmlns="urn:a" ID="x">"#,
        r#"<a xmlns="urn:a" ID="x"/>"#,
        r#"<!DOCTYPE a><a xmlns="urn:a" ID="x"></a>"#,
    ] {
        let error = read(unreadable.as_bytes()).unwrap_err();
        assert!(
            matches!(error, VerifyError::Unreadable(_)),
            "{unreadable}: {error:?}"
        );
    }
}
