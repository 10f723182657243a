//! Three implementations must agree. Where the program `xmlsec1` does not verify an element by a
//! key, neither do we; and where we do, so does it, and a second library finds the same bytes.
//!
//! Both sentences are asked of every document that we accept: of the corpus, and of mutants that are
//! made anew each time from the same seeds.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use vestibule_xmlsig::{Document, Element, Limits, VerifyingKey, has_signature, verify};

use crate::case::{self, Case};
use crate::corpus::{folder, keys};
use crate::mutator::Mutator;
use crate::second;
use crate::support::every_nth;

const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";

/// A signature that we accepted.
struct Accepted {
    /// Where it stands.
    xpath: &'static str,
    id: String,
    key: VerifyingKey,
    inclusive: Vec<String>,
    bytes: Vec<u8>,
}

/// The signatures of Response and assertion that verify by one of the keys, each for itself; and how
/// many do not.
fn accepted(document: &Document, keys: &[VerifyingKey]) -> (Vec<Accepted>, usize) {
    let root = document.root();
    let mut elements = vec![(
        root,
        "/*[1]/*[namespace-uri()='http://www.w3.org/2000/09/xmldsig#']",
    )];
    let mut assertions = root.children_named(ASSERTION, "Assertion");
    if let (Some(assertion), None) = (assertions.next(), assertions.next()) {
        elements.push((
            assertion,
            "/*[1]/*[local-name()='Assertion' and namespace-uri()='urn:oasis:names:tc:SAML:2.0:assertion']/*[namespace-uri()='http://www.w3.org/2000/09/xmldsig#']",
        ));
    }
    let (mut good, mut bad) = (Vec::new(), 0);
    for (element, xpath) in elements {
        if !has_signature(element) {
            continue;
        }
        match verify(element, keys) {
            Ok(signed) => good.push(Accepted {
                xpath,
                id: element.attribute("ID").unwrap().into_owned(),
                key: keys
                    .iter()
                    .find(|key| *key.fingerprint() == signed.key())
                    .unwrap()
                    .clone(),
                inclusive: inclusive(element),
                bytes: signed.as_bytes().to_vec(),
            }),
            Err(_) => bad += 1,
        }
    }
    (good, bad)
}

/// The prefixes that the last transform makes inclusive.
fn inclusive(element: Element<'_>) -> Vec<String> {
    ["Signature", "SignedInfo", "Reference", "Transforms"]
        .iter()
        .try_fold(element, |element, name| {
            element.children_named(DSIG, name).next()
        })
        .and_then(|transforms| transforms.children_named(DSIG, "Transform").last())
        .and_then(|transform| transform.children().next())
        .and_then(|list| list.attribute("PrefixList"))
        .map(|list| list.split_ascii_whitespace().map(str::to_owned).collect())
        .unwrap_or_default()
}

/// Whether the program verifies the signature at `xpath` by this key, which it is given, and no
/// other: KeyInfo is not looked at.
fn xmlsec1_verifies(file: &Path, xpath: &str, key: &VerifyingKey) -> bool {
    let pem = file.with_extension("pem");
    let body = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        key.to_spki_der().unwrap(),
    );
    let text = format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n");
    fs::write(&pem, text).unwrap();
    Command::new("xmlsec1")
        .args(["--verify", "--enabled-key-data", "key-name"])
        .arg("--pubkey-pem:idp")
        .arg(&pem)
        .args(["--id-attr:ID", &format!("{ASSERTION}:Assertion")])
        .args(["--id-attr:ID", &format!("{PROTOCOL}:Response")])
        .args(["--node-xpath", xpath])
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("the program xmlsec1 is there (deploy/install-dependencies test)")
        .success()
}

/// Where the second library is stricter, by what it says: everything else that it refuses is a
/// disagreement.
///
/// It refuses the whole document when any two attributes called `ID`, `Id` or `id` are equal, in
/// whatever namespace they are and whether or not the signed element has that ID. We ask that the
/// signed element's own ID be the only one of its value (and that no two `ID` be equal).
const STRICTER: &str = "duplicate ID";

/// What all three said.
#[derive(Default)]
struct Tally {
    signatures: usize,
    refused: usize,
    asked_xmlsec1: usize,
    stricter: usize,
    complaints: Vec<String>,
}

impl Tally {
    fn compare(&mut self, name: &str, xml: &[u8], keys: &[VerifyingKey], ask_every: usize) {
        let Ok(document) = Document::parse(xml, &Limits::default()) else {
            return;
        };
        let (good, bad) = accepted(&document, keys);
        self.refused += bad;
        for signature in good {
            self.signatures += 1;
            let text = std::str::from_utf8(xml).unwrap();
            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
            let inclusive: Vec<&str> = signature.inclusive.iter().map(String::as_str).collect();
            match second::signed_bytes(text, &signature.id, &signature.key, &inclusive) {
                Ok(bytes) if bytes == signature.bytes => {}
                Ok(bytes) => self.complaints.push(format!(
                    "{name}: other bytes:\n{}\n{}",
                    String::from_utf8_lossy(&signature.bytes),
                    String::from_utf8_lossy(&bytes)
                )),
                Err(reason) if reason.contains(STRICTER) => self.stricter += 1,
                Err(reason) => self
                    .complaints
                    .push(format!("{name}: the second: {reason}")),
            }
            // A process for each takes its time.
            if self.signatures.is_multiple_of(ask_every) {
                self.asked_xmlsec1 += 1;
                let folder = tempfile::tempdir().unwrap();
                let file = folder.path().join("document.xml");
                fs::write(&file, xml).unwrap();
                if !xmlsec1_verifies(&file, signature.xpath, &signature.key) {
                    self.complaints
                        .push(format!("{name}: xmlsec1 says no to {}", signature.xpath));
                }
            }
        }
    }

