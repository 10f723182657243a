//! Setup links: whoever sets an identity provider up needs no account.

use actix_web::{
    HttpResponse, delete, get, post,
    web::{Data, Path, Query},
};
use serde::Deserialize;
use utoipa::ToSchema;
use vestibule_model::{ConnectionId, SetupLinkId, WorkspaceId};

use crate::{
    clock,
    extract::{Allowed, Json, PageQuery, created, scope},
    manage::Change,
    problem::Problem,
    service::Service,
    setup::{self, Wanted},
    views::{List, SetupLinkView},
};

/// A link to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSetupLink {
    /// The one connection that it leads to.
    #[schema(value_type = String)]
    connection_id: ConnectionId,
    /// What you call it: whom it is for, perhaps.
    #[schema(example = "Grace of Acme's IT")]
    name: Option<String>,
    /// Whether the connection may be enabled through it (default: no, it may be drafted and tested).
    allow_enable: Option<bool>,
    /// For how many hours it works: 1 to 720; by default 168, which is a week.
    #[schema(minimum = 1, maximum = 720, example = 168)]
    expires_in_hours: Option<i64>,
    /// Where the browser goes when the setup is done: https, or http for loopback, with the origin of a
    /// redirect URI of one of your clients.
    #[schema(example = "https://app.example.com/settings/sso")]
    return_url: Option<String>,
}

impl From<NewSetupLink> for Wanted {
    fn from(new: NewSetupLink) -> Self {
        Self {
            connection_id: new.connection_id,
            name: new.name,
            allow_enable: new.allow_enable.unwrap_or(false),
            expires_in_hours: new.expires_in_hours,
            return_url: new.return_url,
        }
    }
}

/// Make a link with which somebody sets a connection up, without an account.
///
/// Its `url` is shown this once: send it to your customer's IT. It may be opened any number of times
/// until it ends, in one browser at a time. Works on every plan.
#[utoipa::path(tag = "Setup links", operation_id = "createSetupLink", request_body = NewSetupLink,
    params(("workspace_id" = String, Path, description = "The workspace")),
    responses((status = 201, description = "The link and its URL", body = SetupLinkView)))]
#[post("/workspaces/{workspace_id}/setup-links")]
pub(crate) async fn create(
    caller: Allowed<scope::ConnectionsWrite>,
    service: Data<Service>,
    path: Path<WorkspaceId>,
    body: Json<NewSetupLink>,
) -> Result<HttpResponse, Problem> {
    let (caller, workspace_id, Json(new)) = (caller.into_caller(), path.into_inner(), body);
    let (now, config) = (clock::now(), service.clone());
    let by = caller.clone();
    let change = Change::by(move |tx| {
        by.workspace(tx, workspace_id)?;
        let (config, actor) = (&config.config, by.actor());
        setup::make(tx, config, workspace_id, new.into(), actor, now)
    });
    let show = move |made| created(SetupLinkView::made(made, now));
    caller.answer(&service, change, show).await
}

/// List a workspace's setup links.
#[utoipa::path(tag = "Setup links", operation_id = "listSetupLinks",
    params(("workspace_id" = String, Path, description = "The workspace"), PageQuery),
    responses((status = 200, description = "A part of the list", body = List<SetupLinkView>)))]
#[get("/workspaces/{workspace_id}/setup-links")]
pub(crate) async fn list(
    caller: Allowed<scope::ConnectionsRead>,
    service: Data<Service>,
    path: Path<WorkspaceId>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let (caller, workspace_id) = (caller.into_caller(), path.into_inner());
    let request = query.into_inner().request()?;
    let now = clock::now();
    let page = service
        .store
        .read(move |tx| {
            caller.workspace(tx, workspace_id)?;
            Ok::<_, Problem>(tx.list_setup_links(workspace_id, &request)?)
        })
        .await?;
    let list = List::of(page, |link| SetupLinkView::new(link, now));
    Ok(HttpResponse::Ok().json(list))
}

/// Read a setup link: whether it works, was opened and was used.
#[utoipa::path(tag = "Setup links", operation_id = "getSetupLink",
    params(("workspace_id" = String, Path, description = "The workspace"),
           ("link_id" = String, Path, description = "The link")),
    responses((status = 200, description = "The link", body = SetupLinkView)))]
#[get("/workspaces/{workspace_id}/setup-links/{link_id}")]
pub(crate) async fn read(
    caller: Allowed<scope::ConnectionsRead>,
    service: Data<Service>,
    path: Path<(WorkspaceId, SetupLinkId)>,
) -> Result<HttpResponse, Problem> {
    let (caller, ids) = (caller.into_caller(), path.into_inner());
    let link = service
        .store
        .read(move |tx| {
            caller.workspace(tx, ids.0)?;
            let link = tx.setup_link(ids.0, ids.1)?;
            link.ok_or_else(|| Problem::not_found("setup link"))
        })
        .await?;
    Ok(HttpResponse::Ok().json(SetupLinkView::new(link, clock::now())))
}

/// Revoke a setup link: it opens no more, and where it is open it ends at once.
#[utoipa::path(tag = "Setup links", operation_id = "revokeSetupLink",
    params(("workspace_id" = String, Path, description = "The workspace"),
           ("link_id" = String, Path, description = "The link")),
    responses((status = 204, description = "It is revoked")))]
#[delete("/workspaces/{workspace_id}/setup-links/{link_id}")]
pub(crate) async fn revoke(
    caller: Allowed<scope::ConnectionsWrite>,
    service: Data<Service>,
    path: Path<(WorkspaceId, SetupLinkId)>,
) -> Result<HttpResponse, Problem> {
    let (caller, ids, now) = (caller.into_caller(), path.into_inner(), clock::now());
    service
        .store
        .write(move |tx| {
            caller.workspace(tx, ids.0)?;
            setup::revoke(tx, ids, caller.actor(), now)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
