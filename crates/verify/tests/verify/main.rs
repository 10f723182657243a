//! The verifier against an issuer that the tests play: what it takes, what it refuses, when it asks.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod asking;
mod issuer;
mod judging;
