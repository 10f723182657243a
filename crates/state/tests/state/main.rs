//! Short-lived state: what both implementations owe, and how the one on Redis lives with its server.
//!
//! A Redis server is found by `VESTIBULE_TEST_REDIS_URL`; `tests/with-services` starts one and sets
//! it. What harms a server is done to private ones (`server.rs`).

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod bed;
mod cluster;
mod equivalence;
mod keys;
mod names;
mod news;
mod outage;
mod parked;
mod pushed;
mod server;
mod slips;
mod strays;
mod throttle;
mod trips;

/// Makes two tests of each body, one per implementation.
macro_rules! on_both {
    ($(fn $name:ident($bed:ident) $body:block)+) => {$(
        mod $name {
            use super::*;

            fn body($bed: &crate::bed::Bed) $body

            #[test]
            fn in_process() {
                body(&crate::bed::Bed::in_process());
            }

            #[test]
            fn in_redis() {
                body(&crate::bed::Bed::in_redis());
            }
        }
    )+};
}
pub(crate) use on_both;
