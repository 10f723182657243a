use jiff::Timestamp;
use vestibule_model::Session;
use vestibule_policy::Grant;
use vestibule_session::{Issuer, KeyRing, issue};

pub fn twice(keys: &KeyRing, issuer: &Issuer, grant: Grant, session: &Session, now: Timestamp) {
    let _ = issue(keys, issuer, grant, session, None, now);
    let _ = issue(keys, issuer, grant, session, None, now);
}
