//! Ending a session by one of its tokens (RFC 7009).

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Payload},
};
use vestibule_session::{Secret, verify_access_token_of_any_audience};
use vestibule_store::Reach;

use crate::{
    clock,
    oidc::{
        client_auth::{Callers, authenticated},
        error::{OAuthError, never_kept},
    },
    openapi::oauth::{OAuthErrorView, TokenForm},
    problem::Problem,
    service::Service,
};

/// End a session by one of its tokens (RFC 7009). A token that is unknown is no error (§2.2).
#[utoipa::path(tag = "OpenID Connect", operation_id = "revokeToken",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    security(("client_secret_basic" = []), ()),
    responses(
        (status = 200, description = "The token does not count, whatever it was"),
        (status = 400, description = "What is wrong", body = OAuthErrorView),
        (status = 401, description = "The client is not known, or does not prove who it is", body = OAuthErrorView,
            headers(("WWW-Authenticate" = String, description = "How to say who calls"))),
        (status = 413, description = "The body is too large", body = OAuthErrorView),
        (status = 503, description = "Try again in a moment", body = OAuthErrorView)))]
#[post("/oauth2/revoke")]
pub(crate) async fn revoke(
    request: HttpRequest,
    service: Data<Service>,
    payload: Payload,
) -> Result<HttpResponse, OAuthError> {
    let payload = payload.into_inner();
    let (form, client) = authenticated(&request, &service, payload, Callers::All).await?;
    let token = form.required("token")?.to_owned();
    let now = clock::now();
    let access =
        verify_access_token_of_any_audience(&service.keys.ring(), &service.issuer, &token, now)
            .ok();
    service
        .store
        .write(move |tx| {
            let session = match (access, Secret::parse(&token)) {
                (Some(claims), _) => tx.session(Reach::All, claims.sid)?,
                (None, Some(secret)) => tx.peek_refresh(&secret.hash())?.map(|state| state.session),
                (None, None) => None,
            };
            if let Some(session) = session.filter(|session| session.client_id == client.id) {
                tx.revoke_session(session.id, "revoked by the client", now)?;
            }
            Ok::<_, Problem>(())
        })
        .await?;
    Ok(never_kept(&mut HttpResponse::Ok()).finish())
}
