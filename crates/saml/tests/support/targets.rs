//! What is fuzzed: each takes any bytes, must not crash, and must not be led to believe anything that
//! nobody signed. The fuzzers in `tests/fuzz` and the replay in `tests/suite/seeds.rs` share it.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use vestibule_saml::{Cbc, IdpMetadata, Limits, UnverifiedLogout};
use vestibule_xmlsig::{Ciphers, Document, VerifyingKey, decrypt, has_signature, readings, verify};

use crate::case::{self, Case, Content, Params};
use crate::judge::{Trust, judge_for_trip};

/// Their names: a binary of this name in `tests/fuzz`, a folder of seeds for each.
pub(crate) const TARGETS: &[&str] = &[
    "parse",
    "canonical",
    "verify",
    "decrypt",
    "response",
    "metadata",
    "logout_query",
    "logout_form",
    "redirect",
];

/// Cases whose keys are trusted, all at once.
const TRUSTED: &[&str] = &["rsa-sha256-on-both", "ecdsa-p256-on-both", "okta", "entra"];
/// A case with a key that something is encrypted for.
const ENCRYPTED: &str = "encrypted-aes128-gcm";

/// What is known before anything is tried: keys, and all that they ever signed.
pub(crate) struct World {
    tests: PathBuf,
    accept: Vec<Case>,
    reject: Vec<Case>,
    trust: Trust,
    params: Params,
    signed: HashSet<Vec<u8>>,
    people: HashSet<String>,
    logout_keys: Vec<VerifyingKey>,
}

impl World {
    /// Reads the corpus below the folder `crates/saml/tests`.
    pub(crate) fn load(tests: &Path) -> Self {
        let corpus = tests.join("corpus");
        let accept = case::cases(&corpus, "accept");
        let reject = case::cases(&corpus, "reject");
        let find = |name: &str| {
            let name = format!("accept/{name}");
            accept.iter().find(|case| case.name == name).unwrap()
        };
        let verifying = TRUSTED
            .iter()
            .flat_map(|name| Trust::of(find(name)).verifying);
        let trust = Trust {
            verifying: verifying.collect(),
            decryption: Trust::of(find(ENCRYPTED)).decryption,
        };
        let expected = accept.iter().filter_map(|case| case.params.expect.as_ref());
        let people = expected.map(person).collect();
        let documents = accept
            .iter()
            .chain(&reject)
            .filter_map(|case| case.document.as_deref());
        let signed = documents
            .flat_map(|document| signed_bytes(document, &trust.verifying))
            .collect();
        let params = fs::read(corpus.join("accept").join(TRUSTED[0]).join("params.json")).unwrap();
        let mut params: Params = serde_json::from_slice(&params).unwrap();
        params.cbc = Cbc::Accept;
        Self {
            tests: tests.to_owned(),
            accept,
            reject,
            trust,
            params,
            signed,
            people,
            logout_keys: logout_keys(tests),
        }
    }

    /// Tries the target of this name.
    pub(crate) fn run(&self, target: &str, data: &[u8]) {
        match target {
            "parse" => parse(data),
            "canonical" => canonical(data),
            "verify" => self.verify(data),
            "decrypt" => self.decrypt(data),
            "response" => self.response(data),
            "metadata" => metadata(data),
            "logout_query" => self.logout_query(data),
            "logout_form" => self.logout_form(data),
            "redirect" => self.redirect(data),
            other => panic!("there is no target {other}"),
        }
    }

