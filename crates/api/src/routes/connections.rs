//! Connections: the trust between a workspace and one IdP, its draft, and its way to live and back.

use actix_web::{
    HttpResponse, delete, get, patch, post, put,
    web::{Data, Path, Query},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use vestibule_model::{ConnectionId, RevisionId, WorkspaceId};
use vestibule_policy::Advisory;

use crate::{
    clock,
    draft::NewDraft,
    extract::{Allowed, Caller, Json, PageQuery, Patch, created, double_option, ok, scope},
    manage::{
        Change,
        connection::{self, ConnectionChange, ConnectionParts, Enabled},
    },
    problem::Problem,
    service::Service,
    views::{ConnectionView, List, RevisionView},
};

/// A connection to be made; nothing in it needs the IdP yet.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewConnection {
    /// What people call it.
    #[schema(example = "Okta")]
    name: Option<String>,
    /// Which product the IdP is (okta, entra, google, …).
    provider: Option<String>,
    /// Whether people are sent here when nothing else decides; the first one is unless told otherwise.
    default: Option<bool>,
}

/// What changes; an absent field is left alone, `null` clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConnectionPatch {
    /// What people call it.
    name: Option<String>,
    /// Which product the IdP is.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>)]
    provider: Option<Option<String>>,
    /// Whether people are sent here when nothing else decides.
    default: Option<bool>,
}

/// Going live.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Enable {
    /// Which revision; the draft where it is absent, else the last live one.
    #[schema(value_type = Option<String>)]
    revision_id: Option<RevisionId>,
    /// Go live although nobody could get in without SSO: the workspace has no active admin.
    acknowledge_lockout_risk: Option<bool>,
}

/// Switching off.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Disable {
    /// Needed while the connection is live: it ends mandatory SSO.
    force: Option<bool>,
}

/// Whether to delete a live connection.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeleteQuery {
    /// Needed while the connection is live: it ends mandatory SSO.
    force: Option<bool>,
}

pub(crate) fn view(
    service: &Service,
    parts: ConnectionParts,
    advisories: &[Advisory],
) -> ConnectionView {
    ConnectionView::new(
        parts,
        &service.config.public_url,
        &service.rules,
        advisories,
    )
}

/// The same change, where the connection is what the caller has seen.
fn if_match<T: Send + 'static>(
    caller: &Caller,
    service: &Data<Service>,
    id: ConnectionId,
    change: Change<T>,
) -> Change<T> {
    let (authority, service) = (caller.authority(), service.clone());
    caller.if_match(change, move |tx| {
        let parts = ConnectionParts::to_change(tx, &authority, id)?;
        Ok(view(&service, parts, &[]))
    })
}

/// Create a connection; its `service_provider` values go into the IdP. Works on every plan.
#[utoipa::path(tag = "Connections", operation_id = "createConnection", request_body = NewConnection,
    params(("workspace_id" = String, Path, description = "The workspace")),
    responses((status = 201, description = "The connection", body = ConnectionView)))]
#[post("/workspaces/{workspace_id}/connections")]
pub(crate) async fn create(
    caller: Allowed<scope::ConnectionsWrite>,
    service: Data<Service>,
    path: Path<WorkspaceId>,
    body: Json<NewConnection>,
) -> Result<HttpResponse, Problem> {
    let (authority, Json(new)) = (caller.authority(), body);
    let new = connection::NewConnection {
        name: new.name,
        provider: new.provider,
        default: new.default,
    };
    let (id, now) = (path.into_inner(), clock::now());
    let change = connection::create(&service, authority, id, new, now).await?;
    let shows = service.clone();
    let show = move |made| created(view(&shows, made, &[]));
    caller.answer(&service, change, show).await
}

/// List a workspace's connections.
#[utoipa::path(tag = "Connections", operation_id = "listConnections",
    params(("workspace_id" = String, Path, description = "The workspace"), PageQuery),
    responses((status = 200, description = "A part of the list", body = List<ConnectionView>)))]
