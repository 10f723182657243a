//! The second factors of a member: what there is, and a reset for somebody who has lost them.

use actix_web::{
    HttpResponse, delete, get,
    web::{Data, Path},
};
use vestibule_model::{MemberId, WorkspaceId};

use crate::{
    clock,
    extract::{Allowed, scope},
    people::two_factor::{self, Kept},
    problem::Problem,
    routes::members::member,
    service::Service,
    views::TwoFactorView,
};

/// Which second factors a member has. Secrets and keys are not shown.
#[utoipa::path(tag = "Members", operation_id = "getTwoFactor",
    params(("workspace_id" = String, Path, description = "The workspace"),
           ("member_id" = String, Path, description = "The member")),
    responses((status = 200, description = "What there is", body = TwoFactorView)))]
#[get("/workspaces/{workspace_id}/members/{member_id}/two-factor")]
pub(crate) async fn read(
    caller: Allowed<scope::MembersRead>,
    service: Data<Service>,
    path: Path<(WorkspaceId, MemberId)>,
) -> Result<HttpResponse, Problem> {
    let (caller, ids) = (caller.into_caller(), path.into_inner());
    let kept = service
        .store
        .read(move |tx| {
            let member = member(tx, &caller, ids)?;
            Ok::<_, Problem>(Kept::of(tx, member.workspace_id, member.id)?)
        })
        .await?;
    Ok(HttpResponse::Ok().json(TwoFactorView::from(kept)))
}

/// Reset the second factors of a member who has lost them.
///
/// Authenticator app, passkeys and recovery codes are removed and the member's sessions end. Where the
/// workspace asks for a second factor, the next sign-in leads to enrolling again. A passkey that is the
/// only way in of the last active admin stays: `409 last-admin`; give them a password first.
#[utoipa::path(tag = "Members", operation_id = "resetTwoFactor",
    params(("workspace_id" = String, Path, description = "The workspace"),
           ("member_id" = String, Path, description = "The member")),
    responses((status = 204, description = "There is none any more")))]
#[delete("/workspaces/{workspace_id}/members/{member_id}/two-factor")]
pub(crate) async fn reset(
    caller: Allowed<scope::MembersWrite>,
    service: Data<Service>,
    path: Path<(WorkspaceId, MemberId)>,
) -> Result<HttpResponse, Problem> {
    let (caller, ids, now) = (caller.into_caller(), path.into_inner(), clock::now());
    let service_in = service.clone();
    service
        .store
        .write(move |tx| {
            caller.workspace(tx, ids.0)?;
            two_factor::reset(tx, &service_in, ids, caller.actor(), now)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
