//! The corridor, as the compiler keeps it: each file in `compile_fail/` tries one short cut past
//! the gate, and must not compile, for the reason that stands in the `.stderr` beside it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod compiler;

#[test]
fn short_cuts_past_the_gate_do_not_compile() {
    compiler::refuses_every_case(
        env!("CARGO_MANIFEST_DIR"),
        &[
            "vestibule_policy",
            "vestibule_credential",
            "vestibule_saml",
            "vestibule_model",
            "jiff",
        ],
    );
}
