//! The token endpoint: a code or a refresh token in, tokens out. The policy is asked each time: off
//! means off.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Payload},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use tracing::info;
use vestibule_model::{Change, Client, Session, SessionId};
use vestibule_policy::{Denial, Grant};
use vestibule_session::{Secret, TokenSet, issue, verify_pkce};
use vestibule_store::{RefreshRedemption, StoreError, Tx};

use crate::{
    clock, facts,
    oidc::{
        client_auth::{authenticate, authenticated_by_copy},
        error::{OAuthError, OAuthErrorCode, never_kept},
        form::Parameters,
        resources,
    },
    openapi::oauth::{OAuthErrorView, TokenRequest, TokenResponse},
    problem::Problem,
    saml::attempt,
    service::Service,
};

/// Exchange a code or a refresh token for tokens. The token endpoint (RFC 6749 §3.2).
#[utoipa::path(tag = "OpenID Connect", operation_id = "issueToken",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    security(("client_secret_basic" = []), ()),
    responses(
        (status = 200, description = "The tokens", body = TokenResponse),
        (status = 400, description = "What is wrong", body = OAuthErrorView),
        (status = 401, description = "The client is not known, or its secret is wrong", body = OAuthErrorView,
            headers(("WWW-Authenticate" = String, description = "How to say who calls"))),
        (status = 413, description = "The body is too large", body = OAuthErrorView),
        (status = 503, description = "Try again in a moment", body = OAuthErrorView)))]
#[post("/oauth2/token")]
pub(crate) async fn token(
    request: HttpRequest,
    service: Data<Service>,
    payload: Payload,
) -> Result<HttpResponse, OAuthError> {
    let payload = payload.into_inner();
    let (form, client) = authenticated_by_copy(&request, &service, payload).await?;
    let id = client.id;
    let tokens = match granted(&service, client, &form).await {
        // It is not what it was when it was copied: it has to prove itself to what it is now.
        Err(Undone::ClientChanged) => {
            service.configuration.forget(Change::Client(id));
            let client = authenticate(&request, &service, &form, clock::now()).await?;
            granted(&service, client, &form).await
        }
        answer => answer,
    };
    let tokens = tokens.map_err(OAuthError::from)?;
    Ok(never_kept(&mut HttpResponse::Ok()).json(body(&tokens)))
}

/// The tokens for what a client brings along.
async fn granted(
    service: &Data<Service>,
    client: Client,
    form: &Parameters,
) -> Result<TokenSet, Undone> {
    match form.required("grant_type")? {
        "authorization_code" => exchange(service, client, form).await,
        "refresh_token" => refresh(service, client, form).await,
        _ => {
            let description = "grant_type must be authorization_code or refresh_token";
            let error = OAuthError::new(OAuthErrorCode::UnsupportedGrantType, description);
            Err(error.into())
        }
    }
}

/// The token response (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
fn body(tokens: &TokenSet) -> Value {
    let mut body = json!({
        "access_token": tokens.access_token,
        "token_type": "Bearer",
        "expires_in": tokens.expires_in,
        "refresh_token": tokens.refresh_token.expose(),
        "scope": tokens.scope,
    });
    if let (Some(object), Some(id_token)) = (body.as_object_mut(), &tokens.id_token) {
        object.insert("id_token".to_owned(), json!(id_token));
    }
    body
}

