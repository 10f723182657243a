//! Signed queries that other software made.

use std::fs;
use std::path::{Path, PathBuf};

use vestibule_saml::LogoutKind;
use vestibule_xmlsig::VerifyingKey;

use super::*;

/// Reading a PEM block needs no library.
fn pem_to_der(pem: &str) -> Vec<u8> {
    let body: String = pem
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    STANDARD.decode(body).unwrap()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/redirect")
}

#[test]
fn queries_that_other_software_signed_are_verified_or_refused_as_they_should() {
    let mut cases = 0;
    for (name, accepted) in [("accept", true), ("reject", false)] {
        for entry in fs::read_dir(folder().join(name)).unwrap() {
            let case = entry.unwrap().path();
            let read = |file: &str| fs::read_to_string(case.join(file)).unwrap();
            let key = VerifyingKey::from_spki_der(&pem_to_der(&read("key.pem"))).unwrap();
            let query = read("query.txt");
            let unverified = UnverifiedLogout::from_query(query.trim_end(), &Limits::default());
            let unverified = unverified.unwrap_or_else(|error| panic!("{case:?}: {error:?}"));
            assert_eq!(unverified.kind(), LogoutKind::Request);
            let verified = unverified
                .verify(std::slice::from_ref(&key))
                .and_then(|signed| signed.validate(&expected(), now()));
            if accepted {
                let request = request(verified);
                assert_eq!(request.name_id().value, "u-4711", "{case:?}");
                assert_eq!(request.relay_state(), Some("a b/c+d~é"), "{case:?}");
            } else {
                refused(verified, LogoutCheck::Signature, &format!("{case:?}"));
            }
            cases += 1;
        }
    }
    assert!(cases >= 8, "{cases}");
}
