//! Authenticator apps (TOTP, RFC 6238).

use jiff::Timestamp;
use subtle::{Choice, ConstantTimeEq as _};
use totp_rs::{Algorithm, Builder, Secret};
use vestibule_model::{MemberId, WorkspaceId};
use zeroize::Zeroizing;

use crate::{CredentialError, SecondFactorProof, WrongCode, otpauth, proof::Factor, random};

/// What RFC 4226 §4 recommends.
const SEED_BYTES: usize = 20;
/// The time step (RFC 6238 §5.2).
pub(crate) const STEP_SECONDS: u16 = 30;
/// How many steps the app's clock may be off, either way (RFC 6238 §5.2).
const DRIFT: i64 = 1;
const DIGITS: u8 = 6;

/// What the app and the server know, 160 random bits. Sealed where it is kept, wiped when dropped.
///
/// SHA-1, six digits and thirty seconds, because that is what every app understands; what is known against
/// SHA-1 does not touch HMAC-SHA-1 (RFC 4226 appendix B.2).
pub struct TotpSeed(Zeroizing<[u8; SEED_BYTES]>);

impl TotpSeed {
    /// A new one.
    ///
    /// # Errors
    /// [`CredentialError::NoRandomness`].
    pub fn generate() -> Result<Self, CredentialError> {
        random::bytes().map(Self)
    }

    /// The one that was kept; none where this cannot be one.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let seed = bytes.try_into().ok()?;
        Some(Self(Zeroizing::new(seed)))
    }

    /// What is sealed and kept.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The seed in base 32 (RFC 4648 §6), in groups of four, for who types it into the app.
    #[must_use]
    pub fn secret_base32(&self) -> Zeroizing<String> {
        let plain = self.base32();
        let mut grouped = Zeroizing::new(String::with_capacity(plain.len() * 2));
        for (index, c) in plain.chars().enumerate() {
            if index > 0 && index % 4 == 0 {
                grouped.push(' ');
            }
            grouped.push(c);
        }
        grouped
    }

    /// The address that an app reads (`otpauth://totp/…`).
    #[must_use]
    pub fn uri(&self, issuer: &str, account: &str) -> Zeroizing<String> {
        otpauth::uri(&self.base32(), issuer, account)
    }

    /// [`Self::uri`] as a picture to scan, SVG to be written into a page.
    #[must_use]
    pub fn qr_svg(&self, issuer: &str, account: &str) -> Zeroizing<String> {
        otpauth::qr_svg(&self.uri(issuer, account))
    }

    /// Compares a code with those of now, of the step before and of the one after. `last_step` is what this
    /// returned for the last code that was taken: write the new one down before anybody is let in, or take
    /// [`Self::redeem`].
    ///
    /// # Errors
    /// [`WrongCode::UsedBefore`] for the right code of `last_step` or before, else [`WrongCode::Wrong`].
    pub fn verify(
        &self,
        code: &str,
        member_id: MemberId,
        workspace_id: WorkspaceId,
        last_step: Option<i64>,
        now: Timestamp,
    ) -> Result<(SecondFactorProof, i64), WrongCode> {
        let step = self.step(code, last_step, now)?;
        let proof = SecondFactorProof::new(member_id, workspace_id, Factor::Totp, now);
        Ok((proof, step))
    }

    /// [`Self::verify`], with a proof only once the step is written down.
    ///
    /// `take` is the archive: it sets the last step to this one where it was before it, and says whether it
    /// was. Of two calls with one code at the same time one hears no (RFC 6238 §5.2).
    ///
    /// # Errors
    /// Within, those of [`Self::verify`]; without, whatever `take` fails with.
    pub fn redeem<E>(
        &self,
        code: &str,
        member_id: MemberId,
        workspace_id: WorkspaceId,
        last_step: Option<i64>,
        take: impl FnOnce(i64) -> Result<bool, E>,
        now: Timestamp,
    ) -> Result<Result<SecondFactorProof, WrongCode>, E> {
        match self.verify(code, member_id, workspace_id, last_step, now) {
            Err(wrong) => Ok(Err(wrong)),
            Ok((proof, step)) if take(step)? => Ok(Ok(proof)),
            Ok(_) => Ok(Err(WrongCode::UsedBefore)),
        }
    }

    /// The step whose code this is. All of them are computed and compared, whichever it is.
    fn step(&self, code: &str, last_step: Option<i64>, now: Timestamp) -> Result<i64, WrongCode> {
        let typed = digits(code).ok_or(WrongCode::Wrong)?;
        let current = now.as_second().div_euclid(i64::from(STEP_SECONDS));
        let mut fresh = None;
        let mut used = Choice::from(0);
        for step in current.saturating_sub(DRIFT)..=current.saturating_add(DRIFT) {
            let Some(expected) = self.code(step) else {
                continue;
            };
            let same = expected.as_bytes().ct_eq(&typed);
            if last_step.is_some_and(|last| step <= last) {
                used |= same;
            } else if bool::from(same) {
                fresh = Some(step);
            }
        }
        fresh.ok_or(if used.into() {
            WrongCode::UsedBefore
        } else {
            WrongCode::Wrong
        })
    }

    /// The code of a step; none before 1970.
    pub(crate) fn code(&self, step: i64) -> Option<Zeroizing<String>> {
        let seconds = u64::try_from(step).ok()?.checked_mul(STEP_SECONDS.into())?;
        let totp = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_step_duration(STEP_SECONDS.into())
            .with_secret(*self.0)
            .build()
            .ok()?;
        Some(Zeroizing::new(totp.generate(seconds).to_string()))
    }

    fn base32(&self) -> Zeroizing<String> {
        Zeroizing::new(Secret::from(*self.0).to_base32())
    }
}

