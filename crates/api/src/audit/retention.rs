//! Taking entries away when their time is over.

use actix_web::web::Data;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tracing::{error, warn};
use vestibule_jobs::{Chore, Duty, Pace, repeat};
use vestibule_model::Actor;
use vestibule_store::{AuditPruned, OldChain, StoreError, Tx};

use super::record;
use crate::service::Service;

/// It is a matter of days.
const CHORE: Chore = Chore {
    name: "audit-retention",
    every: SignedDuration::from_hours(6),
};
/// How many chains one look takes.
const LOOK: i64 = 500;

/// Takes away what is too old, again and again, until it is told to stop.
pub(super) async fn run_job(service: Data<Service>, duty: Duty) {
    let work = move |now| {
        let service = service.clone();
        async move {
            let done = prune(&service, now).await;
            if let Err(error) = &done {
                warn!(%error, "old entries of the audit log could not be taken away; it is tried again");
            }
            done.is_ok()
        }
    };
    repeat(duty, CHORE, Pace::default(), work).await;
}

async fn prune(service: &Service, now: Timestamp) -> Result<(), StoreError> {
    let days = service.config.audit_retention_days;
    let mut after = Some(String::new());
    while let Some(from) = after {
        let look = move |tx: &mut Tx<'_>| tx.old_audit_chains(&from, days, LOOK, now);
        let looked = service.store.read(look).await?;
        for old in looked.found {
            prune_one(service, old, now).await?;
        }
        after = looked.next;
    }
    Ok(())
}

async fn prune_one(service: &Service, old: OldChain, now: Timestamp) -> Result<(), StoreError> {
    let mut gone = 0;
    loop {
        let this = old.clone();
        let pruned = service.store.write(move |tx| {
            let pruned = tx.prune_audit(&this, now)?;
            if let AuditPruned::Gone { entries, through } = pruned {
                // What is gone is itself something that was done; the chain says so from here on.
                let detail = json!({"before": this.before, "entries": entries, "through": through});
                let scope = this.chain.parse().ok();
                record(
                    tx,
                    Actor::System,
                    scope,
                    "audit_log.pruned",
                    &this.chain,
                    &detail,
                    now,
                )?;
            }
            Ok::<_, StoreError>(pruned)
        });
        match pruned.await? {
            AuditPruned::Gone { entries, .. } => gone += entries,
            AuditPruned::Nothing => break,
            AuditPruned::Broken => {
                error!(
                    event = "audit_chain_broken",
                    chain = old.chain,
                    "entries whose time is over are not what was written: they stay, as evidence \
                     (`vestibule audit verify`)"
                );
                break;
            }
        }
    }
    if gone > 0 {
        tracing::info!(
            chain = old.chain,
            entries = gone,
            "old entries of the audit log are gone"
        );
    }
    Ok(())
}
