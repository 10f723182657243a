//! Which client calls: `client_secret_basic` or `client_secret_post` (RFC 6749 §2.3.1).

use actix_web::{HttpRequest, dev::Payload, http::header::AUTHORIZATION};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use vestibule_model::{Client, ClientId};
use vestibule_session::Secret;

use crate::{
    body,
    oidc::{
        error::{OAuthError, OAuthErrorCode},
        form::Parameters,
    },
    problem::Problem,
    service::Service,
};

/// The form of an OAuth endpoint, and the client that sent it.
pub(crate) async fn authenticated(
    request: &HttpRequest,
    service: &Service,
    payload: Payload,
) -> Result<(Parameters, Client), OAuthError> {
    let form = form(request, payload).await?;
    let client = authenticate(request, service, &form).await?;
    Ok((form, client))
}

/// The form of an OAuth endpoint.
async fn form(request: &HttpRequest, payload: Payload) -> Result<Parameters, OAuthError> {
    let kind = body::media_type(request);
    let bytes = body::read(payload).await?;
    if kind.as_deref() != Some("application/x-www-form-urlencoded") {
        let description = "expected Content-Type application/x-www-form-urlencoded";
        return Err(OAuthError::new(OAuthErrorCode::InvalidRequest, description));
    }
    let parameters = Parameters::parse(&bytes);
    match parameters.repeated() {
        None => Ok(parameters),
        Some(name) => {
            let description = format!("the parameter {name:?} came more than once");
            Err(OAuthError::new(OAuthErrorCode::InvalidRequest, description))
        }
    }
}

/// The client that sent this form, by its secret.
async fn authenticate(
    request: &HttpRequest,
    service: &Service,
    form: &Parameters,
) -> Result<Client, OAuthError> {
    let refused = || {
        OAuthError::new(
            OAuthErrorCode::InvalidClient,
            "the client or its secret is unknown",
        )
    };
    let in_body = form.get("client_id").zip(form.get("client_secret"));
    let (id, secret) = match (basic(request)?, in_body) {
        (Some(_), Some(_)) => {
            let description = "send the client's secret once: by HTTP Basic or in the body";
            return Err(OAuthError::new(OAuthErrorCode::InvalidRequest, description));
        }
        (Some((id, secret)), None) => (id, secret),
        (None, Some((id, secret))) => (id.to_owned(), secret.to_owned()),
        (None, None) => return Err(refused()),
    };
    let id: ClientId = id.parse().or(Err(refused()))?;
    let secret = Secret::parse(&secret).ok_or_else(refused)?;
    let client = service
        .store
        .read(move |tx| tx.client(id).map_err(Problem::from))
        .await?;
    let client = client.ok_or_else(refused)?;
    if !secret.matches(&client.secret_hash) {
        return Err(refused());
    }
    Ok(client)
}

/// The pair of an `Authorization: Basic` header; both parts are form-encoded in it.
fn basic(request: &HttpRequest) -> Result<Option<(String, String)>, OAuthError> {
    let refused = || {
        let description = "the Authorization header is not of the form `Basic <credentials>`";
        OAuthError::new(OAuthErrorCode::InvalidClient, description)
    };
    let Some(header) = request.headers().get(AUTHORIZATION) else {
        return Ok(None);
    };
    let header = header.to_str().or(Err(refused()))?;
    let (scheme, credentials) = header.split_once(' ').ok_or_else(refused)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(refused());
    }
    let credentials = STANDARD.decode(credentials.trim()).or(Err(refused()))?;
    let credentials = String::from_utf8(credentials).or(Err(refused()))?;
    let (id, secret) = credentials.split_once(':').ok_or_else(refused)?;
    let decoded = |part: &str| {
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_str(&format!("v={part}")).unwrap_or_default();
        pairs
            .into_iter()
            .next()
            .map(|(_, value)| value)
            .unwrap_or_default()
    };
    Ok(Some((decoded(id), decoded(secret))))
}
