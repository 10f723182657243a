//! How many browsers there are at a time: each takes a few hundred megabytes and a core.

use std::sync::{Condvar, Mutex, PoisonError};

const SEATS: usize = 2;

static TAKEN: Mutex<usize> = Mutex::new(0);
static LEFT: Condvar = Condvar::new();

/// A place for one browser, given back when it is dropped.
pub(crate) struct Seat(());

impl Seat {
    /// Waits for one.
    pub(crate) fn take() -> Self {
        let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |taken: &mut usize| *taken >= SEATS;
        let mut taken = LEFT
            .wait_while(taken, full)
            .unwrap_or_else(PoisonError::into_inner);
        *taken += 1;
        Self(())
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        *TAKEN.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        LEFT.notify_one();
    }
}
