// The honest way to the proofs. Every short cut in `compile_fail/` differs from it by one thing.

use jiff::Timestamp;
use vestibule_credential::{
    Forgotten, Hasher, PasskeyError, PasskeyProof, PasskeyUse, Passkeys, Password, PasswordProof,
    RememberedPassword, SecondFactorProof, TotpSeed, WrongCode, WrongPassword,
};
use vestibule_model::{MemberId, StoredPasskey, StoredPassword, WorkspaceId};

pub fn by_password(
    hasher: &Hasher,
    typed: &str,
    stored: Option<&StoredPassword>,
    now: Timestamp,
) -> Result<PasswordProof, WrongPassword> {
    hasher.verify(&Password::typed(typed), stored, now)
}

pub fn put_aside(proof: PasswordProof) -> RememberedPassword {
    proof.remember()
}

pub fn take_up(remembered: RememberedPassword, now: Timestamp) -> Result<PasswordProof, Forgotten> {
    remembered.recall(now)
}

pub fn by_app(
    seed: &TotpSeed,
    code: &str,
    member: MemberId,
    workspace: WorkspaceId,
    now: Timestamp,
) -> Result<(SecondFactorProof, i64), WrongCode> {
    seed.verify(code, member, workspace, None, now)
}

pub fn by_passkey(
    passkeys: &Passkeys,
    state: &str,
    answer: &str,
    stored: &StoredPasskey,
    now: Timestamp,
) -> Result<(PasskeyProof, PasskeyUse), PasskeyError> {
    passkeys.finish_sign_in(state, answer, stored, now)
}

pub fn show(password: &Password) -> String {
    format!("{password:?}")
}
