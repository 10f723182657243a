//! Doing something whenever there is something to do.

use std::future::Future;

use jiff::Timestamp;
use tracing::warn;
use vestibule_store::{StoreError, Tx};

use crate::duty::Duty;
use crate::refresh::Pace;

/// Looks at its pace whether something waits, and calls `work` when something does, on the server that leads,
/// until it is told to stop. `work` says whether it went well, and must do no harm where two servers do it at
/// once. It notes as `name` how it fares.
pub async fn whenever<L, W, F>(mut duty: Duty, name: &'static str, pace: Pace, waits: L, work: W)
where
    L: Fn(&mut Tx<'_>) -> Result<bool, StoreError> + Copy + Send + 'static,
    W: Fn(Timestamp) -> F,
    F: Future<Output = bool>,
{
    while !duty.rest(pace.every).await {
        if !duty.leads() {
            continue;
        }
        let well = match duty.store.read(waits).await {
            Ok(true) => work((duty.clock)()).await,
            Ok(false) => true,
            Err(error) => {
                warn!(%error, job = name, "what waits could not be looked up");
                false
            }
        };
        duty.note(name, well);
    }
}
