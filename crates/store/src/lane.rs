//! Work that goes down a lane to a thread with a connection, and its answer that comes back.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;
use vestibule_model::{AuditSource, Change};

use crate::engine::Engine;
use crate::seal::Vault;
use crate::tx::Ran;
use crate::{OnChange, StoreError, Tx, source};

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Everything in it sees one moment.
    Read,
    /// One look by one statement, which sees one moment by itself.
    Look,
    Write,
}

/// What is to become of a transaction that ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Keep,
    Undo,
    /// The closure panicked: undo, and do not trust the connection.
    Panicked,
}

/// How a closure ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended {
    pub(crate) verdict: Verdict,
    /// Whether there is a transaction to end.
    pub(crate) begun: bool,
    /// Whether a statement could not be answered, so that the connection may be gone.
    pub(crate) broken: bool,
}

/// One closure on its way: run, then either answered, once its outcome is final, or failed.
pub(crate) trait Work: Send {
    fn mode(&self) -> Mode;
    /// Whether nobody waits for the answer any more.
    fn is_abandoned(&self) -> bool;
    /// `to_begin`: on Postgres, where none has begun.
    fn run(&mut self, engine: Engine<'_>, vault: &Vault, to_begin: bool) -> Ended;
    /// Tells what it changed, once that is final or may be: before the answer, so that whoever has
    /// the answer finds no old copy.
    fn tell(&mut self, on_change: &OnChange);
    fn answer(self: Box<Self>);
    fn fail(self: Box<Self>, error: StoreError);
}

struct Job<T, E, F> {
    mode: Mode,
    closure: Option<F>,
    outcome: Option<Result<T, E>>,
    changes: Vec<Change>,
    source: Option<AuditSource>,
    reply: oneshot::Sender<Result<T, E>>,
}

/// Makes work of a closure, with the receiver of its answer.
pub(crate) fn job<T, E, F>(
    mode: Mode,
    closure: F,
) -> (Box<dyn Work>, oneshot::Receiver<Result<T, E>>)
where
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    (
        Box::new(Job {
            mode,
            closure: Some(closure),
            outcome: None,
            changes: Vec::new(),
            source: source::current_source(),
            reply,
        }),
        answer,
    )
}

impl<T, E, F> Work for Job<T, E, F>
where
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn mode(&self) -> Mode {
        self.mode
    }

    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run(&mut self, engine: Engine<'_>, vault: &Vault, to_begin: bool) -> Ended {
        let Some(closure) = self.closure.take() else {
            return Ended {
                verdict: Verdict::Undo,
                begun: !to_begin,
                broken: false,
            };
        };
        let tx = Tx::new(engine, vault, self.source.take());
        let mut tx = if to_begin { tx.not_begun() } else { tx };
        // Unwind safety: whatever the closure left half done is rolled back and dropped.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let value = closure(&mut tx)?;
            tx.finish()?;
            Ok(value)
        }));
        let Ran {
            spoiled,
            changes,
            begun,
        } = tx.ran();
        let broken = matches!(spoiled, Some(StoreError::Unavailable(_)));
        let (outcome, verdict) = match (outcome, spoiled) {
            (Err(_), _) => (Err(StoreError::Panicked.into()), Verdict::Panicked),
            // COMMIT of a spoiled transaction would be a silent ROLLBACK on Postgres.
            (Ok(Ok(_)), Some(error)) => (Err(error.into()), Verdict::Undo),
            (Ok(Ok(value)), None) => {
                self.changes = changes;
                (Ok(value), Verdict::Keep)
            }
            (Ok(Err(error)), _) => (Err(error), Verdict::Undo),
        };
        self.outcome = Some(outcome);
        Ended {
            verdict,
            begun,
            broken,
        }
    }

    fn tell(&mut self, on_change: &OnChange) {
        let changes = std::mem::take(&mut self.changes);
        if !changes.is_empty() {
            on_change(&changes);
        }
    }

    fn answer(self: Box<Self>) {
        let outcome = self
            .outcome
            .unwrap_or_else(|| Err(StoreError::Stopped.into()));
        // Nobody may be waiting any more; the outcome stands all the same.
        let _ = self.reply.send(outcome);
    }

    fn fail(self: Box<Self>, error: StoreError) {
        let _ = self.reply.send(Err(error.into()));
    }
}
