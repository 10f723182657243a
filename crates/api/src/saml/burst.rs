//! Refused sign-ins that come one after the other: told of once, so that somebody looks.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use vestibule_model::{Actor, Attempt};
use vestibule_store::{StoreError, Tx};

use crate::audit;

/// So many refused sign-ins of one connection, within so long, are a burst: more than one person's typing
/// mistakes. It is over when there was none for as long.
const REFUSED: i64 = 5;
const WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// Notes that an attempt was refused, in the transaction that keeps it.
pub(super) fn note(tx: &mut Tx<'_>, attempt: &Attempt, now: Timestamp) -> Result<(), StoreError> {
    let id = attempt.connection_id;
    let Some(refused) = tx.note_refusal(id, (WITHIN, REFUSED), now)? else {
        return Ok(());
    };
    let detail = json!({
        "refused": refused,
        "within_minutes": WITHIN.as_mins(),
        "last_reason": attempt.reason,
        "last_attempt": attempt.id,
    });
    let (scope, action) = (Some(attempt.workspace_id), "connection.sign_ins_refused");
    audit::record(tx, Actor::System, scope, action, id, &detail, now)
}