    /// What each target begins with.
    pub(crate) fn seeds(&self, target: &str) -> Vec<Vec<u8>> {
        let documents = || {
            let cases = self.accept.iter().chain(&self.reject);
            cases.filter_map(|case| case.document.clone())
        };
        let has = |document: &Vec<u8>, word: &str| {
            let words = document.windows(word.len());
            words.into_iter().any(|found| found == word.as_bytes())
        };
        match target {
            "parse" | "response" => documents().collect(),
            "canonical" => {
                let mut signed: Vec<Vec<u8>> = self.signed.iter().cloned().collect();
                signed.sort_unstable();
                documents().chain(signed).collect()
            }
            "verify" => documents()
                .filter(|document| has(document, "SignedInfo"))
                .collect(),
            "decrypt" => documents()
                .filter(|document| has(document, "EncryptedData"))
                .collect(),
            "metadata" => files(&self.tests.join("../../../tests/fuzz/seeds/metadata")),
            "logout_query" | "redirect" | "logout_form" => queries(&self.tests)
                .into_iter()
                .filter_map(|query| match target {
                    "redirect" => message(&query),
                    "logout_form" => {
                        let message = inflated(&message(&query)?)?;
                        let message = percent(&STANDARD.encode(message));
                        Some(format!("SAMLRequest={message}&RelayState=x").into_bytes())
                    }
                    _ => Some(query.into_bytes()),
                })
                .collect(),
            other => panic!("there is no target {other}"),
        }
    }

    /// How many signed elements and people there are, and how many seeds are let in.
    pub(crate) fn known(&self) -> (usize, usize, usize) {
        let seeds = self.seeds("response");
        let let_in = seeds.iter().map(|seed| STANDARD.encode(seed));
        let let_in =
            let_in.filter(|value| judge_for_trip(&self.params, value, &self.trust).is_ok());
        (self.signed.len(), self.people.len(), let_in.count())
    }

    /// Whatever is found signed, is among what was signed.
    fn verify(&self, data: &[u8]) {
        for bytes in signed_bytes(data, &self.trust.verifying) {
            assert!(
                self.signed.contains(&bytes),
                "found signed what nobody signed: {}",
                String::from_utf8_lossy(&bytes)
            );
        }
    }

    fn decrypt(&self, data: &[u8]) {
        let limits = Limits::default().xml;
        let Ok(document) = Document::parse(data, &limits) else {
            return;
        };
        let elements = document.root().descendants();
        let encrypted = elements
            .filter(|element| matches!(element.local_name(), "EncryptedAssertion" | "EncryptedID"));
        for element in encrypted.take(4) {
            for ciphers in [Ciphers::Authenticated, Ciphers::WithCbc] {
                let _ = decrypt(element, &self.trust.decryption, ciphers, &limits);
            }
        }
    }

    /// Whoever is let in, is somebody that was signed for.
    fn response(&self, data: &[u8]) {
        let form_value = match std::str::from_utf8(data) {
            Ok(text) if !text.contains('<') => text.to_owned(),
            _ => STANDARD.encode(data),
        };
        if let Ok(content) = judge_for_trip(&self.params, &form_value, &self.trust) {
            let person = person(&content);
            assert!(self.people.contains(&person), "let in: {person}");
        }
    }

    fn logout_query(&self, data: &[u8]) {
        let Ok(query) = std::str::from_utf8(data) else {
            return;
        };
        if let Ok(logout) = UnverifiedLogout::from_query(query, &Limits::default()) {
            let id = logout.unverified_id().map(str::to_owned);
            if logout.verify(&self.logout_keys).is_ok() {
                assert_eq!(id.as_deref(), Some("_theirs"), "believed: {query}");
            }
        }
    }

    fn logout_form(&self, data: &[u8]) {
        let Ok(body) = std::str::from_utf8(data) else {
            return;
        };
        if let Ok(logout) = UnverifiedLogout::from_form(body, &Limits::default()) {
            // Nobody ever signed one by this binding.
            assert!(
                logout.verify(&self.logout_keys).is_err(),
                "believed: {body}"
            );
        }
    }

    /// The bytes are what was deflated.
    fn redirect(&self, data: &[u8]) {
        let message = percent(&STANDARD.encode(data));
        let query = format!(
            "SAMLRequest={message}&SigAlg=http%3A%2F%2Fwww.w3.org%2F2001%2F04%2Fxmldsig-more%23rsa-sha256&Signature=AAAA"
        );
        self.logout_query(query.as_bytes());
    }
}

