//! The break-glass code: what the operator of a deployment gives to an admin who has lost every factor.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use vestibule_model::{MemberId, WorkspaceId};
use zeroize::Zeroizing;

use crate::{CredentialError, SecondFactorProof, WrongCode, proof::Factor, readable};

/// 120 bits.
const LENGTH: usize = 24;

/// A code that stands in for an admin's second factor while the workspace is unlocked. Printed once, kept as
/// a hash, wiped when dropped.
pub struct BreakGlassCode(Zeroizing<String>);

impl BreakGlassCode {
    /// A new one.
    ///
    /// # Errors
    /// [`CredentialError::NoRandomness`].
    pub fn generate() -> Result<Self, CredentialError> {
        readable::generate::<LENGTH>().map(Self)
    }

    /// The code as it is printed, in groups of four.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        // It is made of groups of the alphabet, so the code as printed is never what is hashed.
        let plain: Zeroizing<String> =
            Zeroizing::new(self.0.chars().filter(|&c| c != '-').collect());
        hash(&plain)
    }
}

/// Says nothing.
impl std::fmt::Debug for BreakGlassCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BreakGlassCode(…)")
    }
}

fn hash(plain: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update("break-glass code\n")
        .chain_update(plain)
        .finalize()
        .into()
}

/// Compares what an admin typed with the hash of the workspace's code, which counts until `unlocked_until`.
///
/// Whether the member is an admin is the policy's to say.
///
/// # Errors
/// [`WrongCode::Wrong`], be the code another one or the workspace locked (again).
pub fn verify_break_glass(
    typed: &str,
    stored_hash: &[u8; 32],
    unlocked_until: Option<Timestamp>,
    member_id: MemberId,
    workspace_id: WorkspaceId,
    now: Timestamp,
) -> Result<SecondFactorProof, WrongCode> {
    let code = readable::normalised(typed, LENGTH).ok_or(WrongCode::Wrong)?;
    let right: bool = hash(&code).ct_eq(stored_hash).into();
    let unlocked = unlocked_until.is_some_and(|until| now < until);
    if right && unlocked {
        let factor = Factor::BreakGlass;
        Ok(SecondFactorProof::new(member_id, workspace_id, factor, now))
    } else {
        Err(WrongCode::Wrong)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use crate::FactorMethod;

    use super::*;

    #[test]
    fn counts_while_the_workspace_is_unlocked() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let soon = Some(now + SignedDuration::from_secs(1));
        let (member, workspace) = (MemberId::new(now), WorkspaceId::new(now));
        let (code, other) = (
            BreakGlassCode::generate().unwrap(),
            BreakGlassCode::generate().unwrap(),
        );
        let lower = code.expose().to_lowercase().replace('-', "");
        for (typed, until, right) in [
            (code.expose(), soon, true),
            (lower.as_str(), soon, true),
            (code.expose(), Some(now), false),
            (code.expose(), None, false),
            (other.expose(), soon, false),
            ("", soon, false),
            ("7K3M-9QXT-2B4C-W8ZN", soon, false),
        ] {
            let proof = verify_break_glass(typed, &code.hash(), until, member, workspace, now);
            assert_eq!(proof.is_ok(), right, "{typed} {until:?}");
            if let Ok(proof) = proof {
                assert_eq!(proof.method(), FactorMethod::BreakGlass);
                assert_eq!(
                    (proof.member_id(), proof.workspace_id()),
                    (member, workspace)
                );
            }
        }
    }

    #[test]
    fn debug_says_nothing() {
        let code = BreakGlassCode::generate().unwrap();
        assert_eq!(format!("{code:?}"), "BreakGlassCode(…)");
    }
}
