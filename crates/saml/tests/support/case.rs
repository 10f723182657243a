//! The cases of the corpus, read from their folders: `corpus/README.md` says what is in them.
//!
//! This file needs nothing of the other tests, so that others can include it by its path.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Deserialize;
use vestibule_saml::{Cbc, Check, NameId};

/// One folder.
pub(crate) struct Case {
    /// `reject/okta-unsigned`, say.
    pub(crate) name: String,
    /// What is posted as `SAMLResponse`.
    pub(crate) form_value: String,
    /// The bytes before base64, where the case is about them.
    pub(crate) document: Option<Vec<u8>>,
    /// What the connection trusts: one PEM block or several.
    pub(crate) certificates: Vec<u8>,
    /// What the service provider decrypts with: PKCS #8 in DER, each.
    pub(crate) decryption: Vec<Vec<u8>>,
    /// Everything else that decides, and the outcome.
    pub(crate) params: Params,
}

/// `params.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    pub(crate) now: Timestamp,
    pub(crate) clock_skew_seconds: i64,
    pub(crate) request_id: String,
    pub(crate) request_issued_at: Timestamp,
    pub(crate) sp_entity_id: String,
    pub(crate) acs_url: String,
    pub(crate) idp_entity_id: String,
    #[serde(default)]
    pub(crate) require_signed_response: bool,
    #[serde(default)]
    pub(crate) cbc: Cbc,
    #[serde(default)]
    pub(crate) purpose: Purpose,
    /// Of an acceptance: what the assertion says.
    pub(crate) expect: Option<Content>,
    /// Of a refusal: the first check that fails.
    pub(crate) refused_by: Option<Check>,
    /// Of a refusal: a piece of what that check says it received.
    pub(crate) detail: Option<String>,
}

/// What the trip was for.
#[derive(Deserialize, Default, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    #[default]
    SignIn,
    Test,
}

/// What an accepted assertion says.
#[derive(Deserialize, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Content {
    pub(crate) name_id: NameId,
    pub(crate) attributes: BTreeMap<String, Vec<String>>,
    pub(crate) session_index: Option<String>,
    pub(crate) session_not_on_or_after: Option<Timestamp>,
    pub(crate) expires_at: Timestamp,
}

/// Every case of `accept` or `reject` below the folder of the corpus, by name.
pub(crate) fn cases(corpus: &Path, folder: &str) -> Vec<Case> {
    let mut paths: Vec<PathBuf> = fs::read_dir(corpus.join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths.iter().map(|path| read(path, folder)).collect()
}

fn read(path: &Path, folder: &str) -> Case {
    let name = format!("{folder}/{}", path.file_name().unwrap().display());
    let file = |name: &str| fs::read(path.join(name));
    let document = file("response.xml").ok();
    let form_value = match &document {
        Some(document) => STANDARD.encode(document),
        None => String::from_utf8(file("form_value.txt").unwrap()).unwrap(),
    };
    let params = serde_json::from_slice(&file("params.json").unwrap())
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    Case {
        name,
        form_value,
        document,
        certificates: file("certificate.pem").unwrap(),
        decryption: file("decryption.pem").map_or_else(|_| Vec::new(), |pem| blocks(&pem)),
        params,
    }
}

/// What is in the PEM blocks of a file.
fn blocks(pem: &[u8]) -> Vec<Vec<u8>> {
    let pem = std::str::from_utf8(pem).unwrap();
    pem.split("-----BEGIN PRIVATE KEY-----")
        .skip(1)
        .map(|block| {
            let body = block.split("-----END").next().unwrap();
            STANDARD
                .decode(body.split_ascii_whitespace().collect::<String>())
                .unwrap()
        })
        .collect()
}
