//! The verifier against an issuer that the tests play: what it takes, what it refuses, when it asks.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod asking;
mod issuer;
mod judging;
