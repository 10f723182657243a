//! Where an application sends its people: finds the connection and sends them on to the IdP.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Payload},
};
use jiff::{SignedDuration, Timestamp};
use vestibule_model::{AttemptId, Client, ClientId, Email, Reference};
use vestibule_session::{IdClaims, is_code_challenge, verify_id_token_hint};
use vestibule_state::{AuthorizeRequest, Purpose};

use crate::{
    body, browser, clock,
    configuration::{NoRoute, Route, WorkspaceName},
    oidc::{
        choose,
        error::{OAuthError, OAuthErrorCode},
        form::Parameters,
        granted_scope,
        par::Asked,
        resources,
    },
    openapi::oauth::{AuthorizationForm, AuthorizationRequest},
    page::{self, ErrorPage},
    people::{self, Flow},
    problem::Problem,
    redirect_uri::{RedirectUri, with_parameters},
    saml::{answer_with, leave, set_aside},
    service::Service,
};
use vestibule_pages::text;

/// Send a person to their identity provider. The authorization endpoint (RFC 6749 §3.1, OpenID
/// Connect Core §3.1.2): for a browser to go to, not for a program to call. An error that is the
/// person's to read is a page; one that is the application's goes to `redirect_uri`.
#[utoipa::path(tag = "OpenID Connect", operation_id = "authorize", params(AuthorizationRequest),
    security(()),
    responses(
        (status = 200, description = "A page that posts the AuthnRequest to the identity provider, where that asks for HTTP-POST; or one where the person chooses, where the workspace has several identity providers and no default", content_type = "text/html", body = String),
        (status = 302, description = "To the identity provider, or back to `redirect_uri` with `error`",
            headers(("Location" = String, description = "Where to"))),
        (status = 303, description = "To our own sign-in page, where nothing says yet who signs in",
            headers(("Location" = String, description = "Where to"))),
        (status = 400, description = "A page: client, redirect URI or workspace are not known", content_type = "text/html", body = String),
        (status = 403, description = "A page: single sign-on is not live, or not in the plan", content_type = "text/html", body = String),
        (status = 404, description = "A page: there is no such connection", content_type = "text/html", body = String),
        (status = 503, description = "A page: try again in a moment", content_type = "text/html", body = String)))]
#[get("/oauth2/authorize")]
pub(crate) async fn authorize(
    request: HttpRequest,
    service: Data<Service>,
) -> Result<HttpResponse, ErrorPage> {
    let parameters = Parameters::parse(request.query_string().as_bytes());
    answer(&request, &service, parameters).await
}

/// The same by a form that the application has a browser post (OpenID Connect Core §3.1.2.1).
#[utoipa::path(tag = "OpenID Connect", operation_id = "authorizeByPost",
    request_body(content = AuthorizationForm, content_type = "application/x-www-form-urlencoded"),
    security(()),
    responses(
        (status = 200, description = "A page, as by GET", content_type = "text/html", body = String),
        (status = 303, description = "To the identity provider, or back to `redirect_uri` with `error`",
            headers(("Location" = String, description = "Where to"))),
        (status = 400, description = "A page: client, redirect URI or workspace are not known", content_type = "text/html", body = String),
        (status = 403, description = "A page: single sign-on is not live, or not in the plan", content_type = "text/html", body = String),
        (status = 404, description = "A page: there is no such connection", content_type = "text/html", body = String),
        (status = 503, description = "A page: try again in a moment", content_type = "text/html", body = String)))]
#[post("/oauth2/authorize")]
pub(crate) async fn authorize_by_post(
    request: HttpRequest,
    service: Data<Service>,
    payload: Payload,
) -> Result<HttpResponse, ErrorPage> {
    let form = body::read(payload.into_inner()).await?;
    let mut response = answer(&request, &service, Parameters::parse(&form)).await?;
    // What was posted here must not be posted there (RFC 9700 §4.12).
    if response.status() == StatusCode::FOUND {
        *response.status_mut() = StatusCode::SEE_OTHER;
    }
    Ok(response)
}

