//! Whether a token still counts (RFC 7662): the session's word, not only the signature's.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Payload},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use vestibule_session::{AccessClaims, Secret, verify_access_token_of_any_audience};
use vestibule_store::{Reach, RefreshState, Tx};

use crate::{
    clock, facts,
    oidc::{
        client_auth::{Callers, authenticated},
        error::{OAuthError, never_kept},
    },
    openapi::oauth::{Introspection, OAuthErrorView, TokenForm},
    problem::Problem,
    service::Service,
};

/// Ask whether a token still counts. Every client with a secret or keys may ask about every access token,
/// because any of the company's services may receive any of them; a refresh token is its client's alone.
#[utoipa::path(tag = "OpenID Connect", operation_id = "introspectToken",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    security(("client_secret_basic" = []), ()),
    responses(
        (status = 200, description = "Whether it counts, and what it says", body = Introspection),
        (status = 400, description = "What is wrong", body = OAuthErrorView),
        (status = 401, description = "The client is not known, or does not prove who it is", body = OAuthErrorView,
            headers(("WWW-Authenticate" = String, description = "How to say who calls"))),
        (status = 413, description = "The body is too large", body = OAuthErrorView),
        (status = 503, description = "Try again in a moment", body = OAuthErrorView)))]
#[post("/oauth2/introspect")]
pub(crate) async fn introspect(
    request: HttpRequest,
    service: Data<Service>,
    payload: Payload,
) -> Result<HttpResponse, OAuthError> {
    let payload = payload.into_inner();
    let (form, client) = authenticated(&request, &service, payload, Callers::Confidential).await?;
    let token = form.required("token")?.to_owned();
    let now = clock::now();
    let access =
        verify_access_token_of_any_audience(&service.keys.ring(), &service.issuer, &token, now)
            .ok();
    let service_in = service.clone();
    let answer = service
        .store
        .read(move |tx| match access {
            Some(claims) => access_token(tx, &service_in, &claims, now),
            // A refresh token is its client's alone.
            None => match Secret::parse(&token) {
                Some(secret) => {
                    let state = tx.peek_refresh(&secret.hash())?;
                    let state = state
                        .filter(|state| !state.redeemed && state.record.expires_at > now)
                        .filter(|state| state.session.client_id == client.id);
                    refresh_token(tx, &service_in, state, now)
                }
                None => Ok(json!({"active": false})),
            },
        })
        .await?;
    Ok(never_kept(&mut HttpResponse::Ok()).json(answer))
}

fn access_token(
    tx: &mut Tx<'_>,
    service: &Service,
    claims: &AccessClaims,
    now: Timestamp,
) -> Result<Value, Problem> {
    let session = tx.session(Reach::All, claims.sid)?;
    let Some(session) = session else {
        return Ok(json!({"active": false}));
    };
    let Ok(grant) = facts::renewal(tx, service, &session, now)? else {
        return Ok(json!({"active": false}));
    };
    let mut answer = serde_json::to_value(claims).map_err(Problem::internal)?;
    if let Some(object) = answer.as_object_mut() {
        object.insert("active".to_owned(), json!(true));
        // What the person is now, and not what they were when the token was made.
        object.insert("role".to_owned(), json!(grant.role()));
        object.insert("token_type".to_owned(), json!("Bearer"));
    }
    Ok(answer)
}

fn refresh_token(
    tx: &mut Tx<'_>,
    service: &Service,
    state: Option<RefreshState>,
    now: Timestamp,
) -> Result<Value, Problem> {
    let Some(RefreshState {
        record, session, ..
    }) = state
    else {
        return Ok(json!({"active": false}));
    };
    // The token's own end, where that comes before the session's.
    let expires_at = record.expires_at.min(session.expires_at);
    if facts::renewal(tx, service, &session, now)?.is_err() {
        return Ok(json!({"active": false}));
    }
    Ok(json!({
        "active": true,
        "token_type": "refresh_token",
        "sub": session.member_id.to_string(),
        "client_id": session.client_id.to_string(),
        "sid": session.id.to_string(),
        "scope": session.scope,
        "exp": expires_at.as_second(),
    }))
}
