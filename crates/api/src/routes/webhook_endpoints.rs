//! Webhook endpoints: where events are sent to.

use std::collections::BTreeSet;

use actix_web::{
    HttpResponse, delete, get, patch, post,
    web::{Data, Path, Query},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use vestibule_model::{WebhookEndpoint, WebhookEndpointId, WebhookEventType, WorkspaceId};
use vestibule_outbound::WebhookSecret;
use vestibule_store::{Counted, Tx};

use crate::{
    audit, clock,
    extract::{Allowed, Caller, Json, PageQuery, Patch, created, double_option, ok, scope},
    limits,
    manage::Change,
    problem::Problem,
    service::Service,
    text,
    views::{List, WebhookEndpointView},
    webhooks::PREVIOUS_SIGNS_FOR,
};

/// What stands in `disabled_reason` where a caller has disabled it.
const BY_API: &str = "disabled by API";

/// An endpoint to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWebhookEndpoint {
    /// The URL that is posted to: https, in the Internet.
    #[schema(example = "https://app.example.com/webhooks/sso")]
    url: String,
    /// What it is for.
    #[schema(example = "Keeps the CRM up to date")]
    description: Option<String>,
    /// The types of events that it gets; without any it gets all of them, also those of later releases.
    #[schema(example = json!(["member.created", "connection.enabled"]))]
    events: Option<Vec<String>>,
    /// The only workspace whose events it gets. A key that is bound to a workspace makes endpoints of that
    /// workspace alone.
    #[schema(value_type = Option<String>)]
    workspace_id: Option<WorkspaceId>,
    /// Whether anything is sent (default: yes).
    enabled: Option<bool>,
}

/// What is to change of an endpoint.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookEndpointPatch {
    /// The URL that is posted to: https, in the Internet.
    url: Option<String>,
    /// What it is for.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>)]
    description: Option<Option<String>>,
    /// The types of events that it gets; null or empty: all of them.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<Vec<String>>)]
    events: Option<Option<Vec<String>>>,
    /// Whether anything is sent. Enabled again, what waited is sent at once, in its order.
    enabled: Option<bool>,
}

/// The types that somebody asks for.
fn types(asked: &[String]) -> Result<BTreeSet<WebhookEventType>, Problem> {
    let types = asked.iter().enumerate().map(|(index, word)| {
        word.parse().map_err(|_unknown| {
            let found: String = word.chars().take(100).collect();
            let expected = "a type of the catalogue of events (docs/webhooks.md)";
            Problem::invalid(&format!("/events/{index}"), expected, found)
        })
    });
    types.collect()
}

fn description(given: Option<String>) -> Result<Option<String>, Problem> {
    given
        .map(|given| text::name("/description", &given))
        .transpose()
}

pub(super) fn not_found() -> Problem {
    Problem::not_found("webhook endpoint")
}

/// An endpoint within a key's reach, to change it.
pub(super) fn to_change(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: WebhookEndpointId,
) -> Result<WebhookEndpoint, Problem> {
    let found = tx.webhook_endpoint_to_change(caller.reach(), id)?;
    found.ok_or_else(not_found)
}

/// The same change, where the endpoint is what the caller has seen.
fn if_match<T: Send + 'static>(
    caller: &Caller,
    id: WebhookEndpointId,
    change: Change<T>,
) -> Change<T> {
    let by = caller.clone();
    caller.if_match(change, move |tx| {
        let endpoint = to_change(tx, &by, id)?;
        Ok(WebhookEndpointView::new(endpoint, None))
    })
}

/// Create a webhook endpoint; its secret is shown this once.
///
/// Events are signed by the Standard Webhooks specification. Works on every plan.
#[utoipa::path(tag = "Webhooks", operation_id = "createWebhookEndpoint",
    request_body = NewWebhookEndpoint,
    responses((status = 201, description = "The endpoint and its secret", body = WebhookEndpointView)))]
