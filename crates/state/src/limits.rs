//! How much short-lived state is kept.

use jiff::{SignedDuration, Timestamp};

/// The bounds of design §4.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Pending trips of one browser: a person with many tabs (§4.8).
    pub per_browser: usize,
    /// Pending trips of one workspace: a morning rush (§4.8).
    pub per_workspace: usize,
    /// Pending trips in all (§4.8), and parked messages, of which each trip has one at most.
    pub total: usize,
    /// How long a parked message waits for its browser (§4.5).
    pub parked_for: SignedDuration,
    /// Bytes of all parked messages together: sixty-four of the largest bodies that are taken.
    pub parked_bytes: usize,
}

impl Limits {
    pub(crate) fn parked_until(&self, now: Timestamp) -> Timestamp {
        now.checked_add(self.parked_for).unwrap_or(Timestamp::MAX)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_browser: 20,
            per_workspace: 2_000,
            total: 50_000,
            parked_for: SignedDuration::from_secs(60),
            parked_bytes: 64 * 1024 * 1024,
        }
    }
}
