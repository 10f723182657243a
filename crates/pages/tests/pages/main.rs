//! Every page, held against what every page owes.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    reason = "tests fail by panicking"
)]

mod contrast;
mod fill;
mod gallery;
mod html;
mod rules;
mod samples;
mod words;
