//! The pages, as people use them: in a real browser, by what stands on them.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

#[path = "../e2e/support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "it serves the end-to-end tests, which need more of it"
)]
mod support;

mod flows;
mod harness;
mod scene;
mod setting_up;
mod words;
