use jiff::Timestamp;
use vestibule_policy::{Denial, Grant};
use vestibule_session::{MintError, Minted, mint};

pub fn sneak(answer: Result<Grant, Denial>, now: Timestamp) -> Result<Minted, MintError> {
    mint(answer, "openid", now)
}
