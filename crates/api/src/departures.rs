//! Who left for the IdP, written down behind the backs of those who leave: `authorize` does not wait
//! for it. Whoever comes back makes the row themselves where it is not there yet.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};

use actix_web::{rt, web::Data};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tracing::{debug, warn};
use vestibule_model::Attempt;
use vestibule_store::StoreError;

use crate::service::Service;

/// How many may wait to be written: more than any second brings. What is more is not kept.
const WAITING: usize = 4_096;
/// How long they are gathered, to be written in one transaction.
const GATHERED_FOR: Duration = Duration::from_millis(500);

/// The way to the writer.
pub(crate) struct Departures {
    queue: Sender<Attempt>,
    full: AtomicBool,
    dropped: AtomicU64,
}

/// What is waiting to be written.
pub(crate) type Waiting = Receiver<Attempt>;

impl Departures {
    /// A way to a writer that [`start`] starts.
    pub(crate) fn new() -> (Self, Waiting) {
        let (queue, waiting) = channel(WAITING);
        let (full, dropped) = (AtomicBool::new(false), AtomicU64::new(0));
        let departures = Self {
            queue,
            full,
            dropped,
        };
        (departures, waiting)
    }

    /// How many wait to be written, and how many were not kept since the start.
    pub(crate) fn numbers(&self) -> (usize, u64) {
        let waiting = WAITING.saturating_sub(self.queue.capacity());
        (waiting, self.dropped.load(Ordering::Relaxed))
    }

    /// Notes that a browser has left. It never waits: where too many do, this one is not kept.
    pub(crate) fn note(&self, attempt: Attempt) {
        let dropped = self.queue.try_send(attempt).is_err();
        if dropped {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        // One line when it begins, not one for each.
        if self.full.swap(dropped, Ordering::Relaxed) != dropped && dropped {
            warn!("too many sign-ins begin at once; not all of them are noted before they return");
        }
    }
}

/// Writes them down, as long as the server lives.
pub(crate) fn start(service: &Data<Service>, waiting: Waiting) {
    rt::spawn(write(service.clone(), waiting));
}

async fn write(service: Data<Service>, mut waiting: Waiting) {
    let mut batch = Vec::new();
    while waiting.recv_many(&mut batch, WAITING).await > 0 {
        rt::time::sleep(GATHERED_FOR).await;
        while let Ok(attempt) = waiting.try_recv() {
            batch.push(attempt);
            if batch.len() >= WAITING {
                break;
            }
        }
        let together = std::mem::take(&mut batch);
        match insert(&service, together.clone()).await {
            Ok(()) => {}
            Err(StoreError::Unavailable(_) | StoreError::Overloaded | StoreError::Stopped) => {
                warn!(
                    attempts = together.len(),
                    "who left for the IdP could not be noted"
                );
            }
            // One of them may belong to a connection that is gone: the others do not go with it.
            Err(_) => {
                for attempt in together {
                    let id = attempt.id;
                    if let Err(error) = insert(&service, vec![attempt]).await {
                        debug!(attempt.id = %id, %error, "a departure could not be noted");
                    }
                }
            }
        }
    }
}

async fn insert(service: &Service, attempts: Vec<Attempt>) -> Result<(), StoreError> {
    service
        .store
        .write(move |tx| tx.insert_attempts(&attempts))
        .await
}
