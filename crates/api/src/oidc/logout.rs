//! Where an application sends its people to sign out (OpenID Connect RP-Initiated Logout 1.0).

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Payload},
};
use jiff::Timestamp;
use serde_json::json;
use tracing::warn;
use vestibule_model::{Actor, Client, ClientId, Session};
use vestibule_pages::SignOut;
use vestibule_session::{IdClaims, verify_id_token_hint};
use vestibule_state::{BrowserBinding, BrowserToken, LogoutReturn};
use vestibule_store::{Reach, Tx};

use crate::{
    audit, body, browser, clock,
    oidc::form::Parameters,
    openapi::oauth::LogoutRequestView,
    page::{self, ErrorPage},
    problem::Problem,
    redirect_uri::RedirectUri,
    saml::{LEADING_AWAY, arrived, ask_idp},
    service::Service,
};

/// Sign a person out (OpenID Connect RP-Initiated Logout §2): for a browser to go to. The session of
/// `id_token_hint` ends, here first and then at the identity provider where that takes part in single
/// logout. Without a hint of ours the person is asked first.
#[utoipa::path(tag = "OpenID Connect", operation_id = "logout", params(LogoutRequestView),
    security(()),
    responses(
        (status = 200, description = "A page: signed out, a question, or a form that posts itself to the identity provider", content_type = "text/html", body = String),
        (status = 303, description = "To the identity provider, to `post_logout_redirect_uri`, or to the landing page of the connection",
            headers(("Location" = String, description = "Where to"))),
        (status = 400, description = "A page: `post_logout_redirect_uri` is not registered for this client", content_type = "text/html", body = String),
        (status = 503, description = "A page: try again in a moment", content_type = "text/html", body = String)))]
#[get("/oauth2/logout")]
pub(crate) async fn logout(
    request: HttpRequest,
    service: Data<Service>,
) -> Result<HttpResponse, ErrorPage> {
    let parameters = Parameters::parse(request.query_string().as_bytes());
    leave(&request, &service, &parameters).await
}

/// The same by a form that the application has a browser post; the person's own "yes" comes this way too.
#[utoipa::path(tag = "OpenID Connect", operation_id = "logoutByPost",
    request_body(content = LogoutRequestView, content_type = "application/x-www-form-urlencoded"),
    security(()),
    responses(
        (status = 200, description = "A page: signed out, a question, or a form that posts itself to the identity provider", content_type = "text/html", body = String),
        (status = 303, description = "To the identity provider, to `post_logout_redirect_uri`, or to the landing page of the connection",
            headers(("Location" = String, description = "Where to"))),
        (status = 400, description = "A page: `post_logout_redirect_uri` is not registered for this client", content_type = "text/html", body = String),
        (status = 413, description = "A page: the form is too large", content_type = "text/html", body = String),
        (status = 503, description = "A page: try again in a moment", content_type = "text/html", body = String)))]
#[post("/oauth2/logout")]
pub(crate) async fn logout_by_post(
    request: HttpRequest,
    service: Data<Service>,
    payload: Payload,
) -> Result<HttpResponse, ErrorPage> {
    let form = body::read(payload.into_inner()).await?;
    leave(&request, &service, &Parameters::parse(&form)).await
}

async fn leave(
    request: &HttpRequest,
    service: &Data<Service>,
    parameters: &Parameters,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let hint = parameters.get("id_token_hint").and_then(|token| {
        verify_id_token_hint(&service.keys.ring(), &service.issuer, token, now).ok()
    });
    let back = way_back(service, parameters, hint.as_ref()).await?;
    let token = browser::token(request, &service.config);
    let ended = match (&hint, &token) {
        (Some(hint), _) => end_hinted(service, hint, now).await?,
        (None, Some(token)) if confirmed(parameters, token) => {
            end_of_browser(service, token.binding(), now).await?
        }
        (None, Some(token)) => {
            let sessions = of_browser(service, token.binding(), now).await?;
            if !sessions.is_empty() {
                return Ok(question(parameters, token, sessions.len()));
            }
            Vec::new()
        }
        // Nobody is signed in in this browser, as far as we can know.
        (None, None) => Vec::new(),
    };
    let binding = match token {
        Some(token) => token.binding(),
        None => BrowserToken::generate()?.binding(),
    };
    for session in &ended {
        match ask_idp(service, session, back.clone(), binding, now).await {
            Ok(Some(departure)) => return Ok(departure.into_sign_out(StatusCode::SEE_OTHER)),
            Ok(None) => {}
            // Here the person is signed out already; the IdP's session ends by itself.
            Err(problem) => warn!(%problem, "the identity provider could not be asked to sign out"),
        }
    }
    let landing = landing(service, ended.first()).await?;
    Ok(arrived(&back, landing.as_deref()))
}

