//! From an entry of the audit log to the events that wait to be sent.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use vestibule_model::{
    AuditEvent, ChainHead, EventId, MemberId, WebhookEndpoint, WebhookEvent, WebhookEventType,
    WorkspaceId,
};
use vestibule_store::{StoreError, Tx, WebhookLane};

use super::catalogue::told_as;

/// What is sent (Standard Webhooks, "Payload structure"), with the members in this order.
#[derive(Serialize)]
struct Payload<'p> {
    id: EventId,
    #[serde(rename = "type")]
    event_type: WebhookEventType,
    timestamp: Timestamp,
    workspace_id: Option<WorkspaceId>,
    data: &'p Value,
}

/// Queues what an entry of the audit log is told as, for every endpoint that asked for it, in the
/// transaction of the change. Where nobody listens it costs one look into an index.
pub(crate) fn emit(tx: &mut Tx<'_>, entry: &AuditEvent, detail: &Value) -> Result<(), StoreError> {
    let told = told_as(&entry.action, detail);
    if told.is_empty() {
        return Ok(());
    }
    // That a workspace was deleted is in the deployment's log; but it is that workspace's last event.
    let workspace_id = entry.workspace_id.or_else(|| entry.target.parse().ok());
    let listeners = tx.webhook_listeners(workspace_id)?;
    let wanted = |event_type| listeners.iter().filter(move |one| one.wants(event_type));
    if !told.iter().any(|told| wanted(*told).next().is_some()) {
        return Ok(());
    }
    let data = data(tx, workspace_id, entry, detail)?;
    // The first one has the id of the entry; its parts have their own.
    let mut id = entry.id;
    for event_type in told {
        let event = event(id, event_type, workspace_id, &data, entry.at)?;
        for listener in wanted(event_type) {
            tx.queue_webhook(listener.id, WebhookLane::OfEvent, event.clone(), entry.at);
        }
        id = EventId::new(entry.at);
    }
    Ok(())
}

/// What an event says: who did what to whom, and of a member what a receiver needs to find them again.
fn data(
    tx: &mut Tx<'_>,
    workspace_id: Option<WorkspaceId>,
    entry: &AuditEvent,
    detail: &Value,
) -> Result<Value, StoreError> {
    let mut data = Map::new();
    data.insert("action".to_owned(), json!(entry.action));
    data.insert("actor".to_owned(), json!(entry.actor.to_string()));
    data.insert("target".to_owned(), json!(entry.target));
    data.insert("detail".to_owned(), detail.clone());
    let member = match (workspace_id, entry.target.parse::<MemberId>()) {
        (Some(workspace_id), Ok(id)) => tx.member(workspace_id, id)?,
        _ => None,
    };
    if let Some(member) = member {
        let shown = json!({
            "id": member.id,
            "email": member.email.as_str(),
            "role": member.role,
            "status": member.status,
            "external_id": member.external_id,
        });
        data.insert("member".to_owned(), shown);
    }
    Ok(Value::Object(data))
}

fn event(
    id: EventId,
    event_type: WebhookEventType,
    workspace_id: Option<WorkspaceId>,
    data: &Value,
    at: Timestamp,
) -> Result<WebhookEvent, StoreError> {
    let payload = Payload {
        id,
        event_type,
        timestamp: at,
        workspace_id,
        data,
    };
    let body = serde_json::to_string(&payload).or(Err(StoreError::Unstorable {
        table: "webhook_deliveries",
        column: "body",
    }))?;
    Ok(WebhookEvent {
        id,
        event_type,
        workspace_id,
        body,
        at,
    })
}

/// Queues the end of a chain of the audit log for whoever wants to keep it. Of the deployment's own chain only
/// those hear who hear of every workspace.
pub(crate) fn announce_head(
    tx: &mut Tx<'_>,
    head: &ChainHead,
    now: Timestamp,
) -> Result<(), StoreError> {
    let event_type = WebhookEventType::AuditLogSealed;
    let workspace_id = head.chain.parse().ok();
    let listeners = tx.webhook_listeners(workspace_id)?;
    let data = json!({"chain": head.chain, "number": head.number, "mac": head.mac});
    let event = event(EventId::new(now), event_type, workspace_id, &data, now)?;
    for listener in listeners.iter().filter(|one| one.wants(event_type)) {
        tx.queue_webhook(listener.id, WebhookLane::OfEvent, event.clone(), now);
    }
    Ok(())
}

/// What is sent where somebody tries an endpoint out.
///
/// # Errors
/// [`StoreError`] when it could not be written as JSON.
pub(crate) fn test_event(
    endpoint: &WebhookEndpoint,
    now: Timestamp,
) -> Result<WebhookEvent, StoreError> {
    let data = json!({"endpoint_id": endpoint.id});
    let (id, of) = (EventId::new(now), endpoint.workspace_id);
    event(id, WebhookEventType::WebhookTest, of, &data, now)
}
