//! Telling applications that sessions of theirs have ended, when that is due.

use std::future::Future;

use jiff::Timestamp;
use tokio::task::JoinSet;
use tracing::warn;
use vestibule_model::BackchannelLogout;
use vestibule_store::{Store, StoreError, Tx};

use crate::leader::Candidate;
use crate::refresh::Pace;
use crate::stop::Stop;
use crate::timetable::after_untold;

/// The name of the lease.
const LEASE: &str = "backchannel-logout";
/// How many are told at a time.
const AT_ONCE: usize = 8;

/// Calls `work` for each ended session whose application is to be told now, on the server that leads,
/// until it is told to stop. It is put off to its next try before it is given to `work`, which settles
/// it; so nobody is told by two, and none is forgotten with a server that ends.
pub async fn tell_clients<W, F>(
    store: Store,
    pace: Pace,
    clock: fn() -> Timestamp,
    work: W,
    mut stop: Stop,
) where
    W: Fn(BackchannelLogout) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let candidate = Candidate::new(store.clone(), LEASE);
    while !stop.within(pace.every).await {
        if let Err(error) = round(&store, &candidate, clock, &work, &stop).await {
            warn!(%error, "who is to be told of ended sessions could not be looked up; it is tried again");
        }
    }
    candidate.resign().await;
}

/// Everything that is due now.
async fn round<W, F>(
    store: &Store,
    candidate: &Candidate,
    clock: fn() -> Timestamp,
    work: &W,
    stop: &Stop,
) -> Result<(), StoreError>
where
    W: Fn(BackchannelLogout) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let mut running = JoinSet::new();
    while !stop.is_told() {
        let now = clock();
        // Reading is cheap; only who has somebody to tell stands for leadership.
        let waiting = store
            .read(move |tx| tx.backchannel_logouts_due(now, 1))
            .await?;
        if waiting.is_empty() || !candidate.leads(now).await? {
            break;
        }
        for logout in store.write(move |tx| claim(tx, now)).await? {
            running.spawn(work(logout));
        }
        // Those that are slow hold the others up, but no more than AT_ONCE are under way.
        while running.join_next().await.is_some() {}
    }
    Ok(())
}

/// Puts what is due off to its next try; what somebody else has put off is theirs.
fn claim(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<BackchannelLogout>, StoreError> {
    let mut claimed = Vec::new();
    for mut logout in tx.backchannel_logouts_due(now, AT_ONCE.try_into().unwrap_or(1))? {
        logout.failures = logout.failures.saturating_add(1);
        logout.next_try_at = after_untold(logout.failures, now);
        if tx.backchannel_logout_tried(logout.session_id, logout.failures, logout.next_try_at)? {
            claimed.push(logout);
        }
    }
    Ok(claimed)
}
