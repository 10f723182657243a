//! The IdP, tried from outside: what it reads, what it writes, how it goes wrong, what it shows.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

#[path = "../../../../tests/e2e/support/html.rs"]
mod html;
#[path = "../support/mod.rs"]
mod support;

mod faults;
mod independent;
mod judged;
mod logout;
mod metadata;
mod requests;
mod server;
mod shape;
mod signed;
mod styles;
