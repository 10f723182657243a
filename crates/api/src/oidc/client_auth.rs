//! Which client calls: by its secret (RFC 6749 §2.3.1), by a JWT that it signs (RFC 7523), or by its
//! name alone, where it can keep no secret.

use std::sync::Arc;

use actix_web::{HttpRequest, dev::Payload, http::header::AUTHORIZATION};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use tracing::info;
use vestibule_model::{Client, ClientAuthMethod, ClientId};
use vestibule_session::{
    ClientAssertion, ClientKeys, Secret, unverified_client_of, verify_client_assertion,
};

use crate::{
    body, clock,
    oidc::{
        error::{OAuthError, OAuthErrorCode},
        form::Parameters,
    },
    problem::Problem,
    service::Service,
};

/// RFC 7523 §2.2.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What says who the client is, and is no parameter of what it asks.
pub(crate) const CREDENTIALS: [&str; 3] =
    ["client_secret", "client_assertion", "client_assertion_type"];

/// Who may call an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Callers {
    /// Every client; what it brings along (a code with its verifier, a token) is the proof.
    All,
    /// Those that prove who they are: anybody can call himself by the name of the others.
    Confidential,
}

/// The form of an OAuth endpoint, and the client that sent it.
pub(crate) async fn authenticated(
    request: &HttpRequest,
    service: &Service,
    payload: Payload,
    callers: Callers,
) -> Result<(Parameters, Client), OAuthError> {
    let form = form(request, payload).await?;
    let client = authenticate(request, service, &form, clock::now()).await?;
    if callers == Callers::Confidential
        && client.token_endpoint_auth_method == ClientAuthMethod::None
    {
        let description = "a client without a secret or keys may not ask this";
        return Err(OAuthError::new(OAuthErrorCode::InvalidClient, description));
    }
    Ok((form, client))
}

/// The same by a copy of the client, which may be a few seconds old, for whoever looks at the client
/// itself before they believe it: then a client that has changed has to [`authenticate`] again. A client
/// that the copy does not know, or that proves itself in another way than by a secret, is looked up.
pub(crate) async fn authenticated_by_copy(
    request: &HttpRequest,
    service: &Service,
    payload: Payload,
) -> Result<(Parameters, Client), OAuthError> {
    let form = form(request, payload).await?;
    let (id, credential) = presented(request, &form)?;
    let now = clock::now();
    let copy = service.configuration.client(&service.store, id).await?;
    if let Some(client) = copy
        && is_proven(&client, &credential, now) == Some(true)
    {
        return Ok((form, Client::clone(&client)));
    }
    let client = authenticate(request, service, &form, now).await?;
    Ok((form, client))
}

