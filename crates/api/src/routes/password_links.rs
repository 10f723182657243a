//! Links with which a member sets their password.

use actix_web::{
    HttpResponse, delete, post,
    web::{Data, Path},
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use vestibule_model::{MemberId, WorkspaceId};

use crate::{
    audit, clock,
    extract::{Allowed, Json, created, scope},
    manage::Change,
    password_links::{Deliver, issue},
    problem::Problem,
    routes::members::member,
    service::Service,
    views::PasswordLinkView,
};

/// How the link goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPasswordLink {
    /// mail or return; by default `mail` where mail is set up, else `return`.
    #[schema(value_type = Option<String>, example = "return")]
    deliver: Option<Deliver>,
}

/// Make a link with which a member sets their password.
///
/// Who is `invited` gets a fresh invitation (7 days), who is `active` a link to set the password anew
/// (1 hour). It counts once, and ends the links from before. Setting the password ends the member's
/// sessions.
#[utoipa::path(tag = "Members", operation_id = "createPasswordLink", request_body = NewPasswordLink,
    params(("workspace_id" = String, Path, description = "The workspace"),
           ("member_id" = String, Path, description = "The member")),
    responses((status = 201, description = "The link", body = PasswordLinkView)))]
#[post("/workspaces/{workspace_id}/members/{member_id}/password-links")]
pub(crate) async fn create(
    caller: Allowed<scope::MembersWrite>,
    service: Data<Service>,
    path: Path<(WorkspaceId, MemberId)>,
    body: Json<NewPasswordLink>,
) -> Result<HttpResponse, Problem> {
    let (caller, ids, Json(new)) = (caller.into_caller(), path.into_inner(), body);
    let now = clock::now();
    let deliver = Deliver::or_usual(new.deliver, &service.config)?;
    let (service_in, by) = (service.clone(), caller.clone());
    let change = Change::by(move |tx| {
        let workspace = by.workspace(tx, ids.0)?;
        let member = tx.member(ids.0, ids.1)?;
        let member = member.ok_or_else(|| Problem::not_found("member"))?;
        let issued = issue(tx, &service_in.config, &workspace, &member, deliver, now)?;
        let detail = json!({
            "purpose": issued.link.purpose,
            "link": issued.link.id,
            "delivered": deliver.done(),
            "expires_at": issued.link.expires_at,
        });
        let (actor, scope) = (by.actor(), Some(ids.0));
        let action = "password_link.created";
        audit::record(tx, actor, scope, action, ids.1, &detail, now)?;
        Ok(PasswordLinkView::from(issued))
    });
    caller.answer(&service, change, created).await
}

/// End every link of a member that was not used yet.
#[utoipa::path(tag = "Members", operation_id = "revokePasswordLinks",
    params(("workspace_id" = String, Path, description = "The workspace"),
           ("member_id" = String, Path, description = "The member")),
    responses((status = 204, description = "They are ended")))]
#[delete("/workspaces/{workspace_id}/members/{member_id}/password-links")]
pub(crate) async fn revoke(
    caller: Allowed<scope::MembersWrite>,
    service: Data<Service>,
    path: Path<(WorkspaceId, MemberId)>,
) -> Result<HttpResponse, Problem> {
    let (caller, ids, now) = (caller.into_caller(), path.into_inner(), clock::now());
    service
        .store
        .write(move |tx| {
            member(tx, &caller, ids)?;
            let detail = json!({"links": tx.revoke_password_links(ids.0, ids.1)?});
            let (actor, scope) = (caller.actor(), Some(ids.0));
            let action = "password_links.revoked";
            audit::record(tx, actor, scope, action, ids.1, &detail, now)?;
            Ok::<_, Problem>(())
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
