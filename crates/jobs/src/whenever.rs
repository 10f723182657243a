//! Doing something whenever there is something to do.

use std::future::Future;

use jiff::Timestamp;
use tracing::warn;
use vestibule_store::{Store, StoreError, Tx};

use crate::leader::Candidate;
use crate::refresh::Pace;
use crate::stop::Stop;

/// Looks at its pace whether something waits, and calls `work` when something does, on the server that leads,
/// until it is told to stop. `work` says whether it went well, and must do no harm where two servers do it at
/// once.
pub async fn whenever<L, W, F>(
    store: Store,
    lease: &'static str,
    pace: Pace,
    clock: fn() -> Timestamp,
    waits: L,
    work: W,
    mut stop: Stop,
) where
    L: Fn(&mut Tx<'_>) -> Result<bool, StoreError> + Copy + Send + 'static,
    W: Fn(Timestamp) -> F,
    F: Future<Output = bool>,
{
    let candidate = Candidate::new(store.clone(), lease, stop.board());
    while !stop.within(pace.every).await {
        // Reading is cheap; only who has something to do stands for leadership.
        let leads = match store.read(waits).await {
            Ok(true) => candidate.leads(clock()).await,
            Ok(false) => {
                candidate.note(true, clock());
                continue;
            }
            Err(error) => Err(error),
        };
        match leads {
            Ok(true) => {
                let well = work(clock()).await;
                candidate.note(well, clock());
            }
            Ok(false) => {}
            Err(error) => {
                candidate.note(false, clock());
                warn!(%error, lease, "what waits could not be looked up");
            }
        }
    }
    candidate.resign().await;
}
