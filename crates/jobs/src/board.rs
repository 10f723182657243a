//! How the jobs of this process fare, as plain numbers for whoever watches.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;

use crate::leader::{Term, leads};

/// How one job fares on this server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobNumbers {
    /// When it last came to the end of a round without a failure, one with nothing to do included.
    pub succeeded_at: Option<Timestamp>,
    /// How many rounds have failed.
    pub failures: u64,
}

/// Where jobs note how they fare; clones are the same board.
#[derive(Debug, Clone, Default)]
pub struct Board {
    jobs: Arc<Mutex<BTreeMap<&'static str, JobNumbers>>>,
    term: Arc<OnceLock<watch::Receiver<Term>>>,
}

impl Board {
    // Nothing under the lock can panic, so a poisoned lock guards whole values all the same.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, JobNumbers>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Whether this server does what one of several has to do.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.term.get().is_some_and(|term| leads(*term.borrow()))
    }

    /// Whom to ask whether this server leads.
    pub(crate) fn ask(&self, term: watch::Receiver<Term>) {
        // Set once, when the server begins to stand.
        let _ = self.term.set(term);
    }
}
