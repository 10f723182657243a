//! The product, as its users meet it: the real program over HTTP.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod support;

mod asked;
mod attempts;
mod bad_input;
mod bindings;
#[path = "../../crates/saml/tests/support/case.rs"]
mod case;
mod certificates;
mod corpus;
#[path = "../faults/mod.rs"]
mod faults;
mod federation;
mod inspections;
mod isolation;
mod lifecycle;
mod logout;
mod main_job;
mod metadata_url;
mod mid_trip;
mod oidc_client;
mod openapi;
mod plan;
mod policy;
mod pysaml2;
mod replay;
mod replicas;
mod reports;
mod revisions;
mod rotation;
mod simplesamlphp;
mod third_party;
mod typescript_client;
