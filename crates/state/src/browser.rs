//! Which browser a trip belongs to: a random cookie, of which only the hash is kept.

use sha2::{Digest, Sha256};
use vestibule_model::Reference;

use crate::StateError;

/// The value of the browser's cookie: 256 random bits in hex.
#[derive(Clone, PartialEq, Eq)]
pub struct BrowserToken(String);

impl BrowserToken {
    /// A new browser's token.
    ///
    /// # Errors
    /// [`StateError::NoRandomness`].
    pub fn generate() -> Result<Self, StateError> {
        Ok(Self(random_hex::<32>()?))
    }

    /// Reads a cookie's value; anything that `generate` could not have made is `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_lower_hex(text, 64).then(|| Self(text.to_owned()))
    }

    /// The value for the cookie.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What a form of ours carries, so that no other site can post it: made of the cookie, which no other
    /// site sees, and of what the form is for.
    #[must_use]
    pub fn form_token(&self, purpose: &str) -> String {
        let mut hash = Sha256::new();
        hash.update("a form of ours\0");
        hash.update(&self.0);
        hash.update(purpose);
        hex(&hash.finalize())
    }

    /// What is kept of it.
    #[must_use]
    pub fn binding(&self) -> BrowserBinding {
        BrowserBinding(Sha256::digest(self.0.as_bytes()).into())
    }
}

/// A bearer secret: it never shows in a log.
impl std::fmt::Debug for BrowserToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BrowserToken(…)")
    }
}

/// The hash of a browser's token. Comparing two hashes in variable time tells nothing about either
/// token, so the derived equality will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BrowserBinding([u8; 32]);

impl BrowserBinding {
    /// The hash in lower-case hex.
    #[must_use]
    pub fn to_hex(self) -> String {
        hex(&self.0)
    }

    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        if !is_lower_hex(text, 64) {
            return None;
        }
        let mut bytes = [0_u8; 32];
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

/// What a person may tell support about something that happens now.
///
/// # Errors
/// [`StateError::NoRandomness`].
pub fn random_reference() -> Result<Reference, StateError> {
    let bits = getrandom::u64().or(Err(StateError::NoRandomness))?;
    Ok(Reference::from_random(bits))
}

pub(crate) fn random_hex<const N: usize>() -> Result<String, StateError> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).or(Err(StateError::NoRandomness))?;
    Ok(hex(&bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

pub(crate) fn is_lower_hex(text: &str, length: usize) -> bool {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == length && text.bytes().all(hex)
}
