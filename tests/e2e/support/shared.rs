//! One instance for all tests that run at the same time.

use std::sync::{Arc, Mutex, PoisonError, Weak};

/// What is started by the first who needs it, and dropped by the last: a `static` itself is never
/// dropped, and a program that it had started would stay.
pub(crate) struct Shared<T>(Mutex<Weak<T>>);

impl<T> Shared<T> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Weak::new()))
    }

    /// The instance that there is, else a new one.
    pub(crate) fn or_start(&self, start: impl FnOnce() -> T) -> Arc<T> {
        // Where starting it failed for one test, the next one tries again.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.upgrade().unwrap_or_else(|| {
            let started = Arc::new(start());
            *kept = Arc::downgrade(&started);
            started
        })
    }
}
