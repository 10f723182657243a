//! Telling a job to end.

use std::time::Duration;

use tokio::sync::watch;

/// Ends the jobs that hold its other half, when it is dropped.
#[derive(Debug)]
pub struct Stopper(
    #[expect(dead_code, reason = "what counts is that it is dropped")] watch::Sender<()>,
);

/// What a job looks at.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<()>);

/// The two halves.
#[must_use]
pub fn stop() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(());
    (Stopper(sender), Stop(receiver))
}

impl Stop {
    /// Waits so long; `true` as soon as it is time to end.
    pub(crate) async fn within(&mut self, wait: Duration) -> bool {
        // Nothing is ever sent: the only news is that the other half is gone.
        tokio::time::timeout(wait, self.0.changed()).await.is_ok()
    }

    pub(crate) fn is_told(&self) -> bool {
        self.0.has_changed().is_err()
    }
}
