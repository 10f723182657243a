//! What is sent to a webhook endpoint, was sent, and is sent once more.

use actix_web::{
    HttpResponse, get, post,
    web::{Data, Path, Query},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use vestibule_model::{DeliveryState, WebhookDeliveryId, WebhookEndpointId};
use vestibule_store::WebhookLane;

use super::webhook_endpoints::{not_found, to_change};
use crate::{
    audit, clock,
    extract::{Allowed, Caller, Json, PageQuery, scope},
    problem::{Problem, ProblemType},
    service::Service,
    views::{List, WebhookDeliveryView, WebhookReplayView},
    webhooks,
};

/// How much is sent once more by one call: all of it is one transaction.
const MOST_REPLAYED: i64 = 5_000;

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeliveryQuery {
    /// Only those in this state: pending, delivered or skipped.
    #[param(value_type = Option<String>)]
    state: Option<DeliveryState>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many at most: 1 to 200, 50 by default.
    limit: Option<u32>,
}

/// From when on everything is sent once more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookReplayRequest {
    /// The time: what was queued from then on.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

fn no_delivery() -> Problem {
    Problem::not_found("delivery")
}

/// A delivery that was just queued or changed, as it is now.
async fn shown(
    service: &Service,
    of: WebhookEndpointId,
    id: WebhookDeliveryId,
) -> Result<WebhookDeliveryView, Problem> {
    let found = service
        .store
        .read(move |tx| tx.webhook_delivery(of, id).map_err(Problem::from))
        .await?;
    found.map(WebhookDeliveryView::from).ok_or_else(no_delivery)
}

/// Send a `webhook.test` event to an endpoint, whatever types it asked for.
#[utoipa::path(tag = "Webhooks", operation_id = "testWebhookEndpoint",
    params(("webhook_endpoint_id" = String, Path, description = "The endpoint")),
    responses((status = 201, description = "The delivery", body = WebhookDeliveryView)))]
#[post("/webhook-endpoints/{webhook_endpoint_id}/test")]
pub(crate) async fn test(
    caller: Allowed<scope::WebhooksWrite>,
    service: Data<Service>,
    path: Path<WebhookEndpointId>,
) -> Result<HttpResponse, Problem> {
    let (caller, id, now) = (caller.into_caller(), path.into_inner(), clock::now());
    let queued = service
        .store
        .write(move |tx| {
            let endpoint = to_change(tx, &caller, id)?;
            if !endpoint.enabled {
                let reason = endpoint.disabled_reason.unwrap_or_default();
                let detail = format!("the endpoint is disabled ({reason}); enable it first");
                return Err(Problem::new(ProblemType::WebhookEndpointDisabled, detail));
            }
            let event = webhooks::test_event(&endpoint, now)?;
            Ok(tx.queue_webhook(id, WebhookLane::Tests, event, now))
        })
        .await?;
    Ok(HttpResponse::Created().json(shown(&service, id, queued).await?))
}

/// List what was sent to an endpoint and what is to be sent, the newest first. It is kept for 30 days.
#[utoipa::path(tag = "Webhooks", operation_id = "listWebhookDeliveries",
    params(("webhook_endpoint_id" = String, Path, description = "The endpoint"), DeliveryQuery),
    responses((status = 200, description = "A part of the list", body = List<WebhookDeliveryView>)))]
#[get("/webhook-endpoints/{webhook_endpoint_id}/deliveries")]
pub(crate) async fn list(
    caller: Allowed<scope::WebhooksRead>,
    service: Data<Service>,
    path: Path<WebhookEndpointId>,
    query: Query<DeliveryQuery>,
) -> Result<HttpResponse, Problem> {
    let (reach, id) = (caller.reach(), path.into_inner());
    let DeliveryQuery {
        state,
        cursor,
        limit,
    } = query.into_inner();
    let request = PageQuery { cursor, limit }.request()?;
    let page = service
        .store
        .read(move |tx| {
            tx.webhook_endpoint(reach, id)?.ok_or_else(not_found)?;
            Ok::<_, Problem>(tx.list_webhook_deliveries(id, state, &request)?)
        })
        .await?;
    Ok(HttpResponse::Ok().json(List::of(page, WebhookDeliveryView::from)))
}

/// Send an event once more: a new delivery of it, behind what is pending. The event's id stays the same, so
/// that a receiver who has it knows it again.
#[utoipa::path(tag = "Webhooks", operation_id = "replayWebhookDelivery",
    params(("webhook_endpoint_id" = String, Path, description = "The endpoint"),
           ("delivery_id" = String, Path, description = "The delivery")),
    responses((status = 201, description = "The new delivery", body = WebhookDeliveryView)))]
