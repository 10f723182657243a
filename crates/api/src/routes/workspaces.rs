//! Workspaces.

use actix_web::{
    HttpResponse, delete, get, patch, post,
    web::{Data, Path, Query},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use vestibule_model::{
    Actor, Branding, ConnectionState, Plan, Slug, TwoFactorRule, Workspace, WorkspaceId,
};
use vestibule_policy::connection_state;
use vestibule_store::Tx;

use crate::{
    audit,
    brand::{AskedBranding, Wanted},
    clock,
    config::{MAX_AUDIT_DAYS, MIN_AUDIT_DAYS},
    extract::{Allowed, Caller, Json, PageQuery, Patch, created, double_option, scope},
    manage::Change,
    problem::Problem,
    service::Service,
    text,
    views::{List, WorkspaceView},
};

/// The longest that responses are kept as they arrived.
const MAX_KEEP_DAYS: u16 = 30;

/// The shortest time for which somebody stays signed in to our own pages.
const MIN_SESSION_MINUTES: u32 = 5;
/// The longest time without a sign of life.
const MAX_IDLE_MINUTES: u32 = 43_200;
/// The longest time in any case.
const MAX_LIFETIME_MINUTES: u32 = 129_600;

/// A workspace to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWorkspace {
    /// What people call it: 1 to 200 characters.
    #[schema(example = "Acme GmbH")]
    name: String,
    /// Its short name in URLs; made from the name where it is absent.
    slug: Option<String>,
    /// What it has bought: free, growth, pro or premier.
    #[schema(value_type = String, example = "pro")]
    plan: Plan,
    /// For whom a second factor is mandatory: off (default), admins or everyone.
    #[schema(value_type = Option<String>, example = "admins")]
    two_factor: Option<TwoFactorRule>,
    /// Your own id for it, unique in the deployment.
    external_id: Option<String>,
    /// For how many days SAML responses are kept as they arrived, sealed, for support: 0 (default) to
    /// 30.
    keep_saml_responses_days: Option<u16>,
    /// After how many idle minutes people who signed in to Vestibule's own pages are signed out: 5 to
    /// 43200 (30 days), 480 by default.
    session_idle_minutes: Option<u32>,
    /// After how many minutes they are in any case: 5 to 129600 (90 days), 1440 by default; no shorter
    /// than `session_idle_minutes`.
    session_lifetime_minutes: Option<u32>,
    /// For how many days its audit log is kept: 30 to 3650; as long as the deployment's where it is absent.
    audit_retention_days: Option<u16>,
    /// How our pages look to its people; like the deployment's where it is absent.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<AskedBranding>)]
    branding: Option<Option<AskedBranding>>,
}

/// What changes; an absent field is left alone, `null` clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkspacePatch {
    /// What people call it.
    name: Option<String>,
    /// Its short name in URLs.
    slug: Option<String>,
    /// What it has bought.
    #[schema(value_type = Option<String>, example = "premier")]
    plan: Option<Plan>,
    /// For whom a second factor is mandatory.
    #[schema(value_type = Option<String>)]
    two_factor: Option<TwoFactorRule>,
    /// Your own id for it.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>)]
    external_id: Option<Option<String>>,
    /// For how many days SAML responses are kept as they arrived, sealed: 0 to 30.
    keep_saml_responses_days: Option<u16>,
    /// After how many idle minutes people are signed out of Vestibule's own pages: 5 to 43200.
    session_idle_minutes: Option<u32>,
    /// After how many minutes they are in any case: 5 to 129600, no shorter than
    /// `session_idle_minutes`.
    session_lifetime_minutes: Option<u32>,
    /// For how many days its audit log is kept: 30 to 3650; `null`: as long as the deployment's.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<u16>)]
    audit_retention_days: Option<Option<u16>>,
    /// How our pages look to its people; `null` has them look like the deployment's again.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<AskedBranding>)]
    branding: Option<Option<AskedBranding>>,
}

