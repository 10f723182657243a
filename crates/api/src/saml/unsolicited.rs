//! A sign-in that the IdP began: verified, set aside, and begun anew by the application, which it
//! then answers once (design §4.6). A code is never sent unasked.

use std::sync::Arc;

use actix_web::{HttpResponse, http::StatusCode, web::Data};
use jiff::Timestamp;
use tracing::info;
use url::Url;
use vestibule_model::{Client, IdpInitiated, Revision};
use vestibule_saml::{Expected, SignIn, UnverifiedResponse};
use vestibule_state::{BrowserToken, Parked, ParkedId, TripId};

use crate::{
    browser, clock,
    configuration::Live,
    page::{self, ErrorPage},
    problem::Problem,
    redirect_uri::RedirectUri,
    saml::{
        acs,
        arrival::{Arrival, unsolicited},
        expectation::{expected_parts, judge, keys_for},
        sign_in::{entity_id, live_connection},
    },
    service::Service,
};

/// Verifies it as it would be verified for a sign-in, sets it aside for this browser, and sends the
/// browser to where the application begins one.
pub(crate) async fn arrive(
    service: &Data<Service>,
    arrival: Arrival,
    unverified: UnverifiedResponse,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let live = live_connection(service, arrival.connection_id).await?;
    if live.revision.settings.idp_initiated == IdpInitiated::Refuse {
        return Err(unsolicited());
    }
    // Over http the Lax cookie stays at home at first, as with any answer (design §4.5).
    if arrival.browser.is_none() && !arrival.resumed && !service.config.is_https() {
        return acs::park(service, &TripId::generate()?, arrival).await;
    }
    let keys = keys_for(
        service,
        arrival.connection_id,
        &live.revision,
        &unverified,
        now,
    )
    .await?;
    let parts = expected_parts(service, arrival.connection_id, &live.revision, &keys);
    let expected = Expected::<SignIn>::unsolicited(parts, entity_id(&live.revision)?);
    if let Err(refusal) = judge(
        service,
        arrival.connection_id,
        unverified,
        keys,
        expected,
        now,
    )
    .await?
    {
        let because = format!("refused by the check {}", refusal.reason);
        return Err(refused().because(because));
    }
    let client = application(service, &live.revision).await?;
    let uri = RedirectUri::initiate_login(&client).ok_or_else(no_application)?;
    let (token, cookie) = browser::token_or_new(arrival.browser, &service.config)?;
    let id = ParkedId::of_browser(&token.binding(), arrival.connection_id, client.id);
    let message = Parked {
        trip: TripId::generate()?,
        connection_id: arrival.connection_id,
        relay_state: None,
        saml_response: arrival.saml_response,
    };
    service.state.park(id, message, now).await?;
    info!(
        event = "sign_in",
        outcome = "set_aside",
        connection.id = %arrival.connection_id,
        workspace.id = %live.workspace.id,
        "the identity provider began a sign-in"
    );
    let hint = arrival.connection_id.to_string();
    let mut parameters = vec![
        ("iss", service.config.public_url.as_str()),
        ("login_hint", hint.as_str()),
    ];
    let target = arrival.relay_state.filter(|state| leads_to(&uri, state));
    if let Some(target) = &target {
        parameters.push(("target_link_uri", target));
    }
    let mut response = page::redirect(StatusCode::SEE_OTHER, uri.with(&parameters));
    if let Some(cookie) = &cookie {
        response.add_cookie(cookie).map_err(Problem::internal)?;
    }
    Ok(response)
}

/// What this browser has set aside for this application: it is taken out, once.
pub(crate) async fn set_aside(
    service: &Service,
    live: &Live,
    client: &Client,
    token: &BrowserToken,
    now: Timestamp,
) -> Result<Option<String>, ErrorPage> {
    if live.revision.settings.idp_initiated == IdpInitiated::Refuse {
        return Ok(None);
    }
    let id = ParkedId::of_browser(&token.binding(), live.connection.id, client.id);
    let parked = service.state.unpark(&id, now).await?;
    Ok(parked.map(|parked| parked.saml_response))
}

/// The application that the settings name, else the only one that can begin a sign-in.
async fn application(service: &Service, revision: &Revision) -> Result<Arc<Client>, ErrorPage> {
    if let Some(id) = revision.settings.idp_initiated_client_id {
        let client = service.configuration.client(&service.store, id).await?;
        return client.ok_or_else(no_application);
    }
    let mut able = service
        .store
        .read(|tx| tx.clients_that_begin(2).map_err(Problem::from))
        .await?;
    match (able.pop(), able.is_empty()) {
        (Some(client), true) => Ok(Arc::new(client)),
        _ => Err(no_application()),
    }
}

/// Whether a RelayState is a place in the application: of the same origin as where it begins
/// sign-ins, and nothing else is ever passed on.
fn leads_to(uri: &RedirectUri, relay_state: &str) -> bool {
    match (Url::parse(uri.as_str()), crate::web_url::parse(relay_state)) {
        (Ok(ours), Ok(target)) => ours.origin() == target.origin(),
        _ => false,
    }
}

fn refused() -> ErrorPage {
    ErrorPage::worded(
        StatusCode::FORBIDDEN,
        "response-refused",
        "unsolicited-refused",
    )
}

fn no_application() -> ErrorPage {
    ErrorPage::named(StatusCode::BAD_REQUEST, "no-application")
}
