use jiff::Timestamp;
use vestibule_model::{Session, SigningAlgorithm::Es256};
use vestibule_policy::Grant;
use vestibule_session::{Issuer, KeyRing, issue};

pub fn twice(keys: &KeyRing, issuer: &Issuer, grant: Grant, session: &Session, now: Timestamp) {
    let _ = issue(keys, Es256, issuer, grant, session, None, now);
    let _ = issue(keys, Es256, issuer, grant, session, None, now);
}
