//! Telling a job to end.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
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

    /// The same, but less long when something else comes first.
    pub(crate) async fn within_or(
        &mut self,
        wait: Duration,
        sooner: impl Future<Output = ()>,
    ) -> bool {
        let (mut told, mut sooner) = (pin!(self.0.changed()), pin!(sooner));
        let either = poll_fn(|context| match told.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending => sooner.as_mut().poll(context).map(|()| false),
        });
        tokio::time::timeout(wait, either).await.unwrap_or(false)
    }

    pub(crate) fn is_told(&self) -> bool {
        self.0.has_changed().is_err()
    }
}
