use jiff::Timestamp;
use vestibule_policy::Grant;
use vestibule_session::mint;

pub fn twice(grant: Grant, now: Timestamp) {
    let _ = mint(grant, "openid", now);
    let _ = mint(grant, "openid", now);
}
