//! Sending mail when it is due.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tracing::warn;
use vestibule_model::QueuedMail;
use vestibule_store::{Store, StoreError};

use crate::leader::Candidate;
use crate::refresh::Pace;
use crate::stop::Stop;
use crate::timetable::after_mail_failure;

/// The name of the lease.
const LEASE: &str = "mail";
/// How many mails are sent at a time: each has a connection of its own.
const AT_ONCE: usize = 4;
/// Who rings does so before the commit; so long later it is over.
const COMMITTED_AFTER: Duration = Duration::from_millis(50);

/// Tells a job of the same process that there is something to do.
#[derive(Debug, Clone, Default)]
pub struct Bell(Arc<Notify>);

impl Bell {
    /// Rings; a job that is at work hears it afterwards.
    pub fn ring(&self) {
        self.0.notify_one();
    }

    async fn rung(&self) {
        self.0.notified().await;
    }
}

/// Calls `work` for each mail that is due, on the server that leads, until it is told to stop. A mail
/// is put off to its next try before it is given to `work`, which deletes it when it is sent; so none
/// is sent by two, and none is lost with a server that ends.
pub async fn send_mails<W, F>(
    store: Store,
    pace: Pace,
    bell: Bell,
    clock: fn() -> Timestamp,
    work: W,
    mut stop: Stop,
) where
    W: Fn(QueuedMail) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let candidate = Candidate::new(store.clone(), LEASE);
    let rung = || async {
        bell.rung().await;
        tokio::time::sleep(COMMITTED_AFTER).await;
    };
    while !stop.within_or(pace.every, rung()).await {
        if let Err(error) = round(&store, &candidate, clock, &work, &stop).await {
            warn!(%error, "the outbox could not be looked into; it is tried again");
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
    W: Fn(QueuedMail) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let mut running = JoinSet::new();
    while !stop.is_told() {
        let now = clock();
        // Reading is cheap; only who has something to send stands for leadership.
        let waiting = store.read(move |tx| tx.mails_due(now, 1)).await?;
        if waiting.is_empty() || !candidate.leads(now).await? {
            break;
        }
        let claimed = store.write(move |tx| claim(tx, now)).await?;
        for mail in claimed {
            running.spawn(work(mail));
        }
        // Those that are slow hold the others up, but no more than AT_ONCE are under way.
        while running.join_next().await.is_some() {}
    }
    Ok(())
}

/// Puts the mails that are due off to their next try; those that somebody else has put off are theirs.
fn claim(tx: &mut vestibule_store::Tx<'_>, now: Timestamp) -> Result<Vec<QueuedMail>, StoreError> {
    let mut claimed = Vec::new();
    for mut mail in tx.mails_due(now, AT_ONCE.try_into().unwrap_or(1))? {
        mail.failures = mail.failures.saturating_add(1);
        mail.next_try_at = after_mail_failure(mail.failures, now);
        if tx.mail_failed(mail.id, mail.failures, mail.next_try_at)? {
            claimed.push(mail);
        }
    }
    Ok(claimed)
}
