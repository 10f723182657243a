//! Copies of rows that change rarely and are asked for by every sign-in.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How long a copy counts. This is the net under the news from other replicas: what changed
/// elsewhere is seen after this long at the latest, also when nobody could tell us.
const FRESH_FOR: Duration = Duration::from_secs(4);
/// How many copies of a kind are kept.
const KEPT: usize = 4_096;

/// Copies by key, each for a few seconds at most.
pub(crate) struct Copies<K, V>(Mutex<Inner<K, V>>);

struct Inner<K, V> {
    /// How often something was dropped: a copy that was read before a change and arrives after it
    /// is recognised by the number it began with.
    drops: u64,
    kept: HashMap<K, (Instant, Arc<V>)>,
}

/// The state of the copies when a read began.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReadBegan(u64);

impl<K, V> Default for Copies<K, V> {
    fn default() -> Self {
        Self(Mutex::new(Inner {
            drops: 0,
            kept: HashMap::new(),
        }))
    }
}

impl<K: Eq + Hash, V> Copies<K, V> {
    /// Nothing under the lock can panic half way, so a poisoned lock guards a whole value.
    fn lock(&self) -> MutexGuard<'_, Inner<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The fresh copy of a key, or leave to read it anew.
    pub(crate) fn get(&self, key: &K) -> Result<Arc<V>, ReadBegan> {
        let inner = self.lock();
        match inner.kept.get(key) {
            Some((since, copy)) if since.elapsed() < FRESH_FOR => Ok(Arc::clone(copy)),
            _ => Err(ReadBegan(inner.drops)),
        }
    }

    /// Keeps what was read, unless something was dropped since the read began.
    pub(crate) fn keep(&self, began: ReadBegan, key: K, copy: &Arc<V>) {
        let mut inner = self.lock();
        if inner.drops != began.0 {
            return;
        }
        if inner.kept.len() >= KEPT {
            inner
                .kept
                .retain(|_, (since, _)| since.elapsed() < FRESH_FOR);
        }
        if inner.kept.len() >= KEPT {
            inner.kept.clear();
        }
        inner.kept.insert(key, (Instant::now(), Arc::clone(copy)));
    }

    /// Drops the copies that a change concerns.
    pub(crate) fn drop_those(&self, concerned: impl Fn(&K, &V) -> bool) {
        let mut inner = self.lock();
        inner.drops = inner.drops.wrapping_add(1);
        inner.kept.retain(|key, (_, copy)| !concerned(key, copy));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(copies: &Copies<u8, &'static str>, key: u8, value: &'static str) {
        let began = copies.get(&key).unwrap_err();
        copies.keep(began, key, &Arc::new(value));
    }

    #[test]
    fn drops_what_a_change_concerns_and_keeps_the_rest() {
        let copies = Copies::default();
        keep(&copies, 1, "one");
        keep(&copies, 2, "two");
        copies.drop_those(|key, _| *key == 1);
        assert!(copies.get(&1).is_err());
        assert_eq!(*copies.get(&2).unwrap(), "two");
    }

    #[test]
    fn a_read_that_began_before_a_change_is_not_kept_after_it() {
        let copies: Copies<u8, &str> = Copies::default();
        let began = copies.get(&1).unwrap_err();
        copies.drop_those(|_, _| false);
        copies.keep(began, 1, &Arc::new("old"));
        assert!(copies.get(&1).is_err());
    }

    #[test]
    fn never_keeps_more_than_its_bound() {
        let copies = Copies::default();
        for key in 0..=KEPT {
            let began = copies.get(&key).unwrap_err();
            copies.keep(began, key, &Arc::new(key));
        }
        assert!(copies.lock().kept.len() <= KEPT);
        assert!(copies.get(&KEPT).is_ok(), "the newest is there");
    }
}