#[post("/webhook-endpoints")]
pub(crate) async fn create(
    caller: Allowed<scope::WebhooksWrite>,
    service: Data<Service>,
    body: Json<NewWebhookEndpoint>,
) -> Result<HttpResponse, Problem> {
    let (caller, Json(new), now) = (caller.into_caller(), body, clock::now());
    let workspace_id = new.workspace_id.or(caller.key.workspace_id);
    if let Some(id) = workspace_id {
        // Before the URL is looked at, which takes a while.
        let asks = caller.clone();
        service
            .store
            .read(move |tx| asks.workspace(tx, id).map(drop))
            .await?;
    }
    let endpoint = WebhookEndpoint {
        id: WebhookEndpointId::new(now),
        workspace_id,
        events: types(&new.events.unwrap_or_default())?,
        description: description(new.description)?,
        url: service.webhooks.check(&new.url).await?,
        enabled: new.enabled.unwrap_or(true),
        disabled_reason: (new.enabled == Some(false)).then(|| BY_API.to_owned()),
        disabled_at: (new.enabled == Some(false)).then_some(now),
        previous_secret_until: None,
        created_at: now,
        updated_at: now,
    };
    let secret = WebhookSecret::generate().map_err(Problem::internal)?;
    let by = caller.clone();
    let change = Change::by(move |tx| {
        insert(tx, &by, &endpoint, &secret, now)?;
        Ok((endpoint, secret.expose().to_owned()))
    });
    let show = |(made, secret)| created(WebhookEndpointView::new(made, Some(secret)));
    caller.answer(&service, change, show).await
}

fn insert(
    tx: &mut Tx<'_>,
    caller: &Caller,
    endpoint: &WebhookEndpoint,
    secret: &WebhookSecret,
    now: Timestamp,
) -> Result<(), Problem> {
    if let Some(id) = endpoint.workspace_id {
        caller.workspace(tx, id)?;
        tx.lock_workspace(id)?;
    }
    limits::room_for(tx, Counted::WebhookEndpoints(endpoint.workspace_id))?;
    tx.insert_webhook_endpoint(endpoint, secret.expose())?;
    let (id, action) = (endpoint.id, "webhook_endpoint.created");
    let (actor, scope) = (caller.actor(), endpoint.workspace_id);
    audit::record(tx, actor, scope, action, id, &told(endpoint), now)?;
    Ok(())
}

/// What the audit log says of an endpoint.
fn told(endpoint: &WebhookEndpoint) -> serde_json::Value {
    json!({"url": endpoint.url, "events": endpoint.events, "enabled": endpoint.enabled})
}

/// List webhook endpoints; never their secrets.
#[utoipa::path(tag = "Webhooks", operation_id = "listWebhookEndpoints", params(PageQuery),
    responses((status = 200, description = "A part of the list", body = List<WebhookEndpointView>)))]
#[get("/webhook-endpoints")]
pub(crate) async fn list(
    caller: Allowed<scope::WebhooksRead>,
    service: Data<Service>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let (reach, request) = (caller.reach(), query.into_inner().request()?);
    let page = service
        .store
        .read(move |tx| {
            tx.list_webhook_endpoints(reach, &request)
                .map_err(Problem::from)
        })
        .await?;
    let list = List::of(page, |endpoint| WebhookEndpointView::new(endpoint, None));
    Ok(HttpResponse::Ok().json(list))
}

/// Read a webhook endpoint: whether it is enabled, and if not, why.
#[utoipa::path(tag = "Webhooks", operation_id = "getWebhookEndpoint",
    params(("webhook_endpoint_id" = String, Path, description = "The endpoint")),
    responses((status = 200, description = "The endpoint", body = WebhookEndpointView)))]
#[get("/webhook-endpoints/{webhook_endpoint_id}")]
pub(crate) async fn read(
    caller: Allowed<scope::WebhooksRead>,
    service: Data<Service>,
    path: Path<WebhookEndpointId>,
) -> Result<HttpResponse, Problem> {
    let (reach, id) = (caller.reach(), path.into_inner());
    let found = service
        .store
        .read(move |tx| tx.webhook_endpoint(reach, id).map_err(Problem::from))
        .await?;
    let endpoint = found.ok_or_else(not_found)?;
    Ok(HttpResponse::Ok().json(WebhookEndpointView::new(endpoint, None)))
}

/// Change a webhook endpoint. Enabled again, everything that waited is sent at once, in its order; and
/// whatever is changed, what has failed is tried again at once.
#[utoipa::path(tag = "Webhooks", operation_id = "updateWebhookEndpoint",
    request_body = WebhookEndpointPatch,
    params(("webhook_endpoint_id" = String, Path, description = "The endpoint")),
    responses((status = 200, description = "The endpoint", body = WebhookEndpointView)))]
