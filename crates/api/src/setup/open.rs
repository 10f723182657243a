//! Where a setup link leads: a page with a button, and what the button does.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    post, route,
    web::{Data, Path},
};
use jiff::Timestamp;
use serde_json::json;
use vestibule_model::{Actor, SetupLink, SetupLinkState, Workspace};
use vestibule_pages::{Confirm, text};
use vestibule_session::Secret;
use vestibule_store::{Reach, Tx};

use super::{place, session};
use crate::{
    audit, clock,
    config::Config,
    guards::{self, Guess},
    page::{self, ErrorPage},
    people::{Form, same_origin},
    problem::Problem,
    service::Service,
    when::when,
};

/// Shows the button.
#[route("/setup/{token}", method = "GET", method = "HEAD")]
pub(crate) async fn show(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<String>,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let (token, link, workspace) = find(&request, &service, &path, now).await?;
    let what = if link.allow_enable {
        text("setup-open-text-enable")
    } else {
        text("setup-open-text")
    };
    let page = Confirm {
        title: text("setup-open-title").with("workspace", &workspace.name),
        text: what,
        advice: Some(text("setup-open-advice").with("until", when(link.expires_at).text)),
        action: format!("/setup/{}", token.expose()),
        csrf: token.form_token(),
        label: text("setup-open-button"),
        cancel_href: None,
    };
    Ok(page::rendered(StatusCode::OK, page))
}

/// Opens the link in this browser, and ends where it was open before.
#[post("/setup/{token}")]
pub(crate) async fn open(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<String>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    same_origin(&request, &service.config)?;
    let now = clock::now();
    let (token, link, _) = find(&request, &service, &path, now).await?;
    if fields.get("csrf") != token.form_token() {
        return Err(session::forged());
    }
    let place = place(link.connection_id);
    let opened = service.store.write(move |tx| begin(tx, &link, now)).await?;
    let Some(opened) = opened else {
        // Taken back this very moment: looked at once more, it says so.
        find(&request, &service, &path, now).await?;
        return Err(unknown());
    };
    let mut response = page::redirect(StatusCode::SEE_OTHER, place);
    let cookie = session::cookie(&service.config, &opened);
    response.add_cookie(&cookie).map_err(Problem::internal)?;
    Ok(response)
}

fn begin(tx: &mut Tx<'_>, link: &SetupLink, now: Timestamp) -> Result<Option<Secret>, Problem> {
    let Some(token) = session::begin(tx, link, now)? else {
        return Ok(None);
    };
    let detail = json!({"connection": link.connection_id});
    let (actor, scope) = (Actor::SetupLink(link.id), Some(link.workspace_id));
    audit::record(tx, actor, scope, "setup_link.opened", link.id, &detail, now)?;
    Ok(Some(token))
}

/// The link of a token, if it can be opened.
async fn find(
    request: &HttpRequest,
    service: &Data<Service>,
    token: &str,
    now: Timestamp,
) -> Result<(Secret, SetupLink, Workspace), ErrorPage> {
    guards::ask(service, request, Guess::Link, None, now).await?;
    let token = Secret::parse(token).ok_or_else(unknown)?;
    let hash = token.hash();
    let found = service.store.read(move |tx| {
        let Some(link) = tx.setup_link_by_token(&hash)? else {
            return Ok(None);
        };
        let workspace = tx.workspace(Reach::All, link.workspace_id)?;
        Ok::<_, Problem>(workspace.map(|workspace| (link, workspace)))
    });
    let (link, workspace) = found.await?.ok_or_else(unknown)?;
    page::belongs_to(request, &workspace);
    match link.state(now) {
        SetupLinkState::Open => Ok((token, link, workspace)),
        SetupLinkState::Expired => Err(expired(&link, &workspace, &service.config)),
        SetupLinkState::Revoked => Err(revoked(&workspace, &service.config)),
    }
}

fn unknown() -> ErrorPage {
    ErrorPage::named(StatusCode::NOT_FOUND, "setup-link-unknown")
}

fn expired(link: &SetupLink, workspace: &Workspace, config: &Config) -> ErrorPage {
    let page = ErrorPage::named(StatusCode::GONE, "setup-link-expired");
    contact(page, config)
        .with("workspace", &workspace.name)
        .with("until", when(link.expires_at).text)
}

fn revoked(workspace: &Workspace, config: &Config) -> ErrorPage {
    let page = ErrorPage::named(StatusCode::GONE, "setup-link-revoked");
    contact(page, config).with("workspace", &workspace.name)
}

/// Whom to write to, where the deployment says so.
fn contact(page: ErrorPage, config: &Config) -> ErrorPage {
    let contact = config.service_contact.as_deref();
    page.with("contacts", usize::from(contact.is_some()))
        .with("contact", contact.unwrap_or_default())
}
