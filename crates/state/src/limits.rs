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
    /// Strays that are kept of one connection: a page of them tells support what goes on.
    pub strays_per_connection: usize,
    /// Strays of all connections together, in one process. (In Redis those of each connection are
    /// bounded, and there is a connection for all of them.)
    pub strays: usize,
    /// How long a stray is kept: somebody who could not get in asks within a day.
    pub strays_for: SignedDuration,
    /// Slips of one browser: as for trips.
    pub slips_per_browser: usize,
    /// Slips in all.
    pub slips: usize,
    /// Pushed requests of one client: as many of its people as may be on the way in 90 seconds.
    pub pushed_per_client: usize,
    /// Pushed requests in all.
    pub pushed: usize,
    /// Keys whose attempts are counted. The one that would be forgotten first makes room: who brings
    /// so many keys has every one of them counted as well.
    pub throttled: usize,
}

impl Limits {
    pub(crate) fn parked_until(&self, now: Timestamp) -> Timestamp {
        now.checked_add(self.parked_for).unwrap_or(Timestamp::MAX)
    }

    /// How many slips one browser may have, and how many there may be.
    pub(crate) const fn of_slips(&self) -> (usize, usize) {
        (self.slips_per_browser, self.slips)
    }

    /// How many pushed requests one client may have, and how many there may be.
    pub(crate) const fn of_pushed(&self) -> (usize, usize) {
        (self.pushed_per_client, self.pushed)
    }

    pub(crate) fn stray_until(&self, received_at: Timestamp) -> Timestamp {
        received_at
            .checked_add(self.strays_for)
            .unwrap_or(Timestamp::MAX)
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
            strays_per_connection: 50,
            strays: 5_000,
            strays_for: SignedDuration::from_hours(24),
            slips_per_browser: 20,
            slips: 50_000,
            pushed_per_client: 2_000,
            pushed: 10_000,
            throttled: 100_000,
        }
    }
}
