//! A member registers a passkey (Web Authentication §7.1).

use serde_json::Value;
use vestibule_model::{MemberId, StoredPasskey};
use webauthn_rs::prelude::{Credential, RegisterPublicKeyCredential};

use super::{
    PasskeyChallenge, PasskeyError, Passkeys,
    ceremony::{self, Kept},
    handle::user_handle,
};
use crate::PasskeyStorage;

/// Whose passkey it will be, as the device shows it.
#[derive(Debug, Clone, Copy)]
pub struct PasskeyOwner<'a> {
    /// The member.
    pub member_id: MemberId,
    /// What tells their accounts apart.
    pub email: &'a str,
    /// What they are called.
    pub display_name: &'a str,
}

/// A passkey that was registered: what to keep of it. Its credential id is unique in the deployment (§7.1),
/// and the archive's index says so.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPasskey {
    /// Who began the registration.
    pub member_id: MemberId,
    /// What the authenticator calls it, base64url.
    pub credential_id: String,
    /// The public key, the counter and the rest, as the library writes them; JSON.
    pub credential: String,
    /// Where its key is.
    pub storage: PasskeyStorage,
}

/// The key stays where it is kept.
impl std::fmt::Debug for NewPasskey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewPasskey")
            .field("member_id", &self.member_id)
            .field("storage", &self.storage)
            .finish_non_exhaustive()
    }
}

impl Passkeys {
    /// Begins: asks the device to make a passkey, unless it holds one of `existing` already.
    ///
    /// # Errors
    /// [`PasskeyError::NoChallenge`]; [`PasskeyError::UnreadablePasskey`] for one of `existing`.
    pub fn begin_registration(
        &self,
        owner: PasskeyOwner<'_>,
        existing: &[StoredPasskey],
    ) -> Result<PasskeyChallenge, PasskeyError> {
        let existing = existing.iter().map(ceremony::read_passkey);
        let existing = existing.map(|passkey| Ok(passkey?.cred_id().clone()));
        let (options, library) = self
            .0
            .start_passkey_registration(
                user_handle(owner.member_id),
                owner.email,
                owner.display_name,
                Some(existing.collect::<Result<_, _>>()?),
            )
            .or(Err(PasskeyError::NoChallenge))?;
        let kept = Kept::Registration {
            member_id: owner.member_id,
            library: Box::new(library),
        };
        let mut options = serde_json::to_value(options).or(Err(PasskeyError::NoChallenge))?;
        if let Some(Value::Object(selection)) =
            options.pointer_mut("/publicKey/authenticatorSelection")
        {
            // One that is found without a user name can be the whole sign-in (§5.4.6); a security key without
            // room for it still makes a second factor.
            selection.insert("residentKey".to_owned(), Value::from("preferred"));
        }
        kept.challenge(&options)
    }

    /// Ends: verifies what the device made.
    ///
    /// # Errors
    /// [`PasskeyError`].
    pub fn finish_registration(
        &self,
        state: &str,
        answer: &str,
    ) -> Result<NewPasskey, PasskeyError> {
        let Kept::Registration { member_id, library } = Kept::read(state)? else {
            return Err(PasskeyError::OtherCeremony);
        };
        let answer: RegisterPublicKeyCredential = ceremony::read_answer(answer)?;
        let passkey = self
            .0
            .finish_passkey_registration(&answer, &library)
            .map_err(|error| PasskeyError::of(&error))?;
        let storage = if Credential::from(passkey.clone()).backup_eligible {
            PasskeyStorage::Synced
        } else {
            PasskeyStorage::DeviceBound
        };
        Ok(NewPasskey {
            member_id,
            credential_id: ceremony::credential_id(passkey.cred_id().as_ref()),
            credential: ceremony::write(&passkey)?,
            storage,
        })
    }
}
