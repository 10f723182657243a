//! Sending one delivery, and noting what came of it.

use actix_web::web::Data;
use jiff::Timestamp;
use serde_json::json;
use tracing::{debug, warn};
use vestibule_jobs::{Duty, Jitter, Pace, after_webhook_failure, deliver_webhooks};
use vestibule_model::{Actor, WebhookDelivery, WebhookEndpointId};
use vestibule_outbound::{Outbound, WebhookSecret, webhook_headers};
use vestibule_store::{ClaimedWebhook, Reach, StoreError, Tx, WebhookFailure};

use crate::{audit, blocking::blocking, clock, service::Service};

/// How often it is asked whether something is due: the most that an event waits when nothing else does.
const PACE: Pace = Pace {
    every: std::time::Duration::from_millis(500),
};

/// Whoever answers this wants nothing more, ever (Standard Webhooks, "Deliverability and reliability").
const GONE: u16 = 410;

/// Sends what is due, again and again, until it is told to stop.
pub(crate) async fn run_jobs(service: Data<Service>, duty: Duty) {
    let work = move |claimed| {
        let service = service.clone();
        async move { deliver(&service, claimed).await }
    };
    deliver_webhooks(duty, PACE, work).await;
}

/// Sends one that was claimed; whether it was taken. Should this server end now, it is sent again when
/// the claim is over.
async fn deliver(service: &Service, claimed: ClaimedWebhook) -> bool {
    let (outbound, began) = (service.webhooks.outbound(), clock::now());
    let (delivery, of) = (claimed.delivery.clone(), claimed.delivery.endpoint_id);
    let sent = blocking(move || {
        let outcome = post(&outbound, &claimed, began);
        (claimed, outcome)
    });
    let (claimed, outcome) = match sent.await {
        Ok(sent) => sent,
        Err(problem) => {
            warn!(%problem, cause = problem.cause, "a webhook could not be sent");
            return false;
        }
    };
    let (now, taken) = (clock::now(), outcome.is_ok());
    let word = if taken { "delivered" } else { "failed" };
    service.metrics.webhook(word);
    log(&delivery, &outcome);
    let noted = service.store.write(move |tx| match outcome {
        Ok(status) => tx.webhook_delivered(&claimed, status, now),
        Err(failure) => note_failure(tx, &claimed, &failure, now),
    });
    if let Err(error) = noted.await {
        // Then it is sent again: twice is better than never.
        warn!(%error, delivery.id = %delivery.id, endpoint.id = %of, "what became of a webhook could not be noted");
    }
    taken
}

/// Signs and posts. Everything but a 2xx is a failure, a redirect too: whoever moves says so by API.
fn post(
    outbound: &Outbound,
    claimed: &ClaimedWebhook,
    now: Timestamp,
) -> Result<u16, WebhookFailure> {
    let failed = |status, reason: String| WebhookFailure { status, reason };
    let secrets = claimed
        .secrets
        .iter()
        .map(|text| WebhookSecret::parse(text));
    let secrets = secrets.collect::<Result<Vec<_>, _>>();
    let secrets = secrets.map_err(|error| failed(None, error.to_string()))?;
    let (id, body) = (claimed.delivery.event_id.to_string(), &claimed.body);
    let headers = webhook_headers(&id, body.as_bytes(), &secrets, now);
    let answer = outbound.post(&claimed.url, &headers, body.as_bytes());
    match answer {
        Ok(status @ 200..=299) => Ok(status),
        Ok(status @ 300..=399) => {
            let reason = format!("it redirects (HTTP status {status}), which is not followed");
            Err(failed(Some(status), reason))
        }
        Ok(status) => Err(failed(
            Some(status),
            format!("the receiver answered with HTTP status {status}"),
        )),
        Err(error) => Err(failed(None, error.to_string())),
    }
}

/// Puts a delivery off to its next try. Where there is none, or the receiver is gone for good, the
/// endpoint is disabled: what was not sent waits in its order.
fn note_failure(
    tx: &mut Tx<'_>,
    claimed: &ClaimedWebhook,
    failure: &WebhookFailure,
    now: Timestamp,
) -> Result<(), StoreError> {
    let since = claimed.failing_since.unwrap_or(now);
    let failures = claimed.failures.saturating_add(1);
    let next = after_webhook_failure(failures, since, Jitter::random(), now);
    let reason = match (failure.status, next) {
        (Some(GONE), _) => "the receiver answered with HTTP status 410 (gone)".to_owned(),
        (_, None) => format!("failing since {since}; lastly: {}", failure.reason),
        (_, Some(_)) => return tx.webhook_failed(claimed, failure, next, now),
    };
    // The endpoint before the lane, as everybody locks them.
    let id = claimed.delivery.endpoint_id;
    let endpoint = tx.webhook_endpoint_to_change(Reach::All, id)?;
    tx.webhook_failed(claimed, failure, None, now)?;
    let Some(mut endpoint) = endpoint.filter(|endpoint| endpoint.enabled) else {
        return Ok(());
    };
    endpoint.enabled = false;
    endpoint.disabled_at = Some(now);
    endpoint.disabled_reason = Some(reason.clone());
    endpoint.updated_at = now;
    tx.update_webhook_endpoint(&endpoint, now)?;
    log_disabled(id, &claimed.delivery);
    let detail = json!({
        "reason": reason,
        "delivery": claimed.delivery.id,
        "event": claimed.delivery.event_id,
    });
    let (scope, action) = (endpoint.workspace_id, "webhook_endpoint.disabled");
    audit::record(tx, Actor::System, scope, action, id, &detail, now)
}

/// The reasons say what the guard or the receiver's status says, never what came back.
fn log(delivery: &WebhookDelivery, outcome: &Result<u16, WebhookFailure>) {
    let (id, of, event) = (delivery.id, delivery.endpoint_id, delivery.event_type);
    match outcome {
        Ok(status) => {
            debug!(event = "webhook_delivered", delivery.id = %id, endpoint.id = %of, webhook = %event, status, "webhook delivered");
        }
        Err(failure) => warn!(
            event = "webhook_delayed",
            delivery.id = %id,
            endpoint.id = %of,
            webhook = %event,
            attempts = delivery.attempts,
            status = failure.status,
            "a webhook was not taken"
        ),
    }
}

fn log_disabled(id: WebhookEndpointId, delivery: &WebhookDelivery) {
    warn!(
        event = "webhook_endpoint_disabled",
        endpoint.id = %id,
        delivery.id = %delivery.id,
        "a webhook endpoint was disabled: it takes nothing"
    );
}
