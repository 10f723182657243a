//! The one place that reads the system clock.

use jiff::Timestamp;

/// The present instant.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the system clock"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
