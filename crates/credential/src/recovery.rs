//! Recovery codes: for the day when the authenticator app is lost.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use vestibule_model::{MemberId, WorkspaceId};
use zeroize::Zeroizing;

use crate::{CredentialError, SecondFactorProof, WrongCode, proof::Factor, readable};

/// How many are made at once.
const CODES: usize = 10;
/// 80 bits: too many to guess even against the hash, so that a fast hash is enough.
const LENGTH: usize = 16;

/// Ten codes, each good once. Shown once, kept as hashes, wiped when dropped.
pub struct RecoveryCodes(Vec<Zeroizing<String>>);

impl RecoveryCodes {
    /// Ten new ones.
    ///
    /// # Errors
    /// [`CredentialError::NoRandomness`].
    pub fn generate() -> Result<Self, CredentialError> {
        let codes = (0..CODES).map(|_| readable::generate::<LENGTH>());
        codes.collect::<Result<_, _>>().map(Self)
    }

    /// The codes as they are written down, `7K3M-9QXT-2B4C-W8ZN`.
    pub fn expose(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|code| code.as_str())
    }

    /// What is kept of them.
    #[must_use]
    pub fn hashes(&self, member_id: MemberId) -> Vec<[u8; 32]> {
        let hashes = self
            .expose()
            .map(|code| recovery_code_hash(member_id, code));
        hashes.flatten().collect()
    }
}

/// Says nothing.
impl std::fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCodes(…)")
    }
}

/// What is kept of a code, of what somebody typed; none where that is no code at all. Capitals, spaces and
/// hyphens do not matter, and O, I and L are read as the digits that they look like.
///
/// The member is hashed with it, so that the hash of one member's code finds nobody else's.
#[must_use]
pub fn recovery_code_hash(member_id: MemberId, typed: &str) -> Option<[u8; 32]> {
    let code = readable::normalised(typed, LENGTH)?;
    let hash = Sha256::new()
        .chain_update("recovery code\n")
        .chain_update(member_id.to_string())
        .chain_update("\n")
        .chain_update(code.as_bytes());
    Some(hash.finalize().into())
}

/// Uses a code up, and proves that it was there to be used.
///
/// `redeem` is the archive: it marks the code of this hash as used and says whether it was this call that
/// did. Of two calls at the same time one hears no.
///
/// # Errors
/// Within, [`WrongCode::Wrong`] for a code that is none, is another's or has been used; without, whatever
/// `redeem` fails with.
pub fn redeemed_recovery_code<E>(
    member_id: MemberId,
    workspace_id: WorkspaceId,
    typed: &str,
    redeem: impl FnOnce(&[u8; 32]) -> Result<bool, E>,
    now: Timestamp,
) -> Result<Result<SecondFactorProof, WrongCode>, E> {
    let Some(hash) = recovery_code_hash(member_id, typed) else {
        return Ok(Err(WrongCode::Wrong));
    };
    if !redeem(&hash)? {
        return Ok(Err(WrongCode::Wrong));
    }
    let proof = SecondFactorProof::new(member_id, workspace_id, Factor::RecoveryCode, now);
    Ok(Ok(proof))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::FactorMethod;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn each_of_ten_codes_is_good_once_and_for_its_member_alone() {
        let (anna, ben) = (MemberId::new(NOW), MemberId::new(NOW));
        let workspace = WorkspaceId::new(NOW);
        let codes = RecoveryCodes::generate().unwrap();
        let mut kept: HashSet<[u8; 32]> = codes.hashes(anna).into_iter().collect();
        assert_eq!(kept.len(), CODES);
        let mut redeem = |member, typed: &str| {
            redeemed_recovery_code(
                member,
                workspace,
                typed,
                |hash| Ok::<_, ()>(kept.remove(hash)),
                NOW,
            )
            .unwrap()
        };
        for code in codes.expose() {
            let typed = code.to_lowercase().replace('-', " ");
            assert_eq!(redeem(ben, &typed), Err(WrongCode::Wrong));
            let proof = redeem(anna, &typed).unwrap();
            assert_eq!((proof.member_id(), proof.workspace_id()), (anna, workspace));
            assert_eq!(proof.method(), FactorMethod::RecoveryCode);
            assert_eq!(redeem(anna, &typed), Err(WrongCode::Wrong));
        }
    }

    #[test]
    fn the_archive_is_not_asked_for_what_is_no_code() {
        let ask = |_: &[u8; 32]| -> Result<bool, &str> { Err("asked") };
        let (member, workspace) = (MemberId::new(NOW), WorkspaceId::new(NOW));
        let redeem = |typed| redeemed_recovery_code(member, workspace, typed, ask, NOW);
        assert_eq!(redeem("123456"), Ok(Err(WrongCode::Wrong)));
        assert_eq!(redeem("7K3M-9QXT-2B4C-W8ZN"), Err("asked"));
    }

    /// A hash that is kept must be found by every later version.
    #[test]
    fn the_hash_stays_what_it_is() {
        let member = "mem_0190a5b8c7d67e8f9a0b1c2d3e4f5a6b".parse().unwrap();
        let hash = recovery_code_hash(member, "7K3M-9QXT-2B4C-W8ZN").unwrap();
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            hex,
            "f3c187d3c59200e4f32434cca05c369ee0d3aaeaf70cb8a5c72dddabe5047a18"
        );
        assert_eq!(recovery_code_hash(member, "7k3m9qxt2b4cw8zn"), Some(hash));
    }

    #[test]
    fn debug_says_nothing() {
        let codes = RecoveryCodes::generate().unwrap();
        assert_eq!(format!("{codes:?}"), "RecoveryCodes(…)");
    }
}