/// Whether a client is proven by what it says alone; none where that is not enough to tell.
fn is_proven(client: &Client, credential: &Credential, now: Timestamp) -> Option<bool> {
    match (client.token_endpoint_auth_method, credential) {
        (
            ClientAuthMethod::ClientSecretBasic | ClientAuthMethod::ClientSecretPost,
            Credential::Secret(secret),
        ) => {
            let secret = Secret::parse(secret);
            Some(secret.is_some_and(|secret| is_secret_of(&secret, client, now)))
        }
        (ClientAuthMethod::None, Credential::Nothing) => Some(true),
        (ClientAuthMethod::PrivateKeyJwt, Credential::Assertion(_)) => None,
        _ => Some(false),
    }
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

/// How a client says who it is.
enum Credential {
    Secret(String),
    Assertion(String),
    Nothing,
}

/// One answer for everything that does not fit: nobody learns which clients there are, or how they
/// say who they are.
fn refused() -> OAuthError {
    OAuthError::new(
        OAuthErrorCode::InvalidClient,
        "the client is unknown, or what it says does not prove who it is",
    )
}

/// The client that sent this form.
pub(crate) async fn authenticate(
    request: &HttpRequest,
    service: &Service,
    form: &Parameters,
    now: Timestamp,
) -> Result<Client, OAuthError> {
    let (id, credential) = presented(request, form)?;
    let found = service.store.read(move |tx| tx.client(id)).await?;
    let client = found.ok_or_else(refused)?;
    match (is_proven(&client, &credential, now), credential) {
        (Some(true), _) => {}
        (None, Credential::Assertion(assertion)) => {
            let keys = keys(service, &client, &assertion).await?;
            let verified = verify(request, service, (&client, &keys), &assertion, now)?;
            let jti = verified.jti_hash;
            let first = service
                .store
                .write(move |tx| tx.claim_client_assertion(id, &jti, verified.refused_after))
                .await?;
            if !first {
                info!(event = "client_assertion", client.id = %id, "used a second time");
                return Err(refused());
            }
        }
        _ => return Err(refused()),
    }
    Ok(client)
}

/// Who calls, and by what; one way alone (RFC 6749 §2.3).
fn presented(
    request: &HttpRequest,
    form: &Parameters,
) -> Result<(ClientId, Credential), OAuthError> {
    let basic = basic(request)?;
    let secret = form.get("client_secret");
    let assertion = form.get("client_assertion");
    let ways = [basic.is_some(), secret.is_some(), assertion.is_some()];
    if ways.iter().filter(|given| **given).count() > 1 {
        let description =
            "say who calls in one way: by HTTP Basic, client_secret or client_assertion";
        return Err(OAuthError::new(OAuthErrorCode::InvalidRequest, description));
    }
    let named = form.get("client_id").map(str::parse::<ClientId>);
    let named = named.transpose().or(Err(refused()))?;
    let (told, credential) = if let Some((id, secret)) = basic {
        (id.parse().ok(), Credential::Secret(secret))
    } else if let Some(secret) = secret {
        (named, Credential::Secret(secret.to_owned()))
    } else if let Some(assertion) = assertion {
        if form.get("client_assertion_type") != Some(JWT_BEARER) {
            let description = format!("client_assertion_type must be {JWT_BEARER}");
            return Err(OAuthError::new(OAuthErrorCode::InvalidRequest, description));
        }
        // RFC 7521 §4.2: the subject says which client it is; `client_id` may be left out.
        let subject = unverified_client_of(assertion);
        (subject, Credential::Assertion(assertion.to_owned()))
    } else {
        (named, Credential::Nothing)
    };
    match told {
        Some(id) if named.is_none_or(|named| named == id) => Ok((id, credential)),
        _ => Err(refused()),
    }
}

/// Whether a secret is the client's, or was until its last rotation and counts yet.
fn is_secret_of(secret: &Secret, client: &Client, now: Timestamp) -> bool {
    let previous = client.previous_secret.as_ref();
    let previous = previous.and_then(|previous| previous.hash_at(now));
    secret.matches(&client.secret_hash) || previous.is_some_and(|hash| secret.matches(hash))
}

/// The keys of a client: those that are registered, or those that it publishes.
async fn keys(
    service: &Service,
    client: &Client,
    assertion: &str,
) -> Result<Arc<ClientKeys>, OAuthError> {
    if let Some(url) = &client.jwks_uri {
        let published = service.published_keys.of(client.id, url, assertion);
        return published.await?.ok_or_else(refused);
    }
    let jwks = client.jwks.as_deref().unwrap_or_default();
    let jwks = serde_json::from_str(jwks).map_err(Problem::internal)?;
    let keys = ClientKeys::parse(&jwks).map_err(Problem::internal)?;
    Ok(Arc::new(keys))
}

/// An assertion for this issuer, its token endpoint, or the endpoint that was called (OpenID Connect
/// Core §9, RFC 9126 §2).
fn verify(
    request: &HttpRequest,
    service: &Service,
    (client, keys): (&Client, &ClientKeys),
    assertion: &str,
    now: Timestamp,
) -> Result<ClientAssertion, OAuthError> {
    let issuer = service.config.public_url.as_str();
    let token_endpoint = format!("{issuer}/oauth2/token");
    let called = format!("{issuer}{}", request.path());
    let audiences = [issuer, token_endpoint.as_str(), called.as_str()];
    let skew = service.config.clock_skew;
    let verified = verify_client_assertion(keys, client.id, &audiences, assertion, skew, now);
    verified.map_err(|reason| {
        info!(event = "client_assertion", client.id = %client.id, %reason, "refused");
        refused()
    })
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
