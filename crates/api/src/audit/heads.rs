//! Sending the ends of the chains out: what somebody else keeps cannot be changed here.

use actix_web::web::Data;
use jiff::{SignedDuration, Timestamp};
use tracing::warn;
use vestibule_jobs::{Chore, Duty, Pace, repeat};
use vestibule_store::StoreError;

use crate::{service::Service, webhooks};

/// Often enough to be of use, seldom enough that a busy workspace is no burden to its receivers.
const CHORE: Chore = Chore {
    name: "audit-heads",
    every: SignedDuration::from_mins(5),
};
/// How many one transaction announces.
const AT_ONCE: i64 = 100;

/// Announces what has grown, again and again, until it is told to stop.
pub(super) async fn run_job(service: Data<Service>, duty: Duty) {
    let work = move |now| {
        let service = service.clone();
        async move {
            let announced = announce(&service, now).await;
            if let Err(error) = &announced {
                warn!(%error, "the ends of the audit log could not be announced; it is tried again");
            }
            announced.is_ok()
        }
    };
    repeat(duty, CHORE, Pace::default(), work).await;
}

async fn announce(service: &Service, now: Timestamp) -> Result<(), StoreError> {
    loop {
        let announced = service.store.write(move |tx| {
            let heads = tx.unannounced_audit_heads(AT_ONCE)?;
            for head in &heads {
                webhooks::announce_head(tx, head, now)?;
                tx.note_audit_announced(head)?;
            }
            Ok::<_, StoreError>(heads.len())
        });
        if announced.await? == 0 {
            return Ok(());
        }
    }
}
