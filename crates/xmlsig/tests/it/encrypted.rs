//! The folders `encrypted/<case>/`: what other software encrypted. `encrypted/README.md` says how.

use std::fs;
use std::path::Path;

use openssl::pkey::PKey;
use vestibule_xmlsig::{Ciphers, DecryptError, DecryptionKey, Document, Limits, decrypt};

use crate::common::find;

#[test]
fn what_other_software_encrypted_is_decrypted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/encrypted");
    let mut cases = 0;
    for case in fs::read_dir(root).unwrap() {
        let case = case.unwrap().path();
        let Ok(pem) = fs::read(case.join("key.pem")) else {
            continue;
        };
        cases += 1;
        let pkcs8 = PKey::private_key_from_pem(&pem).unwrap();
        let key = DecryptionKey::from_pkcs8_der(&pkcs8.private_key_to_pkcs8().unwrap()).unwrap();
        let document = fs::read(case.join("document.xml")).unwrap();
        let document = Document::parse(&document, &Limits::default()).unwrap();
        let open = |ciphers| {
            decrypt(
                document.root(),
                std::slice::from_ref(&key),
                ciphers,
                &Limits::default(),
            )
        };
        let opened = open(Ciphers::WithCbc).unwrap_or_else(|error| panic!("{case:?}: {error}"));
        let name_id = find(opened.document().root(), "NameID").unwrap();
        assert_eq!(name_id.text().unwrap(), "žofie@example.org", "{case:?}");
        let refused = matches!(open(Ciphers::Authenticated), Err(DecryptError::Cbc { .. }));
        assert_eq!(refused, opened.cipher().is_cbc(), "{case:?}");
    }
    assert_eq!(cases, 7);
}
