//! The tests of the vault, in one binary: it links three C libraries.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    reason = "tests fail by panicking"
)]

mod accept;
mod alterations;
mod attacks;
mod certificates;
mod common;
#[cfg(feature = "encrypt")]
mod decrypt;
mod encrypted;
mod fixtures;
mod keys;
mod octets;
mod parse;
mod process;
mod signing;