/// Where the person goes afterwards: a registered URI of the client that the hint or `client_id`
/// names, or nowhere. An unregistered one is an error, not a redirect.
async fn way_back(
    service: &Service,
    parameters: &Parameters,
    hint: Option<&IdClaims>,
) -> Result<LogoutReturn, ErrorPage> {
    let named = parameters.get("client_id").map(str::parse::<ClientId>);
    let client_id = match (hint.map(|hint| hint.aud), named) {
        (Some(hinted), Some(Ok(named))) if hinted != named => return Err(unregistered()),
        (_, Some(Err(_))) => return Err(unregistered()),
        (Some(id), _) | (None, Some(Ok(id))) => Some(id),
        (None, None) => None,
    };
    let Some(wanted) = parameters.get("post_logout_redirect_uri") else {
        return Ok(LogoutReturn {
            redirect_uri: None,
            state: None,
        });
    };
    let client = match client_id {
        Some(id) => service.configuration.client(&service.store, id).await?,
        None => None,
    };
    let registered = |client: &Client| RedirectUri::post_logout(client, wanted);
    let uri = client.as_deref().and_then(registered);
    Ok(LogoutReturn {
        redirect_uri: Some(uri.ok_or_else(unregistered)?.as_str().to_owned()),
        state: parameters.owned("state"),
    })
}

/// Ends the session that the hint names, if it is still there.
async fn end_hinted(
    service: &Service,
    hint: &IdClaims,
    now: Timestamp,
) -> Result<Vec<Session>, Problem> {
    let (sid, subject) = (hint.sid, hint.sub);
    service
        .store
        .write(move |tx| {
            let session = tx.session(Reach::All, sid)?;
            let session = session.filter(|session| session.member_id == subject);
            session.map_or(Ok(Vec::new()), |session| end(tx, vec![session], now))
        })
        .await
}

async fn of_browser(
    service: &Service,
    browser: BrowserBinding,
    now: Timestamp,
) -> Result<Vec<Session>, Problem> {
    let browser = browser.to_hex();
    let find = move |tx: &mut Tx<'_>| tx.sessions_of_browser(&browser, now).map_err(Problem::from);
    service.store.read(find).await
}

async fn end_of_browser(
    service: &Service,
    browser: BrowserBinding,
    now: Timestamp,
) -> Result<Vec<Session>, Problem> {
    let browser = browser.to_hex();
    service
        .store
        .write(move |tx| {
            let sessions = tx.sessions_of_browser(&browser, now)?;
            end(tx, sessions, now)
        })
        .await
}

/// Those that ended by this, and not before.
fn end(tx: &mut Tx<'_>, sessions: Vec<Session>, now: Timestamp) -> Result<Vec<Session>, Problem> {
    let mut ended = Vec::new();
    for session in sessions {
        if tx.revoke_session(session.id, "signed out", now)? {
            let (actor, scope) = (Actor::Member(session.member_id), Some(session.workspace_id));
            let (action, target) = ("member.signed_out", session.member_id);
            let detail = json!({"session": session.id.to_string()});
            audit::record(tx, actor, scope, action, target, &detail, now)?;
            ended.push(session);
        }
    }
    Ok(ended)
}

/// The landing page of the connection that the session came from.
async fn landing(service: &Service, session: Option<&Session>) -> Result<Option<String>, Problem> {
    let Some(vestibule_model::Origin::Saml {
        connection_id,
        revision_id,
        ..
    }) = session.map(|session| session.origin.clone())
    else {
        return Ok(None);
    };
    let revision = service
        .store
        .read(move |tx| {
            tx.revision(connection_id, revision_id)
                .map_err(Problem::from)
        })
        .await?;
    Ok(revision.and_then(|revision| revision.settings.logout_landing_url))
}

/// What only our own page, in this browser, can send along: the cookie's hash, which is no secret of
/// the cookie and which nobody else can know.
fn confirmed(parameters: &Parameters, token: &BrowserToken) -> bool {
    parameters.get("confirm") == Some(token.binding().to_hex().as_str())
}

fn question(parameters: &Parameters, token: &BrowserToken, sessions: usize) -> HttpResponse {
    let asked = ["client_id", "post_logout_redirect_uri", "state"].into_iter();
    let fields = asked.filter_map(|name| Some((name, parameters.owned(name)?)));
    let page = SignOut {
        action: "/oauth2/logout".to_owned(),
        confirm: token.binding().to_hex(),
        fields: fields.collect(),
        sessions,
    };
    // Its button leads on to the identity provider, and to the application.
    page::rendered_under(LEADING_AWAY, StatusCode::OK, page)
}

fn unregistered() -> ErrorPage {
    ErrorPage::named(
        StatusCode::BAD_REQUEST,
        "post-logout-redirect-uri-unregistered",
    )
}