async fn answer(
    request: &HttpRequest,
    service: &Data<Service>,
    said: Parameters,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    // Until client and redirect URI are known to belong together, nothing is ever sent there.
    let client = client(service, &said).await?;
    let asked = Asked::read(service, &client, said, now).await?;
    let parameters = &asked.parameters;
    let wanted = parameters.get("redirect_uri").unwrap_or_default();
    let wanted = (parameters.repeated() != Some("redirect_uri")).then_some(wanted);
    let redirect_uri = wanted.and_then(|wanted| RedirectUri::registered(&client, wanted));
    let redirect_uri = redirect_uri.ok_or_else(unregistered)?;

    let checked = match asked.is_pushed() || !client.require_pushed_authorization_requests {
        true => check(service, parameters, &client, redirect_uri.as_str(), now),
        // RFC 9126 §6.
        false => Err(Refused::new(
            OAuthErrorCode::InvalidRequest,
            "this client has to push its authorization requests",
        )),
    };
    let authorize_request = match checked {
        Ok(request) => request,
        Err(refused) => {
            asked.use_up(service, now).await?;
            let state = parameters.get("state");
            let status = StatusCode::FOUND;
            return Ok(back(service, &redirect_uri, state, &refused, status));
        }
    };
    let found = match route(service, parameters, now)? {
        // An admin who knows that SSO is down says so (P3).
        _ if parameters.get("method") == Some("password") => Err(NoRoute::Undecided),
        None => Err(NoRoute::Undecided),
        Some(route) => {
            let configuration = &service.configuration;
            let domain = domain_of_hint(parameters);
            let (store, rules) = (&service.store, &service.rules);
            let live = configuration.live_for(store, rules, route, domain.as_deref());
            live.await?
        }
    };
    let live = match found {
        Ok(live) => live,
        Err(NoRoute::Undecided | NoRoute::Several(_)) if authorize_request.passive => {
            asked.use_up(service, now).await?;
            let description = "the person has to say which way they sign in";
            let refused = Refused::new(OAuthErrorCode::InteractionRequired, description);
            let state = authorize_request.state.as_deref();
            let status = StatusCode::FOUND;
            return Ok(back(service, &redirect_uri, state, &refused, status));
        }
        // The links of the page say the same request, which is not used up until one is taken.
        Err(NoRoute::Several(several)) => {
            page::belongs_to(request, &several.workspace);
            return Ok(choose::page(service, &asked.said, *several));
        }
        Err(NoRoute::Undecided) => {
            asked.use_up(service, now).await?;
            let flow = local(service, parameters, authorize_request).await?;
            return people::begin(request, service, flow, now).await;
        }
        Err(none @ (NoRoute::NotLive | NoRoute::Plan(_))) => {
            let way = elsewhere(&asked.said);
            return Err(nowhere(none).link(way, text("sign-in-by-password")));
        }
        Err(none @ NoRoute::Unknown) => return Err(nowhere(none)),
    };
    asked.use_up(service, now).await?;
    // What the IdP began, and the application now begins (design §4.6): once, in this browser, and
    // not where somebody asks for a fresh authentication or another account.
    if !authorize_request.force_authn
        && authorize_request.authn_after.is_none()
        && let Some(token) = browser::token(request, &service.config)
        && let Some(message) = set_aside(service, &live, &client, &token, now).await?
    {
        return answer_with(service, &live, authorize_request, &token, message, now).await;
    }
    let purpose = Purpose::SignIn(authorize_request);
    leave(
        request,
        service,
        purpose,
        &live.connection,
        &live.revision,
        now,
    )
    .await
}

/// An error that is sent back to the client (RFC 6749 §4.1.2.1).
#[derive(Debug)]
pub(crate) struct Refused {
    error: OAuthErrorCode,
    description: String,
}

impl Refused {
    pub(crate) fn new(error: OAuthErrorCode, description: impl Into<String>) -> Self {
        Self {
            error,
            description: description.into(),
        }
    }
}

/// The same where the client asks by itself (RFC 9126 §2.3).
impl From<Refused> for OAuthError {
    fn from(refused: Refused) -> Self {
        Self::new(refused.error, refused.description)
    }
}

/// Sends the browser back to the client with an error.
pub(crate) fn back(
    service: &Service,
    redirect_uri: &RedirectUri,
    state: Option<&str>,
    refused: &Refused,
    status: StatusCode,
) -> HttpResponse {
    let mut answer = vec![
        ("error", refused.error.as_str()),
        ("error_description", refused.description.as_str()),
    ];
    if let Some(state) = state {
        answer.push(("state", state));
    }
    answer.push(("iss", service.config.public_url.as_str()));
    page::redirect(status, redirect_uri.with(&answer))
}

