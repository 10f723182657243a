//! Bearer secrets: codes, refresh tokens, client secrets, API keys.

use aws_lc_rs::{constant_time::verify_slices_are_equal, digest, rand};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::RandomnessError;

const BYTES: usize = 32;

/// 256 random bits as 43 characters of base64url. Shown once, kept as its hash, wiped when dropped.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// [`RandomnessError`] when the system gives no random numbers.
    pub fn generate() -> Result<Self, RandomnessError> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        rand::fill(bytes.as_mut_slice()).or(Err(RandomnessError))?;
        Ok(Self(Zeroizing::new(
            URL_SAFE_NO_PAD.encode(bytes.as_slice()),
        )))
    }

    /// Reads one that somebody presents; none when it cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // Strict: one spelling per secret, no padding and no stray bits at the end.
        if text.len() != 43 {
            return None;
        }
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        (bytes.len() == BYTES).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The text itself, to be handed to whom it is for.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// SHA-256 of the text: what is kept. With 256 random bits a slow hash adds nothing.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        sha256(self.0.as_bytes())
    }

    /// What a form of ours carries for whoever holds this secret in a cookie, so that no other site can
    /// post it.
    #[must_use]
    pub fn form_token(&self) -> String {
        let text = Zeroizing::new(format!("a form of ours\0{}", self.expose()));
        URL_SAFE_NO_PAD.encode(sha256(text.as_bytes()))
    }

    /// Whether a hash that was kept is this secret's; takes the same time either way.
    #[must_use]
    pub fn matches(&self, hash: &[u8; 32]) -> bool {
        verify_slices_are_equal(&self.hash(), hash).is_ok()
    }
}

/// Says nothing.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// SHA-256 as an array.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    // The two lengths are the same by definition of SHA-256.
    for (into, from) in hash
        .iter_mut()
        .zip(digest::digest(&digest::SHA256, bytes).as_ref())
    {
        *into = *from;
    }
    hash
}

/// 128 random bits as text, for ids that nobody looks up.
pub(crate) fn random_id() -> Result<String, RandomnessError> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).or(Err(RandomnessError))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_reads_back_and_matches_its_hash_alone() {
        let secret = Secret::generate().unwrap();
        assert_eq!(secret.expose().len(), 43);
        let again = Secret::parse(secret.expose()).unwrap();
        assert_eq!(again.hash(), secret.hash());
        assert!(again.matches(&secret.hash()));
        assert!(!Secret::generate().unwrap().matches(&secret.hash()));
    }

    #[test]
    fn the_hash_is_sha_256_of_the_text() {
        assert_eq!(
            sha256(b"abc").map(|byte| format!("{byte:02x}")).concat(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn refuses_what_cannot_be_a_secret() {
        let good = "A".repeat(43);
        assert!(Secret::parse(&good).is_some());
        let stray_bits = format!("{}B", "A".repeat(42));
        for text in [
            "",
            "A",
            &"A".repeat(42),
            &format!("{good}A"),
            &stray_bits,
            &good.replacen('A', "+", 1),
            &format!("{}=", "A".repeat(42)),
        ] {
            assert!(Secret::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn debug_says_nothing() {
        let secret = Secret::generate().unwrap();
        assert!(!format!("{secret:?}").contains(secret.expose()));
    }
}
