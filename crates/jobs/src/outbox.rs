//! Sending mail when it is due.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use vestibule_model::QueuedMail;
use vestibule_store::{StoreError, Tx};

use crate::duty::Duty;
use crate::refresh::Pace;
use crate::timetable::after_mail_failure;
use crate::work_off::{Waiting, work_off};

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

impl Waiting for QueuedMail {
    const NAME: &'static str = "mail";
    // Each has a connection of its own.
    const AT_ONCE: u8 = 4;
    const NOT_LOOKED_UP: &'static str = "the outbox could not be looked into; it is tried again";

    fn due(tx: &mut Tx<'_>, now: Timestamp, at_most: i64) -> Result<Vec<Self>, StoreError> {
        tx.mails_due(now, at_most)
    }

    fn put_off(&mut self, tx: &mut Tx<'_>, now: Timestamp) -> Result<bool, StoreError> {
        self.failures = self.failures.saturating_add(1);
        self.next_try_at = after_mail_failure(self.failures, now);
        tx.mail_failed(self.id, self.failures, self.next_try_at)
    }
}

/// Calls `work` for each mail that is due, on the server that leads, until it is told to stop. A mail
/// is put off to its next try before it is given to `work`, which deletes it when it is sent; so none
/// is sent by two, and none is lost with a server that ends.
pub async fn send_mails<W, F>(duty: Duty, pace: Pace, bell: Bell, work: W)
where
    W: Fn(QueuedMail) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let rung = || async {
        bell.rung().await;
        tokio::time::sleep(COMMITTED_AFTER).await;
    };
    work_off(duty, pace, rung, work).await;
}
