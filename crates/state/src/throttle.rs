//! How fast somebody may guess: exponential delay, never a lock that needs somebody to open it.

use std::fmt;

use jiff::SignedDuration;
use sha2::{Digest, Sha256};

use crate::browser::hex;

/// How long attempts for one key are kept apart.
///
/// After the first `free` attempts each one doubles what the next has to wait, from `first` up to
/// `longest`. Times are whole milliseconds, and none is longer than a day: who waits may come back
/// tomorrow, whatever others did in their name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThrottleRule {
    /// Attempts that are followed by no wait: people mistype.
    pub free: u32,
    /// The first wait.
    pub first: SignedDuration,
    /// The longest wait.
    pub longest: SignedDuration,
    /// How long after the last counted attempt all of them are forgotten. Shorter than `longest`, it
    /// ends the wait too.
    pub forget_after: SignedDuration,
}

/// No wait and no memory is longer.
const DAY_MS: i128 = 24 * 60 * 60 * 1000;

impl ThrottleRule {
    pub(crate) fn first_ms(&self) -> i64 {
        within_a_day(self.first)
    }

    pub(crate) fn longest_ms(&self) -> i64 {
        within_a_day(self.longest)
    }

    pub(crate) fn forget_ms(&self) -> i64 {
        within_a_day(self.forget_after)
    }

    /// What the next attempt has to wait after so many.
    pub(crate) fn wait_ms(&self, attempts: u64) -> i64 {
        match attempts.checked_sub(u64::from(self.free)) {
            None | Some(0) => 0,
            // A millisecond that is doubled 30 times is more than a day.
            Some(more) => {
                let doubled = 1_i64 << (more - 1).min(30);
                (self.first_ms() * doubled).min(self.longest_ms())
            }
        }
    }
}

fn within_a_day(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis().clamp(0, DAY_MS)).unwrap_or(0)
}

/// What attempts are counted for: an account, an address, both of them. Only its hash is kept, so
/// that neither e-mails nor addresses lie about.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ThrottleKey {
    kind: String,
    name: [u8; 32],
}

impl ThrottleKey {
    /// The key of a kind of attempt, and of what tells one key of the kind from others.
    #[must_use]
    pub fn new(kind: &str, parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        // Each part with its length: no two lists of parts run together.
        for part in std::iter::once(&kind).chain(parts) {
            hash.update(part.len().to_string());
            hash.update(":");
            hash.update(part);
        }
        Self {
            kind: kind.to_owned(),
            name: hash.finalize().into(),
        }
    }

    pub(crate) fn name(&self) -> [u8; 32] {
        self.name
    }

    pub(crate) fn to_hex(&self) -> String {
        hex(&self.name)
    }
}

/// Personal data can be guessed from its hash, so the kind alone is shown.
impl fmt::Debug for ThrottleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ThrottleKey({}, …)", self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attempt_doubles_the_wait_up_to_the_longest() {
        let rule = ThrottleRule {
            free: 3,
            first: SignedDuration::from_secs(1),
            longest: SignedDuration::from_secs(10),
            forget_after: SignedDuration::from_hours(1),
        };
        let waits = [0, 1, 3, 4, 5, 6, 7, 8, 9, 70, u64::MAX].map(|n| rule.wait_ms(n));
        let expected = [0, 0, 0, 1, 2, 4, 8, 10, 10, 10, 10].map(|seconds| seconds * 1_000);
        assert_eq!(waits, expected);
    }

    #[test]
    fn no_rule_locks_for_longer_than_a_day_or_for_less_than_nothing() {
        let rule = |first, longest| ThrottleRule {
            free: 0,
            first,
            longest,
            forget_after: SignedDuration::MAX,
        };
        let endless = rule(SignedDuration::MAX, SignedDuration::MAX);
        assert_eq!(endless.wait_ms(100), 86_400_000);
        assert_eq!(endless.forget_ms(), 86_400_000);
        let negative = rule(SignedDuration::MIN, SignedDuration::MIN);
        assert_eq!(negative.wait_ms(100), 0);
    }

    #[test]
    fn keys_differ_where_their_parts_do_and_show_their_kind_alone() {
        let key = |kind, parts: &[&str]| ThrottleKey::new(kind, parts);
        let keys = [
            key("code", &["ab", "c"]),
            key("code", &["a", "bc"]),
            key("code", &["abc"]),
            key("code", &["abc", ""]),
            key("code", &[]),
            key("codeabc", &[]),
            key("password", &["abc"]),
        ];
        for (at, one) in keys.iter().enumerate() {
            assert!(!keys.iter().skip(at + 1).any(|other| other == one), "{at}");
        }
        assert_eq!(key("code", &["a"]), key("code", &["a"]));
        let shown = format!("{:?}", key("code", &["ada@example.com"]));
        assert_eq!(shown, "ThrottleKey(code, …)");
    }
}
