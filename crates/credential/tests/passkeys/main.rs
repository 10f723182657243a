//! Passkeys from the first half of each ceremony to the proof, with an authenticator in software.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod authenticator;
mod registration;
mod scene;
mod second_factor;
mod sign_in;
