//! Attempts at what can be guessed.

use jiff::SignedDuration;
use vestibule_state::{Limits, ShortLived, ThrottleKey, ThrottleRule};

use crate::bed::{Bed, SMALL, at};
use crate::on_both;

/// Two attempts for nothing, then 1 s, 2 s, 4 s, 4 s, …; forgotten after a minute.
pub(crate) const RULE: ThrottleRule = ThrottleRule {
    free: 2,
    first: SignedDuration::from_secs(1),
    longest: SignedDuration::from_secs(4),
    forget_after: SignedDuration::from_secs(60),
};

pub(crate) fn key(name: &str) -> ThrottleKey {
    ThrottleKey::new("test", &[name])
}

/// The answer in seconds.
fn attempt(bed: &Bed, state: &dyn ShortLived, names: &[&str], second: i64) -> Option<i64> {
    let keys: Vec<_> = names.iter().map(|name| (key(name), RULE)).collect();
    let wait = bed.wait(state.attempt(&keys, at(second))).unwrap();
    wait.map(|wait| wait.as_secs())
}

on_both! {

fn each_attempt_makes_the_next_wait_longer_up_to_a_bound(bed) {
    let state = bed.open(SMALL);
    let mut now = 0;
    for wait in [0, 0, 1, 2, 4, 4, 4] {
        assert_eq!(attempt(bed, &*state, &["ada"], now), None, "{now}");
        if wait > 0 {
            assert_eq!(attempt(bed, &*state, &["ada"], now), Some(wait));
            let keys = [(key("ada"), RULE)];
            let just_before = at(now + wait) - SignedDuration::from_millis(1);
            let left = bed.wait(state.attempt(&keys, just_before)).unwrap();
            assert_eq!(left, Some(SignedDuration::from_millis(1)));
        }
        now += wait;
    }
}

fn asking_too_early_makes_the_wait_no_longer(bed) {
    let state = bed.open(SMALL);
    for _ in 0..3 {
        assert_eq!(attempt(bed, &*state, &["ada"], 0), None);
    }
    for _ in 0..50 {
        assert_eq!(attempt(bed, &*state, &["ada"], 0), Some(1));
    }
    assert_eq!(attempt(bed, &*state, &["ada"], 1), None);
    assert_eq!(attempt(bed, &*state, &["ada"], 1), Some(2));
}

fn where_one_key_has_to_wait_none_is_counted(bed) {
    let state = bed.open(SMALL);
    for _ in 0..3 {
        assert_eq!(attempt(bed, &*state, &["account"], 0), None);
    }
    for _ in 0..9 {
        assert_eq!(attempt(bed, &*state, &["address", "account"], 0), Some(1));
    }
    for _ in 0..2 {
        assert_eq!(attempt(bed, &*state, &["address"], 0), None, "it was free");
    }
    assert_eq!(attempt(bed, &*state, &["account", "address"], 1), None, "and is counted for both");
    assert_eq!(attempt(bed, &*state, &["address"], 1), Some(1));
    assert_eq!(attempt(bed, &*state, &["address", "account"], 1), Some(2), "the longest wait");
}

fn an_entry_is_forgotten_after_its_last_attempt(bed) {
    let state = bed.open(SMALL);
    for _ in 0..3 {
        assert_eq!(attempt(bed, &*state, &["ada"], 0), None);
    }
    assert_eq!(attempt(bed, &*state, &["ada"], 59), None);
    assert_eq!(attempt(bed, &*state, &["ada"], 59), Some(2), "it was not forgotten");
    for _ in 0..3 {
        assert_eq!(attempt(bed, &*state, &["ada"], 119), None, "it was");
    }
    assert_eq!(attempt(bed, &*state, &["ada"], 119), Some(1));
}

fn a_success_forgets_these_keys_and_no_other(bed) {
    let state = bed.open(SMALL);
    for _ in 0..3 {
        assert_eq!(attempt(bed, &*state, &["ada", "address"], 0), None);
    }
    bed.wait(state.forgive(&[key("ada"), key("nobody")], at(0))).unwrap();
    bed.wait(state.forgive(&[], at(0))).unwrap();
    assert_eq!(attempt(bed, &*state, &["address"], 0), Some(1));
    for _ in 0..3 {
        assert_eq!(attempt(bed, &*state, &["ada"], 0), None);
    }
    assert_eq!(attempt(bed, &*state, &["ada"], 0), Some(1));
}

fn of_many_at_once_no_more_get_through_than_one_after_the_other(bed) {
    let state = bed.open(Limits::default());
    for round in 0..10 {
        let tasks: Vec<_> = (0..24)
            .map(|_| {
                let state = state.clone();
                bed.runtime().spawn(async move {
                    let keys = [(key(&format!("round {round}")), RULE)];
                    state.attempt(&keys, at(0)).await
                })
            })
            .collect();
        let answers = tasks.into_iter().map(|task| bed.wait(task).unwrap().unwrap());
        assert_eq!(answers.filter(Option::is_none).count(), 3);
    }
}

fn when_all_is_full_the_first_to_be_forgotten_makes_room(bed) {
    let state = bed.open(Limits { throttled: 3, ..SMALL });
    for second in 0..3 {
        for _ in 0..3 {
            assert_eq!(attempt(bed, &*state, &[&second.to_string()], second), None);
        }
    }
    assert_eq!(attempt(bed, &*state, &["3"], 2), None);
    assert_eq!(attempt(bed, &*state, &["2"], 2), Some(1), "still there");
    assert_eq!(attempt(bed, &*state, &["1"], 2), None, "its wait is over");
    assert_eq!(attempt(bed, &*state, &["1"], 2), Some(2), "still there");
    for _ in 0..2 {
        assert_eq!(attempt(bed, &*state, &["0"], 2), None, "it made room");
    }
}

fn no_keys_are_no_reason_to_wait(bed) {
    let state = bed.open(SMALL);
    assert_eq!(bed.wait(state.attempt(&[], at(0))), Ok(None));
}

fn a_rule_of_nothing_lets_everybody_through(bed) {
    let state = bed.open(SMALL);
    let nothing = SignedDuration::ZERO;
    let rule = ThrottleRule { free: 0, first: nothing, longest: nothing, forget_after: nothing };
    for _ in 0..5 {
        let keys = [(key("ada"), rule), (key("ada"), rule)];
        assert_eq!(bed.wait(state.attempt(&keys, at(0))), Ok(None));
    }
}

}

