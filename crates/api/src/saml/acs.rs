//! The Assertion Consumer Service: where the IdP's answer arrives.

use actix_web::{
    HttpRequest, HttpResponse,
    dev::Payload as DevPayload,
    get,
    http::{StatusCode, header::LOCATION},
    post,
    web::{Data, Path, Payload},
};
use vestibule_model::ConnectionId;
use vestibule_state::{Parked, ParkedId, TripId};

use crate::{
    body, browser, clock,
    page::{self, ErrorPage},
    problem::{Problem, ProblemType},
    saml::{
        arrival::{Arrival, arrive},
        stray, urls,
    },
    service::Service,
};

/// A Response by HTTP-POST (Bindings §3.5).
#[post("/saml/{connection_id}/acs")]
pub(crate) async fn acs(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<ConnectionId>,
    payload: Payload,
) -> Result<HttpResponse, ErrorPage> {
    let connection_id = path.into_inner();
    let answer = receive(&request, &service, connection_id, payload).await;
    or_noted(&request, &service, connection_id, answer).await
}

async fn receive(
    request: &HttpRequest,
    service: &Data<Service>,
    connection_id: ConnectionId,
    payload: Payload,
) -> Result<HttpResponse, ErrorPage> {
    let (saml_response, relay_state) = form(request, payload.into_inner()).await?;
    let browser = browser::token(request, &service.config);
    let arrival = Arrival {
        connection_id,
        saml_response,
        relay_state,
        browser,
        resumed: false,
    };
    arrive(service, arrival).await
}

/// A refusal that belongs to no attempt is noted, so that its reference leads somewhere.
async fn or_noted(
    request: &HttpRequest,
    service: &Service,
    connection_id: ConnectionId,
    answer: Result<HttpResponse, ErrorPage>,
) -> Result<HttpResponse, ErrorPage> {
    let answer = match answer {
        Ok(answer) => Ok(answer),
        Err(page) => Err(stray::noted(service, connection_id, page).await),
    };
    page::errors_belong_to(request, service, connection_id, answer).await
}

/// The same browser again, now with its Lax cookie (design §4.5).
#[get("/saml/{connection_id}/resume/{parked_id}")]
pub(crate) async fn resume(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<(ConnectionId, String)>,
) -> Result<HttpResponse, ErrorPage> {
    let (connection_id, parked_id) = path.into_inner();
    let answer = take_up(&request, &service, connection_id, &parked_id).await;
    or_noted(&request, &service, connection_id, answer).await
}

async fn take_up(
    request: &HttpRequest,
    service: &Data<Service>,
    connection_id: ConnectionId,
    parked_id: &str,
) -> Result<HttpResponse, ErrorPage> {
    let parked = match ParkedId::parse(parked_id) {
        Some(id) => service.state.unpark(&id, clock::now()).await?,
        None => None,
    };
    let parked = parked.filter(|parked| parked.connection_id == connection_id);
    let parked = parked.ok_or_else(lost)?;
    let arrival = Arrival {
        connection_id,
        saml_response: parked.saml_response,
        relay_state: parked.relay_state,
        browser: browser::token(request, &service.config),
        resumed: true,
    };
    arrive(service, arrival).await
}

/// Parks a message whose Lax cookie stayed at home, and has the browser come back with it.
pub(crate) async fn park(
    service: &Service,
    trip: &TripId,
    arrival: Arrival,
) -> Result<HttpResponse, ErrorPage> {
    // Over https the cookie is SameSite=None: where it is missing, it will not come back either. And
    // whoever comes back without it has none.
    if service.config.is_https() || arrival.resumed {
        return Err(no_cookie());
    }
    let id = ParkedId::generate()?;
    let url = urls::resume(&service.config.public_url, arrival.connection_id, &id);
    let message = Parked {
        trip: trip.clone(),
        connection_id: arrival.connection_id,
        saml_response: arrival.saml_response,
        relay_state: arrival.relay_state,
    };
    service.state.park(id, message, clock::now()).await?;
    Ok(HttpResponse::build(StatusCode::SEE_OTHER)
        .insert_header((LOCATION, url))
        .insert_header(("Cache-Control", "no-store"))
        .finish())
}

/// The one SAMLResponse of the form, and its RelayState; other fields are ignored.
async fn form(
    request: &HttpRequest,
    payload: DevPayload,
) -> Result<(String, Option<String>), ErrorPage> {
    let kind = body::media_type(request);
    let bytes = body::read(payload).await?;
    if kind.as_deref() != Some("application/x-www-form-urlencoded") {
        let detail = format!(
            "expected Content-Type application/x-www-form-urlencoded; received {}",
            kind.as_deref().unwrap_or("none")
        );
        return Err(Problem::new(ProblemType::UnsupportedMediaType, detail).into());
    }
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&bytes)
        .map_err(|error| malformed("acs-form-unreadable").because(error))?;
    let mut responses = Vec::new();
    let mut relay_state = None;
    for (name, value) in fields {
        match name.as_str() {
            "SAMLResponse" => responses.push(value),
            "RelayState" if !value.is_empty() => relay_state = Some(value),
            _ => {}
        }
    }
    match (responses.pop(), responses.is_empty()) {
        (Some(saml_response), true) => Ok((saml_response, relay_state)),
        (None, _) => Err(malformed("acs-response-missing")),
        (Some(_), false) => Err(malformed("acs-response-twice")),
    }
}

fn malformed(words: &'static str) -> ErrorPage {
    ErrorPage::worded(StatusCode::BAD_REQUEST, "malformed-request", words)
}

fn lost() -> ErrorPage {
    ErrorPage::named(StatusCode::BAD_REQUEST, "parked-message-gone")
}

fn no_cookie() -> ErrorPage {
    ErrorPage::named(StatusCode::BAD_REQUEST, "browser-cookie-missing")
}
