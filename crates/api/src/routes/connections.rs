//! Connections: the trust between a workspace and one IdP, its draft, and its way to live and back.

use actix_web::{
    HttpResponse, delete, get, patch, post, put,
    web::{Data, Path, Query},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use vestibule_model::{
    Connection, ConnectionId, ConnectionState, Phase, Revision, RevisionId, RevisionSettings,
    ServiceProvider, Workspace, WorkspaceId,
};
use vestibule_policy::{Advisory, connection_state, may_enable, plan_gate};
use vestibule_store::Tx;

use crate::{
    audit, clock,
    draft::{NewDraft, OurSide, settings},
    extract::{Allowed, Caller, Json, PageQuery, Patch, double_option, scope},
    metadata::{self, Look, Seen},
    problem::{Problem, ProblemType},
    routes::text,
    service::Service,
    views::{ConnectionParts, ConnectionView, List, RevisionView},
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

/// The connection and its workspace, if they are within the caller's reach.
pub(crate) fn within_reach(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: ConnectionId,
) -> Result<(Connection, Workspace), Problem> {
    let connection = tx
        .connection(caller.reach(), id)?
        .ok_or_else(|| Problem::not_found("connection"))?;
    let workspace = caller.workspace(tx, connection.workspace_id)?;
    Ok((connection, workspace))
}

/// The same, to change it: others who want to wait until this transaction has ended.
pub(crate) fn to_change(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: ConnectionId,
) -> Result<(Connection, Workspace), Problem> {
    tx.lock_connection(id)?;
    within_reach(tx, caller, id)
}

pub(crate) fn parts(
    tx: &mut Tx<'_>,
    connection: Connection,
    workspace: &Workspace,
) -> Result<ConnectionParts, Problem> {
    let draft = tx.named_revision(connection.id, connection.draft)?;
    let live = tx.named_revision(connection.id, connection.serving())?;
    let metadata_source = tx.metadata_source(connection.id)?;
    Ok(ConnectionParts {
        connection,
        plan: workspace.plan,
        draft,
        live,
        metadata_source,
    })
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
    let (caller, workspace_id, Json(new)) = (caller.into_caller(), path.into_inner(), body);
    let now = clock::now();
    let id = ConnectionId::new(now);
    let name = text::name("/name", new.name.as_deref().unwrap_or("SAML"))?;
    let provider = new
        .provider
        .map(|text| text::name("/provider", &text))
        .transpose()?;
    // Before a key is taken from the pool: is there such a workspace at all?
    let asks = caller.clone();
    service
        .store
        .read(move |tx| asks.workspace(tx, workspace_id))
        .await?;
    let (key, certificate) = service.key_pool.take_for(id, now).await?;
    let private_key = key.to_pkcs8_der();
    let made = service
        .store
        .write(move |tx| {
            let workspace = caller.workspace(tx, workspace_id)?;
            let first = tx.connections_of(workspace_id)?.is_empty();
            let connection = Connection {
                id,
                workspace_id,
                name,
                provider,
                default: new.default.unwrap_or(first),
                phase: Phase::Draft,
                draft: None,
                live: None,
                service_provider: ServiceProvider {
                    certificate_pem: certificate.to_pem(),
                },
                created_at: now,
                updated_at: now,
            };
            tx.insert_connection(&connection, &private_key)?;
            let (actor, scope) = (caller.actor(), Some(workspace_id));
            audit::record(tx, actor, scope, "connection.created", id, &json!({}), now)?;
            parts(tx, connection, &workspace)
        })
        .await?;
    Ok(HttpResponse::Created().json(view(&service, made, &[])))
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
    let (caller, workspace_id) = (caller.into_caller(), path.into_inner());
    let request = query.into_inner().request()?;
    let (connections, next_cursor) = service
        .store
        .read(move |tx| {
            let workspace = caller.workspace(tx, workspace_id)?;
            let page = tx.list_connections(workspace_id, &request)?;
            let shown = page
                .items
                .into_iter()
                .map(|connection| parts(tx, connection, &workspace))
                .collect::<Result<Vec<_>, _>>()?;
            Ok::<_, Problem>((shown, page.next_cursor))
        })
        .await?;
    let data: Vec<_> = connections
        .into_iter()
        .map(|parts| view(&service, parts, &[]))
        .collect();
    Ok(HttpResponse::Ok().json(List { data, next_cursor }))
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
    let (caller, id) = (caller.into_caller(), path.into_inner());
    let found = service
        .store
        .read(move |tx| {
            let (connection, workspace) = within_reach(tx, &caller, id)?;
            parts(tx, connection, &workspace)
        })
        .await?;
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
    let (caller, id, Patch(patch)) = (caller.into_caller(), path.into_inner(), body);
    let now = clock::now();
    let name = patch
        .name
        .as_deref()
        .map(|name| text::name("/name", name))
        .transpose()?;
    let provider = patch
        .provider
        .map(|given| given.map(|text| text::name("/provider", &text)).transpose())
        .transpose()?;
    let changed = service
        .store
        .write(move |tx| {
            let (mut connection, workspace) = to_change(tx, &caller, id)?;
            connection.name = name.unwrap_or(connection.name);
            connection.provider = provider.unwrap_or(connection.provider);
            connection.default = patch.default.unwrap_or(connection.default);
            connection.updated_at = now;
            tx.update_connection(&connection)?;
            let (actor, scope) = (caller.actor(), Some(connection.workspace_id));
            audit::record(tx, actor, scope, "connection.changed", id, &json!({}), now)?;
            parts(tx, connection, &workspace)
        })
        .await?;
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
    let (caller, id, now) = (caller.into_caller(), path.into_inner(), clock::now());
    let force = query.force.unwrap_or(false);
    let service_in = service.clone();
    service
        .store
        .write(move |tx| {
            let (connection, workspace) = to_change(tx, &caller, id)?;
            let state = connection_state(&connection, workspace.plan, &service_in.rules);
            needs_force(state, force, "deleting")?;
            note_end(tx, state, workspace.id, now)?;
            tx.delete_connection(id)?;
            let detail = json!({"state": state.as_str()});
            let (actor, scope) = (caller.actor(), Some(workspace.id));
            audit::record(tx, actor, scope, "connection.deleted", id, &detail, now)?;
            Ok::<_, Problem>(())
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// SSO ends here: a password that was set while it was live is from before it ended (P5).
fn note_end(
    tx: &mut Tx<'_>,
    state: ConnectionState,
    workspace_id: WorkspaceId,
    now: Timestamp,
) -> Result<(), Problem> {
    if state == ConnectionState::Live {
        tx.note_sso_enabled(workspace_id, now)?;
    }
    Ok(())
}

fn needs_force(state: ConnectionState, force: bool, doing: &str) -> Result<(), Problem> {
    if state != ConnectionState::Live || force {
        return Ok(());
    }
    let detail = format!("the connection is live; {doing} it ends mandatory SSO: say force: true");
    Err(Problem::new(ProblemType::ForceRequired, detail))
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
    let (caller, id, Json(new)) = (caller.into_caller(), path.into_inner(), body);
    let fetched = fetched(&service, &caller, id, &new).await?;
    let now = clock::now();
    let service_in = service.clone();
    let saved = service
        .store
        .write(move |tx| {
            let (connection, workspace) = to_change(tx, &caller, id)?;
            plan_gate(workspace.plan, &service_in.rules)?;
            let ours = OurSide {
                public_url: &service_in.config.public_url,
                connection_id: id,
                certificate_pem: &connection.service_provider.certificate_pem,
                provider: connection.provider.as_deref(),
            };
            let seen = fetched.as_deref();
            let settings = settings(new, seen.map(|seen| &seen.metadata), &ours)?;
            let (connection, revision) = stage(tx, connection, settings, now)?;
            metadata::follow(tx, &connection, &revision, seen, now)?;
            let detail = json!({"revision": revision.id.to_string(), "number": revision.number});
            let (actor, scope) = (caller.actor(), Some(workspace.id));
            audit::record(tx, actor, scope, "connection.draft_saved", id, &detail, now)?;
            parts(tx, connection, &workspace)
        })
        .await?;
    Ok(HttpResponse::Ok().json(view(&service, saved, &[])))
}

/// What is behind the draft's metadata URL, if it has one; for a caller who may save it alone.
async fn fetched(
    service: &Data<Service>,
    caller: &Caller,
    id: ConnectionId,
    new: &NewDraft,
) -> Result<Option<Box<Seen>>, Problem> {
    let (asks, service_in) = (caller.clone(), service.clone());
    let allowed = move |tx: &mut Tx<'_>| {
        let (_, workspace) = within_reach(tx, &asks, id)?;
        Ok::<_, Problem>(plan_gate(workspace.plan, &service_in.rules)?)
    };
    let Some(origin) = new.metadata_origin()? else {
        return Ok(None);
    };
    service.store.read(allowed).await?;
    // No version is known, so there is nothing that could be unchanged.
    match metadata::look(&service.door, &origin, Default::default()).await?? {
        Look::Seen(seen) => Ok(Some(seen)),
        Look::Unchanged => Ok(None),
    }
}

/// Makes settings the draft of a connection: a new revision, which has passed no test.
pub(crate) fn stage(
    tx: &mut Tx<'_>,
    mut connection: Connection,
    settings: RevisionSettings,
    now: Timestamp,
) -> Result<(Connection, Revision), Problem> {
    let revision = Revision {
        id: RevisionId::new(now),
        workspace_id: connection.workspace_id,
        connection_id: connection.id,
        number: tx.next_revision_number(connection.id)?,
        settings,
        learned_idp_entity_id: None,
        learned: None,
        passed_test: None,
        admin_mapping: None,
        created_at: now,
    };
    tx.insert_revision(&revision)?;
    tx.expire_pending_tests(connection.id, now)?;
    connection.draft = Some(revision.id);
    if connection.phase != Phase::Live {
        connection.phase = Phase::Draft;
    }
    connection.updated_at = now;
    tx.update_connection(&connection)?;
    Ok((connection, revision))
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
    let (caller, id, Json(wanted)) = (caller.into_caller(), path.into_inner(), body);
    let now = clock::now();
    let service_in = service.clone();
    let (enabled, advisories) = service
        .store
        .write(move |tx| {
            let (mut connection, workspace) = to_change(tx, &caller, id)?;
            plan_gate(workspace.plan, &service_in.rules)?;
            let revision_id = wanted.revision_id.or(connection.draft).or(connection.live);
            let revision_id = revision_id.ok_or_else(nothing_saved)?;
            let revision = tx.revision(id, revision_id)?.ok_or_else(|| {
                let expected = "a revision of this connection";
                Problem::invalid("/revision_id", expected, revision_id.to_string())
            })?;
            // Nobody is demoted between this question and the change (P6).
            tx.lock_workspace(workspace.id)?;
            let advisories = may_enable(
                workspace.plan,
                workspace.two_factor,
                &revision,
                !tx.active_admins(workspace.id)?.is_empty(),
                wanted.acknowledge_lockout_risk.unwrap_or(false),
                &service_in.rules,
            )?;
            let before = connection.serving();
            connection.live = Some(revision_id);
            connection.draft = connection.draft.filter(|draft| *draft != revision_id);
            connection.phase = Phase::Live;
            connection.updated_at = now;
            tx.update_connection(&connection)?;
            tx.note_sso_enabled(workspace.id, now)?;
            if let Some(entity_id) = revision.idp_entity_id() {
                tx.clear_proofs_of_other_entities(id, entity_id)?;
            }
            let detail = json!({
                "revision": revision_id.to_string(),
                "lockout_risk_acknowledged": wanted.acknowledge_lockout_risk,
                "before": before.map(|id| id.to_string()),
            });
            let (actor, scope) = (caller.actor(), Some(workspace.id));
            audit::record(tx, actor, scope, "connection.enabled", id, &detail, now)?;
            Ok::<_, Problem>((parts(tx, connection, &workspace)?, advisories))
        })
        .await?;
    Ok(HttpResponse::Ok().json(view(&service, enabled, &advisories)))
}

/// Neither a draft nor a revision that was live.
pub(crate) fn nothing_saved() -> Problem {
    let detail = "nothing has been saved yet: PUT …/draft with the IdP's certificate and SSO URL";
    Problem::new(ProblemType::DraftRequired, detail)
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
    let (caller, id, Json(body)) = (caller.into_caller(), path.into_inner(), body);
    let now = clock::now();
    let service_in = service.clone();
    let disabled = service
        .store
        .write(move |tx| {
            let (mut connection, workspace) = to_change(tx, &caller, id)?;
            let state = connection_state(&connection, workspace.plan, &service_in.rules);
            needs_force(state, body.force.unwrap_or(false), "disabling")?;
            note_end(tx, state, workspace.id, now)?;
            if connection.phase != Phase::Disabled {
                connection.phase = Phase::Disabled;
                connection.updated_at = now;
                tx.update_connection(&connection)?;
                let detail = json!({"before": state.as_str()});
                let (actor, scope) = (caller.actor(), Some(workspace.id));
                audit::record(tx, actor, scope, "connection.disabled", id, &detail, now)?;
            }
            parts(tx, connection, &workspace)
        })
        .await?;
    Ok(HttpResponse::Ok().json(view(&service, disabled, &[])))
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
    let (caller, id) = (caller.into_caller(), path.into_inner());
    let request = query.into_inner().request()?;
    let page = service
        .store
        .read(move |tx| {
            within_reach(tx, &caller, id)?;
            Ok::<_, Problem>(tx.list_revisions(id, &request)?)
        })
        .await?;
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
    let (caller, (id, revision_id)) = (caller.into_caller(), path.into_inner());
    let now = clock::now();
    let service_in = service.clone();
    let staged = service
        .store
        .write(move |tx| {
            let (connection, workspace) = to_change(tx, &caller, id)?;
            plan_gate(workspace.plan, &service_in.rules)?;
            let old = tx
                .revision(id, revision_id)?
                .ok_or_else(|| Problem::not_found("revision"))?;
            let (connection, revision) = stage(tx, connection, old.settings, now)?;
            metadata::follow(tx, &connection, &revision, None, now)?;
            let detail = json!({
                "revision": revision.id.to_string(),
                "restored": revision_id.to_string(),
            });
            let (actor, scope) = (caller.actor(), Some(workspace.id));
            audit::record(
                tx,
                actor,
                scope,
                "connection.draft_restored",
                id,
                &detail,
                now,
            )?;
            parts(tx, connection, &workspace)
        })
        .await?;
    Ok(HttpResponse::Ok().json(view(&service, staged, &[])))
}
