//! Looking at metadata when it is due.

use std::future::Future;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use tracing::warn;
use vestibule_model::MetadataSource;
use vestibule_store::StoreError;

use crate::duty::Duty;

/// What it is called where it notes how it fares.
const NAME: &str = "metadata";
/// How many sources are looked at at a time: each may take ten seconds and hold eight MiB.
const AT_ONCE: usize = 4;
/// After so long a claim that nobody made good is another's.
const CLAIM: SignedDuration = SignedDuration::from_mins(2);

/// How often a server asks whether something is due.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// The time between two questions.
    pub every: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(15),
        }
    }
}

/// Calls `work` for each source that is due, on the server that leads, until it is told to stop.
/// `work` says in the source itself when it is due again; it never fails for others.
pub async fn refresh_metadata<W, F>(mut duty: Duty, pace: Pace, work: W)
where
    W: Fn(MetadataSource) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    while !duty.rest(pace.every).await {
        if !duty.leads() {
            continue;
        }
        let looked = round(&duty, &work).await;
        duty.note(NAME, looked.is_ok());
        if let Err(error) = looked {
            warn!(%error, "metadata could not be looked at; it is tried again");
        }
    }
}

/// Everything that is due now.
async fn round<W, F>(duty: &Duty, work: &W) -> Result<(), StoreError>
where
    W: Fn(MetadataSource) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let mut running = JoinSet::new();
    while duty.goes_on() {
        let now = (duty.clock)();
        let until = now.checked_add(CLAIM).unwrap_or(Timestamp::MAX);
        let due = duty
            .store
            .write(move |tx| tx.claim_due_metadata_source(until, now))
            .await?;
        let Some(source) = due else { break };
        running.spawn(work(source));
        if running.len() >= AT_ONCE {
            running.join_next().await;
        }
    }
    while running.join_next().await.is_some() {}
    Ok(())
}
