//! An admin resets the second step of somebody who has lost it; never their own.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Path},
};
use jiff::Timestamp;
use vestibule_model::{Actor, Member, MemberId, Role};
use vestibule_pages::{Confirm, Link, Message, Status};
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
        title: "Reset somebody's second step?".to_owned(),
        text: format!(
            "{} loses the authenticator app, the passkeys and the recovery codes, and is signed out \
             everywhere.",
            member.email
        ),
        advice: "Make sure that it is really them who asked: whoever knows their password could \
                 sign in without a second step afterwards, or set up one of their own."
            .to_owned(),
        action: here,
        csrf: signed_in.csrf(),
        label: "Reset the second step".to_owned(),
        cancel_href: Some("/account".to_owned()),
    };
    Ok(page::rendered(StatusCode::OK, question.render()))
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
        title: "The second step was reset".to_owned(),
        text: format!("{} is signed out everywhere.", member.email),
        advice:
            "If this workspace asks for a second step, their next sign-in leads to setting one \
                 up."
            .to_owned(),
        reference: None,
        links: vec![Link {
            href: "/account".to_owned(),
            label: "Go to your account".to_owned(),
        }],
        status: Status::Done,
    };
    Ok(page::rendered(StatusCode::OK, done.render()))
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
    ErrorPage::new(
        StatusCode::FORBIDDEN,
        "own-second-factor",
        "This is your own second step",
        "Nobody resets their own: it would be worth nothing to whoever it protects you from.",
        "Use your account page while you have it. If you have lost it and your recovery codes, ask \
         another admin.",
    )
    .link("/account", "Go to your account")
}

fn not_yours() -> ErrorPage {
    ErrorPage::new(
        StatusCode::FORBIDDEN,
        "admins-only",
        "This is not yours to reset",
        "Only an admin can reset the second step of somebody in their own workspace.",
        "Ask an admin of your workspace.",
    )
    .link("/account", "Go to your account")
}