#[get("/workspaces/{workspace_id}/connections")]
pub(crate) async fn list(
    caller: Allowed<scope::ConnectionsRead>,
    service: Data<Service>,
    path: Path<WorkspaceId>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let (id, request) = (path.into_inner(), query.into_inner().request()?);
    let page = connection::list(&service, caller.authority(), id, request).await?;
    let shown = List::of(page, |parts| view(&service, parts, &[]));
    Ok(HttpResponse::Ok().json(shown))
}

/// Read a connection.
#[utoipa::path(tag = "Connections", operation_id = "getConnection",
    params(("connection_id" = String, Path, description = "The connection")),
    responses((status = 200, description = "The connection", body = ConnectionView)))]
#[get("/connections/{connection_id}")]
pub(crate) async fn read(
    caller: Allowed<scope::ConnectionsRead>,
    service: Data<Service>,
    path: Path<ConnectionId>,
) -> Result<HttpResponse, Problem> {
    let found = connection::load(&service, caller.authority(), path.into_inner()).await?;
    Ok(HttpResponse::Ok().json(view(&service, found, &[])))
}

/// Change a connection's name, provider or whether it is the default.
#[utoipa::path(tag = "Connections", operation_id = "updateConnection", request_body = ConnectionPatch,
    params(("connection_id" = String, Path, description = "The connection")),
    responses((status = 200, description = "The connection", body = ConnectionView)))]
#[patch("/connections/{connection_id}")]
pub(crate) async fn update(
    caller: Allowed<scope::ConnectionsWrite>,
    service: Data<Service>,
    path: Path<ConnectionId>,
    body: Patch<ConnectionPatch>,
) -> Result<HttpResponse, Problem> {
    let (authority, Patch(patch)) = (caller.authority(), body);
    let change = ConnectionChange {
        name: patch.name,
        provider: patch.provider,
        default: patch.default,
    };
    let (id, now) = (path.into_inner(), clock::now());
    let change = connection::update(authority, id, change, now)?;
    let change = if_match(&caller, &service, id, change);
    let changed = change.make(&service).await?;
    Ok(HttpResponse::Ok().json(view(&service, changed, &[])))
}

/// Delete a connection. Works on every plan; a live one needs `force=true`.
#[utoipa::path(tag = "Connections", operation_id = "deleteConnection",
    params(("connection_id" = String, Path, description = "The connection"), DeleteQuery),
    responses((status = 204, description = "It is gone")))]
#[delete("/connections/{connection_id}")]
pub(crate) async fn delete(
    caller: Allowed<scope::ConnectionsWrite>,
    service: Data<Service>,
    path: Path<ConnectionId>,
    query: Query<DeleteQuery>,
) -> Result<HttpResponse, Problem> {
    let (id, force) = (path.into_inner(), query.force.unwrap_or(false));
    let change = connection::delete(&service, caller.authority(), id, force, clock::now());
    let change = if_match(&caller, &service, id, change);
    change.make(&service).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Save a new draft. A live revision keeps serving until the draft has passed its own test and is
/// enabled; pending tests of the draft before end as expired.
#[utoipa::path(tag = "Connections", operation_id = "saveDraft", request_body = NewDraft,
    params(("connection_id" = String, Path, description = "The connection")),
    responses((status = 200, description = "The connection", body = ConnectionView)))]
#[put("/connections/{connection_id}/draft")]
pub(crate) async fn save_draft(
    caller: Allowed<scope::ConnectionsWrite>,
    service: Data<Service>,
    path: Path<ConnectionId>,
    body: Json<NewDraft>,
) -> Result<HttpResponse, Problem> {
    let (authority, Json(new)) = (caller.authority(), body);
    let id = path.into_inner();
    let change = connection::save_draft(&service, authority, id, new).await?;
    let change = if_match(&caller, &service, id, change);
    let saved = change.make(&service).await?;
    Ok(HttpResponse::Ok().json(view(&service, saved, &[])))
}