/// Which workspaces.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WorkspaceQuery {
    /// Only the one with this external id.
    external_id: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many at most: 1 to 200, 50 by default.
    limit: Option<u32>,
}

/// The same change, where the workspace is what the caller has seen.
fn if_match<T: Send + 'static>(
    caller: &Caller,
    service: &Data<Service>,
    id: WorkspaceId,
    change: Change<T>,
) -> Change<T> {
    let (by, service) = (caller.clone(), service.clone());
    caller.if_match(change, move |tx| {
        tx.lock_workspace(id)?;
        let workspace = by.workspace(tx, id)?;
        Ok(WorkspaceView::of(workspace, &service.config.public_url))
    })
}

fn slug(text: &str) -> Result<Slug, Problem> {
    Slug::parse(text).map_err(|error| Problem::invalid("/slug", error.to_string(), text))
}

fn keep_days(given: Option<u16>) -> Result<Option<u16>, Problem> {
    match given {
        Some(days) if days > MAX_KEEP_DAYS => {
            let expected = format!("a number of days, 0 to {MAX_KEEP_DAYS}");
            let pointer = "/keep_saml_responses_days";
            Err(Problem::invalid(pointer, expected, days.to_string()))
        }
        given => Ok(given),
    }
}

fn audit_days(given: Option<u16>) -> Result<Option<u16>, Problem> {
    match given {
        Some(days) if !(MIN_AUDIT_DAYS..=MAX_AUDIT_DAYS).contains(&days) => {
            let expected =
                format!("a number of days, {MIN_AUDIT_DAYS} to {MAX_AUDIT_DAYS}, or null");
            let pointer = "/audit_retention_days";
            Err(Problem::invalid(pointer, expected, days.to_string()))
        }
        given => Ok(given),
    }
}

const IDLE: &str = "/session_idle_minutes";
const LIFETIME: &str = "/session_lifetime_minutes";

/// A time to be signed in, in minutes, where one is given.
fn minutes(pointer: &str, given: Option<u32>, most: u32) -> Result<Option<u32>, Problem> {
    match given {
        Some(minutes) if !(MIN_SESSION_MINUTES..=most).contains(&minutes) => {
            let expected = format!("a number of minutes, {MIN_SESSION_MINUTES} to {most}");
            Err(Problem::invalid(pointer, expected, minutes.to_string()))
        }
        given => Ok(given),
    }
}

/// Nobody is idle for longer than they are signed in. `given` says which of the two was asked for.
fn fits(workspace: &Workspace, given: (Option<u32>, Option<u32>)) -> Result<(), Problem> {
    let (idle, lifetime) = (
        workspace.session_idle_minutes,
        workspace.session_lifetime_minutes,
    );
    if idle <= lifetime {
        return Ok(());
    }
    match given {
        (Some(_), None) => {
            let expected = format!("at most session_lifetime_minutes, which is {lifetime}");
            Err(Problem::invalid(IDLE, expected, idle.to_string()))
        }
        _ => {
            let expected = format!("at least session_idle_minutes, which is {idle}");
            Err(Problem::invalid(LIFETIME, expected, lifetime.to_string()))
        }
    }
}

/// Create a workspace.
#[utoipa::path(tag = "Workspaces", operation_id = "createWorkspace", request_body = NewWorkspace,
    responses((status = 201, description = "The workspace", body = WorkspaceView)))]
#[post("/workspaces")]
pub(crate) async fn create(
    caller: Allowed<scope::WorkspacesWrite>,
    service: Data<Service>,
    body: Json<NewWorkspace>,
) -> Result<HttpResponse, Problem> {
    caller.deployment_wide()?;
    let Json(new) = body;
    let (made, actor) = (new.checked(clock::now())?, caller.actor());
    let change = Change::by(move |tx| made.keep(tx, actor));
    let shows = service.clone();
    let show = move |made| created(WorkspaceView::of(made, &shows.config.public_url));
    caller.answer(&service, change, show).await
}

/// A workspace that can be made.
pub(super) struct MadeWorkspace {
    pub(super) workspace: Workspace,
    brand: Wanted,
    /// Whether somebody has chosen its slug.
    chosen: bool,
}

