//! From the host of an application to the sign-in.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::StatusCode,
    web::{Data, Path},
};
use vestibule_model::ClientId;
use vestibule_session::{ForwardTrip, Secret};

use super::{app::App, check::nobody, visitor};
use crate::{
    oidc::form::Parameters, page, problem::Problem, redirect_uri::with_parameters, service::Service,
};

/// What applications behind a proxy are told: who somebody is.
const SCOPE: &str = "openid email profile";
/// Who may say which way somebody signs in: they themselves. It decides nothing about who comes in.
const WAYS: [&str; 3] = ["workspace", "connection", "login_hint"];

/// Begin a sign-in on the host of an application: for its proxy to hand over, as `/.vestibule/sign-in`, to
/// whoever opens a page there.
#[get("/forward-auth/{client_id}/sign-in")]
pub(super) async fn sign_in(
    request: HttpRequest,
    service: Data<Service>,
    client_id: Path<ClientId>,
) -> Result<HttpResponse, Problem> {
    let app = App::find(&service, client_id.into_inner()).await?;
    if !visitor::opens_a_page(&request) {
        return Err(nobody());
    }
    let said = Parameters::parse(request.query_string().as_bytes());
    let path = match said.get("return_to") {
        Some(path) => visitor::back_to(path),
        None => visitor::wanted(&request),
    };
    // The same for all tabs of a browser, so that none of them undoes what another has begun.
    let browser = match app.trip_secret(&request) {
        Some(secret) => secret,
        None => Secret::generate().map_err(Problem::internal)?,
    };
    let trip = ForwardTrip::begin(&browser, app.client.id, path.as_str());
    let trip = trip.map_err(Problem::internal)?;
    let (client_id, challenge) = (app.client.id.to_string(), trip.code_challenge());
    let mut parameters = vec![
        ("response_type", "code"),
        ("client_id", client_id.as_str()),
        ("redirect_uri", app.redirect_uri.as_str()),
        ("scope", SCOPE),
        ("state", trip.state()),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let ways = WAYS
        .iter()
        .filter_map(|name| Some((*name, said.get(name)?)));
    parameters.extend(ways);
    let authorize = format!("{}/oauth2/authorize", service.config.public_url);
    let url = with_parameters(&authorize, &parameters);
    let mut response = page::redirect(StatusCode::FOUND, url);
    let cookie = app.trip_cookie(&browser);
    response.add_cookie(&cookie).map_err(Problem::internal)?;
    Ok(response)
}