/// Go live with a revision that has passed its test. From then on SSO is mandatory for every
/// non-admin.
#[utoipa::path(tag = "Connections", operation_id = "enableConnection", request_body = Enable,
    params(("connection_id" = String, Path, description = "The connection")),
    responses((status = 200, description = "The connection", body = ConnectionView)))]
#[post("/connections/{connection_id}/enable")]
pub(crate) async fn enable(
    caller: Allowed<scope::ConnectionsWrite>,
    service: Data<Service>,
    path: Path<ConnectionId>,
    body: Json<Enable>,
) -> Result<HttpResponse, Problem> {
    let (authority, Json(body)) = (caller.authority(), body);
    let wanted = connection::Enable {
        revision_id: body.revision_id,
        acknowledge_lockout_risk: body.acknowledge_lockout_risk,
    };
    let (id, now) = (path.into_inner(), clock::now());
    let change = connection::enable(&service, authority, id, wanted, now);
    let shows = service.clone();
    let show = move |enabled: Enabled| ok(view(&shows, enabled.parts, &enabled.advisories));
    caller.answer(&service, change, show).await
}

/// Switch a connection off. Works on every plan; a live one needs `force: true`.
#[utoipa::path(tag = "Connections", operation_id = "disableConnection", request_body = Disable,
    params(("connection_id" = String, Path, description = "The connection")),
    responses((status = 200, description = "The connection", body = ConnectionView)))]
#[post("/connections/{connection_id}/disable")]
pub(crate) async fn disable(
    caller: Allowed<scope::ConnectionsWrite>,
    service: Data<Service>,
    path: Path<ConnectionId>,
    body: Json<Disable>,
) -> Result<HttpResponse, Problem> {
    let (id, Json(body)) = (path.into_inner(), body);
    let (force, now) = (body.force.unwrap_or(false), clock::now());
    let change = connection::disable(&service, caller.authority(), id, force, now);
    let shows = service.clone();
    let show = move |disabled| ok(view(&shows, disabled, &[]));
    caller.answer(&service, change, show).await
}

/// List a connection's revisions, the newest first.
#[utoipa::path(tag = "Connections", operation_id = "listRevisions",
    params(("connection_id" = String, Path, description = "The connection"), PageQuery),
    responses((status = 200, description = "A part of the list", body = List<RevisionView>)))]
#[get("/connections/{connection_id}/revisions")]
pub(crate) async fn list_revisions(
    caller: Allowed<scope::ConnectionsRead>,
    service: Data<Service>,
    path: Path<ConnectionId>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let (id, request) = (path.into_inner(), query.into_inner().request()?);
    let page = connection::revisions(&service, caller.authority(), id, request).await?;
    Ok(HttpResponse::Ok().json(List::of(page, RevisionView::from)))
}

/// Make a new draft with the settings of an old revision.
#[utoipa::path(tag = "Connections", operation_id = "restoreRevision",
    params(("connection_id" = String, Path, description = "The connection"),
           ("revision_id" = String, Path, description = "The revision")),
    responses((status = 200, description = "The connection", body = ConnectionView)))]
#[post("/connections/{connection_id}/revisions/{revision_id}/restore")]
pub(crate) async fn restore(
    caller: Allowed<scope::ConnectionsWrite>,
    service: Data<Service>,
    path: Path<(ConnectionId, RevisionId)>,
) -> Result<HttpResponse, Problem> {
    let (id, revision_id) = path.into_inner();
    let (authority, now) = (caller.authority(), clock::now());
    let change = connection::restore(&service, authority, id, revision_id, now);
    let shows = service.clone();
    let show = move |staged| ok(view(&shows, staged, &[]));
    caller.answer(&service, change, show).await
}