/// Says nothing.
impl std::fmt::Debug for TotpSeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSeed(…)")
    }
}

/// The six digits of what was typed; apps show them in groups.
fn digits(typed: &str) -> Option<[u8; 6]> {
    let mut digits = [0; 6];
    let mut places = digits.iter_mut();
    // 64 characters of white space are no slip of the finger.
    for c in typed.chars().take(64).filter(|c| !c.is_whitespace()) {
        let digit = c.is_ascii_digit().then_some(c)?;
        *places.next()? = u8::try_from(digit).ok()?;
    }
    places.next().is_none().then_some(digits)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use crate::FactorMethod;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    /// The seed of RFC 6238 appendix B.
    fn seed() -> TotpSeed {
        TotpSeed::from_bytes(b"12345678901234567890").unwrap()
    }

    fn step_of(code: &str, last_step: Option<i64>, now: Timestamp) -> Result<i64, WrongCode> {
        let (member, workspace) = (MemberId::new(now), WorkspaceId::new(now));
        let (proof, step) = seed().verify(code, member, workspace, last_step, now)?;
        assert_eq!(
            (proof.member_id(), proof.workspace_id()),
            (member, workspace)
        );
        assert_eq!((proof.method(), proof.at()), (FactorMethod::Totp, now));
        Ok(step)
    }

    /// RFC 6238 appendix B, the rows of SHA-1; their eight digits end in our six.
    #[test]
    fn computes_what_the_rfc_computes() {
        for (seconds, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            let six = code.get(2..).unwrap();
            assert_eq!(step_of(six, None, at(seconds)), Ok(seconds / 30), "{code}");
            assert_eq!(step_of(code, None, at(seconds)), Err(WrongCode::Wrong));
        }
    }

    #[test]
    fn takes_one_step_of_drift_either_way() {
        let now = at(1_111_111_111);
        let step = 1_111_111_111 / 30;
        for (off, right) in [
            (-90, false),
            (-60, false),
            (-30, true),
            (0, true),
            (30, true),
            (60, false),
        ] {
            let code = seed().code(step + off / 30).unwrap();
            assert_eq!(step_of(&code, None, now).is_ok(), right, "{off}");
        }
    }

    #[test]
    fn takes_no_code_twice_and_none_before_the_last() {
        let now = at(1_111_111_111);
        let step = 1_111_111_111 / 30;
        let code = |step| seed().code(step).unwrap();
        assert_eq!(step_of(&code(step), Some(step - 1), now), Ok(step));
        assert_eq!(
            step_of(&code(step), Some(step), now),
            Err(WrongCode::UsedBefore)
        );
        assert_eq!(
            step_of(&code(step - 1), Some(step), now),
            Err(WrongCode::UsedBefore)
        );
        assert_eq!(step_of(&code(step + 1), Some(step), now), Ok(step + 1));
        assert_eq!(step_of("000000", Some(step), now), Err(WrongCode::Wrong));
    }

    #[test]
    fn of_two_at_the_same_time_one_gets_in() {
        let now = at(1_111_111_111);
        let (member, workspace) = (MemberId::new(now), WorkspaceId::new(now));
        let redeem = |taken: Result<bool, &'static str>| {
            seed().redeem("050471", member, workspace, None, |_| taken, now)
        };
        assert!(redeem(Ok(true)).unwrap().is_ok());
        assert_eq!(redeem(Ok(false)), Ok(Err(WrongCode::UsedBefore)));
        assert_eq!(redeem(Err("gone")), Err("gone"));
    }

    #[test]
    fn white_space_does_not_matter_and_nothing_else_is_ignored() {
        let now = at(1_111_111_111);
        for code in ["050471", " 050 471\n", "050\u{a0}471"] {
            assert!(step_of(code, None, now).is_ok(), "{code:?}");
        }
        for code in [
            "",
            "05047",
            "0504711",
            "050-471",
            "٠٥٠٤٧١",
            "+50471",
            &" ".repeat(100),
        ] {
            assert_eq!(step_of(code, None, now), Err(WrongCode::Wrong), "{code:?}");
        }
    }

    #[test]
    fn before_1970_there_are_no_codes() {
        let now = Timestamp::UNIX_EPOCH - SignedDuration::from_hours(1);
        assert_eq!(step_of("050471", None, now), Err(WrongCode::Wrong));
    }

    #[test]
    fn a_seed_reads_back_and_is_written_for_people() {
        let new = TotpSeed::generate().unwrap();
        let again = TotpSeed::from_bytes(new.as_bytes()).unwrap();
        assert_eq!(new.as_bytes(), again.as_bytes());
        assert!(TotpSeed::from_bytes(&[0; 19]).is_none());
        assert_eq!(
            *seed().secret_base32(),
            "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
        );
        assert_eq!(format!("{new:?}"), "TotpSeed(…)");
    }

    proptest! {
        #[test]
        fn anything_can_be_typed(code in "\\PC{0,80}", seconds in -1_000_000_000_000_i64..1_000_000_000_000) {
            if let Ok(now) = Timestamp::from_second(seconds) {
                let _ = seed().step(&code, None, now);
            }
        }
    }
}
