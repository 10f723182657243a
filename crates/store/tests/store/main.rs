//! The archive, every test on both databases.
//!
//! Postgres is found by `VESTIBULE_TEST_POSTGRES_URL`; `tests/with-services` starts one and sets it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod activity;
#[path = "../../../policy/tests/rules/assertion.rs"]
#[expect(dead_code, reason = "the gatekeeper's tests need more of it")]
mod assertion;
mod attempts;
mod audit;
mod backchannel;
mod backlog;
mod bed;
mod branding;
mod browsers;
mod certificates;
mod changes;
mod domains;
mod factors;
mod forward_tokens;
mod inconsistent;
mod kept_answers;
mod links;
mod metadata;
mod migrations;
mod objects;
mod once;
mod opening;
mod outage;
mod pages;
mod people;
mod proofs;
mod pruning;
mod resealing;
mod rotating;
mod samples;
mod scope;
mod sealed;
mod setup_links;
mod sign_in;
mod statements;
mod together;
mod transactions;
mod unique;
mod upgrade;
mod webhooks;

/// Makes two tests of each body, one per database.
macro_rules! on_both {
    ($(fn $name:ident($bed:ident) $body:block)+) => {$(
        mod $name {
            use super::*;

            fn body($bed: &mut crate::bed::Bed) $body

            #[test]
            fn on_sqlite() {
                body(&mut crate::bed::Bed::sqlite());
            }

            #[test]
            fn on_postgres() {
                body(&mut crate::bed::Bed::postgres());
            }
        }
    )+};
}
pub(crate) use on_both;
