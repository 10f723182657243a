//! What an authenticator app does, for the demo; no release can make a code.

use jiff::Timestamp;
use totp_rs::Secret;

use crate::{TotpSeed, totp::STEP_SECONDS};

/// The code that an app shows now for a secret as it was typed into it, so many steps from now; none
/// where that is no secret of ours.
#[must_use]
pub fn app_code(secret_base32: &str, steps: i64, now: Timestamp) -> Option<String> {
    let plain: String = secret_base32.split_whitespace().collect();
    let secret = Secret::try_from_base32(plain).ok()?;
    let seed = TotpSeed::from_bytes(secret.as_ref())?;
    let step = now.as_second().div_euclid(i64::from(STEP_SECONDS));
    let code = seed.code(step.checked_add(steps)?)?;
    Some(code.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_the_seed_takes() {
        // RFC 6238 appendix B, the last six digits.
        let now = Timestamp::from_second(1_111_111_109).unwrap();
        let seed = TotpSeed::from_bytes(b"12345678901234567890").unwrap();
        let typed = seed.secret_base32();
        assert_eq!(app_code(&typed, 0, now).as_deref(), Some("081804"));
        assert_eq!(app_code("not a secret", 0, now), None);
    }
}
