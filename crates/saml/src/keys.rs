//! The keys that a Response is opened with.

use serde::{Deserialize, Serialize};
use vestibule_xmlsig::{DecryptionKey, VerifyingKey};

/// Whether AES-CBC is accepted, which does not tell whether its content was changed (IIP-ALG05).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cbc {
    /// Never.
    #[default]
    Refuse,
    /// Inside a Response whose signature verifies: nobody but the IdP can have made it.
    WithSignedResponse,
    /// Everywhere.
    Accept,
}

/// The keys that a Response is opened with, and how.
#[derive(Debug, Clone, Copy)]
pub struct Keys<'k> {
    /// The IdP's keys: each verifies.
    pub verifying: &'k [VerifyingKey],
    /// Our own: each is tried.
    pub decryption: &'k [DecryptionKey],
    /// Whether AES-CBC is accepted.
    pub cbc: Cbc,
}

/// Nothing encrypted is expected.
impl<'k> From<&'k [VerifyingKey]> for Keys<'k> {
    fn from(verifying: &'k [VerifyingKey]) -> Self {
        Self {
            verifying,
            decryption: &[],
            cbc: Cbc::Refuse,
        }
    }
}

/// Nothing encrypted is expected.
impl<'k> From<&'k Vec<VerifyingKey>> for Keys<'k> {
    fn from(verifying: &'k Vec<VerifyingKey>) -> Self {
        verifying.as_slice().into()
    }
}

/// Nothing encrypted is expected.
impl<'k, const N: usize> From<&'k [VerifyingKey; N]> for Keys<'k> {
    fn from(verifying: &'k [VerifyingKey; N]) -> Self {
        verifying.as_slice().into()
    }
}

impl<'k> From<&Self> for Keys<'k> {
    fn from(keys: &Self) -> Self {
        *keys
    }
}
