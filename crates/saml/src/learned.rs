//! What an IdP does, as one accepted response showed it.

use serde::{Deserialize, Serialize};
use vestibule_xmlsig::KeyFingerprint;

/// Which part of a Response is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignedPart {
    /// The Response around the assertion.
    Response,
    /// The assertion itself.
    Assertion,
    /// Each of them.
    Both,
}

impl SignedPart {
    /// What it is, for a person.
    pub(crate) const fn told(self) -> &'static str {
        match self {
            Self::Response => "the Response",
            Self::Assertion => "the assertion",
            Self::Both => "Response and assertion",
        }
    }
}

/// What an IdP does, as one accepted response showed it: to be stored when a test has passed, so
/// that a later report can name what is no longer so. It says nothing about anybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learned {
    /// Its entity ID.
    pub issuer: String,
    /// The format of its NameIDs: a URI, `no format` or `no NameID`.
    pub name_id_format: String,
    /// What it signs.
    pub signed: SignedPart,
    /// With which algorithm.
    pub algorithm: String,
    /// With which key.
    pub key: KeyFingerprint,
    /// Whether it encrypts the assertion.
    #[serde(default)]
    pub encrypted: bool,
    /// The attributes it sends, by name.
    pub attributes: Vec<String>,
}
