use jiff::Timestamp;
use vestibule_policy::GrantParts;
use vestibule_session::{MintError, Minted, mint};

pub fn sneak(parts: GrantParts, now: Timestamp) -> Result<Minted, MintError> {
    mint(parts, "openid", now)
}
