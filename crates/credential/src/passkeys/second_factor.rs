//! A passkey beside the password: the member is known, and is asked for one of theirs (Web Authentication §7.2).

use jiff::Timestamp;
use vestibule_model::StoredPasskey;
use webauthn_rs::prelude::PublicKeyCredential;

use super::{
    PasskeyChallenge, PasskeyError, PasskeyUse, Passkeys,
    ceremony::{self, Kept},
    handle,
};
use crate::{SecondFactorProof, proof::Factor};

impl Passkeys {
    /// Begins: asks for one of these passkeys, which belong to one member.
    ///
    /// # Errors
    /// [`PasskeyError::NoPasskey`] where there is none; [`PasskeyError::OtherMember`] where they belong to
    /// several members; [`PasskeyError::UnreadablePasskey`]; [`PasskeyError::NoChallenge`].
    pub fn begin_second_factor(
        &self,
        passkeys: &[StoredPasskey],
    ) -> Result<PasskeyChallenge, PasskeyError> {
        let first = passkeys.first().ok_or(PasskeyError::NoPasskey)?;
        let (member_id, workspace_id) = (first.member_id, first.workspace_id);
        if passkeys
            .iter()
            .any(|passkey| passkey.member_id != member_id)
        {
            return Err(PasskeyError::OtherMember);
        }
        let readable: Vec<_> = passkeys
            .iter()
            .map(ceremony::read_passkey)
            .collect::<Result<_, _>>()?;
        let (options, library) = self
            .0
            .start_passkey_authentication(&readable)
            .or(Err(PasskeyError::NoChallenge))?;
        let kept = Kept::SecondFactor {
            member_id,
            workspace_id,
            library: Box::new(library),
        };
        kept.challenge(&options)
    }

    /// Ends: verifies what one of them signed. `passkeys` are the member's as they are now: one that was
    /// removed meanwhile counts no more, and counters may have gone on.
    ///
    /// # Errors
    /// [`PasskeyError`].
    pub fn finish_second_factor(
        &self,
        state: &str,
        answer: &str,
        passkeys: &[StoredPasskey],
        now: Timestamp,
    ) -> Result<(SecondFactorProof, PasskeyUse), PasskeyError> {
        let Kept::SecondFactor {
            member_id,
            workspace_id,
            library,
        } = Kept::read(state)?
        else {
            return Err(PasskeyError::OtherCeremony);
        };
        let answer: PublicKeyCredential = ceremony::read_answer(answer)?;
        let credential_id = ceremony::credential_id(answer.get_credential_id());
        let stored = passkeys
            .iter()
            .find(|passkey| passkey.credential_id == credential_id)
            .ok_or(PasskeyError::UnknownPasskey)?;
        if (stored.member_id, stored.workspace_id) != (member_id, workspace_id) {
            return Err(PasskeyError::OtherMember);
        }
        handle::check(&answer, member_id, false)?;
        let result = self
            .0
            .finish_passkey_authentication(&answer, &library)
            .map_err(|error| PasskeyError::of(&error))?;
        let passkey = ceremony::read_passkey(stored)?;
        let (storage, used) = ceremony::used(stored, passkey, &result)?;
        let factor = Factor::Passkey(storage);
        let proof = SecondFactorProof::new(member_id, workspace_id, factor, now);
        Ok((proof, used))
    }
}