async fn client(service: &Service, parameters: &Parameters) -> Result<Arc<Client>, ErrorPage> {
    if parameters.repeated() == Some("client_id") {
        return Err(unknown_client());
    }
    let id: ClientId = parameters
        .get("client_id")
        .unwrap_or_default()
        .parse()
        .or(Err(unknown_client()))?;
    let client = service.configuration.client(&service.store, id).await?;
    client.ok_or_else(unknown_client)
}

/// Everything but the connection; the client authenticates elsewhere or not at all.
pub(crate) fn check(
    service: &Service,
    parameters: &Parameters,
    client: &Client,
    redirect_uri: &str,
    now: Timestamp,
) -> Result<AuthorizeRequest, Refused> {
    let invalid = |description: &str| Refused::new(OAuthErrorCode::InvalidRequest, description);
    if let Some(name) = parameters.repeated() {
        return Err(invalid(&format!(
            "the parameter {name:?} came more than once"
        )));
    }
    for (name, error) in [
        ("request", OAuthErrorCode::RequestNotSupported),
        ("request_uri", OAuthErrorCode::RequestUriNotSupported),
        ("registration", OAuthErrorCode::RegistrationNotSupported),
    ] {
        if parameters.get(name).is_some() {
            return Err(Refused::new(error, format!("{name} is not supported")));
        }
    }
    match parameters.get("response_type") {
        Some("code") => {}
        None => return Err(invalid("response_type is missing; expected code")),
        Some(_) => {
            return Err(Refused::new(
                OAuthErrorCode::UnsupportedResponseType,
                "response_type must be code",
            ));
        }
    }
    if !matches!(parameters.get("response_mode"), None | Some("query")) {
        return Err(invalid("response_mode must be query"));
    }
    if parameters.get("code_challenge_method") != Some("S256") {
        return Err(invalid(
            "PKCE is required: code_challenge_method must be S256",
        ));
    }
    let challenge = parameters.get("code_challenge").unwrap_or_default();
    if !is_code_challenge(challenge) {
        return Err(invalid(
            "PKCE is required: code_challenge must be 43 base64url characters",
        ));
    }
    let prompt = parameters.get("prompt").unwrap_or_default();
    if prompt.split(' ').count() > 1 && prompt.split(' ').any(|word| word == "none") {
        return Err(invalid("prompt=none stands alone"));
    }
    let scope = granted_scope(parameters.get("scope").unwrap_or_default());
    if scope.is_empty() {
        let description = "scope must hold openid, email, profile or saml";
        return Err(Refused::new(OAuthErrorCode::InvalidScope, description));
    }
    let issuer = service.config.public_url.as_str();
    let resources = resources::asked(parameters.resources(), client, issuer)
        .map_err(|(error, description)| Refused::new(error, description))?;
    let authn_after = authn_after(parameters, now)?;
    let hint = match parameters.get("id_token_hint") {
        Some(_) => Some(
            expected(service, parameters, now)
                .filter(|hint| hint.aud == client.id)
                .ok_or_else(|| invalid("id_token_hint is no ID token of this client"))?,
        ),
        None => None,
    };
    Ok(AuthorizeRequest {
        client_id: client.id,
        redirect_uri: redirect_uri.to_owned(),
        scope,
        state: parameters.owned("state"),
        nonce: parameters.owned("nonce"),
        code_challenge: challenge.to_owned(),
        restarted: false,
        attempt: AttemptId::new(now),
        reference: reference()?,
        passive: parameters.get("prompt") == Some("none"),
        // SAML has no word for choosing another account; who has to authenticate anew can.
        force_authn: authn_after.is_some_and(|after| after >= now)
            || parameters.prompts("select_account"),
        authn_after,
        resources,
        expected_member: hint.map(|hint| hint.sub),
        pushed_only: client.require_pushed_authorization_requests,
        return_to: None,
    })
}

/// Who the application believes is there (OpenID Connect Core §3.1.2.1).
fn expected(service: &Service, parameters: &Parameters, now: Timestamp) -> Option<IdClaims> {
    let token = parameters.get("id_token_hint")?;
    verify_id_token_hint(&service.keys.ring(), &service.issuer, token, now).ok()
}

/// What the person may tell support.
fn reference() -> Result<Reference, Refused> {
    vestibule_state::random_reference()
        .map_err(|_cause| Refused::new(OAuthErrorCode::ServerError, "try again in a moment"))
}

