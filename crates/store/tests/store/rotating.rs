//! Signing keys that rotate: one new key of each algorithm however many ask, none before its time, and
//! none longer than its tokens.

use std::sync::Barrier;
use std::thread;

use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use jiff::Timestamp;
use vestibule_model::SigningAlgorithm::{Es256, Rs256};
use vestibule_session::{KEY_LEAD, KeyFacts, KeyRing, KeyState, SigningKey, key_states};
use vestibule_store::{KeyRotation, Store};

use crate::bed::{Bed, Raw, wait};
use crate::on_both;
use crate::samples::*;

const OPERATORS: usize = 6;

/// One new key of each algorithm. The RSA key is always another one: a key is stored once.
fn pair(signs_from: Timestamp) -> Vec<SigningKey> {
    let make = |algorithm| SigningKey::generate(algorithm, signs_from, now()).unwrap();
    vec![make(Es256), make(Rs256)]
}

/// Runs the same thing at two programs, from six threads that start together.
fn race<T: Send>(bed: &mut Bed, act: impl Fn(&Store) -> T + Sync) -> Vec<T> {
    let stores = [bed.store(), Store::open(bed.config()).unwrap()];
    let start = Barrier::new(OPERATORS);
    thread::scope(|scope| {
        let racers: Vec<_> = (0..OPERATORS)
            .map(|n| {
                let (store, act, start) = (&stores[n % 2], &act, &start);
                scope.spawn(move || {
                    start.wait();
                    act(store)
                })
            })
            .collect();
        racers
            .into_iter()
            .map(|racer| racer.join().unwrap())
            .collect()
    })
}

fn facts(bed: &mut Bed) -> Vec<KeyFacts> {
    bed.read(|tx| tx.signing_key_facts()).unwrap()
}

