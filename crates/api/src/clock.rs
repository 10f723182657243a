//! The one place that reads the system clock.

use jiff::Timestamp;

/// The present instant, in microseconds as the archive keeps them: what an answer says is what a later
/// one will say.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the system clock"
)]
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}