#[post("/webhook-endpoints/{webhook_endpoint_id}/deliveries/{delivery_id}/replay")]
pub(crate) async fn replay(
    caller: Allowed<scope::WebhooksWrite>,
    service: Data<Service>,
    path: Path<(WebhookEndpointId, WebhookDeliveryId)>,
) -> Result<HttpResponse, Problem> {
    let (caller, (of, id), now) = (caller.into_caller(), path.into_inner(), clock::now());
    let queued = service
        .store
        .write(move |tx| {
            let endpoint = to_change(tx, &caller, of)?;
            let queued = tx.replay_webhook(of, id, now)?.ok_or_else(no_delivery)?;
            let detail = json!({"delivery": id, "as": queued});
            let (actor, scope) = (caller.actor(), endpoint.workspace_id);
            let action = "webhook_endpoint.replayed";
            audit::record(tx, actor, scope, action, of, &detail, now)?;
            Ok::<_, Problem>(queued)
        })
        .await?;
    Ok(HttpResponse::Created().json(shown(&service, of, queued).await?))
}

/// Give a pending delivery up: what waits behind it goes on. For an event that the receiver cannot take.
#[utoipa::path(tag = "Webhooks", operation_id = "skipWebhookDelivery",
    params(("webhook_endpoint_id" = String, Path, description = "The endpoint"),
           ("delivery_id" = String, Path, description = "The delivery")),
    responses((status = 200, description = "The delivery", body = WebhookDeliveryView)))]
#[post("/webhook-endpoints/{webhook_endpoint_id}/deliveries/{delivery_id}/skip")]
pub(crate) async fn skip(
    caller: Allowed<scope::WebhooksWrite>,
    service: Data<Service>,
    path: Path<(WebhookEndpointId, WebhookDeliveryId)>,
) -> Result<HttpResponse, Problem> {
    let (caller, (of, id), now) = (caller.into_caller(), path.into_inner(), clock::now());
    service
        .store
        .write(move |tx| {
            let endpoint = to_change(tx, &caller, of)?;
            let delivery = tx.webhook_delivery(of, id)?.ok_or_else(no_delivery)?;
            if tx.skip_webhook(of, id, now)? {
                let detail = json!({"delivery": id, "event": delivery.event_id});
                let (actor, scope) = (caller.actor(), endpoint.workspace_id);
                let action = "webhook_endpoint.skipped";
                audit::record(tx, actor, scope, action, of, &detail, now)?;
            }
            Ok::<_, Problem>(())
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown(&service, of, id).await?))
}

/// Send everything once more that was delivered or skipped and was queued since a time, in its order and
/// behind what is pending, each event once: the oldest 5,000 of it by one call.
#[utoipa::path(tag = "Webhooks", operation_id = "replayWebhooks",
    request_body = WebhookReplayRequest,
    params(("webhook_endpoint_id" = String, Path, description = "The endpoint")),
    responses((status = 200, description = "How much is sent once more", body = WebhookReplayView)))]
#[post("/webhook-endpoints/{webhook_endpoint_id}/replay")]
pub(crate) async fn replay_since(
    caller: Allowed<scope::WebhooksWrite>,
    service: Data<Service>,
    path: Path<WebhookEndpointId>,
    body: Json<WebhookReplayRequest>,
) -> Result<HttpResponse, Problem> {
    let (caller, id, Json(request)) = (caller.into_caller(), path.into_inner(), body);
    let (now, since) = (clock::now(), request.since);
    let queued = service
        .store
        .write(move |tx| replay_all(tx, &caller, id, since, now))
        .await?;
    Ok(HttpResponse::Ok().json(WebhookReplayView { queued }))
}

fn replay_all(
    tx: &mut vestibule_store::Tx<'_>,
    caller: &Caller,
    id: WebhookEndpointId,
    since: Timestamp,
    now: Timestamp,
) -> Result<usize, Problem> {
    let endpoint = to_change(tx, caller, id)?;
    let queued = tx.replay_webhooks_since(id, since, MOST_REPLAYED, now)?;
    let detail = json!({"since": since, "queued": queued});
    let (actor, scope) = (caller.actor(), endpoint.workspace_id);
    let action = "webhook_endpoint.replayed";
    audit::record(tx, actor, scope, action, id, &detail, now)?;
    Ok(queued)
}