impl NewWorkspace {
    /// Whether the same workspace can be told when it comes once more.
    pub(super) fn can_be_repeated(&self) -> bool {
        self.external_id.is_some() || self.slug.is_some()
    }

    /// # Errors
    /// A problem that names the field that cannot be used.
    pub(super) fn checked(self, now: Timestamp) -> Result<MadeWorkspace, Problem> {
        let id = WorkspaceId::new(now);
        let name = text::name("/name", &self.name)?;
        let slug = match self.slug.as_deref() {
            Some(given) => slug(given)?,
            // A name without Latin letters, or one that is taken already, still gets a slug.
            None => suggested_slug(&name, id)?,
        };
        let idle = minutes(IDLE, self.session_idle_minutes, MAX_IDLE_MINUTES)?;
        let lifetime = minutes(
            LIFETIME,
            self.session_lifetime_minutes,
            MAX_LIFETIME_MINUTES,
        )?;
        let brand = Wanted::read(self.branding)?;
        let mut branding = Branding::default();
        brand.apply(&mut branding);
        let workspace = Workspace {
            id,
            name,
            slug,
            plan: self.plan,
            two_factor: self.two_factor.unwrap_or(TwoFactorRule::Off),
            external_id: text::external_id(self.external_id)?,
            keep_responses_days: keep_days(self.keep_saml_responses_days)?.unwrap_or_default(),
            session_idle_minutes: idle.unwrap_or(Workspace::SESSION_IDLE_MINUTES),
            session_lifetime_minutes: lifetime.unwrap_or(Workspace::SESSION_LIFETIME_MINUTES),
            sso_enabled_at: None,
            unlocked_until: None,
            audit_retention_days: audit_days(self.audit_retention_days)?,
            branding,
            created_at: now,
            updated_at: now,
        };
        fits(&workspace, (idle, lifetime))?;
        Ok(MadeWorkspace {
            workspace,
            brand,
            chosen: self.slug.is_some(),
        })
    }
}

impl MadeWorkspace {
    /// # Errors
    /// `conflict` where its slug or its external id is another's.
    pub(super) fn keep(self, tx: &mut Tx<'_>, actor: Actor) -> Result<Workspace, Problem> {
        let Self {
            mut workspace,
            brand,
            chosen,
        } = self;
        let (id, now) = (workspace.id, workspace.created_at);
        if !chosen && tx.workspace_by_slug(workspace.slug.as_str())?.is_some() {
            workspace.slug = unique_slug(&workspace.slug, id)?;
        }
        tx.insert_workspace(&workspace)?;
        if let Some(logo) = brand.logo.flatten() {
            tx.put_logo(id, Some(&logo))?;
        }
        let detail = json!({"plan": workspace.plan, "two_factor": workspace.two_factor});
        audit::record(tx, actor, Some(id), "workspace.created", id, &detail, now)?;
        Ok(workspace)
    }
}

/// The slug that a name suggests; one from the id where it suggests none.
fn suggested_slug(name: &str, id: WorkspaceId) -> Result<Slug, Problem> {
    match Slug::suggest(name) {
        Some(slug) => Ok(slug),
        None => slug(&id.to_string().replace('_', "-")),
    }
}

/// The suggestion with the random end of the id.
fn unique_slug(taken: &Slug, id: WorkspaceId) -> Result<Slug, Problem> {
    let id = id.to_string();
    let end = id.get(id.len().saturating_sub(8)..).unwrap_or_default();
    slug(&format!("{taken}-{end}"))
}

/// List workspaces.
#[utoipa::path(tag = "Workspaces", operation_id = "listWorkspaces", params(WorkspaceQuery),
    responses((status = 200, description = "A part of the list", body = List<WorkspaceView>)))]
