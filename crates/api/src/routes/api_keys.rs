//! API keys: secrets for management calls.

use actix_web::{
    HttpResponse, delete, get, post,
    web::{Data, Path, Query},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use vestibule_model::{ApiKey, ApiKeyId, Scopes, WorkspaceId};
use vestibule_session::Secret;
use vestibule_store::Counted;

use crate::{
    api_key_secret, audit, clock,
    extract::{Allowed, Json, PageQuery, created, ok, scope},
    limits,
    manage::Change,
    problem::{Problem, ProblemType},
    routes::rotation::Rotation,
    service::Service,
    text,
    views::{ApiKeyView, List},
};

/// An API key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewApiKey {
    /// What people call it.
    #[schema(example = "Provisioning")]
    name: String,
    /// What it may do; `*` is everything. No more than the key that makes it.
    #[schema(example = json!(["workspaces:read", "members:write"]))]
    scopes: Vec<String>,
    /// The only workspace it may touch.
    #[schema(value_type = Option<String>)]
    workspace_id: Option<WorkspaceId>,
    /// When it stops working.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

/// A new key and its secret, which is not kept.
///
/// # Errors
/// The operating system gave no random bytes.
pub(crate) fn make(
    name: String,
    scopes: Scopes,
    workspace_id: Option<WorkspaceId>,
    expires_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(ApiKey, String), vestibule_session::RandomnessError> {
    let secret = Secret::generate()?;
    let key = ApiKey {
        id: ApiKeyId::new(now),
        name,
        scopes,
        workspace_id,
        secret_hash: secret.hash(),
        previous: None,
        created_at: now,
        expires_at,
        last_used_at: None,
    };
    Ok((key, api_key_secret::write(&secret).to_string()))
}

/// Create an API key; its secret is shown this once.
#[utoipa::path(tag = "API keys", operation_id = "createApiKey", request_body = NewApiKey,
    responses((status = 201, description = "The key and its secret", body = ApiKeyView)))]
#[post("/api-keys")]
pub(crate) async fn create(
    caller: Allowed<scope::ApiKeysWrite>,
    service: Data<Service>,
    body: Json<NewApiKey>,
) -> Result<HttpResponse, Problem> {
    let (caller, Json(new)) = (caller.into_caller(), body);
    let now = clock::now();
    let scopes = Scopes::parse(new.scopes.iter().map(String::as_str)).map_err(|error| {
        Problem::invalid(
            "/scopes",
            "scopes of the list in the documentation",
            error.to_string(),
        )
    })?;
    if scopes.words().is_empty() {
        return Err(Problem::invalid("/scopes", "at least one scope", "none"));
    }
    if !caller.key.scopes.covers(&scopes) {
        let detail = "a key can make keys with no more scopes than its own";
        return Err(Problem::new(ProblemType::InsufficientScope, detail));
    }
    if new.expires_at.is_some_and(|at| at <= now) {
        return Err(Problem::invalid(
            "/expires_at",
            "a time in the future",
            "one that has passed",
        ));
    }
    let workspace_id = match (caller.key.workspace_id, new.workspace_id) {
        (Some(own), None) => Some(own),
        (_, wanted) => wanted,
    };
    let name = text::name("/name", &new.name)?;
    let (key, secret) =
        make(name, scopes, workspace_id, new.expires_at, now).map_err(Problem::internal)?;
    let by = caller.clone();
    let change = Change::by(move |tx| {
        if let Some(id) = workspace_id {
            by.workspace(tx, id)?;
        }
        limits::room_for(tx, Counted::ApiKeys(workspace_id))?;
        tx.insert_api_key(&key)?;
        let detail = json!({"name": key.name, "scopes": key.scopes.words()});
        let (actor, action) = (by.actor(), "api_key.created");
        audit::record(tx, actor, workspace_id, action, key.id, &detail, now)?;
        Ok(key)
    });
    let show = move |made| created(ApiKeyView::new(&made, Some(secret)));
    caller.answer(&service, change, show).await
}

/// List API keys; never their secrets.
#[utoipa::path(tag = "API keys", operation_id = "listApiKeys", params(PageQuery),
    responses((status = 200, description = "A part of the list", body = List<ApiKeyView>)))]
#[get("/api-keys")]
pub(crate) async fn list(
    caller: Allowed<scope::ApiKeysRead>,
    service: Data<Service>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let reach = caller.reach();
    let request = query.into_inner().request()?;
    let page = service
        .store
        .read(move |tx| tx.list_api_keys(reach, &request).map_err(Problem::from))
        .await?;
    Ok(HttpResponse::Ok().json(List::of(page, |key| ApiKeyView::new(&key, None))))
}