const KEYS: [&str; 2] = ["{trips}:throttle:by_end", "{trips}:throttle:entries"];

#[test]
fn a_flood_leaves_a_bounded_index_without_a_name_that_goes_by_itself() {
    let bed = Bed::in_redis();
    let state = bed.open(Limits {
        throttled: 50,
        ..SMALL
    });
    for number in 0..300 {
        let name = format!("ada{number}@example.com");
        assert_eq!(attempt(&bed, &*state, &[&name], number / 10), None);
    }
    assert_eq!(bed.keys(), KEYS.map(|name| bed.key(name)));
    bed.assert_every_key_expires();
    let mut raw = bed.raw();
    let entries: Vec<(String, String)> = redis::cmd("HGETALL")
        .arg(bed.key(KEYS[1]))
        .query(&mut raw)
        .unwrap();
    assert_eq!(entries.len(), 50);
    for (name, _) in entries {
        assert!(name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}

#[test]
fn a_server_short_of_memory_may_evict_any_key() {
    for name in KEYS {
        let bed = Bed::in_redis();
        let state = bed.open(SMALL);
        attempt(&bed, &*state, &["ada", "address"], 0);
        redis::cmd("DEL")
            .arg(bed.key(name))
            .exec(&mut bed.raw())
            .unwrap();
        for _ in 0..3 {
            assert_eq!(attempt(&bed, &*state, &["ada"], 0), None, "{name}");
        }
        assert_eq!(attempt(&bed, &*state, &["ada"], 0), Some(1), "{name}");
        bed.wait(state.forgive(&[key("ada")], at(0))).unwrap();
        assert_eq!(bed.keys(), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn what_is_no_entry_counts_as_none() {
    let bed = Bed::in_redis();
    let state = bed.open(SMALL);
    attempt(&bed, &*state, &["ada"], 0);
    let mut raw = bed.raw();
    let names: Vec<String> = redis::cmd("HKEYS")
        .arg(bed.key(KEYS[1]))
        .query(&mut raw)
        .unwrap();
    redis::cmd("HSET")
        .arg(bed.key(KEYS[1]))
        .arg(&names[0])
        .arg("nonsense")
        .exec(&mut raw)
        .unwrap();
    for _ in 0..3 {
        assert_eq!(attempt(&bed, &*state, &["ada"], 0), None);
    }
    assert_eq!(attempt(&bed, &*state, &["ada"], 0), Some(1));
}
