use jiff::Timestamp;
use vestibule_credential::{PasskeyError, PasskeyProof, PasskeyUse, Passkeys};
use vestibule_model::StoredPasskey;

pub fn skip_the_password(
    passkeys: &Passkeys,
    state: &str,
    answer: &str,
    stored: &[StoredPasskey],
    now: Timestamp,
) -> Result<(PasskeyProof, PasskeyUse), PasskeyError> {
    passkeys.finish_second_factor(state, answer, stored, now)
}
