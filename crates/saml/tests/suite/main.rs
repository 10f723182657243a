//! The crate from outside: rules, attacks, a corpus of real serialisations, messages, metadata.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "tests fail by panicking"
)]

mod aggregates;
mod attacks;
mod authn_request;
#[path = "../support/case.rs"]
mod case;
mod corpus;
mod decode;
mod differential;
mod encryption;
mod floods;
#[path = "../support/judge.rs"]
mod judge;
mod logout;
#[path = "../support/floods/mod.rs"]
mod made_to_cost;
mod metadata;
mod metadata_declares;
mod metadata_signed;
#[path = "../support/mutator.rs"]
mod mutator;
mod one_byte;
mod reports;
mod rules;
mod second;
mod seeds;
mod signatures;
mod sp_metadata;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/targets.rs"]
mod targets;
