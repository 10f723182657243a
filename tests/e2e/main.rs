//! The product, as its users meet it: the real program over HTTP.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod support;

mod account;
mod activity;
mod api_keys;
mod asked;
mod attempts;
mod audit;
mod backchannel;
mod backup;
mod bad_input;
mod bindings;
mod branding;
#[path = "../../crates/saml/tests/support/case.rs"]
mod case;
mod certificates;
mod cli;
mod cli_apply;
mod cli_doctor;
mod conditional;
mod corpus;
mod cors;
mod domains;
mod examples;
#[path = "../faults/mod.rs"]
mod faults;
mod federation;
mod forward_auth;
mod forward_auth_attacks;
mod go_client;
mod guessing;
mod imports;
mod inspections;
mod internal_services;
mod invitations;
mod isolation;
mod last_admin;
mod lifecycle;
mod local;
mod logout;
mod main_job;
mod metadata_url;
mod metrics;
mod mid_trip;
mod oidc;
mod oidc_client;
mod openapi;
mod openapi_lint;
mod page_security;
mod plan;
mod policy;
mod preflight;
mod published_keys;
mod pysaml2;
mod python_client;
mod repeated;
mod replay;
mod replicas;
mod reports;
mod revisions;
mod rotation;
mod round_trips;
mod schemathesis;
mod settings;
mod setup_links;
mod sign_in_page;
mod simplesamlphp;
mod snippets;
mod stock_clients;
mod takeover;
mod third_party;
mod traces;
mod typescript_client;
mod webhooks;
mod webhooks_under_fire;
