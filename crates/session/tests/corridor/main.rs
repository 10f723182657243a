//! The corridor, as the compiler keeps it: each file in `compile_fail/` tries one short cut past
//! the mint, and must not compile, for the reason that stands in the `.stderr` beside it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "../../../policy/tests/corridor/compiler.rs"]
mod compiler;

#[test]
fn short_cuts_past_the_mint_do_not_compile() {
    compiler::refuses_every_case(
        env!("CARGO_MANIFEST_DIR"),
        &[
            "vestibule_session",
            "vestibule_policy",
            "vestibule_model",
            "jiff",
        ],
    );
}
