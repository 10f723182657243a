use jiff::Timestamp;
use vestibule_credential::RememberedPassword;

pub fn twice(remembered: RememberedPassword, now: Timestamp) {
    let _ = remembered.recall(now);
    let _ = remembered.recall(now);
}
