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

/// How often copies were looked at, since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Looks {
    /// Those that found a fresh one.
    pub(crate) hits: u64,
    /// Those that found none.
    pub(crate) misses: u64,
}

impl Looks {
    /// One more.
    pub(crate) fn note(&mut self, hit: bool) {
        let one = if hit {
            &mut self.hits
        } else {
            &mut self.misses
        };
        *one = one.saturating_add(1);
    }
}

struct Inner<K, V> {
    /// How often something was dropped: a copy that was read before a change and arrives after it
    /// is recognised by the number it began with.
    drops: u64,
    looks: Looks,
    kept: HashMap<K, (Instant, Arc<V>)>,
}

/// The state of the copies when a read began.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReadBegan(u64);

impl<K, V> Default for Copies<K, V> {
    fn default() -> Self {
        Self(Mutex::new(Inner {
            drops: 0,
            looks: Looks::default(),
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
        let mut inner = self.lock();
        let fresh = match inner.kept.get(key) {
            Some((since, copy)) if since.elapsed() < FRESH_FOR => Some(Arc::clone(copy)),
            _ => None,
        };
        inner.looks.note(fresh.is_some());
        fresh.ok_or(ReadBegan(inner.drops))
    }

    /// How often they were looked at.
    pub(crate) fn looks(&self) -> Looks {
        self.lock().looks
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
        let Looks { hits, misses } = copies.looks();
        assert_eq!((hits, misses), (1, 3));
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
