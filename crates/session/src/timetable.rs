//! When each key is shown, signs, verifies and goes. It follows from the dates of the keys alone, so
//! every replica that knows the same keys comes to the same timetable.

use jiff::Timestamp;

use crate::{
    KeyFacts,
    lifetime::{KEY_KEPT, after},
};

/// What a key is for at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It is shown, verifies, and does not sign yet.
    Upcoming,
    /// It signs.
    Signing,
    /// A later one signs; what it signed still counts.
    Verifying {
        /// Until then.
        until: Timestamp,
    },
    /// Its last token is dead: it is neither shown nor verifies.
    Gone {
        /// Since then.
        since: Timestamp,
    },
    /// It was withdrawn: nothing that it signed counts.
    Withdrawn {
        /// Since then.
        since: Timestamp,
    },
}

/// The state of every key at `now`, in their order. Of each algorithm the key that signs is the one
/// that began last; where none has begun, by this clock, it is the first one: another replica has made
/// it just now, and there is no other.
#[must_use]
pub fn key_states(keys: &[KeyFacts], now: Timestamp) -> Vec<KeyState> {
    let state = |key: &KeyFacts| match (key.withdrawn_at, Life::of(key, keys)) {
        (Some(since), _) => KeyState::Withdrawn { since },
        (None, life) if life.begins > now => KeyState::Upcoming,
        (None, life) => match life.ends {
            Some((end, _)) if end > now => KeyState::Signing,
            Some((_, gone)) if gone > now => KeyState::Verifying { until: gone },
            Some((_, gone)) => KeyState::Gone { since: gone },
            None => KeyState::Signing,
        },
    };
    keys.iter().map(state).collect()
}

/// The life of a key that was not withdrawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Life {
    /// From when on it signs.
    begins: Timestamp,
    /// Where there is a later key: until when it signs, and until when it verifies.
    ends: Option<(Timestamp, Timestamp)>,
}

impl Life {
    /// The life of a key among the others.
    pub(crate) fn of(key: &KeyFacts, keys: &[KeyFacts]) -> Self {
        // The id at last, so that two keys of one instant have an order too.
        let place = |key: &KeyFacts| (key.signs_from, key.created_at, key.kid.clone());
        let own = place(key);
        let others = keys
            .iter()
            .filter(|other| other.algorithm == key.algorithm && other.withdrawn_at.is_none())
            .map(|other| (place(other), other.signs_from));
        let (earlier, later): (Vec<_>, Vec<_>) = others
            .filter(|(other, _)| *other != own)
            .partition(|(other, _)| *other < own);
        let next = later.into_iter().min().map(|(_, signs_from)| signs_from);
        Self {
            begins: if earlier.is_empty() {
                Timestamp::MIN
            } else {
                key.signs_from
            },
            ends: next.map(|end| (end, after(end, KEY_KEPT))),
        }
    }

    /// Whether it signs at `now`.
    pub(crate) fn signs(self, now: Timestamp) -> bool {
        self.begins <= now && self.ends.is_none_or(|(end, _)| end > now)
    }

    /// Whether it is shown, and verifies, at `now`.
    pub(crate) fn shows(self, now: Timestamp) -> bool {
        self.ends.is_none_or(|(_, gone)| gone > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifetime::{
        ACCESS_TOKEN_LIFETIME, JWKS_MAX_AGE, KEY_LEAD, KEYS_LEARNED_WITHIN, REPLICA_CLOCKS,
    };
    use jiff::SignedDuration;
    use vestibule_model::SigningAlgorithm::{self, Es256, Rs256};

    fn at(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
    }

    fn key(kid: &str, algorithm: SigningAlgorithm, signs_from: i64) -> KeyFacts {
        KeyFacts {
            kid: kid.to_owned(),
            algorithm,
            created_at: at(0),
            signs_from: at(signs_from),
            withdrawn_at: None,
        }
    }

    #[test]
    fn the_times_add_up() {
        let spread = REPLICA_CLOCKS + KEYS_LEARNED_WITHIN;
        assert!(KEY_LEAD > JWKS_MAX_AGE + spread);
        assert!(KEY_KEPT > ACCESS_TOKEN_LIFETIME + REPLICA_CLOCKS + spread);
    }

    #[test]
    fn a_key_is_shown_then_signs_then_verifies_then_is_gone() {
        let keys = [key("a", Es256, 0), key("b", Es256, 10), key("c", Es256, 15)];
        let states = |minute| key_states(&keys, at(minute));
        let verifying = |minute| KeyState::Verifying { until: at(minute) };
        use KeyState::{Gone, Signing, Upcoming};
        assert_eq!(states(9), [Signing, Upcoming, Upcoming]);
        assert_eq!(states(10), [verifying(28), Signing, Upcoming]);
        assert_eq!(states(27), [verifying(28), verifying(33), Signing]);
        let gone = |minute| Gone { since: at(minute) };
        assert_eq!(states(28), [gone(28), verifying(33), Signing]);
        assert_eq!(states(99_999), [gone(28), gone(33), Signing]);
    }

    #[test]
    fn keys_of_another_algorithm_and_withdrawn_ones_are_no_successors() {
        let mut keys = vec![key("a", Es256, 0), key("r", Rs256, 5), key("b", Es256, 8)];
        keys[2].withdrawn_at = Some(at(6));
        assert_eq!(
            key_states(&keys, at(60)),
            [
                KeyState::Signing,
                KeyState::Signing,
                KeyState::Withdrawn { since: at(6) }
            ]
        );
    }

    #[test]
    fn the_first_key_signs_though_a_slow_clock_says_not_yet() {
        let keys = [key("b", Es256, 10), key("a", Es256, 9)];
        let states = [KeyState::Upcoming, KeyState::Signing];
        assert_eq!(key_states(&keys, at(0)), states);
    }

    #[test]
    fn of_two_keys_of_one_instant_one_signs_and_both_verify() {
        let keys = [key("b", Es256, 0), key("a", Es256, 0)];
        let states = [KeyState::Signing, KeyState::Verifying { until: at(18) }];
        assert_eq!(key_states(&keys, at(1)), states);
    }
}
