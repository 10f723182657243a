//! Every page, held against what every page owes.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    reason = "tests fail by panicking"
)]

mod activity;
mod activity_samples;
mod contrast;
mod developer_samples;
mod fill;
mod gallery;
mod guide;
mod guide_samples;
mod html;
mod idp_docs;
mod rules;
mod samples;
mod settings_samples;
mod translations;
mod words;
