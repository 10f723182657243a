//! Telling applications that sessions of theirs have ended (OpenID Connect Back-Channel Logout 1.0).

use std::time::Duration;

use actix_web::web::Data;
use jiff::Timestamp;
use serde_json::json;
use tracing::{info, warn};
use vestibule_jobs::{Duty, Pace, is_last_untold, tell_clients};
use vestibule_model::{Actor, BackchannelLogout, Client};
use vestibule_outbound::{Limits, Outbound};
use vestibule_session::logout_token;
use vestibule_store::StoreError;

use crate::{audit, blocking::blocking, clock, problem::Problem, service::Service};

/// How often is looked who is to be told: a sign-out is heard of within a second or two.
const PACE: Pace = Pace {
    every: Duration::from_secs(1),
};
/// An application that takes longer is tried again later; the others wait for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Tells applications what they have to be told, again and again, until it is told to stop.
pub(crate) async fn run_jobs(service: Data<Service>, duty: Duty) {
    let limits = Limits {
        total: PATIENCE,
        ..Limits::default()
    };
    let outbound = Outbound::new(service.config.reach(), limits);
    let work = move |logout| {
        let (service, outbound) = (service.clone(), outbound.clone());
        async move { tell(&service, &outbound, logout).await }
    };
    tell_clients(duty, PACE, work).await;
}

/// Tells of one that was claimed: should this server end now, it is tried again by its timetable.
async fn tell(service: &Service, outbound: &Outbound, logout: BackchannelLogout) {
    let now = clock::now();
    let told = match deliver(service, outbound, &logout, now).await {
        Ok(()) => settle(service, &logout, None, now).await,
        Err(reason) if is_last_untold(logout.failures) => {
            settle(service, &logout, Some(reason), now).await
        }
        Err(reason) => {
            let failures = logout.failures;
            service.metrics.logout("delayed");
            info!(
                event = "backchannel_logout_delayed",
                client.id = %logout.client_id,
                session.id = %logout.session_id,
                failures,
                reason,
                "an application could not be told of a sign-out; it is tried again"
            );
            Ok(())
        }
    };
    if let Err(error) = told {
        // Then it is told again: twice is better than never.
        warn!(session.id = %logout.session_id, %error, "that an application was told could not be noted");
    }
}

/// Sends the logout token (§2.5). The error says why the application does not know yet.
async fn deliver(
    service: &Service,
    outbound: &Outbound,
    logout: &BackchannelLogout,
    now: Timestamp,
) -> Result<(), String> {
    let id = logout.client_id;
    let client = service.store.read(move |tx| tx.client(id)).await;
    let client = client.map_err(|error| error.to_string())?;
    // Whoever wants to be told no longer is not told.
    let Some((client, url)) = client.and_then(|client| {
        let url = client.backchannel_logout_uri.clone()?;
        Some((client, url))
    }) else {
        return Ok(());
    };
    let token = token(service, &client, logout, now)?;
    let form = serde_urlencoded::to_string([("logout_token", token)]);
    let form = form.map_err(|error| error.to_string())?;
    let outbound = outbound.clone();
    let answer = blocking(move || outbound.post_form(&url, &form)).await;
    let answer = answer.map_err(|problem: Problem| problem.to_string())?;
    match answer.map_err(|error| error.to_string())? {
        // §2.8 names 200; many frameworks answer 204 where there is nothing to say.
        200..=299 => Ok(()),
        status => Err(format!(
            "the application answered with HTTP status {status}"
        )),
    }
}

fn token(
    service: &Service,
    client: &Client,
    logout: &BackchannelLogout,
    now: Timestamp,
) -> Result<String, String> {
    let (keys, algorithm) = (service.keys.ring(), client.id_token_signed_response_alg);
    let about = (client.id, logout.member_id, logout.session_id);
    logout_token(&keys, algorithm, &service.issuer, about, now).map_err(|error| error.to_string())
}

/// There is nothing left to do: the application was told, or is given up.
async fn settle(
    service: &Service,
    logout: &BackchannelLogout,
    given_up: Option<String>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (session_id, client_id) = (logout.session_id, logout.client_id);
    let word = if given_up.is_some() { "failed" } else { "told" };
    service.metrics.logout(word);
    match &given_up {
        None => info!(
            event = "backchannel_logout",
            client.id = %client_id,
            session.id = %session_id,
            "the application was told of a sign-out"
        ),
        Some(reason) => warn!(
            event = "backchannel_logout_failed",
            client.id = %client_id,
            session.id = %session_id,
            reason,
            "an application was not told of a sign-out"
        ),
    }
    let workspace_id = logout.workspace_id;
    service
        .store
        .write(move |tx| {
            let there = tx.backchannel_logout_settled(session_id)?;
            let Some(reason) = given_up.filter(|_| there) else {
                return Ok(());
            };
            let detail = json!({"session": session_id.to_string(), "reason": reason});
            let (scope, action) = (Some(workspace_id), "client.backchannel_logout_failed");
            audit::record(tx, Actor::System, scope, action, client_id, &detail, now)
        })
        .await
}
