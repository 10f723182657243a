//! A message arrived: which trip does it answer, and may this browser finish it?

use actix_web::{HttpResponse, http::StatusCode, web::Data};
use vestibule_model::ConnectionId;
use vestibule_saml::{Limits, UnverifiedResponse};
use vestibule_state::{BrowserToken, Purpose, Trip, TripId};

use crate::{
    clock,
    page::ErrorPage,
    saml::{acs, attempt, sign_in, test_run, unsolicited},
    service::Service,
};

/// What arrived: untouched, and unproven.
pub(crate) struct Arrival {
    pub(crate) connection_id: ConnectionId,
    pub(crate) saml_response: String,
    pub(crate) relay_state: Option<String>,
    pub(crate) browser: Option<BrowserToken>,
    /// Whether the browser has come back with it from a redirect of ours.
    pub(crate) resumed: bool,
}

/// From the message to the trip it claims to answer. Nothing is used up here: garbage costs a trip
/// nothing, and the claim counts only once it is found again in signed bytes.
pub(crate) async fn arrive(
    service: &Data<Service>,
    arrival: Arrival,
) -> Result<HttpResponse, ErrorPage> {
    // Whoever floods one connection leaves the others their turns.
    let bytes = arrival.saml_response.len();
    let turn = service.turns.turn(&arrival.connection_id, bytes).await?;
    let step = service.traces.step("decode");
    let decoding = move || {
        let decoded = UnverifiedResponse::decode(&arrival.saml_response, &Limits::default());
        (arrival, decoded)
    };
    let (arrival, decoded) = turn.work(decoding).await?;
    drop(step);
    let unverified = decoded.map_err(|error| unreadable().because(&error).detail(error))?;

    let Some(claimed) = unverified.unverified_in_response_to() else {
        return unsolicited::arrive(service, arrival, unverified).await;
    };
    let trip_id = TripId::parse(claimed).ok_or_else(unknown_trip)?;
    let now = clock::now();
    let step = service.traces.step("find the trip");
    let found = service.state.find(&trip_id, now).await?;
    drop(step);
    let trip = found.ok_or_else(unknown_trip)?;
    if trip.connection_id != arrival.connection_id {
        return Err(unknown_trip());
    }
    match &arrival.browser {
        Some(token) if token.binding() == trip.browser => {}
        Some(_) => return Err(another_browser()),
        None => return acs::park(service, &trip_id, arrival).await,
    }
    match trip.purpose.clone() {
        Purpose::SignIn(request) => {
            let token = arrival.browser.ok_or_else(another_browser)?;
            let (kept, asked) = (trip.clone(), request.clone());
            service.traces.here(|noted| {
                noted.attempt = Some(asked.attempt);
                noted.workspace = Some(kept.workspace_id);
                noted.connection = Some(kept.connection_id);
                noted.client = Some(asked.client_id);
            });
            let answer = sign_in::finish(service, trip, request, &token, unverified).await;
            attempt::settle(service, &kept, &asked, arrival.saml_response, answer).await
        }
        Purpose::Test(test_id) => test_run::finish(service, trip, test_id, unverified).await,
        // A Response answers no LogoutRequest.
        Purpose::SignOut(_) => Err(unknown_trip()),
    }
}

/// Uses the trip up; of several posts of one answer exactly one comes further.
pub(crate) async fn use_up(service: &Service, trip: &Trip) -> Result<(), ErrorPage> {
    match service.state.finish(&trip.id, clock::now()).await? {
        Some(_) => Ok(()),
        None => Err(unknown_trip()),
    }
}

fn unreadable() -> ErrorPage {
    ErrorPage::named(StatusCode::BAD_REQUEST, "response-unreadable")
}

pub(crate) fn unsolicited() -> ErrorPage {
    ErrorPage::named(StatusCode::BAD_REQUEST, "unsolicited-response")
}

fn unknown_trip() -> ErrorPage {
    ErrorPage::named(StatusCode::BAD_REQUEST, "trip-unknown")
}

fn another_browser() -> ErrorPage {
    ErrorPage::named(StatusCode::BAD_REQUEST, "another-browser")
}
