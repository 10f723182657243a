//! The folders `accept/<case>/` and `reject/<case>/`: documents that other software signed.

use std::fs;
use std::path::{Path, PathBuf};

use openssl::pkey::PKey;
use vestibule_xmlsig::{Document, Element, Limits, SignedBytes, VerifyError, VerifyingKey, verify};

use crate::common::find;

fn cases(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(folder);
    let mut cases: Vec<_> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    cases
}

fn with_id<'d>(element: Element<'d>, id: &str) -> Option<Element<'d>> {
    if element
        .attribute("ID")
        .is_some_and(|candidate| candidate == id)
    {
        return Some(element);
    }
    element.children().find_map(|child| with_id(child, id))
}

fn verify_case(case: &Path) -> Result<SignedBytes, VerifyError> {
    let document = fs::read(case.join("document.xml")).unwrap();
    let document = Document::parse(&document, &Limits::default()).unwrap();
    let key = PKey::public_key_from_pem(&fs::read(case.join("key.pem")).unwrap()).unwrap();
    let key = VerifyingKey::from_spki_der(&key.public_key_to_der().unwrap()).unwrap();
    let id = fs::read_to_string(case.join("signed-id.txt")).unwrap();
    verify(with_id(document.root(), id.trim()).unwrap(), &[key])
}

#[test]
fn accepts_what_other_software_signed() {
    let cases = cases("accept");
    assert_eq!(cases.len(), 10);
    for case in cases {
        let signed = verify_case(&case).unwrap_or_else(|error| panic!("{case:?}: {error:?}"));
        let read = signed.parse(&Limits::default()).unwrap();
        let name_id = find(read.root(), "NameID").unwrap();
        assert_eq!(name_id.text().unwrap(), "žofie@example.org", "{case:?}");
        let value = find(read.root(), "AttributeValue").unwrap();
        assert_eq!(
            value.text().unwrap(),
            "staff & <friends> 日本 👩‍🚀",
            "{case:?}"
        );
        let attribute = find(read.root(), "Attribute").unwrap();
        let name = attribute.attribute("FriendlyName").unwrap();
        assert_eq!(name, "<\"Groups\t&\nmore\">", "{case:?}");
    }
}

#[test]
fn refuses_what_other_software_signed_badly() {
    let cases = cases("reject");
    assert_eq!(cases.len(), 12);
    for case in cases {
        let expected = fs::read_to_string(case.join("expected.txt")).unwrap();
        let error = verify_case(&case)
            .map(|_| panic!("accepted {case:?}"))
            .unwrap_err();
        let variant = format!("{error:?}");
        let variant = variant.split([' ', '(']).next().unwrap();
        assert_eq!(variant, expected.trim(), "{case:?}");
    }
}

#[test]
fn refuses_them_when_a_byte_of_the_name_is_another() {
    for case in cases("accept") {
        let document = fs::read_to_string(case.join("document.xml")).unwrap();
        let altered = document.replacen("ofie@", "ofje@", 1);
        assert_ne!(altered, document);
        let document = Document::parse(altered.as_bytes(), &Limits::default()).unwrap();
        let key = PKey::public_key_from_pem(&fs::read(case.join("key.pem")).unwrap()).unwrap();
        let key = VerifyingKey::from_spki_der(&key.public_key_to_der().unwrap()).unwrap();
        let id = fs::read_to_string(case.join("signed-id.txt")).unwrap();
        let error = verify(with_id(document.root(), id.trim()).unwrap(), &[key]).unwrap_err();
        assert_eq!(error, VerifyError::DigestMismatch, "{case:?}");
    }
}
