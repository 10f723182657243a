//! Attempts that are counted, in the memory of one server.

use std::collections::{BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};

use crate::{ThrottleKey, ThrottleRule};

type Name = [u8; 32];

#[derive(Debug, Default)]
pub(super) struct Throttled {
    entries: HashMap<Name, Entry>,
    /// In the order in which they are forgotten.
    by_end: BTreeSet<(i64, Name)>,
}

/// Times in milliseconds since 1970.
#[derive(Debug, Clone, Copy)]
struct Entry {
    attempts: u64,
    allowed_at: i64,
    ends_at: i64,
}

impl Throttled {
    pub(super) fn attempt(
        &mut self,
        keys: &[(ThrottleKey, ThrottleRule)],
        most: usize,
        now: Timestamp,
    ) -> Option<SignedDuration> {
        let now = now.as_millisecond();
        self.drop_forgotten(now);
        let waits = keys.iter().filter_map(|(key, _)| {
            let entry = self.entries.get(&key.name())?;
            Some(entry.allowed_at.saturating_sub(now))
        });
        if let Some(wait) = waits.filter(|wait| *wait > 0).max() {
            return Some(SignedDuration::from_millis(wait));
        }
        for (key, rule) in keys {
            self.count(key.name(), rule, most, now);
        }
        None
    }

    pub(super) fn forgive(&mut self, keys: &[ThrottleKey]) {
        for key in keys {
            self.remove(&key.name());
        }
    }

    fn count(&mut self, name: Name, rule: &ThrottleRule, most: usize, now: i64) {
        let older = self.remove(&name).filter(|entry| entry.ends_at > now);
        let attempts = older.map_or(0, |entry| entry.attempts).saturating_add(1);
        if self.entries.len() >= most
            && let Some((_, first)) = self.by_end.first().copied()
        {
            self.remove(&first);
        }
        let entry = Entry {
            attempts,
            allowed_at: now.saturating_add(rule.wait_ms(attempts)),
            ends_at: now.saturating_add(rule.forget_ms()),
        };
        self.by_end.insert((entry.ends_at, name));
        self.entries.insert(name, entry);
    }

    fn remove(&mut self, name: &Name) -> Option<Entry> {
        let entry = self.entries.remove(name)?;
        self.by_end.remove(&(entry.ends_at, *name));
        Some(entry)
    }

    fn drop_forgotten(&mut self, now: i64) {
        while let Some((ends_at, name)) = self.by_end.first().copied() {
            if ends_at > now {
                break;
            }
            self.remove(&name);
        }
    }
}