#[get("/workspaces")]
pub(crate) async fn list(
    caller: Allowed<scope::WorkspacesRead>,
    service: Data<Service>,
    query: Query<WorkspaceQuery>,
) -> Result<HttpResponse, Problem> {
    let reach = caller.reach();
    let WorkspaceQuery {
        external_id,
        cursor,
        limit,
    } = query.into_inner();
    let request = PageQuery { cursor, limit }.request()?;
    let page = service
        .store
        .read(move |tx| {
            tx.list_workspaces(reach, external_id.as_deref(), &request)
                .map_err(Problem::from)
        })
        .await?;
    let public_url = &service.config.public_url;
    let shown = List::of(page, |workspace| WorkspaceView::of(workspace, public_url));
    Ok(HttpResponse::Ok().json(shown))
}

/// Read a workspace.
#[utoipa::path(tag = "Workspaces", operation_id = "getWorkspace",
    params(("workspace_id" = String, Path, description = "The workspace")),
    responses((status = 200, description = "The workspace", body = WorkspaceView)))]
#[get("/workspaces/{workspace_id}")]
pub(crate) async fn read(
    caller: Allowed<scope::WorkspacesRead>,
    service: Data<Service>,
    path: Path<WorkspaceId>,
) -> Result<HttpResponse, Problem> {
    let (caller, id) = (caller.into_caller(), path.into_inner());
    let workspace = service
        .store
        .read(move |tx| caller.workspace(tx, id))
        .await?;
    let shown = WorkspaceView::of(workspace, &service.config.public_url);
    Ok(HttpResponse::Ok().json(shown))
}

/// Change a workspace.
///
/// A plan that no longer includes SSO suspends a live connection at once; one that does restores it
/// without a new test (P5).
#[utoipa::path(tag = "Workspaces", operation_id = "updateWorkspace", request_body = WorkspacePatch,
    params(("workspace_id" = String, Path, description = "The workspace")),
    responses((status = 200, description = "The workspace", body = WorkspaceView)))]
#[patch("/workspaces/{workspace_id}")]
pub(crate) async fn update(
    caller: Allowed<scope::WorkspacesWrite>,
    service: Data<Service>,
    path: Path<WorkspaceId>,
    body: Patch<WorkspacePatch>,
) -> Result<HttpResponse, Problem> {
    let (caller, id, Patch(patch)) = (caller.into_caller(), path.into_inner(), body);
    let now = clock::now();
    let name = patch
        .name
        .as_deref()
        .map(|name| text::name("/name", name))
        .transpose()?;
    let slug = patch.slug.as_deref().map(slug).transpose()?;
    let external_id = patch.external_id.map(text::external_id).transpose()?;
    let keep_days = keep_days(patch.keep_saml_responses_days)?;
    let audit_days = patch.audit_retention_days.map(audit_days).transpose()?;
    let idle = minutes(IDLE, patch.session_idle_minutes, MAX_IDLE_MINUTES)?;
    let lifetime = minutes(
        LIFETIME,
        patch.session_lifetime_minutes,
        MAX_LIFETIME_MINUTES,
    )?;
    let brand = Wanted::read(patch.branding)?;
    let (service_in, by) = (service.clone(), caller.clone());
    let change = Change::by(move |tx| {
        let before = by.workspace(tx, id)?;
        let mut workspace = before.clone();
        workspace.name = name.unwrap_or(workspace.name);
        workspace.slug = slug.unwrap_or(workspace.slug);
        workspace.plan = patch.plan.unwrap_or(workspace.plan);
        workspace.two_factor = patch.two_factor.unwrap_or(workspace.two_factor);
        workspace.external_id = external_id.unwrap_or(workspace.external_id);
        workspace.keep_responses_days = keep_days.unwrap_or(workspace.keep_responses_days);
        workspace.audit_retention_days = audit_days.unwrap_or(workspace.audit_retention_days);
        workspace.session_idle_minutes = idle.unwrap_or(workspace.session_idle_minutes);
        workspace.session_lifetime_minutes = lifetime.unwrap_or(workspace.session_lifetime_minutes);
        brand.apply(&mut workspace.branding);
        fits(&workspace, (idle, lifetime))?;
        if workspace == before {
            return Ok(workspace);
        }
        workspace.updated_at = now;
        tx.update_workspace(&workspace)?;
        if let Some(logo) = &brand.logo {
            tx.put_logo(id, logo.as_ref())?;
        }
        if workspace.keep_responses_days == 0 {
            tx.forget_responses(id)?;
        }
        let detail = json!({
            "before": decisive(&before),
            "after": decisive(&workspace),
        });
        let (actor, scope) = (by.actor(), Some(id));
        audit::record(tx, actor, scope, "workspace.changed", id, &detail, now)?;
        let plans = (before.plan, workspace.plan);
        note_suspensions(tx, &service_in, &by, plans, id, now)?;
        Ok(workspace)
    });
    let change = if_match(&caller, &service, id, change);
    let changed = change.make(&service).await?;
    let shown = WorkspaceView::of(changed, &service.config.public_url);
    Ok(HttpResponse::Ok().json(shown))
}

