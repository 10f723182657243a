//! PKCE, S256 alone (RFC 7636).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::secret::sha256;

/// Whether a text can be an S256 code challenge: 32 bytes as base64url (RFC 7636 §4.2).
#[must_use]
pub fn is_code_challenge(text: &str) -> bool {
    text.len() == 43 && URL_SAFE_NO_PAD.decode(text).is_ok()
}

/// Whether the verifier is what the challenge was made from (RFC 7636 §4.6); 43 to 128 characters
/// of the unreserved alphabet (§4.1).
#[must_use]
pub fn verify_pkce(code_challenge: &str, verifier: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if !(43..=128).contains(&verifier.len()) || !verifier.bytes().all(unreserved) {
        return false;
    }
    let computed = URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()));
    verify_slices_are_equal(computed.as_bytes(), code_challenge.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_rfcs_own_example_verifies() {
        assert!(is_code_challenge(CHALLENGE));
        assert!(verify_pkce(CHALLENGE, VERIFIER));
    }

    #[test]
    fn nothing_else_does() {
        let short: String = VERIFIER.chars().take(42).collect();
        let challenge_of = |text: &str| URL_SAFE_NO_PAD.encode(sha256(text.as_bytes()));
        let long = "a".repeat(129);
        let odd = format!("{short}!");
        for (challenge, verifier) in [
            (CHALLENGE, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            (CHALLENGE, ""),
            ("", VERIFIER),
            // The method `plain` is not known.
            (VERIFIER, VERIFIER),
            // Right hashes of verifiers that RFC 7636 does not allow.
            (&challenge_of(&short), &short),
            (&challenge_of(&long), &long),
            (&challenge_of(&odd), &odd),
        ] {
            assert!(!verify_pkce(challenge, verifier), "{challenge} {verifier}");
        }
        for challenge in [
            "",
            VERIFIER.trim_end_matches('k'),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM",
        ] {
            assert!(!is_code_challenge(challenge), "{challenge}");
        }
    }
}
