//! The way to the IdP: record a pending trip, send the AuthnRequest by the revision's binding.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use jiff::Timestamp;
use vestibule_model::{Connection, Revision};
use vestibule_saml::{AuthnOptions, AuthnRequest};
use vestibule_state::{BrowserToken, Purpose, Trip, TripId};

use crate::{
    browser,
    page::ErrorPage,
    problem::Problem,
    saml::{departure::Departure, urls},
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
    let request = AuthnRequest {
        id: trip.id.as_str().to_owned(),
        issue_instant: now,
        destination: revision.settings.idp_sso_url.clone(),
        sp_entity_id: urls::entity_id(public_url, connection.id),
        acs_url: urls::acs(public_url, connection.id),
        options: AuthnOptions::default(),
    };
    let binding = revision.settings.idp_sso_binding;
    let departure = Departure::new(&request, binding).map_err(Problem::internal)?;
    service.state.begin(trip, now).await?;
    Ok(departure)
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
    let (token, cookie) = browser::token_or_new(request, &service.config)?;
    let departure = begin(service, purpose, connection, revision, &token, now).await?;
    let mut response = departure.into_response(StatusCode::FOUND);
    if let Some(cookie) = &cookie {
        response.add_cookie(cookie).map_err(Problem::internal)?;
    }
    Ok(response)
}
