//! How the jobs of this process fare, as plain numbers for whoever watches.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

/// How one job fares on this server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobNumbers {
    /// Until when it leads, as far as it knows; none where another server does, or nothing was to be done.
    pub leads_until: Option<Timestamp>,
    /// When it last came to the end of a round without a failure, one with nothing to do included.
    pub succeeded_at: Option<Timestamp>,
    /// How many rounds have failed.
    pub failures: u64,
}

impl JobNumbers {
    /// Whether this server is the one that does it.
    #[must_use]
    pub fn leads(&self, now: Timestamp) -> bool {
        self.leads_until.is_some_and(|until| until > now)
    }
}

/// Where jobs note how they fare; clones are the same board.
#[derive(Debug, Clone, Default)]
pub struct Board(Arc<Mutex<BTreeMap<&'static str, JobNumbers>>>);

impl Board {
    // Nothing under the lock can panic, so a poisoned lock guards whole values all the same.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, JobNumbers>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every job that has begun, by its name.
    #[must_use]
    pub fn numbers(&self) -> BTreeMap<&'static str, JobNumbers> {
        self.lock().clone()
    }

    /// Notes that a round came to its end.
    pub fn succeeded(&self, job: &'static str, now: Timestamp) {
        self.lock().entry(job).or_default().succeeded_at = Some(now);
    }

    /// Notes that a round failed.
    pub fn failed(&self, job: &'static str) {
        let mut jobs = self.lock();
        let numbers = jobs.entry(job).or_default();
        numbers.failures = numbers.failures.saturating_add(1);
    }

    pub(crate) fn leads(&self, job: &'static str, until: Option<Timestamp>) {
        self.lock().entry(job).or_default().leads_until = until;
    }
}
