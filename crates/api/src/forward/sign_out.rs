//! Signing out of an application behind a proxy, and of what stands behind it.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Path},
};
use jiff::Timestamp;
use vestibule_model::ClientId;
use vestibule_session::issue;

use super::{app::App, visitor};
use crate::{
    clock, facts, page, problem::Problem, redirect_uri::with_parameters, service::Service,
};

/// Sign out of an application: for its proxy to hand over, as `/.vestibule/sign-out`. The cookie counts no
/// more at once; the session ends, and the identity provider is told, at our own address. Another site
/// cannot bring it about.
#[get("/forward-auth/{client_id}/sign-out")]
pub(super) async fn sign_out(
    request: HttpRequest,
    service: Data<Service>,
    client_id: Path<ClientId>,
) -> Result<HttpResponse, Problem> {
    leave(&request, &service, client_id.into_inner()).await
}

/// The same by a form of the application.
#[post("/forward-auth/{client_id}/sign-out")]
pub(super) async fn sign_out_by_post(
    request: HttpRequest,
    service: Data<Service>,
    client_id: Path<ClientId>,
) -> Result<HttpResponse, Problem> {
    leave(&request, &service, client_id.into_inner()).await
}

async fn leave(
    request: &HttpRequest,
    service: &Data<Service>,
    client_id: ClientId,
) -> Result<HttpResponse, Problem> {
    let now = clock::now();
    let app = App::find(service, client_id).await?;
    if visitor::comes_from_elsewhere(request) {
        return Ok(page::redirect(StatusCode::SEE_OTHER, app.url("/")));
    }
    let hint = match app.token(request) {
        Some(token) => give_up(service, &app, token.hash(), now).await?,
        None => None,
    };
    let client_id = app.client.id.to_string();
    let mut parameters = vec![("client_id", client_id.as_str())];
    parameters.extend(hint.as_deref().map(|hint| ("id_token_hint", hint)));
    let back = app.client.post_logout_redirect_uris.first();
    parameters.extend(back.map(|uri| ("post_logout_redirect_uri", uri.as_str())));
    let logout = format!("{}/oauth2/logout", service.config.public_url);
    let url = with_parameters(&logout, &parameters);
    let mut response = page::redirect(StatusCode::SEE_OTHER, url);
    let gone = app.no_token_cookie();
    response.add_cookie(&gone).map_err(Problem::internal)?;
    Ok(response)
}

/// Takes the token away, and names its session to our own sign-out by an ID token, as any application
/// would: there the browser has our cookie, by which the identity provider's answer is known again.
async fn give_up(
    service: &Data<Service>,
    app: &App,
    hash: [u8; 32],
    now: Timestamp,
) -> Result<Option<String>, Problem> {
    let (service_in, client) = (service.clone(), app.client.clone());
    let writing = service.store.write(move |tx| {
        let session = tx.session_of_forward_token(&hash, now)?;
        let Some(session) = session.filter(|session| session.client_id == client.id) else {
            return Ok(None);
        };
        tx.delete_forward_token(&hash)?;
        let Ok(grant) = facts::renewal(tx, &service_in, &session, now)? else {
            tx.revoke_session(session.id, "signed out", now)?;
            return Ok(None);
        };
        let (keys, issuer) = (service_in.keys.ring(), &service_in.issuer);
        let algorithm = client.id_token_signed_response_alg;
        // The tokens beside it are handed to nobody, and the refresh token is not even kept.
        let tokens = issue(&keys, algorithm, issuer, grant, &session, None, now);
        Ok::<_, Problem>(tokens.map_err(Problem::internal)?.id_token)
    });
    writing.await
}
