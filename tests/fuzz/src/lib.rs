//! The fuzzers' targets, which the tests of `crates/saml` replay: `crates/saml/tests/support/targets.rs`.

#[path = "../../../crates/saml/tests/support/case.rs"]
#[expect(dead_code, reason = "shared with tests, which use the rest of it")]
mod case;
#[path = "../../../crates/saml/tests/support/judge.rs"]
mod judge;
#[path = "../../../crates/saml/tests/support/targets.rs"]
#[expect(dead_code, reason = "shared with tests, which use the rest of it")]
mod targets;

use std::path::Path;
use std::sync::LazyLock;

static WORLD: LazyLock<targets::World> = LazyLock::new(|| {
    targets::World::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/saml/tests"))
});

/// Reads and verifies the corpus: before the first input, so that it is not taken for a slow one.
pub fn load() {
    LazyLock::force(&WORLD);
}

/// Tries one input.
pub fn run(target: &str, data: &[u8]) {
    WORLD.run(target, data);
}

/// What the target begins with.
#[must_use]
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
    WORLD.seeds(target)
}
