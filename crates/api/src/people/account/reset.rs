//! An admin resets the second step of somebody who has lost it; never their own.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Path},
};
use jiff::Timestamp;
use vestibule_model::{Actor, Member, MemberId, Role};
use vestibule_pages::{Confirm, Link, Message, Status, text};
use vestibule_store::Tx;

use super::{passkeys::of_problem, posted, proven, signed_in};
use crate::{
    clock,
    page::{self, ErrorPage},
    people::{Form, session::SignedIn, two_factor},
    problem::Problem,
    service::Service,
};

/// What it would do, and the button.
#[get("/account/members/{member_id}/two-factor")]
pub(crate) async fn question(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<MemberId>,
) -> Result<HttpResponse, ErrorPage> {
    let (id, now) = (path.into_inner(), clock::now());
    let here = place(id);
    let who = signed_in(&request, &service, &here, now).await?;
    let signed_in = match proven(who, &request, &service, &here, now).await? {
        Ok(signed_in) => signed_in,
        Err(away) => return Ok(away),
    };
    let member = of_an_admin(&service, &signed_in, id).await?;
    let question = Confirm {
        title: text("reset-factor-title"),
        text: text("reset-factor-text").with("email", member.email.as_str()),
        advice: Some(text("reset-factor-advice")),
        action: here,
        csrf: signed_in.csrf(),
        label: text("reset-factor-button"),
        cancel_href: Some("/account".to_owned()),
    };
    Ok(page::rendered(StatusCode::OK, question))
}

/// Done.
#[post("/account/members/{member_id}/two-factor")]
pub(crate) async fn reset(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<MemberId>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    let (id, now) = (path.into_inner(), clock::now());
    let who = posted(&request, &service, &fields, now).await?;
    let signed_in = match proven(who, &request, &service, &place(id), now).await? {
        Ok(signed_in) => signed_in,
        Err(away) => return Ok(away),
    };
    let member = of_an_admin(&service, &signed_in, id).await?;
    let (service_in, admin) = (service.clone(), signed_in.member.clone());
    service
        .store
        .write(move |tx| reset_by(tx, &service_in, &admin, id, now))
        .await
        .map_err(of_problem)?;
    let done = Message {
        title: text("factor-reset-title"),
        text: text("factor-reset-text").with("email", member.email.as_str()),
        advice: Some(text("factor-reset-advice")),
        detail: None,
        reference: None,
        links: vec![Link {
            href: "/account".to_owned(),
            label: text("account-go"),
        }],
        status: Status::Done,
    };
    Ok(page::rendered(StatusCode::OK, done))
}

/// The admin is read again: they may have been demoted meanwhile.
fn reset_by(
    tx: &mut Tx<'_>,
    service: &Service,
    admin: &Member,
    id: MemberId,
    now: Timestamp,
) -> Result<(), Problem> {
    tx.lock_workspace(admin.workspace_id)?;
    let still = tx.member(admin.workspace_id, admin.id)?;
    if still.is_none_or(|admin| admin.role != Role::Admin) {
        return Err(Problem::not_found("member"));
    }
    let actor = Actor::Member(admin.id);
    two_factor::reset(tx, service, (admin.workspace_id, id), actor, now)
}

/// The member, for an admin of the same workspace who is somebody else.
async fn of_an_admin(
    service: &Service,
    signed_in: &SignedIn,
    id: MemberId,
) -> Result<Member, ErrorPage> {
    if signed_in.member.id == id {
        return Err(own());
    }
    if signed_in.member.role != Role::Admin {
        return Err(not_yours());
    }
    let workspace_id = signed_in.workspace.id;
    let found = service
        .store
        .read(move |tx| tx.member(workspace_id, id))
        .await?;
    found.ok_or_else(not_yours)
}

fn place(id: MemberId) -> String {
    format!("/account/members/{id}/two-factor")
}

fn own() -> ErrorPage {
    ErrorPage::named(StatusCode::FORBIDDEN, "own-second-factor")
        .link("/account", text("account-go"))
}

fn not_yours() -> ErrorPage {
    ErrorPage::worded(StatusCode::FORBIDDEN, "admins-only", "reset-admins-only")
        .link("/account", text("account-go"))
}
