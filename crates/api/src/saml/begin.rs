//! The way to the IdP: record a pending trip, send the AuthnRequest by the revision's binding.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use jiff::Timestamp;
use vestibule_model::{self as model, Connection, Revision, RevisionSettings};
use vestibule_saml::{AuthnOptions, AuthnRequest, NameIdPolicy};
use vestibule_state::{BrowserToken, Purpose, Trip, TripId};

use crate::{
    browser,
    page::ErrorPage,
    problem::Problem,
    saml::{attempt, departure::Departure, urls},
    service::Service,
};

/// Records a trip of this browser and gives the way to the IdP.
pub(crate) async fn begin(
    service: &Service,
    purpose: Purpose,
    connection: &Connection,
    revision: &Revision,
    browser: &BrowserToken,
    now: Timestamp,
) -> Result<Departure, Problem> {
    let public_url = &service.config.public_url;
    let trip = Trip {
        id: TripId::generate()?,
        purpose,
        workspace_id: connection.workspace_id,
        connection_id: connection.id,
        revision_id: revision.id,
        browser: browser.binding(),
        issued_at: now,
        expires_at: now.checked_add(Trip::LIFETIME).map_err(Problem::internal)?,
    };
    let settings = &revision.settings;
    let request = AuthnRequest {
        id: trip.id.as_str().to_owned(),
        issue_instant: now,
        destination: settings.idp_sso_url.clone(),
        sp_entity_id: urls::entity_id(public_url, connection.id),
        acs_url: urls::acs(public_url, connection.id),
        options: options(settings, &trip.purpose),
    };
    let own = if settings.sign_requests {
        let own = service
            .configuration
            .own_keys(&service.store, connection.id);
        own.await?
    } else {
        None
    };
    let signing = own.as_ref().map(|own| own.signing_for(settings));
    let binding = settings.idp_sso_binding;
    let departure = Departure::of_authn_request(&request, binding, signing.as_ref())
        .map_err(Problem::internal)?;
    let departing = attempt::departing(&trip);
    service.state.begin(trip, now).await?;
    if let Some(attempt) = departing {
        service.traces.here(|noted| {
            noted.attempt = Some(attempt.id);
            noted.begins = true;
            noted.workspace = Some(attempt.workspace_id);
            noted.connection = Some(attempt.connection_id);
            noted.client = Some(attempt.client_id);
        });
        service.departures.note(attempt);
    }
    Ok(departure)
}

/// What is asked for beyond a sign-in: what the settings say, and what the application does.
fn options(settings: &RevisionSettings, purpose: &Purpose) -> AuthnOptions {
    let (asked, is_passive) = match purpose {
        Purpose::SignIn(request) => (request.force_authn, request.passive),
        Purpose::Test(_) | Purpose::SignOut(_) => (false, false),
    };
    AuthnOptions {
        force_authn: settings.force_authn || asked,
        is_passive,
        name_id_policy: match &settings.name_id_policy {
            model::NameIdPolicy::Any => NameIdPolicy::Any,
            model::NameIdPolicy::Absent => NameIdPolicy::Absent,
            model::NameIdPolicy::Format(format) => NameIdPolicy::Format(format.clone()),
        },
        requested_authn_context: settings.requested_authn_context.clone(),
    }
}

/// Sends this browser to the IdP (a top-level navigation: SDP-SP02), with its cookie.
pub(crate) async fn leave(
    request: &HttpRequest,
    service: &Service,
    purpose: Purpose,
    connection: &Connection,
    revision: &Revision,
    now: Timestamp,
) -> Result<HttpResponse, ErrorPage> {
    let config = &service.config;
    let (token, cookie) = browser::token_or_new(browser::token(request, config), config)?;
    let departure = begin(service, purpose, connection, revision, &token, now).await?;
    let mut response = departure.into_response(StatusCode::FOUND);
    if let Some(cookie) = &cookie {
        response.add_cookie(cookie).map_err(Problem::internal)?;
    }
    Ok(response)
}
