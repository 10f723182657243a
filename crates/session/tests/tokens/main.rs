//! The mint, from the outside: Grants in, sessions and tokens out.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

#[path = "../../../policy/tests/rules/assertion.rs"]
#[expect(dead_code, reason = "the gatekeeper's tests need more of it")]
mod assertion;
mod assertions;
mod issuing;
mod keys;
mod minting;
mod rotating;
mod scene;
mod verifying;
