//! What the fuzzers begin with, and what they found, once each: `docs/fuzzing.md`.

use std::fs;
use std::path::Path;

use crate::support::every_nth;
use crate::targets::{TARGETS, World};

#[test]
fn no_seed_and_nothing_found_breaks_a_target() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let world = World::load(&tests);
    for target in TARGETS {
        let seeds = world.seeds(target);
        assert!(!seeds.is_empty(), "{target} has no seeds");
        for seed in seeds.iter().step_by(every_nth()) {
            world.run(target, seed);
        }
        let found = tests.join("../../../tests/fuzz/found").join(target);
        for input in fs::read_dir(found).into_iter().flatten() {
            world.run(target, &fs::read(input.unwrap().path()).unwrap());
        }
    }
}

/// The oracles would be worth nothing if nothing were accepted.
#[test]
fn what_the_oracles_look_at_is_there() {
    let world = World::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"));
    let (signed, people, let_in) = world.known();
    assert!(signed > 300, "{signed} signed elements");
    assert!(people > 25, "{people} people");
    assert!(let_in > 100, "{let_in} seeds are let in");
}
