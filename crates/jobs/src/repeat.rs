//! Doing something again and again.

use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use tracing::warn;
use vestibule_store::Store;

use crate::leader::Candidate;
use crate::refresh::Pace;
use crate::stop::Stop;
use crate::timetable::{Jitter, after_failure};

/// Something that is done again and again, by one server of several.
#[derive(Debug, Clone, Copy)]
pub struct Chore {
    /// The name of its lease.
    pub lease: &'static str,
    /// How long it rests after it was done.
    pub every: SignedDuration,
}

/// Calls `work` with the time whenever it is due, on the server that leads, until it is told to stop:
/// at once when a server begins to lead, later after a rest, and sooner where `work` says that it
/// failed. What has been done before must not be done twice by it: the next leader begins anew.
pub async fn repeat<W, F>(
    store: Store,
    chore: Chore,
    pace: Pace,
    clock: fn() -> Timestamp,
    work: W,
    mut stop: Stop,
) where
    W: Fn(Timestamp) -> F,
    F: Future<Output = bool>,
{
    let candidate = Candidate::new(store, chore.lease, stop.board());
    let (mut due, mut failures) = (Timestamp::MIN, 0_u32);
    loop {
        let now = clock();
        match candidate.leads(now).await {
            Ok(true) if due <= now => {
                let well = work(now).await;
                candidate.note(well, clock());
                if well {
                    failures = 0;
                    due = now.checked_add(chore.every).unwrap_or(Timestamp::MAX);
                } else {
                    failures = failures.saturating_add(1);
                    due = after_failure(failures, Jitter::random(), now);
                }
            }
            Ok(_) => {}
            Err(error) => {
                candidate.note(false, now);
                warn!(%error, lease = chore.lease, "no leader could be found");
            }
        }
        if stop.within(pace.every).await {
            break;
        }
    }
    candidate.resign().await;
}
