//! Signing out, here and elsewhere.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, post, web::Data};
use serde_json::json;
use vestibule_model::SessionId;
use vestibule_pages::{Link, Message, Status, text};

use super::{back, done::Done, note, posted};
use crate::{
    clock,
    page::{self, ErrorPage},
    people::{
        Form, same_origin,
        session::{self, SignedIn},
    },
    problem::Problem,
    service::Service,
};

/// Signs out of our own pages, in this browser.
#[post("/account/sign-out")]
pub(crate) async fn sign_out(
    request: HttpRequest,
    service: Data<Service>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    // Where our cookie stayed at home there is no token to ask for, and the answer takes it away.
    same_origin(&request, &service.config)?;
    let now = clock::now();
    if let Some(signed_in) = SignedIn::find(&request, &service, now).await? {
        signed_in.check_form(&request, &service, &fields)?;
        let hash = signed_in.token.hash();
        let (session, who) = (
            signed_in.session.id,
            (signed_in.workspace.id, signed_in.member.id),
        );
        service
            .store
            .write(move |tx| {
                tx.revoke_session(session, "signed out", now)?;
                tx.delete_browser_session(&hash)?;
                let detail = json!({"reason": "signed out"});
                note(tx, who, "session.revoked", session, &detail, now)?;
                Ok::<_, Problem>(())
            })
            .await?;
    }
    let page = Message {
        title: text("signed-out-title"),
        text: text("signed-out-here-text"),
        advice: Some(text("signed-out-here-advice")),
        detail: None,
        reference: None,
        links: vec![Link {
            href: "/sign-in".to_owned(),
            label: text("sign-in"),
        }],
        status: Status::Done,
    };
    let mut response = page::rendered(StatusCode::OK, page);
    let cookie = session::no_cookie(&service.config);
    response.add_cookie(&cookie).map_err(Problem::internal)?;
    Ok(response)
}

/// Ends one of their own sessions. Another's stays as it is, and the answer says no more.
#[post("/account/sessions/end")]
pub(crate) async fn end(
    request: HttpRequest,
    service: Data<Service>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let signed_in = match posted(&request, &service, &fields, now).await? {
        Ok(signed_in) => signed_in,
        Err(away) => return Ok(away),
    };
    if let Ok(id) = fields.get("id").parse::<SessionId>() {
        let who = (signed_in.workspace.id, signed_in.member.id);
        service
            .store
            .write(move |tx| {
                let own = tx.browser_sessions_of(who.0, who.1, now)?;
                let own = own.iter().any(|(browser, _)| browser.session_id == id);
                if own && tx.revoke_session(id, "signed out elsewhere", now)? {
                    let detail = json!({"reason": "signed out elsewhere"});
                    note(tx, who, "session.revoked", id, &detail, now)?;
                }
                Ok::<_, Problem>(())
            })
            .await?;
    }
    Ok(back(Done::SessionEnded))
}

/// Ends all of their sessions but this one, those of applications too.
#[post("/account/sessions/end-others")]
pub(crate) async fn end_others(
    request: HttpRequest,
    service: Data<Service>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let signed_in = match posted(&request, &service, &fields, now).await? {
        Ok(signed_in) => signed_in,
        Err(away) => return Ok(away),
    };
    let (here, who) = (
        signed_in.session.id,
        (signed_in.workspace.id, signed_in.member.id),
    );
    service
        .store
        .write(move |tx| {
            let reason = "signed out elsewhere";
            let ended =
                tx.revoke_sessions_of_member_except(who.0, who.1, Some(here), reason, now)?;
            let detail = json!({"sessions": ended, "reason": reason});
            note(tx, who, "sessions.revoked", who.1, &detail, now)?;
            Ok::<_, Problem>(())
        })
        .await?;
    Ok(back(Done::OthersEnded))
}
