//! When a key of an IdP last verified a sign-in, so far as this process knows: most sign-ins have
//! nothing to write.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use vestibule_model::ConnectionId;
use vestibule_xmlsig::KeyFingerprint;

/// How long a note counts.
const EVERY: SignedDuration = SignedDuration::from_hours(1);
/// How many are kept; about 100 bytes each.
const KEPT: usize = 16_384;

type Key = (ConnectionId, KeyFingerprint);

/// When each key was last noted.
#[derive(Default)]
pub(crate) struct CertificateUses(Mutex<HashMap<Key, Timestamp>>);

impl CertificateUses {
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is to be noted that a key has verified a sign-in now.
    pub(crate) fn is_due(&self, id: ConnectionId, key: KeyFingerprint, now: Timestamp) -> bool {
        let noted = self.lock().get(&(id, key)).copied();
        noted.is_none_or(|at| now.duration_since(at) >= EVERY)
    }

    /// Remembers that it was, if it was due.
    pub(crate) fn noted(&self, id: ConnectionId, key: KeyFingerprint, now: Timestamp) {
        if !self.is_due(id, key, now) {
            return;
        }
        let mut kept = self.lock();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert((id, key), now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_due_once_an_hour_for_each_connection_and_key() {
        let start: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let (one, other) = (ConnectionId::new(start), ConnectionId::new(start));
        let key: KeyFingerprint = "ab".repeat(32).parse().unwrap();
        let uses = CertificateUses::default();
        assert!(uses.is_due(one, key, start));
        uses.noted(one, key, start);
        assert!(!uses.is_due(one, key, start));
        assert!(uses.is_due(other, key, start));
        assert!(uses.is_due(one, "cd".repeat(32).parse().unwrap(), start));
        // Sign-ins in between do not put it off.
        let later = |minutes| start + SignedDuration::from_mins(minutes);
        uses.noted(one, key, later(59));
        assert!(!uses.is_due(one, key, later(59)));
        assert!(uses.is_due(one, key, later(60)));
    }
}