/// What the audit log says of a workspace: what decides something.
fn decisive(workspace: &Workspace) -> serde_json::Value {
    json!({
        "plan": workspace.plan,
        "two_factor": workspace.two_factor,
        "keep_saml_responses_days": workspace.keep_responses_days,
        "session_idle_minutes": workspace.session_idle_minutes,
        "session_lifetime_minutes": workspace.session_lifetime_minutes,
        "audit_retention_days": workspace.audit_retention_days,
        "name": workspace.name,
        "slug": workspace.slug.as_str(),
        "external_id": workspace.external_id,
        "branding": looks(&workspace.branding),
    })
}

/// Pages that look like somebody else's decide something too: whom people believe.
fn looks(branding: &Branding) -> serde_json::Value {
    let Branding { name, colour, logo } = branding;
    json!({
        "name": name,
        "colour": colour.map(|colour| colour.to_string()),
        "logo": logo.as_ref().map(ToString::to_string),
    })
}

/// A change of plan suspends live connections or restores them by itself (P5); the log says so.
fn note_suspensions(
    tx: &mut Tx<'_>,
    service: &Service,
    caller: &Caller,
    (before, after): (Plan, Plan),
    id: WorkspaceId,
    now: Timestamp,
) -> Result<(), Problem> {
    for connection in tx.connections_of(id)? {
        let state = |plan| connection_state(&connection, plan, &service.rules);
        let action = match (state(before), state(after)) {
            (ConnectionState::Live, ConnectionState::Suspended) => "connection.suspended",
            (ConnectionState::Suspended, ConnectionState::Live) => "connection.restored",
            _ => continue,
        };
        // What was set while SSO was live is from before it ended (P5).
        tx.note_sso_enabled(id, now)?;
        let detail = json!({"before": before, "after": after});
        let (actor, target) = (caller.actor(), connection.id);
        audit::record(tx, actor, Some(id), action, target, &detail, now)?;
    }
    Ok(())
}

/// Delete a workspace, its members, connections and sessions.
#[utoipa::path(tag = "Workspaces", operation_id = "deleteWorkspace",
    params(("workspace_id" = String, Path, description = "The workspace")),
    responses((status = 204, description = "It is gone")))]
#[delete("/workspaces/{workspace_id}")]
pub(crate) async fn delete(
    caller: Allowed<scope::WorkspacesWrite>,
    service: Data<Service>,
    path: Path<WorkspaceId>,
) -> Result<HttpResponse, Problem> {
    caller.deployment_wide()?;
    let (caller, id, now) = (caller.into_caller(), path.into_inner(), clock::now());
    let by = caller.clone();
    let change = Change::by(move |tx| {
        let workspace = by.workspace(tx, id)?;
        tx.delete_workspace(id, now)?;
        let detail = json!({"name": workspace.name});
        // The workspace's own log goes with it; that it was deleted is the deployment's.
        audit::record(tx, by.actor(), None, "workspace.deleted", id, &detail, now)?;
        Ok(())
    });
    if_match(&caller, &service, id, change)
        .make(&service)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