on_both! {
    fn of_many_first_starts_one_makes_the_keys(bed) {
        let made = race(bed, |store| {
            let fresh = pair(now());
            wait(store.write(move |tx| tx.add_missing_signing_keys(&fresh))).unwrap()
        });
        let there = facts(bed);
        assert_eq!(there.len(), 2);
        let mut kept: Vec<_> = made.into_iter().flatten().collect();
        kept.sort_by(|a, b| a.kid.cmp(&b.kid));
        let mut expected = there;
        expected.sort_by(|a, b| a.kid.cmp(&b.kid));
        assert_eq!(kept, expected);
        assert!(KeyRing::new(bed.read(|tx| tx.signing_keys()).unwrap()).is_ok());
    }

    fn of_many_operators_one_rotates_and_the_others_are_told(bed) {
        let first = pair(now());
        bed.write(move |tx| tx.add_missing_signing_keys(&first)).unwrap();
        let at = later(100);
        let answers = race(bed, |store| {
            let fresh = pair(at + KEY_LEAD);
            wait(store.write(move |tx| tx.rotate_signing_keys(&fresh, at))).unwrap()
        });
        let there = facts(bed);
        let rotated: Vec<_> = answers
            .iter()
            .filter_map(|answer| match answer {
                KeyRotation::Rotated(facts) => Some(facts.clone()),
                KeyRotation::Upcoming(upcoming) => {
                    assert!(there.contains(upcoming), "{upcoming:?}");
                    assert_eq!(upcoming.signs_from, at + KEY_LEAD);
                    None
                }
            })
            .collect();
        assert_eq!(rotated, std::slice::from_ref(&there));
        let states = key_states(&there, at);
        let count = |wanted| states.iter().filter(|state| **state == wanted).count();
        assert_eq!((count(KeyState::Signing), count(KeyState::Upcoming)), (2, 2));
    }

    fn a_rotation_waits_for_the_one_before_and_comes_after_it(bed) {
        let first = pair(now());
        bed.write(move |tx| tx.add_missing_signing_keys(&first)).unwrap();
        let mut rotate = |signs_from, at| {
            let fresh = pair(signs_from);
            let answer = bed.write(move |tx| tx.rotate_signing_keys(&fresh, at)).unwrap();
            matches!(answer, KeyRotation::Rotated(_))
        };
        assert!(rotate(later(600), later(0)));
        assert!(!rotate(later(1199), later(599)));
        assert!(rotate(later(1200), later(600)));
        // By a clock that is slow: the new keys would sign before those of today.
        assert!(!rotate(later(1190), later(1190)));
        assert!(rotate(later(1201), later(1201)));
        assert_eq!(facts(bed).len(), 8);
    }

    fn of_keys_that_somebody_else_may_have_none_is_left(bed) {
        let first = pair(now());
        bed.write(move |tx| tx.add_missing_signing_keys(&first)).unwrap();
        let upcoming = pair(later(700));
        bed.write(move |tx| tx.rotate_signing_keys(&upcoming, later(100))).unwrap();
        let answers = race(bed, |store| {
            let fresh = pair(later(200));
            wait(store.write(move |tx| tx.replace_signing_keys(&fresh, later(200)))).unwrap()
        });
        assert_eq!(answers.len(), OPERATORS);
        let there = facts(bed);
        assert_eq!(there.len(), 4 + 2 * OPERATORS);
        // Each operator got new keys, and the last of them holds: one key of each algorithm.
        let live: Vec<_> = there.iter().filter(|key| key.withdrawn_at.is_none()).collect();
        assert_eq!(live.len(), 2, "{live:?}");
        assert!(live.iter().all(|key| key.signs_from == later(200)));
        let ring = KeyRing::new(bed.read(|tx| tx.signing_keys()).unwrap()).unwrap();
        assert_eq!(ring.jwks(later(200))["keys"].as_array().unwrap().len(), 2);
        for key in there.iter().filter(|key| key.withdrawn_at.is_some()) {
            assert_eq!(key.withdrawn_at, Some(later(200)));
            assert!(!ring.jwks(later(0)).to_string().contains(&key.kid));
        }
    }

    fn keys_are_taken_away_an_hour_after_their_last_token_died(bed) {
        let (old, new, withdrawn) = (pair(now()), pair(later(600)), pair(later(0)));
        let kids: Vec<_> = old.iter().map(|key| key.kid().to_owned()).collect();
        bed.write(move |tx| tx.add_missing_signing_keys(&withdrawn)).unwrap();
        bed.write(move |tx| tx.replace_signing_keys(&old, later(1))).unwrap();
        bed.write(move |tx| tx.rotate_signing_keys(&new, later(10))).unwrap();
        let prune = |bed: &mut Bed, at| bed.write(move |tx| tx.prune(at)).unwrap();
        assert_eq!(prune(bed, later(3600)), 0);
        assert_eq!(prune(bed, later(3601)), 2, "those that were withdrawn");
        let dead = 600 + 18 * 60;
        assert_eq!(prune(bed, later(dead + 3599)), 0);
        let before = KeyRing::new(bed.read(|tx| tx.signing_keys()).unwrap()).unwrap();
        assert_eq!(prune(bed, later(dead + 3600)), 2, "those that were superseded");
        let there = facts(bed);
        assert!(there.len() == 2 && there.iter().all(|key| !kids.contains(&key.kid)));
        // Whoever has not looked again sees no difference.
        let after = KeyRing::new(bed.read(|tx| tx.signing_keys()).unwrap()).unwrap();
        assert_eq!(before.jwks(later(dead)), after.jwks(later(dead)));
        assert_eq!(prune(bed, later(1_000_000_000)), 0);
    }

    fn a_key_of_the_release_before_signs_on_and_gets_an_rsa_key_beside_it(bed) {
        let key = signing_key(now());
        let kid = key.kid().to_owned();
        bed.write(move |tx| tx.insert_signing_key(&key)).unwrap();
        bed.close();
        let folder = |name| FileBasedMigrations::from_path(format!("../../migrations/{name}")).unwrap();
        // Down to 0001, by the very files, and up again.
        let mut reverted = String::new();
        while reverted != "0002" {
            reverted = match bed.raw() {
                Raw::Sqlite(mut conn) => conn.revert_last_migration(folder("sqlite")),
                Raw::Postgres(mut conn) => conn.revert_last_migration(folder("postgres")),
            }
            .unwrap()
            .to_string();
        }
        assert_eq!(Store::migrate(&bed.config()).unwrap().versions[0], "0002");
        let there = facts(bed);
        assert_eq!(there.len(), 1);
        let expected = KeyFacts {
            kid,
            algorithm: Es256,
            created_at: there[0].created_at,
            signs_from: there[0].created_at,
            withdrawn_at: None,
        };
        assert_eq!(there, std::slice::from_ref(&expected));
        let fresh = pair(later(50));
        let rsa = fresh[1].facts().clone();
        let kept = bed.write(move |tx| tx.add_missing_signing_keys(&fresh)).unwrap();
        assert_eq!(kept, std::slice::from_ref(&rsa));
        assert_eq!(facts(bed), [expected, rsa]);
        let ring = KeyRing::new(bed.read(|tx| tx.signing_keys()).unwrap()).unwrap();
        assert!(ring.signing_kid(Rs256, later(50)).is_some());
        let again = pair(later(60));
        assert_eq!(bed.write(move |tx| tx.add_missing_signing_keys(&again)), Ok(vec![]));
    }
}
