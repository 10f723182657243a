//! What every job of a server is given: whether this server leads, when it is to end, and where it notes
//! how it fares.

use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use vestibule_store::Store;

use crate::board::Board;
use crate::leader::{Candidate, Term, leads};

/// Ends the jobs of a server when it is dropped.
#[derive(Debug)]
pub struct Stopper(
    #[expect(dead_code, reason = "what counts is that it is dropped")] watch::Sender<()>,
);

/// What a job is given; all jobs of a server have clones of one.
#[derive(Debug, Clone)]
pub struct Duty {
    pub(crate) store: Store,
    pub(crate) clock: fn() -> Timestamp,
    pub(crate) board: Board,
    told: watch::Receiver<()>,
    term: watch::Receiver<Term>,
    /// As long as one of these is there, somebody works, and the lease is kept.
    #[expect(dead_code, reason = "what counts is that it is dropped")]
    works: mpsc::Sender<()>,
}

/// What ends the jobs, what they are given, and what stands for leadership as long as one of them is left:
/// run it beside them.
pub fn stand(
    store: Store,
    clock: fn() -> Timestamp,
    board: Board,
) -> (Stopper, Duty, impl Future<Output = ()> + Send + use<>) {
    let (stop, told) = watch::channel(());
    let (says, term) = watch::channel(None);
    let (works, all_gone) = mpsc::channel(1);
    board.ask(term.clone());
    let candidate = Candidate::new(store.clone(), clock);
    let duty = Duty {
        store,
        clock,
        board,
        told,
        term,
        works,
    };
    (Stopper(stop), duty, candidate.stand(says, all_gone))
}

impl Duty {
    /// Whether this server does what one of several has to do.
    pub(crate) fn leads(&self) -> bool {
        leads(*self.term.borrow())
    }

    /// Whether this server goes on with what one of several has to do.
    pub(crate) fn goes_on(&self) -> bool {
        self.leads() && !self.is_over()
    }

    /// Whether it is time to end: for work that takes its time.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.told.has_changed().is_err()
    }

    /// Rests so long, or until this server begins to lead; `true` as soon as it is time to end.
    pub(crate) async fn rest(&mut self, wait: Duration) -> bool {
        self.rest_or(wait, pending()).await
    }

    /// The same, but less long when something else comes first.
    pub(crate) async fn rest_or(
        &mut self,
        wait: Duration,
        sooner: impl Future<Output = ()>,
    ) -> bool {
        let begins = async {
            if self.term.changed().await.is_err() {
                // Nobody stands for leadership any more: nothing begins.
                pending::<()>().await;
            }
        };
        // Nothing is ever sent: the only news is that the other half is gone.
        let (mut told, mut begins, mut sooner) =
            (pin!(self.told.changed()), pin!(begins), pin!(sooner));
        let any = poll_fn(|context| {
            if told.as_mut().poll(context).is_ready() {
                return Poll::Ready(true);
            }
            if begins.as_mut().poll(context).is_ready() {
                return Poll::Ready(false);
            }
            sooner.as_mut().poll(context).map(|()| false)
        });
        tokio::time::timeout(wait, any).await.unwrap_or(false)
    }

    /// Notes what came of a round.
    pub(crate) fn note(&self, job: &'static str, well: bool) {
        if well {
            self.board.succeeded(job, (self.clock)());
        } else {
            self.board.failed(job);
        }
    }
}