/// Read an API key; never its secret.
#[utoipa::path(tag = "API keys", operation_id = "getApiKey",
    params(("api_key_id" = String, Path, description = "The key")),
    responses((status = 200, description = "The key", body = ApiKeyView)))]
#[get("/api-keys/{api_key_id}")]
pub(crate) async fn read(
    caller: Allowed<scope::ApiKeysRead>,
    service: Data<Service>,
    path: Path<ApiKeyId>,
) -> Result<HttpResponse, Problem> {
    let (bound_to, id) = (caller.key.workspace_id, path.into_inner());
    let found = service
        .store
        .read(move |tx| tx.api_key(id).map_err(Problem::from))
        .await?;
    let key = within(found, bound_to).ok_or_else(|| Problem::not_found("API key"))?;
    Ok(HttpResponse::Ok().json(ApiKeyView::new(&key, None)))
}

/// A key that is bound to a workspace sees that workspace's keys alone.
fn within(key: Option<ApiKey>, bound_to: Option<WorkspaceId>) -> Option<ApiKey> {
    key.filter(|key| bound_to.is_none() || key.workspace_id == bound_to)
}

/// Give an API key another secret, which is shown this once. The one before counts for a while, so that it
/// can be replaced everywhere; one that was replaced earlier stops working at once.
#[utoipa::path(tag = "API keys", operation_id = "rotateApiKey", request_body = Rotation,
    params(("api_key_id" = String, Path, description = "The key")),
    responses((status = 200, description = "The key and its new secret", body = ApiKeyView)))]
#[post("/api-keys/{api_key_id}/rotate")]
pub(crate) async fn rotate(
    caller: Allowed<scope::ApiKeysWrite>,
    service: Data<Service>,
    path: Path<ApiKeyId>,
    body: Json<Rotation>,
) -> Result<HttpResponse, Problem> {
    let (caller, id, Json(rotation)) = (caller.into_caller(), path.into_inner(), body);
    let now = clock::now();
    let secret = Secret::generate().map_err(Problem::internal)?;
    let (text, hash) = (api_key_secret::write(&secret), secret.hash());
    let by = caller.clone();
    let change = Change::by(move |tx| {
        let mut key = within(tx.api_key(id)?, by.key.workspace_id)
            .ok_or_else(|| Problem::not_found("API key"))?;
        // Else a key could take over one that may do more than itself.
        if !by.key.scopes.covers(&key.scopes) {
            let detail = "a key can give another secret to keys with no more scopes than its own";
            return Err(Problem::new(ProblemType::InsufficientScope, detail));
        }
        key.previous = rotation.of(key.secret_hash, now)?;
        key.secret_hash = hash;
        tx.replace_api_key_secret(&key)?;
        let until = key.previous.as_ref().map(|previous| previous.until);
        let detail = json!({"name": key.name, "previous_secret_expires_at": until});
        let (actor, action) = (by.actor(), "api_key.rotated");
        audit::record(tx, actor, key.workspace_id, action, id, &detail, now)?;
        Ok(key)
    });
    let show = move |key| ok(ApiKeyView::new(&key, Some(text.to_string())));
    caller.answer(&service, change, show).await
}

/// Delete an API key; it stops working at once.
#[utoipa::path(tag = "API keys", operation_id = "deleteApiKey",
    params(("api_key_id" = String, Path, description = "The key")),
    responses((status = 204, description = "It is gone")))]
#[delete("/api-keys/{api_key_id}")]
pub(crate) async fn delete(
    caller: Allowed<scope::ApiKeysWrite>,
    service: Data<Service>,
    path: Path<ApiKeyId>,
) -> Result<HttpResponse, Problem> {
    let (caller, id, now) = (caller.into_caller(), path.into_inner(), clock::now());
    service
        .store
        .write(move |tx| {
            let key = within(tx.api_key(id)?, caller.key.workspace_id)
                .ok_or_else(|| Problem::not_found("API key"))?;
            tx.delete_api_key(id)?;
            let (actor, detail) = (caller.actor(), json!({"name": key.name}));
            audit::record(
                tx,
                actor,
                key.workspace_id,
                "api_key.deleted",
                id,
                &detail,
                now,
            )?;
            Ok::<_, Problem>(())
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
