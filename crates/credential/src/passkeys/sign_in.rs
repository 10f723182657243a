//! A passkey alone: the device finds one that belongs here and says who its owner is (Web Authentication §7.2,
//! discoverable credentials).

use jiff::Timestamp;
use vestibule_model::StoredPasskey;
use webauthn_rs::prelude::PublicKeyCredential;

use super::{
    PasskeyChallenge, PasskeyError, PasskeyUse, Passkeys,
    ceremony::{self, Kept},
    handle,
};
use crate::PasskeyProof;

impl Passkeys {
    /// Begins: asks for any passkey of this place. The options ask for conditional mediation, so that the
    /// browser offers passkeys where the e-mail address is typed; a page with a button of its own leaves
    /// `mediation` out.
    ///
    /// # Errors
    /// [`PasskeyError::NoChallenge`].
    pub fn begin_sign_in(&self) -> Result<PasskeyChallenge, PasskeyError> {
        let (options, library) = self
            .0
            .start_discoverable_authentication()
            .or(Err(PasskeyError::NoChallenge))?;
        let kept = Kept::SignIn {
            library: Box::new(library),
        };
        kept.challenge(&options)
    }

    /// What the passkey that answered calls itself, base64url: look it up and go on with
    /// [`Self::finish_sign_in`].
    ///
    /// # Errors
    /// [`PasskeyError::UnreadableAnswer`].
    pub fn identify(&self, answer: &str) -> Result<String, PasskeyError> {
        ceremony::identify(answer)
    }

    /// Ends: verifies what the passkey signed, that it verified the person, and that it names its owner.
    ///
    /// # Errors
    /// [`PasskeyError`].
    pub fn finish_sign_in(
        &self,
        state: &str,
        answer: &str,
        stored: &StoredPasskey,
        now: Timestamp,
    ) -> Result<(PasskeyProof, PasskeyUse), PasskeyError> {
        let Kept::SignIn { library } = Kept::read(state)? else {
            return Err(PasskeyError::OtherCeremony);
        };
        let answer: PublicKeyCredential = ceremony::read_answer(answer)?;
        if ceremony::credential_id(answer.get_credential_id()) != stored.credential_id {
            return Err(PasskeyError::UnknownPasskey);
        }
        handle::check(&answer, stored.member_id, true)?;
        let passkey = ceremony::read_passkey(stored)?;
        let result = self
            .0
            .finish_discoverable_authentication_v2(&answer, *library, &passkey)
            .map_err(|error| PasskeyError::of(&error))?;
        let (storage, used) = ceremony::used(stored, passkey, &result)?;
        let proof = PasskeyProof::new(stored.member_id, stored.workspace_id, storage, now);
        Ok((proof, used))
    }
}
