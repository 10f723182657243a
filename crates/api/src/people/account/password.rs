//! The password.

use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, post, web::Data};
use serde_json::json;
use vestibule_credential::{Password, SHORTEST};
use vestibule_model::{Member, Role, StoredPassword};
use vestibule_pages::{Notice, SetPassword};
use vestibule_store::{Reach, Tx};

use super::{back, done::Done, note, posted, proven, signed_in, sso_instead};
use crate::{
    clock, mail,
    page::{self, ErrorPage},
    people::{
        Form,
        password_link::{personal, refused},
        session::SignedIn,
    },
    problem::Problem,
    service::Service,
};

const HERE: &str = "/account/password";

/// Whether a password would let this member in. With single sign-on live a non-admin's does not (P3),
/// and one that is chosen meanwhile must not outlive their account at the identity provider (P5): then
/// they get a link.
pub(super) fn may_have_one(
    tx: &mut Tx<'_>,
    service: &Service,
    member: &Member,
) -> Result<bool, Problem> {
    if member.role == Role::Admin {
        return Ok(true);
    }
    let Some(workspace) = tx.workspace(Reach::All, member.workspace_id)? else {
        return Ok(false);
    };
    Ok(!tx
        .facts_of_workspace(workspace)?
        .sso_is_live(&service.rules))
}

/// Asks for a new one.
#[get("/account/password")]
pub(crate) async fn show(
    request: HttpRequest,
    service: Data<Service>,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let who = signed_in(&request, &service, HERE, now).await?;
    let signed_in = match proven(who, &request, &service, HERE, now).await? {
        Ok(signed_in) => signed_in,
        Err(away) => return Ok(away),
    };
    let (service_in, member) = (service.clone(), signed_in.member.clone());
    let (allowed, first) = service
        .store
        .read(move |tx| {
            let allowed = may_have_one(tx, &service_in, &member)?;
            let password = tx.password(member.workspace_id, member.id)?;
            Ok::<_, Problem>((allowed, password.is_none()))
        })
        .await?;
    if !allowed {
        return Err(sso_instead());
    }
    Ok(form(&signed_in, first, None))
}

fn form(signed_in: &SignedIn, first: bool, error: Option<Notice>) -> HttpResponse {
    let status = match error {
        None => StatusCode::OK,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = SetPassword {
        action: HERE.to_owned(),
        csrf: signed_in.csrf(),
        email: signed_in.member.email.to_string(),
        workspace: signed_in.workspace.name.clone(),
        invitation: first,
        minimum: u8::try_from(SHORTEST).unwrap_or(u8::MAX),
        sso_instead: false,
        error,
    };
    page::rendered(status, page)
}

/// The new one: every other session ends, and no link that was sent before counts any more.
#[post("/account/password")]
pub(crate) async fn change(
    request: HttpRequest,
    service: Data<Service>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let who = posted(&request, &service, &fields, now).await?;
    let signed_in = match proven(who, &request, &service, HERE, now).await? {
        Ok(signed_in) => signed_in,
        Err(away) => return Ok(away),
    };
    let (workspace, member) = (signed_in.workspace.clone(), signed_in.member.clone());
    let known = personal(&member, &workspace);
    let password = match Password::choose(fields.get("password"), &known) {
        Ok(password) => password,
        Err(error) => return Ok(form(&signed_in, false, Some(refused(&error)))),
    };
    let hash = service.hashing.hash(password).await?;
    let (service_in, here) = (service.clone(), signed_in.session.id);
    let changed = service
        .store
        .write(move |tx| {
            let who = (workspace.id, member.id);
            if !may_have_one(tx, &service_in, &member)? {
                return Ok(false);
            }
            tx.set_password(&StoredPassword {
                member_id: who.1,
                workspace_id: who.0,
                hash,
                set_at: now,
                last_used_at: None,
            })?;
            tx.revoke_password_links(who.0, who.1)?;
            let (keep, reason) = (Some(here), "password changed");
            let ended = tx.revoke_sessions_of_member_except(who.0, who.1, keep, reason, now)?;
            let detail = json!({"sessions_ended": ended});
            note(tx, who, "password.changed", who.1, &detail, now)?;
            let notice = mail::Notice::PasswordChanged;
            mail::notice(tx, &service_in.config, &workspace, &member, notice, now)?;
            Ok::<_, Problem>(true)
        })
        .await?;
    if !changed {
        return Err(sso_instead());
    }
    Ok(back(Done::PasswordChanged))
}