#[patch("/webhook-endpoints/{webhook_endpoint_id}")]
pub(crate) async fn update(
    caller: Allowed<scope::WebhooksWrite>,
    service: Data<Service>,
    path: Path<WebhookEndpointId>,
    body: Patch<WebhookEndpointPatch>,
) -> Result<HttpResponse, Problem> {
    let (caller, id, Patch(patch)) = (caller.into_caller(), path.into_inner(), body);
    let (now, reach) = (clock::now(), caller.reach());
    let found = service
        .store
        .read(move |tx| tx.webhook_endpoint(reach, id).map_err(Problem::from))
        .await?;
    found.ok_or_else(not_found)?;
    let url = match patch.url {
        Some(url) => Some(service.webhooks.check(&url).await?),
        None => None,
    };
    let description = patch.description.map(description).transpose()?;
    let events = patch
        .events
        .map(|events| types(&events.unwrap_or_default()));
    let (events, enabled) = (events.transpose()?, patch.enabled);
    let by = caller.clone();
    let change = Change::by(move |tx| {
        let before = to_change(tx, &by, id)?;
        let mut endpoint = before.clone();
        endpoint.url = url.unwrap_or(endpoint.url);
        endpoint.description = description.unwrap_or(endpoint.description);
        endpoint.events = events.unwrap_or(endpoint.events);
        match enabled {
            Some(true) => {
                endpoint.enabled = true;
                (endpoint.disabled_reason, endpoint.disabled_at) = (None, None);
            }
            Some(false) if before.enabled => {
                endpoint.enabled = false;
                endpoint.disabled_reason = Some(BY_API.to_owned());
                endpoint.disabled_at = Some(now);
            }
            _ => {}
        }
        if endpoint == before {
            return Ok(endpoint);
        }
        endpoint.updated_at = now;
        tx.update_webhook_endpoint(&endpoint, now)?;
        let detail = json!({"before": told(&before), "after": told(&endpoint)});
        let (actor, scope) = (by.actor(), endpoint.workspace_id);
        let action = "webhook_endpoint.changed";
        audit::record(tx, actor, scope, action, id, &detail, now)?;
        Ok(endpoint)
    });
    let changed = if_match(&caller, id, change).make(&service).await?;
    Ok(HttpResponse::Ok().json(WebhookEndpointView::new(changed, None)))
}

/// Delete a webhook endpoint, and what was to be sent to it.
#[utoipa::path(tag = "Webhooks", operation_id = "deleteWebhookEndpoint",
    params(("webhook_endpoint_id" = String, Path, description = "The endpoint")),
    responses((status = 204, description = "It is gone")))]
#[delete("/webhook-endpoints/{webhook_endpoint_id}")]
pub(crate) async fn delete(
    caller: Allowed<scope::WebhooksWrite>,
    service: Data<Service>,
    path: Path<WebhookEndpointId>,
) -> Result<HttpResponse, Problem> {
    let (caller, id, now) = (caller.into_caller(), path.into_inner(), clock::now());
    let by = caller.clone();
    let change = Change::by(move |tx| {
        let endpoint = to_change(tx, &by, id)?;
        tx.delete_webhook_endpoint(id)?;
        let (actor, scope) = (by.actor(), endpoint.workspace_id);
        let (action, detail) = ("webhook_endpoint.deleted", json!({"url": endpoint.url}));
        audit::record(tx, actor, scope, action, id, &detail, now)?;
        Ok(())
    });
    if_match(&caller, id, change).make(&service).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Give a webhook endpoint a new secret, shown this once. The one before signs beside it for 24 hours:
/// `webhook-signature` holds both signatures, separated by a space.
#[utoipa::path(tag = "Webhooks", operation_id = "rotateWebhookSecret",
    params(("webhook_endpoint_id" = String, Path, description = "The endpoint")),
    responses((status = 200, description = "The endpoint and its new secret", body = WebhookEndpointView)))]
#[post("/webhook-endpoints/{webhook_endpoint_id}/rotate-secret")]
pub(crate) async fn rotate_secret(
    caller: Allowed<scope::WebhooksWrite>,
    service: Data<Service>,
    path: Path<WebhookEndpointId>,
) -> Result<HttpResponse, Problem> {
    let (caller, id, now) = (caller.into_caller(), path.into_inner(), clock::now());
    let secret = WebhookSecret::generate().map_err(Problem::internal)?;
    let until = now
        .checked_add(PREVIOUS_SIGNS_FOR)
        .map_err(Problem::internal)?;
    let by = caller.clone();
    let change = Change::by(move |tx| {
        let mut endpoint = to_change(tx, &by, id)?;
        tx.rotate_webhook_secret(id, secret.expose(), until, now)?;
        endpoint.previous_secret_until = Some(until);
        endpoint.updated_at = now;
        let detail = json!({"previous_secret_expires_at": until});
        let (actor, scope) = (by.actor(), endpoint.workspace_id);
        let action = "webhook_endpoint.secret_rotated";
        audit::record(tx, actor, scope, action, id, &detail, now)?;
        Ok((endpoint, secret.expose().to_owned()))
    });
    let show = |(changed, secret)| ok(WebhookEndpointView::new(changed, Some(secret)));
    caller.answer(&service, change, show).await
}
