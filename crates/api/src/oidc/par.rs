//! Pushed authorization requests (RFC 9126): the client says by itself what it wants, and its browser
//! comes with nothing but a name for it.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    post,
    web::{Data, Payload},
};
use jiff::Timestamp;
use serde_json::json;
use vestibule_model::Client;
use vestibule_state::{PushedId, PushedRequest};

use crate::{
    clock,
    oidc::{
        authorize::check,
        client_auth::{CREDENTIALS, Callers, authenticated},
        error::{OAuthError, OAuthErrorCode, never_kept},
        form::Parameters,
    },
    openapi::oauth::{AuthorizationForm, OAuthErrorView, PushedView},
    page::ErrorPage,
    problem::Problem,
    redirect_uri::RedirectUri,
    service::Service,
};

/// What a browser may say beside a pushed request where that does not: which way it goes. Our own page
/// of several ways says it, and it grants nothing.
const WAYS: &[&str] = &["connection", "entityID", "method", "workspace"];

/// Push an authorization request (RFC 9126). The answer names it for 90 seconds, in which a browser may
/// begin with `client_id` and `request_uri` alone, once.
#[utoipa::path(tag = "OpenID Connect", operation_id = "pushAuthorizationRequest",
    request_body(content = AuthorizationForm, content_type = "application/x-www-form-urlencoded"),
    security(("client_secret_basic" = []), ()),
    responses(
        (status = 201, description = "The name of the request", body = PushedView),
        (status = 400, description = "What is wrong", body = OAuthErrorView),
        (status = 401, description = "The client is not known, or does not prove who it is", body = OAuthErrorView,
            headers(("WWW-Authenticate" = String, description = "How to say who calls"))),
        (status = 413, description = "The body is too large", body = OAuthErrorView),
        (status = 503, description = "Try again in a moment", body = OAuthErrorView)))]
#[post("/oauth2/par")]
pub(crate) async fn push(
    request: HttpRequest,
    service: Data<Service>,
    payload: Payload,
) -> Result<HttpResponse, OAuthError> {
    let payload = payload.into_inner();
    let (form, client) = authenticated(&request, &service, payload, Callers::All).await?;
    let now = clock::now();
    let invalid = |description: &str| OAuthError::new(OAuthErrorCode::InvalidRequest, description);
    // RFC 9126 §2.1.
    if form.get("request_uri").is_some() {
        return Err(invalid("request_uri cannot be pushed itself"));
    }
    let wanted = form.get("redirect_uri").unwrap_or_default();
    let redirect_uri = RedirectUri::registered(&client, wanted)
        .ok_or_else(|| invalid("redirect_uri is not registered for this client"))?;
    // What a browser would be sent back for, the client hears at once (§2.3).
    check(&service, &form, &client, redirect_uri.as_str(), now)?;
    let parameters = form.to_form_without(&CREDENTIALS);
    if parameters.len() > PushedRequest::MAX_BYTES {
        let description = format!(
            "an authorization request has at most {} bytes",
            PushedRequest::MAX_BYTES
        );
        return Err(invalid(&description));
    }
    let id = PushedId::generate().map_err(Problem::from)?;
    let lifetime = PushedRequest::LIFETIME;
    let pushed = PushedRequest {
        client_id: client.id,
        parameters,
        expires_at: now.checked_add(lifetime).map_err(Problem::internal)?,
    };
    let request_uri = id.to_request_uri();
    let kept = service.state.push(id, pushed, now).await;
    kept.map_err(Problem::from)?;
    Ok(never_kept(&mut HttpResponse::Created())
        .json(json!({"request_uri": request_uri, "expires_in": lifetime.as_secs()})))
}

/// An authorization request as it stands.
pub(crate) struct Asked {
    /// What the browser said, for the links of our own pages.
    pub(crate) said: Parameters,
    /// What counts: what was pushed, or what the browser said.
    pub(crate) parameters: Parameters,
    pushed: Option<PushedId>,
}

impl Asked {
    /// Looks up what was pushed, where the browser comes with the name of it; it is not used up yet.
    pub(crate) async fn read(
        service: &Service,
        client: &Client,
        said: Parameters,
        now: Timestamp,
    ) -> Result<Self, ErrorPage> {
        let Some(id) = said.get("request_uri").and_then(PushedId::parse) else {
            let parameters = said.clone();
            return Ok(Self {
                said,
                parameters,
                pushed: None,
            });
        };
        let found = service.state.find_pushed(&id, now).await;
        let found = found.map_err(Problem::from)?;
        // Nobody else may use it (RFC 9126 §4).
        let found = found.filter(|pushed| pushed.client_id == client.id);
        let pushed = found.ok_or_else(unknown)?;
        // What stands beside its name does not count (RFC 9101 §6.3).
        let mut parameters = Parameters::parse(pushed.parameters.as_bytes());
        parameters.complete(WAYS, &said);
        Ok(Self {
            said,
            parameters,
            pushed: Some(id),
        })
    }

    pub(crate) const fn is_pushed(&self) -> bool {
        self.pushed.is_some()
    }

    /// Uses a pushed request up: of several who come with it exactly one goes on.
    pub(crate) async fn use_up(&self, service: &Service, now: Timestamp) -> Result<(), ErrorPage> {
        let Some(id) = &self.pushed else {
            return Ok(());
        };
        let taken = service.state.take_pushed(id, now).await;
        match taken.map_err(Problem::from)? {
            Some(_) => Ok(()),
            None => Err(unknown()),
        }
    }
}

fn unknown() -> ErrorPage {
    ErrorPage::named(StatusCode::BAD_REQUEST, "request-uri-unknown")
}
