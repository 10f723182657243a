//! Giving entries their places in the chains, a few seconds after they were written.

use std::time::Duration;

use actix_web::web::Data;
use jiff::Timestamp;
use tracing::{error, warn};
use vestibule_jobs::{Duty, Pace, whenever};
use vestibule_store::{StoreError, Tx};

use crate::service::Service;

const NAME: &str = "audit-seal";
/// Until an entry has its place, whoever can write to the database can take it away unseen.
const PACE: Pace = Pace {
    every: Duration::from_secs(2),
};

/// Looks for entries without a place again and again, until it is told to stop.
pub(super) async fn run_job(service: Data<Service>, duty: Duty) {
    let work = move |now| {
        let service = service.clone();
        async move {
            let done = seal(&service, now).await;
            if let Err(error) = &done {
                warn!(%error, "entries of the audit log could not be sealed; it is tried again");
            }
            done.is_ok()
        }
    };
    let waits = |tx: &mut Tx<'_>| tx.has_unsealed_audit();
    whenever(duty, NAME, PACE, waits, work).await;
}

async fn seal(service: &Service, now: Timestamp) -> Result<(), StoreError> {
    loop {
        let sealed = service.store.write(move |tx| tx.seal_audit(now)).await?;
        for chain in &sealed.broken {
            error!(
                event = "audit_chain_broken",
                chain,
                "the record of where a chain of the audit log ends is not what was written: nothing is added to \
                 it until somebody has looked (`vestibule audit verify`, then `vestibule audit resume`)"
            );
        }
        if sealed.entries == 0 && sealed.broken.is_empty() {
            return Ok(());
        }
    }
}
