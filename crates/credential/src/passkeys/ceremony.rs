//! What all ceremonies have in common: what goes to the page, what stays, and what comes of an answer.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use vestibule_model::{MemberId, PasskeyId, StoredPasskey, WorkspaceId};
use webauthn_rs::prelude::{
    AuthenticationResult, Credential, DiscoverableAuthentication, Passkey, PasskeyAuthentication,
    PasskeyRegistration, PublicKeyCredential,
};

use super::PasskeyError;
use crate::PasskeyStorage;

/// More than any browser answers: a credential id has at most 1023 bytes, an attestation some thousand.
const MOST_BYTES_OF_AN_ANSWER: usize = 64 * 1024;

/// The first half of a ceremony.
#[derive(Clone, PartialEq, Eq)]
pub struct PasskeyChallenge {
    /// For the page: what `navigator.credentials` is called with, JSON with base64url for bytes.
    pub options: String,
    /// For the server's short-lived state and nobody else; to be taken out once, with the answer.
    pub state: String,
}

/// The state stays where it is kept.
impl std::fmt::Debug for PasskeyChallenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasskeyChallenge(…)")
    }
}

/// What is kept between the halves, with the ceremony and the member that it was made for.
#[derive(Serialize, Deserialize)]
#[serde(tag = "ceremony", rename_all = "snake_case")]
pub(super) enum Kept {
    Registration {
        member_id: MemberId,
        library: Box<PasskeyRegistration>,
    },
    SecondFactor {
        member_id: MemberId,
        workspace_id: WorkspaceId,
        library: Box<PasskeyAuthentication>,
    },
    SignIn {
        library: Box<DiscoverableAuthentication>,
    },
}

impl Kept {
    pub(super) fn read(state: &str) -> Result<Self, PasskeyError> {
        serde_json::from_str(state).or(Err(PasskeyError::OtherCeremony))
    }

    /// Both halves of the first half.
    pub(super) fn challenge(
        &self,
        options: &impl Serialize,
    ) -> Result<PasskeyChallenge, PasskeyError> {
        Ok(PasskeyChallenge {
            options: write(options)?,
            state: write(self)?,
        })
    }
}

/// A passkey was used: what to write down of it, in the transaction that lets its owner in.
#[derive(Clone, PartialEq, Eq)]
pub struct PasskeyUse {
    /// Which one.
    pub id: PasskeyId,
    /// What is kept of it from now on, with its new counter.
    pub credential: String,
}

/// The key stays where it is kept.
impl std::fmt::Debug for PasskeyUse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PasskeyUse")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What the passkey that answered calls itself, base64url, to look it up before anything is verified.
///
/// # Errors
/// [`PasskeyError::UnreadableAnswer`].
pub(super) fn identify(answer: &str) -> Result<String, PasskeyError> {
    let answer: PublicKeyCredential = read_answer(answer)?;
    Ok(credential_id(answer.get_credential_id()))
}

pub(super) fn credential_id(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn read_answer<T: DeserializeOwned>(answer: &str) -> Result<T, PasskeyError> {
    if answer.len() > MOST_BYTES_OF_AN_ANSWER {
        return Err(PasskeyError::UnreadableAnswer);
    }
    serde_json::from_str(answer).or(Err(PasskeyError::UnreadableAnswer))
}

pub(super) fn read_passkey(stored: &StoredPasskey) -> Result<Passkey, PasskeyError> {
    let passkey: Passkey =
        serde_json::from_str(&stored.credential).or(Err(PasskeyError::UnreadablePasskey))?;
    if credential_id(passkey.cred_id().as_ref()) != stored.credential_id {
        return Err(PasskeyError::UnreadablePasskey);
    }
    Ok(passkey)
}

pub(super) fn write(value: &impl Serialize) -> Result<String, PasskeyError> {
    serde_json::to_string(value).or(Err(PasskeyError::NoChallenge))
}

/// What comes of an answer that verified: the counter is held against what is stored now, which may have
/// gone on since the ceremony began (§6.1.1), and whether the person was verified is looked at once more.
pub(super) fn used(
    stored: &StoredPasskey,
    mut passkey: Passkey,
    result: &AuthenticationResult,
) -> Result<(PasskeyStorage, PasskeyUse), PasskeyError> {
    if !result.user_verified() {
        return Err(PasskeyError::NotVerified);
    }
    let before = Credential::from(passkey.clone()).counter;
    if (result.counter() > 0 || before > 0) && result.counter() <= before {
        return Err(PasskeyError::PossibleCopy);
    }
    passkey
        .update_credential(result)
        .ok_or(PasskeyError::UnknownPasskey)?;
    let storage = if result.backup_eligible() {
        PasskeyStorage::Synced
    } else {
        PasskeyStorage::DeviceBound
    };
    let used = PasskeyUse {
        id: stored.id,
        credential: write(&passkey)?,
    };
    Ok((storage, used))
}
