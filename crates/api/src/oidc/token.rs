//! The token endpoint: a code or a refresh token in, tokens out. The policy is asked each time: off
//! means off.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Payload},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use tracing::info;
use vestibule_model::{Client, Session, SessionId};
use vestibule_policy::Denial;
use vestibule_session::{Secret, TokenSet, issue, verify_pkce};
use vestibule_store::{CodeRedemption, RefreshRedemption, Tx};

use crate::{
    clock, facts,
    oidc::{
        client_auth::{Callers, authenticated},
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
    let (form, client) =
        authenticated(&request, &service, payload.into_inner(), Callers::All).await?;
    let tokens = match form.required("grant_type")? {
        "authorization_code" => exchange(&service, client, &form).await?,
        "refresh_token" => refresh(&service, client, &form).await?,
        _ => {
            let description = "grant_type must be authorization_code or refresh_token";
            return Err(OAuthError::new(
                OAuthErrorCode::UnsupportedGrantType,
                description,
            ));
        }
    };
    Ok(never_kept(&mut HttpResponse::Ok()).json(body(&tokens)))
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

/// Redeems in one transaction. An error undoes it: whoever presents what is not theirs neither gets
/// tokens nor spoils the sign-in of the rightful client.
async fn finish(
    service: &Data<Service>,
    client: &Client,
    grant_type: &'static str,
    redeem: impl FnOnce(&mut Tx<'_>, &Service, Timestamp) -> Result<Outcome, OAuthError>
    + Send
    + 'static,
) -> Result<TokenSet, OAuthError> {
    let now = clock::now();
    let service_in = service.clone();
    let outcome = service
        .store
        .write(move |tx| {
            let outcome = redeem(tx, &service_in, now)?;
            if let Outcome::Reused(session_id) = &outcome {
                let reason = "a code or refresh token was used twice";
                tx.revoke_session(*session_id, reason, now)?;
            }
            Ok::<_, OAuthError>(outcome)
        })
        .await;
    let (word, reason) = match &outcome {
        Ok(Outcome::Tokens(_)) => ("issued", None),
        Ok(Outcome::Reused(_)) => ("reused", Some("the session is revoked".to_owned())),
        Ok(Outcome::Ended(code, _)) => ("ended", Some((*code).to_owned())),
        Err(error) => ("refused", Some(error.to_string())),
    };
    info!(event = "token", grant_type, outcome = word, reason, client.id = %client.id, "token");
    match outcome? {
        Outcome::Tokens(tokens) => Ok(*tokens),
        Outcome::Reused(_) => Err(OAuthError::invalid_grant(
            "it was used already; what it minted has been revoked",
        )),
        Outcome::Ended(_, description) => Err(OAuthError::invalid_grant(description)),
    }
}

async fn exchange(
    service: &Data<Service>,
    client: Client,
    form: &Parameters,
) -> Result<TokenSet, OAuthError> {
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
        move |tx, service, now| match tx.redeem_code(&hash, now)? {
            CodeRedemption::Redeemed { code, session } => {
                let rightful = code.client_id == client.id
                    && code.redirect_uri == redirect_uri
                    && verify_pkce(&code.code_challenge, &verifier);
                if !rightful {
                    return Err(unknown());
                }
                if let Some(id) = code.attempt {
                    attempt::code_redeemed(tx, id, now)?;
                }
                let less = wanted.of(&session, &client, &service.issuer.issuer)?;
                renew(tx, service, (&less, &client), code.nonce.as_deref(), now)
            }
            CodeRedemption::Reused { session_id } => Ok(Outcome::Reused(session_id)),
            CodeRedemption::Expired | CodeRedemption::Unknown => Err(unknown()),
        },
    )
    .await
}

async fn refresh(
    service: &Data<Service>,
    client: Client,
    form: &Parameters,
) -> Result<TokenSet, OAuthError> {
    let presented = form.required("refresh_token")?;
    let unknown = || OAuthError::invalid_grant("the refresh token is unknown or has expired");
    let hash = Secret::parse(presented).ok_or_else(unknown)?.hash();
    let wanted = Wanted {
        scope: form.owned("scope"),
        resources: form.resources().to_vec(),
    };
    let of = client.clone();
    finish(service, &of, "refresh_token", move |tx, service, now| {
        let known = tx.peek_refresh(&hash)?;
        if known.is_none_or(|state| state.session.client_id != client.id) {
            return Err(unknown());
        }
        match tx.redeem_refresh(&hash, now)? {
            RefreshRedemption::Redeemed { session } => {
                let less = wanted.of(&session, &client, &service.issuer.issuer)?;
                renew(tx, service, (&less, &client), None, now)
            }
            RefreshRedemption::Reused { session_id } => Ok(Outcome::Reused(session_id)),
            RefreshRedemption::Expired | RefreshRedemption::Unknown => Err(unknown()),
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

/// Asks the policy again, then issues tokens for the session; one that the policy ends is revoked.
fn renew(
    tx: &mut Tx<'_>,
    service: &Service,
    (session, client): (&Session, &Client),
    nonce: Option<&str>,
    now: Timestamp,
) -> Result<Outcome, OAuthError> {
    let grant = match facts::renewal(tx, service, session, now)? {
        Ok(grant) => grant,
        Err(Denial { refusal, .. }) => {
            tx.revoke_session(session.id, refusal.code(), now)?;
            return Ok(Outcome::Ended(refusal.code(), refusal.to_string()));
        }
    };
    let (keys, issuer) = (service.keys.ring(), &service.issuer);
    let algorithm = client.id_token_signed_response_alg;
    let tokens =
        issue(&keys, algorithm, issuer, grant, session, nonce, now).map_err(Problem::internal)?;
    tx.insert_refresh(&tokens.refresh)?;
    Ok(Outcome::Tokens(Box::new(tokens)))
}
