//! Telling a job to end, and hearing from it how it fares.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::watch;

use crate::board::Board;

/// Ends the jobs that hold its other half, when it is dropped.
#[derive(Debug)]
pub struct Stopper(
    #[expect(dead_code, reason = "what counts is that it is dropped")] watch::Sender<()>,
);

/// What a job looks at, and where it notes how it fares.
#[derive(Debug, Clone)]
pub struct Stop {
    told: watch::Receiver<()>,
    board: Board,
}

/// The two halves.
#[must_use]
pub fn stop() -> (Stopper, Stop) {
    stop_noting(Board::default())
}

/// The same for jobs that note on this board how they fare.
#[must_use]
pub fn stop_noting(board: Board) -> (Stopper, Stop) {
    let (sender, told) = watch::channel(());
    (Stopper(sender), Stop { told, board })
}

impl Stop {
    /// Waits so long; `true` as soon as it is time to end.
    pub(crate) async fn within(&mut self, wait: Duration) -> bool {
        // Nothing is ever sent: the only news is that the other half is gone.
        tokio::time::timeout(wait, self.told.changed())
            .await
            .is_ok()
    }

    /// The same, but less long when something else comes first.
    pub(crate) async fn within_or(
        &mut self,
        wait: Duration,
        sooner: impl Future<Output = ()>,
    ) -> bool {
        let (mut told, mut sooner) = (pin!(self.told.changed()), pin!(sooner));
        let either = poll_fn(|context| match told.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending => sooner.as_mut().poll(context).map(|()| false),
        });
        tokio::time::timeout(wait, either).await.unwrap_or(false)
    }

    pub(crate) fn is_told(&self) -> bool {
        self.told.has_changed().is_err()
    }

    pub(crate) fn board(&self) -> &Board {
        &self.board
    }
}
