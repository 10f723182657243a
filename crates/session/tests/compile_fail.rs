//! The corridor, as the compiler keeps it: each file in `compile_fail/` tries one short cut, and
//! must not compile. After a change of compiler, `TRYBUILD=overwrite cargo test` writes the
//! expected messages anew; read them before committing them.

#[test]
fn short_cuts_past_the_mint_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