/// What came of a code or refresh token that was genuine.
enum Outcome {
    Tokens(Box<TokenSet>),
    /// Used a second time: what the first use minted is revoked.
    Reused(SessionId),
    /// The policy says that the session is over.
    Ended(&'static str, String),
}

/// Why nothing came of it, and nothing was written.
enum Undone {
    Refused(OAuthError),
    /// The client is not, or no longer, as its copy says that it is.
    ClientChanged,
    /// The archive says why.
    Archive(StoreError),
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Self {
        Self::Archive(error)
    }
}

impl From<OAuthError> for Undone {
    fn from(error: OAuthError) -> Self {
        Self::Refused(error)
    }
}

impl From<Undone> for OAuthError {
    fn from(undone: Undone) -> Self {
        match undone {
            Undone::Refused(error) => error,
            Undone::ClientChanged => OAuthError::new(
                OAuthErrorCode::InvalidClient,
                "the client has changed; try again",
            ),
            Undone::Archive(error) => error.into(),
        }
    }
}

/// Redeems in one transaction. An error undoes it: whoever presents what is not theirs neither gets
/// tokens nor spoils the sign-in of the rightful client.
async fn finish(
    service: &Data<Service>,
    client: &Client,
    grant_type: &'static str,
    redeem: impl Fn(&mut Tx<'_>, &Service, Timestamp) -> Result<Outcome, Undone> + Send + Sync + 'static,
) -> Result<TokenSet, Undone> {
    let now = clock::now();
    let redeem = Arc::new(redeem);
    let once = || {
        let (redeem, service_in) = (Arc::clone(&redeem), service.clone());
        service.store.write(move |tx| {
            let outcome = redeem(tx, &service_in, now)?;
            if let Outcome::Reused(session_id) = &outcome {
                let reason = "a code or refresh token was used twice";
                tx.revoke_session(*session_id, reason, now)?;
            }
            Ok::<_, Undone>(outcome)
        })
    };
    let outcome = match once().await {
        // Somebody else has used it since it was read: the second look finds that out.
        Err(Undone::Archive(StoreError::Conflict { .. })) => once().await,
        outcome => outcome,
    };
    let outcome = match outcome {
        Err(Undone::ClientChanged) => return Err(Undone::ClientChanged),
        outcome => outcome.map_err(OAuthError::from),
    };
    let (word, reason) = match &outcome {
        Ok(Outcome::Tokens(_)) => ("issued", None),
        Ok(Outcome::Reused(_)) => ("reused", Some("the session is revoked".to_owned())),
        Ok(Outcome::Ended(code, _)) => ("ended", Some((*code).to_owned())),
        Err(error) => ("refused", Some(error.to_string())),
    };
    service.metrics.token(grant_type, word);
    info!(event = "token", grant_type, outcome = word, reason, client.id = %client.id, "token");
    match outcome? {
        Outcome::Tokens(tokens) => Ok(*tokens),
        Outcome::Reused(_) => {
            let description = "it was used already; what it minted has been revoked";
            Err(OAuthError::invalid_grant(description).into())
        }
        Outcome::Ended(_, description) => Err(OAuthError::invalid_grant(description).into()),
    }
}

async fn exchange(
    service: &Data<Service>,
    client: Client,
    form: &Parameters,
) -> Result<TokenSet, Undone> {
    let unknown = || {
        OAuthError::invalid_grant(
            "the code is unknown or has expired, or client, redirect_uri or code_verifier do not \
             match it",
        )
    };
    let code = form.required("code")?;
    let redirect_uri = form.required("redirect_uri")?.to_owned();
    let verifier = form.required("code_verifier")?.to_owned();
    let hash = Secret::parse(code).ok_or_else(unknown)?.hash();
    let wanted = Wanted {
        scope: None,
        resources: form.resources().to_vec(),
    };
    let of = client.clone();
    finish(
        service,
        &of,
        "authorization_code",
        move |tx, service, now| {
            let (state, of, known) = tx.code_facts(&hash)?.ok_or_else(unknown)?;
            let code = state.record;
            if of.id == client.id && of != client {
                return Err(Undone::ClientChanged);
            }
            if state.redeemed {
                return Ok(Outcome::Reused(code.session_id));
            }
            let rightful = code.expires_at > now
                && code.client_id == client.id
                && code.redirect_uri == redirect_uri
                && verify_pkce(&code.code_challenge, &verifier);
            if !rightful {
                return Err(unknown().into());
            }
            tx.use_code(&hash, now)?;
            if let Some(id) = code.attempt {
                attempt::code_redeemed(tx, id, now)?;
            }
            service.traces.note(tx.source(), |noted| {
                (noted.attempt, noted.session) = (code.attempt, Some(code.session_id));
            });
            let less = wanted.of(&known.session, &client, &service.issuer.issuer)?;
            let grant = facts::renewed(&less, Some(known), &service.rules, now);
            issued(
                tx,
                service,
                grant,
                (&less, &client),
                code.nonce.as_deref(),
                now,
            )
        },
    )
    .await
}

async fn refresh(
    service: &Data<Service>,
    client: Client,
    form: &Parameters,
) -> Result<TokenSet, Undone> {
    let presented = form.required("refresh_token")?;
    let unknown = || OAuthError::invalid_grant("the refresh token is unknown or has expired");
    let hash = Secret::parse(presented).ok_or_else(unknown)?.hash();
    let wanted = Wanted {
        scope: form.owned("scope"),
        resources: form.resources().to_vec(),
    };
    let of = client.clone();
    finish(service, &of, "refresh_token", move |tx, service, now| {
        if tx.client(client.id)?.as_ref() != Some(&client) {
            return Err(Undone::ClientChanged);
        }
        let known = tx.peek_refresh(&hash)?;
        if known.is_none_or(|state| state.session.client_id != client.id) {
            return Err(unknown().into());
        }
        match tx.redeem_refresh(&hash, now)? {
            RefreshRedemption::Redeemed { session } => {
                let less = wanted.of(&session, &client, &service.issuer.issuer)?;
                let grant = facts::renewal(tx, service, &less, now)?;
                issued(tx, service, grant, (&less, &client), None, now)
            }
            RefreshRedemption::Reused { session_id } => Ok(Outcome::Reused(session_id)),
            RefreshRedemption::Expired | RefreshRedemption::Unknown => Err(unknown().into()),
        }
    })
    .await
}

/// What a client wants of what it was granted.
struct Wanted {
    scope: Option<String>,
    resources: Vec<String>,
}

impl Wanted {
    /// The session as these tokens show it: with no more than was granted (RFC 6749 §6, RFC 8707
    /// §2.2). What is stored stays, and a later refresh may have all of it again.
    fn of(&self, session: &Session, client: &Client, issuer: &str) -> Result<Session, OAuthError> {
        let resources = resources::narrowed(&self.resources, session, client, issuer)
            .map_err(|(error, description)| OAuthError::new(error, description))?;
        let scope = match &self.scope {
            None => session.scope.clone(),
            Some(wanted) => less(&session.scope, wanted)?,
        };
        Ok(Session {
            scope,
            resources,
            ..session.clone()
        })
    }
}

/// The wanted scopes, each of which was granted.
fn less(granted: &str, wanted: &str) -> Result<String, OAuthError> {
    let granted: Vec<_> = granted.split(' ').collect();
    let wanted: Vec<_> = wanted.split(' ').filter(|word| !word.is_empty()).collect();
    if wanted.is_empty() || wanted.iter().any(|word| !granted.contains(word)) {
        let description = "scope holds what was not granted";
        return Err(OAuthError::new(OAuthErrorCode::InvalidScope, description));
    }
    let kept = granted.into_iter().filter(|word| wanted.contains(word));
    Ok(kept.collect::<Vec<_>>().join(" "))
}

/// Issues tokens for a session about which the policy was asked again; one that it ends is revoked.
fn issued(
    tx: &mut Tx<'_>,
    service: &Service,
    grant: Result<Grant, Denial>,
    (session, client): (&Session, &Client),
    nonce: Option<&str>,
    now: Timestamp,
) -> Result<Outcome, Undone> {
    let grant = match grant {
        Ok(grant) => grant,
        Err(Denial { refusal, .. }) => {
            tx.revoke_session(session.id, refusal.code(), now)?;
            return Ok(Outcome::Ended(refusal.code(), refusal.to_string()));
        }
    };
    let (keys, issuer) = (service.keys.ring(), &service.issuer);
    let algorithm = client.id_token_signed_response_alg;
    let tokens = issue(&keys, algorithm, issuer, grant, session, nonce, now);
    let tokens = tokens.map_err(|error| OAuthError::from(Problem::internal(error)))?;
    tx.insert_refresh(&tokens.refresh)?;
    Ok(Outcome::Tokens(Box::new(tokens)))
}