/// Since when people must have authenticated: `prompt=login` is now, `max_age` so many seconds ago
/// (OpenID Connect Core §3.1.2.1).
fn authn_after(parameters: &Parameters, now: Timestamp) -> Result<Option<Timestamp>, Refused> {
    if parameters.prompts("login") {
        return Ok(Some(now));
    }
    let Some(max_age) = parameters.get("max_age") else {
        return Ok(None);
    };
    let seconds: u32 = max_age.parse().map_err(|_cause| {
        let description = "max_age must be a number of seconds";
        Refused::new(OAuthErrorCode::InvalidRequest, description)
    })?;
    Ok(now
        .checked_sub(SignedDuration::from_secs(seconds.into()))
        .ok())
}

/// The sign-in on our own pages that a request leads to.
async fn local(
    service: &Service,
    parameters: &Parameters,
    request: AuthorizeRequest,
) -> Result<Flow, ErrorPage> {
    let mut flow = Flow::new(request);
    if let Some(name) = parameters.owned("workspace") {
        let found = people::workspace_named(service, name).await?;
        flow.workspace_id = Some(found.ok_or_else(no_connection)?);
    }
    flow.email = parameters.owned("login_hint");
    flow.assume_nothing = parameters.prompts("select_account");
    Ok(flow)
}

/// The same request, by password: relative, so that it stays on this server.
fn elsewhere(parameters: &Parameters) -> String {
    let kept = parameters.iter().filter(|(name, _)| *name != "connection");
    let all: Vec<_> = kept.chain([("method", "password")]).collect();
    with_parameters("/oauth2/authorize", &all)
}

/// The connection that a request names, if it names one or anything that leads to one.
fn route(
    service: &Service,
    parameters: &Parameters,
    now: Timestamp,
) -> Result<Option<Route>, ErrorPage> {
    if let Some(text) = parameters.get("connection") {
        let id = text.parse().or(Err(no_connection()))?;
        return Ok(Some(Route::Connection(id)));
    }
    if let Some(text) = parameters.get("workspace") {
        let name = match text.parse() {
            Ok(id) => WorkspaceName::Id(id),
            Err(_) => WorkspaceName::Slug(text.to_owned()),
        };
        // A discovery service that was given the URL of this request as its `return` comes back to it
        // with this beside the rest, or without where nobody chose (its protocol, §2.4.3).
        return Ok(Some(match parameters.owned("entityID") {
            Some(entity_id) => Route::Idp(name, entity_id),
            None => Route::Workspace(name),
        }));
    }
    let hint = parameters.get("login_hint");
    // As we say it ourselves where the IdP begins a sign-in.
    if let Some(id) = hint.and_then(|hint| hint.parse().ok()) {
        return Ok(Some(Route::Connection(id)));
    }
    if let Some(domain) = domain_of_hint(parameters) {
        return Ok(Some(Route::Domain(domain)));
    }
    // Whoever is expected back comes the way they came the last time.
    Ok(
        expected(service, parameters, now).map(|hint| match hint.connection {
            Some(id) => Route::Connection(id),
            None => Route::Workspace(WorkspaceName::Id(hint.workspace)),
        }),
    )
}

/// The domain of the address that an application gives as a hint. Only a verified one leads anywhere,
/// and the rest of the address says nothing: strangers must not learn whose it is.
fn domain_of_hint(parameters: &Parameters) -> Option<String> {
    let email = Email::parse(parameters.get("login_hint")?).ok()?;
    Some(email.domain().to_owned())
}

/// Why a route leads nowhere, as a page.
pub(crate) fn nowhere(none: NoRoute) -> ErrorPage {
    match none {
        NoRoute::Unknown => no_connection(),
        NoRoute::Undecided | NoRoute::Several(_) => which(),
        NoRoute::Plan(refusal) => Problem::from(refusal).into(),
        NoRoute::NotLive => not_live(),
    }
}

fn unknown_client() -> ErrorPage {
    ErrorPage::named(StatusCode::BAD_REQUEST, "client-unknown")
}

fn unregistered() -> ErrorPage {
    ErrorPage::named(StatusCode::BAD_REQUEST, "redirect-uri-unregistered")
}

fn no_connection() -> ErrorPage {
    ErrorPage::named(StatusCode::NOT_FOUND, "connection-unknown")
}

fn which() -> ErrorPage {
    ErrorPage::named(StatusCode::BAD_REQUEST, "connection-undecided")
}

fn not_live() -> ErrorPage {
    ErrorPage::worded(StatusCode::FORBIDDEN, "sso-not-live", "sso-not-live-here")
}
