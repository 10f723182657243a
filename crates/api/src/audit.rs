//! One entry of the audit log for one change, written in the transaction of the change.

use jiff::Timestamp;
use serde_json::Value;
use vestibule_model::{Actor, AuditEvent, EventId, WorkspaceId};
use vestibule_store::{StoreError, Tx};

use crate::webhooks;

/// Appends an entry, and queues what webhooks are told of it. `detail` is a JSON object and holds no
/// secret.
pub(crate) fn record(
    tx: &mut Tx<'_>,
    actor: Actor,
    workspace_id: Option<WorkspaceId>,
    action: &str,
    target: impl std::fmt::Display,
    detail: &Value,
    now: Timestamp,
) -> Result<(), StoreError> {
    let entry = AuditEvent {
        id: EventId::new(now),
        workspace_id,
        actor,
        action: action.to_owned(),
        target: target.to_string(),
        detail: detail.to_string(),
        at: now,
    };
    tx.append_audit(&entry)?;
    webhooks::emit(tx, &entry, detail)
}
