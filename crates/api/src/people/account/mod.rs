//! The account: what somebody who is signed in to our own pages keeps with us.
//!
//! Whatever changes how they come in asks for a sign-in of the last ten minutes, and whoever has a
//! second factor for having shown it: nobody takes their own away without it.

mod done;
mod overview;
mod passkeys;
mod password;
mod recovery_codes;
mod reset;
mod sessions;
mod totp;

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Data, ServiceConfig},
};
use jiff::Timestamp;
use serde_json::Value;
use vestibule_model::{Actor, AuthenticationMethod, Origin, Role, Session};
use vestibule_pages::{RecoveryCodes, text};
use vestibule_store::{StoreError, Tx};

use crate::{
    audit,
    page::{self, ErrorPage},
    people::{
        Form, begin,
        entrance::{HOME, own_request},
        flow::Flow,
        session::SignedIn,
    },
    service::Service,
};
use done::Done;

/// The routes of the account.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(overview::account)
        .service(sessions::sign_out)
        .service(sessions::end)
        .service(sessions::end_others)
        .service(totp::show)
        .service(totp::confirm)
        .service(totp::remove)
        .service(recovery_codes::renew)
        .service(recovery_codes::kept)
        .service(passkeys::show)
        .service(passkeys::add)
        .service(passkeys::rename)
        .service(passkeys::remove)
        .service(password::show)
        .service(password::change)
        .service(reset::question)
        .service(reset::reset);
}

const TOO_OLD: &str = "again-account";
const WITHOUT_FACTOR: &str = "again-factor";

/// Who is signed in here, or where to go instead.
type Who = Result<SignedIn, HttpResponse>;

/// Who is signed in here, else the sign-in that leads back to `here`.
async fn signed_in(
    request: &HttpRequest,
    service: &Data<Service>,
    here: &str,
    now: Timestamp,
) -> Result<Who, ErrorPage> {
    if let Some(signed_in) = SignedIn::find(request, service, now).await? {
        return Ok(Ok(signed_in));
    }
    let flow = Flow::new(own_request(Some(here), None, now)?);
    begin(request, service, flow, now).await.map(Err)
}

/// The same for a form that was posted.
async fn posted(
    request: &HttpRequest,
    service: &Data<Service>,
    fields: &Form,
    now: Timestamp,
) -> Result<Who, ErrorPage> {
    let who = signed_in(request, service, HOME, now).await?;
    if let Ok(signed_in) = &who {
        signed_in.check_form(request, service, fields)?;
    }
    Ok(who)
}

/// The same for what is sensitive: they proved who they are lately, and with what they have. Otherwise
/// they are asked again, and come back to `here`.
async fn proven(
    who: Who,
    request: &HttpRequest,
    service: &Data<Service>,
    here: &str,
    now: Timestamp,
) -> Result<Who, ErrorPage> {
    let signed_in = match who {
        Ok(signed_in) => signed_in,
        Err(away) => return Ok(Err(away)),
    };
    if !counts_here(&signed_in) {
        return Err(sso_instead());
    }
    let reason = if !signed_in.is_fresh(now) {
        TOO_OLD
    } else if !has_shown_factor(service, &signed_in).await? {
        WITHOUT_FACTOR
    } else {
        return Ok(Ok(signed_in));
    };
    let flow = signed_in.again(here, reason, now)?;
    begin(request, service, flow, now).await.map(Err)
}

/// Whether what somebody keeps with us is theirs to change in this session. A non-admin who comes by
/// single sign-on does so by the word of the identity provider alone, and nothing that they keep here
/// lets them in meanwhile (P3). What they added would outlive that word: a passkey is a whole sign-in
/// once they are made an admin or SSO is off, whoever it was that asserted their address (P10, P5).
pub(super) fn counts_here(signed_in: &SignedIn) -> bool {
    signed_in.session.origin == Origin::Local || signed_in.member.role == Role::Admin
}

fn sso_instead() -> ErrorPage {
    ErrorPage::named(StatusCode::FORBIDDEN, "sso-required").link("/account", text("account-go"))
}

/// Whether this session has seen the second factor of whoever could show one. Single sign-on sees none
/// of ours.
async fn has_shown_factor(service: &Service, signed_in: &SignedIn) -> Result<bool, ErrorPage> {
    if saw_factor(&signed_in.session) {
        return Ok(true);
    }
    let (workspace_id, member_id) = (signed_in.workspace.id, signed_in.member.id);
    let has = service
        .store
        .read(move |tx| tx.has_second_factor(workspace_id, member_id))
        .await?;
    Ok(!has)
}

fn saw_factor(session: &Session) -> bool {
    use AuthenticationMethod::{Hwk, Mfa, Otp, Swk};
    let counts = |method: &AuthenticationMethod| matches!(method, Otp | Hwk | Swk | Mfa);
    session.origin == Origin::Local && session.amr.iter().any(counts)
}

/// Back to the account, which says what was done.
fn back(done: Done) -> HttpResponse {
    page::redirect(StatusCode::SEE_OTHER, done.place())
}

/// Where a button that needed a new sign-in leads back to.
fn press_again() -> String {
    Done::SignedInAgain.place()
}

/// The recovery codes, this once.
fn codes_page(signed_in: &SignedIn, codes: Vec<String>) -> HttpResponse {
    let page = RecoveryCodes {
        action: "/account/kept".to_owned(),
        csrf: signed_in.csrf(),
        codes,
    };
    page::rendered(StatusCode::OK, page)
}

/// One entry of the audit log about what somebody did to their own account.
fn note(
    tx: &mut Tx<'_>,
    signed_in: (vestibule_model::WorkspaceId, vestibule_model::MemberId),
    action: &str,
    target: impl std::fmt::Display,
    detail: &Value,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (workspace_id, member_id) = signed_in;
    let (actor, scope) = (Actor::Member(member_id), Some(workspace_id));
    audit::record(tx, actor, scope, action, target, detail, now)
}