fn parse(data: &[u8]) {
    let limits = Limits::default().xml;
    if let Ok(document) = Document::parse(data, &limits) {
        for element in document.root().descendants() {
            let _ = (element.text(), element.deep_text(), element.namespace());
            for attribute in ["ID", "Id", "Version", "xmlns"] {
                let _ = element.attribute(attribute);
            }
        }
    }
}

/// What is read of canonical bytes is what libxml2 reads of them, whatever they are; and what xmlsec makes
/// canonical is read, if it is its own canonical form. (libxml2 escapes nothing in a namespace name.)
fn canonical(data: &[u8]) {
    readings_agree(data);
    for prefixes in ["", "#default xs"] {
        let Some(bytes) = readings::canonical_form(data, prefixes) else {
            continue;
        };
        let is_its_own = readings::canonical_form(&bytes, prefixes).is_some_and(|own| own == bytes);
        assert!(
            readings_agree(&bytes) || !is_its_own,
            "canonical, and not read: {}",
            String::from_utf8_lossy(&bytes)
        );
    }
}

/// Whether they are read; and if they are, as libxml2 does.
fn readings_agree(bytes: &[u8]) -> bool {
    let Ok(ours) = readings::ours(bytes) else {
        return false;
    };
    if let Some(theirs) = readings::theirs(bytes).expect("what is canonical is well-formed") {
        assert_eq!(
            readings::told(ours.root()),
            readings::told(theirs.root()),
            "read in two ways: {}",
            String::from_utf8_lossy(bytes)
        );
    }
    true
}

fn metadata(data: &[u8]) {
    if let Ok(metadata) = IdpMetadata::parse(data, &Limits::default()) {
        assert!(!metadata.entity_id.trim().is_empty());
        assert!(!metadata.signing_certificates.is_empty());
    }
}

/// Of every element with a signature, the bytes that one of the keys signed.
fn signed_bytes(document: &[u8], keys: &[VerifyingKey]) -> Vec<Vec<u8>> {
    let Ok(document) = Document::parse(document, &Limits::default().xml) else {
        return Vec::new();
    };
    let elements = document.root().descendants();
    elements
        .filter(|element| has_signature(*element))
        .take(4)
        .filter_map(|element| verify(element, keys).ok())
        .map(|signed| signed.as_bytes().to_vec())
        .collect()
}

fn person(content: &Content) -> String {
    format!("{:?} {:?}", content.name_id.value, content.attributes)
}

fn files(folder: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// The folders of signed queries.
fn redirects(tests: &Path) -> Vec<PathBuf> {
    ["accept", "reject"]
        .iter()
        .flat_map(|folder| fs::read_dir(tests.join("fixtures/redirect").join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect()
}

fn queries(tests: &Path) -> Vec<String> {
    redirects(tests)
        .iter()
        .map(|path| fs::read_to_string(path.join("query.txt")).unwrap())
        .map(|query| query.trim_end().to_owned())
        .collect()
}

fn logout_keys(tests: &Path) -> Vec<VerifyingKey> {
    redirects(tests)
        .iter()
        .filter(|path| path.ends_with("rsa-sha256") || path.ends_with("ecdsa-sha256"))
        .map(|path| {
            let pem = fs::read_to_string(path.join("key.pem")).unwrap();
            let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
            VerifyingKey::from_spki_der(&STANDARD.decode(body).unwrap()).unwrap()
        })
        .collect()
}

/// The message in a query, deflated still.
fn message(query: &str) -> Option<Vec<u8>> {
    let parameter = query
        .split('&')
        .find(|parameter| parameter.starts_with("SAML"))?;
    let value = parameter.split_once('=')?.1;
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
        } else {
            byte
        });
    }
    STANDARD.decode(bytes).ok()
}

fn inflated(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut inflated = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::DeflateDecoder::new(bytes), &mut inflated)
        .ok()?;
    Some(inflated)
}

fn percent(text: &str) -> String {
    text.replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D")
}