    #[track_caller]
    fn assert_agreement(&self, what: &str) {
        println!(
            "{what}: {} signatures accepted, {} refused, xmlsec1 asked {} times, the second is stricter {} times",
            self.signatures, self.refused, self.asked_xmlsec1, self.stricter
        );
        assert!(self.stricter * 100 <= self.signatures, "too often");
        assert!(
            self.complaints.is_empty(),
            "{} complaints:\n{}",
            self.complaints.len(),
            self.complaints.join("\n")
        );
    }
}

#[test]
fn all_three_agree_on_the_corpus() {
    let mut tally = Tally::default();
    for folder_name in ["accept", "reject"] {
        for case in &case::cases(&folder(), folder_name) {
            if let Some(document) = &case.document {
                // Of the refusals, most are one signature over another value.
                let every = if folder_name == "accept" { 1 } else { 20 };
                tally.compare(&case.name, document, &keys(case), every * every_nth());
            }
        }
    }
    assert!(tally.signatures > 500, "only {}", tally.signatures);
    assert!(tally.refused > 150, "only {}", tally.refused);
    tally.assert_agreement("corpus");
}

#[test]
fn all_three_agree_on_mutants() {
    const MUTANTS: u64 = 400;
    let cases = case::cases(&folder(), "accept");
    let bases: Vec<&Case> = cases
        .iter()
        .filter(|case| {
            case.document.is_some()
                && [
                    "accept/okta",
                    "accept/entra",
                    "accept/google-signed-response",
                    "accept/aws",
                    "accept/simplesamlphp",
                    "accept/rsa-sha256-on-both",
                    "accept/rsa-sha256-on-assertion",
                    "accept/inclusive-namespaces-of-several",
                    "accept/signature-in-the-default-namespace",
                    "accept/comments-everywhere-outside-text",
                    "accept/ecdsa-p256-on-response",
                ]
                .contains(&&*case.name)
        })
        .collect();
    assert_eq!(bases.len(), 11);
    let mut tally = Tally::default();
    for case in bases {
        let original = case.document.as_deref().unwrap();
        let keys = keys(case);
        // What the keys signed, and so all that may ever be found signed.
        let document = Document::parse(original, &Limits::default()).unwrap();
        let (honest, _) = accepted(&document, &keys);
        let honest: Vec<Vec<u8>> = honest
            .into_iter()
            .map(|signature| signature.bytes)
            .collect();
        for seed in (0..MUTANTS).step_by(every_nth()) {
            let mutant = Mutator::new(seed).mutate(original);
            if mutant == original {
                continue;
            }
            let name = format!("{} with seed {seed}", case.name);
            tally.compare(&name, &mutant, &keys, 12);
            if let Ok(document) = Document::parse(&mutant, &Limits::default()) {
                for signature in accepted(&document, &keys).0 {
                    assert!(
                        honest.contains(&signature.bytes),
                        "!!! {name}: found signed what nobody signed:\n{}",
                        String::from_utf8_lossy(&signature.bytes)
                    );
                }
            }
        }
    }
    assert!(
        tally.signatures > 300 || every_nth() > 1,
        "only {} mutants kept a signature",
        tally.signatures
    );
    assert!(
        tally.refused > 300 || every_nth() > 1,
        "only {}",
        tally.refused
    );
    tally.assert_agreement("mutants");
}

/// The comparison would be worth nothing if the program said yes to anything.
#[test]
fn xmlsec1_refuses_what_was_altered_or_signed_by_another() {
    for name in [
        "altered-name-id",
        "altered-attribute-value",
        "another-key",
        "key-swapped-in-key-info",
        "key-value-in-key-info",
        "digest-value-truncated",
        "ecdsa-value-zero",
    ] {
        let file = folder().join("reject").join(name).join("response.xml");
        let case = case::cases(&folder(), "reject")
            .into_iter()
            .find(|case| case.name.ends_with(&format!("/{name}")))
            .unwrap();
        let copy = tempfile::tempdir().unwrap();
        let document = copy.path().join("document.xml");
        fs::copy(file, &document).unwrap();
        for key in keys(&case) {
            let xpath = "/*[1]/*[local-name()='Assertion']/*[local-name()='Signature']";
            assert!(!xmlsec1_verifies(&document, xpath, &key), "{name}");
        }
    }
}
