//! Plain numbers about the archive, for whoever watches it.

use std::time::Duration;

/// The upper bounds of the buckets that waits are counted in, in seconds; what is longer is in none of them.
pub const WAIT_BOUNDS: [f64; 11] = [
    0.000_1, 0.000_25, 0.001, 0.002_5, 0.01, 0.025, 0.1, 0.25, 1.0, 2.5, 10.0,
];

/// How long work waited for a thread, since the archive was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Waits {
    /// How many waits there were.
    pub count: u64,
    /// All of them together.
    pub seconds: f64,
    /// How many were as long as each of [`WAIT_BOUNDS`] at most.
    pub within: [u64; WAIT_BOUNDS.len()],
}

impl Waits {
    pub(crate) fn note(&mut self, wait: Duration) {
        let seconds = wait.as_secs_f64();
        self.count = self.count.saturating_add(1);
        self.seconds += seconds;
        // From the longest on: most waits are the shortest ones, and every bucket above holds them too.
        for (within, bound) in self.within.iter_mut().zip(WAIT_BOUNDS).rev() {
            if seconds > bound {
                break;
            }
            *within = within.saturating_add(1);
        }
    }
}

/// How a way to the threads of the archive fares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LaneNumbers {
    /// Its name: `read`, `write`, or `all` where there is one for both.
    pub lane: &'static str,
    /// Threads that work it off, each with a connection.
    pub threads: usize,
    /// Those of them that are at work.
    pub busy: usize,
    /// Transactions that wait for one of them.
    pub waiting: usize,
    /// How many may wait.
    pub capacity: usize,
    /// How many were refused because so many waited.
    pub refused: u64,
    /// How long those that were begun had waited.
    pub waits: Waits,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_in_every_bucket_that_is_large_enough() {
        let mut waits = Waits::default();
        waits.note(Duration::from_micros(50));
        waits.note(Duration::from_millis(5));
        waits.note(Duration::from_secs(60));
        assert_eq!(waits.count, 3);
        assert!((waits.seconds - 60.005_05).abs() < 1e-9, "{waits:?}");
        assert_eq!(waits.within, [1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2]);
    }
}
