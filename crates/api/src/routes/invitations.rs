//! Asking people to join a workspace.

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use vestibule_model::{Email, Member, MemberId, MemberStatus, Provisioned, Role, WorkspaceId};

use crate::{
    audit, clock,
    extract::{Allowed, Json, created, scope},
    manage::Change,
    password_links::{Deliver, issue},
    problem::Problem,
    service::Service,
    text,
    views::InvitationView,
};

/// Somebody to be asked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewInvitation {
    /// The e-mail address, unique in the workspace.
    #[schema(value_type = String, example = "ada@acme.example")]
    email: Email,
    /// What people call them.
    name: Option<String>,
    /// admin or member (the default).
    #[schema(value_type = Option<String>, example = "member")]
    role: Option<Role>,
    /// Your own id for them, unique in the workspace.
    external_id: Option<String>,
    /// mail or return; by default `mail` where mail is set up, else `return`.
    #[schema(value_type = Option<String>, example = "mail")]
    deliver: Option<Deliver>,
}

/// Ask somebody to join.
///
/// They are `invited` until they choose a password with the link, or first sign in by SSO. The link
/// counts for 7 days, once. Who is a member already is a `conflict`; a fresh link for somebody who was
/// asked before is made with `POST …/members/{member_id}/password-links`.
#[utoipa::path(tag = "Members", operation_id = "createInvitation", request_body = NewInvitation,
    params(("workspace_id" = String, Path, description = "The workspace")),
    responses((status = 201, description = "The member, and the link", body = InvitationView)))]
#[post("/workspaces/{workspace_id}/invitations")]
pub(crate) async fn create(
    caller: Allowed<scope::MembersWrite>,
    service: Data<Service>,
    path: Path<WorkspaceId>,
    body: Json<NewInvitation>,
) -> Result<HttpResponse, Problem> {
    let (caller, workspace_id, Json(new)) = (caller.into_caller(), path.into_inner(), body);
    let now = clock::now();
    let deliver = Deliver::or_usual(new.deliver, &service.config)?;
    let name = new.name.map(|name| text::name("/name", &name));
    let member = Member {
        id: MemberId::new(now),
        workspace_id,
        email: new.email,
        name: name.transpose()?,
        role: new.role.unwrap_or(Role::Member),
        status: MemberStatus::Invited,
        external_id: text::external_id(new.external_id)?,
        provisioned: Provisioned::Invitation,
        email_proven_at: None,
        created_at: now,
        updated_at: now,
    };
    let (service_in, by) = (service.clone(), caller.clone());
    let change = Change::by(move |tx| {
        let workspace = by.workspace(tx, workspace_id)?;
        tx.insert_member(&member)?;
        let issued = issue(tx, &service_in.config, &workspace, &member, deliver, now)?;
        let detail = json!({
            "role": member.role,
            "link": issued.link.id,
            "delivered": deliver.done(),
            "expires_at": issued.link.expires_at,
        });
        let (actor, scope) = (by.actor(), Some(workspace_id));
        audit::record(tx, actor, scope, "member.invited", member.id, &detail, now)?;
        Ok(InvitationView::new(member, issued))
    });
    caller.answer(&service, change, created).await
}
