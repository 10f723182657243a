//! What a passkey calls its owner.

use sha2::{Digest as _, Sha256};
use vestibule_model::MemberId;
use webauthn_rs::prelude::{PublicKeyCredential, Uuid};

use super::PasskeyError;

/// The user handle (§5.4.3): always the same for one member, and nothing that can be read back.
pub(super) fn user_handle(member_id: MemberId) -> Uuid {
    let hash = Sha256::new()
        .chain_update("passkey user handle\n")
        .chain_update(member_id.to_string())
        .finalize();
    let mut handle = [0; 16];
    for (into, from) in handle.iter_mut().zip(hash) {
        *into = from;
    }
    Uuid::from_bytes(handle)
}

/// Holds the handle in an answer against the passkey's owner (§7.2). Where the member was known
/// before, it may be missing.
pub(super) fn check(
    answer: &PublicKeyCredential,
    member_id: MemberId,
    required: bool,
) -> Result<(), PasskeyError> {
    match answer.get_user_unique_id() {
        Some(handle) if handle == user_handle(member_id).as_bytes() => Ok(()),
        None if !required => Ok(()),
        Some(_) | None => Err(PasskeyError::OtherMember),
    }
}
