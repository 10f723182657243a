//! The end of a setup: it is closed in this browser, and leads back to where the link says.

use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, post, web::Data};
use vestibule_pages::{Confirm, Message, Status, text};

use super::{
    FINISH, place,
    return_url::ReturnUrl,
    session::{self, LinkSession},
};
use crate::{
    clock,
    page::{self, ErrorPage},
    people::Form,
    problem::Problem,
    service::Service,
    when::when,
};

/// Asks whether the setup is done.
#[get("/setup/finish")]
pub(crate) async fn question(
    request: HttpRequest,
    service: Data<Service>,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let found = LinkSession::find(&request, &service, now).await?;
    let session = found.ok_or_else(session::over)?;
    let page = Confirm {
        title: text("setup-leave-title").with("workspace", &session.workspace.name),
        text: text("setup-leave-text"),
        advice: Some(text("setup-leave-advice").with("until", when(session.link.expires_at).text)),
        action: FINISH.to_owned(),
        csrf: session.csrf(),
        label: text("setup-leave-button"),
        cancel_href: Some(place(session.connection.id)),
    };
    let link = session.link;
    let back = service.store.read(move |tx| ReturnUrl::of(tx, &link));
    let target = back.await?.map(ReturnUrl::into_string).unwrap_or_default();
    Ok(page::rendered_towards(StatusCode::OK, page, &target))
}

/// Closes the setup in this browser, and sends it back.
#[post("/setup/finish")]
pub(crate) async fn finish(
    request: HttpRequest,
    service: Data<Service>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    let found = LinkSession::find(&request, &service, clock::now()).await?;
    let session = found.ok_or_else(session::over)?;
    session.check_form(&request, &service, &fields)?;
    let (token_hash, link) = (session.token.hash(), session.link);
    let closed = service.store.write(move |tx| {
        tx.delete_setup_session(&token_hash)?;
        ReturnUrl::of(tx, &link)
    });
    let mut response = match closed.await? {
        Some(back) => page::redirect(StatusCode::SEE_OTHER, back.into_string()),
        None => page::rendered(StatusCode::OK, done(&session.workspace.name)),
    };
    let cookie = session::no_cookie(&service.config);
    response.add_cookie(&cookie).map_err(Problem::internal)?;
    Ok(response)
}

fn done(workspace: &str) -> Message {
    Message {
        title: text("setup-closed-title"),
        text: text("setup-closed-text").with("workspace", workspace),
        advice: Some(text("setup-closed-advice")),
        detail: None,
        reference: None,
        links: Vec::new(),
        status: Status::Done,
    }
}
