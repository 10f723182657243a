//! The story of one sign-in, as support reads it: written when it leaves, and whenever it is back.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tracing::warn;
use vestibule_model::{
    Actor, Attempt, AttemptEvent, AttemptId, AttemptOutcome, AttemptStep, MemberId, RevisionId,
};
use vestibule_saml::Report;
use vestibule_state::{AuthorizeRequest, Purpose, Trip};
use vestibule_store::{Reach, StoreError, Tx};

use crate::{audit, clock, metrics::MintedBy, page::ErrorPage, saml::burst, service::Service};

/// The largest response that is kept as it arrived, in bytes of base64. What an IdP sends has a tenth
/// of it; what is larger was sent by somebody who wants it kept.
const MAX_KEPT: usize = 256 * 1024;

fn event(step: AttemptStep, detail: Option<&str>, at: Timestamp) -> AttemptEvent {
    AttemptEvent {
        at,
        step,
        detail: detail.map(str::to_owned),
    }
}

/// An attempt that has just left.
fn begun(trip: &Trip, request: &AuthorizeRequest) -> Attempt {
    // What the IdP sent unasked left from nowhere: its trip is over as it begins.
    let timeline = match trip.expires_at > trip.issued_at {
        true => vec![event(AttemptStep::Left, None, trip.issued_at)],
        false => Vec::new(),
    };
    Attempt {
        id: request.attempt,
        reference: Some(request.reference),
        workspace_id: trip.workspace_id,
        connection_id: trip.connection_id,
        revision_id: trip.revision_id,
        client_id: request.client_id,
        member_id: None,
        outcome: AttemptOutcome::Pending,
        reason: None,
        report: Report::default(),
        timeline,
        started_at: trip.issued_at,
        finished_at: trip.issued_at,
        response_until: None,
    }
}

/// The attempt that a trip begins; none for a test, for signing out, and for the second trip of an
/// attempt.
pub(super) fn departing(trip: &Trip) -> Option<Attempt> {
    match &trip.purpose {
        Purpose::SignIn(request) if !request.restarted => Some(begun(trip, request)),
        Purpose::SignIn(_) | Purpose::Test(_) | Purpose::SignOut(_) => None,
    }
}

/// The attempt of a trip whose browser is back, and what comes of it.
fn returned(
    trip: &Trip,
    request: &AuthorizeRequest,
    (step, detail): (AttemptStep, Option<&str>),
    report: Report,
    now: Timestamp,
) -> Attempt {
    let mut attempt = begun(trip, request);
    attempt.timeline.extend([
        event(AttemptStep::Arrived, None, now),
        event(step, detail, now),
    ]);
    Attempt {
        report,
        finished_at: now,
        ..attempt
    }
}

/// The attempt that signs somebody in.
pub(super) fn signed_in(
    trip: &Trip,
    request: &AuthorizeRequest,
    report: Report,
    member_id: MemberId,
    now: Timestamp,
) -> Attempt {
    let step = (AttemptStep::SignedIn, None);
    Attempt {
        member_id: Some(member_id),
        outcome: AttemptOutcome::SignedIn,
        ..returned(trip, request, step, report, now)
    }
}

/// Writes a refused attempt down; the page carries its reference.
pub(super) async fn refused(
    service: &Service,
    trip: &Trip,
    request: &AuthorizeRequest,
    report: Report,
    reason: &'static str,
    page: ErrorPage,
    now: Timestamp,
) -> ErrorPage {
    service.metrics.sign_in(MintedBy::Saml, "refused", reason);
    service
        .traces
        .here(|noted| noted.outcome = Some(("refused", reason)));
    let step = (AttemptStep::Refused, Some(reason));
    let attempt = Attempt {
        outcome: AttemptOutcome::Refused,
        reason: Some(reason.to_owned()),
        ..returned(trip, request, step, report, now)
    };
    let page = page.reference(request.reference);
    match save_refused(service, attempt, now).await {
        Ok(()) => page,
        // The refusal stands; only its record is missing, and the log says so.
        Err(error) => page.because(error),
    }
}

/// Writes down that the same attempt goes on with a fresh trip under another revision.
pub(super) async fn restarted(
    service: &Service,
    trip: &Trip,
    request: &AuthorizeRequest,
    revision_id: RevisionId,
    now: Timestamp,
) {
    let reason = "revision-superseded";
    service.metrics.sign_in(MintedBy::Saml, "restarted", reason);
    service
        .traces
        .here(|noted| noted.outcome = Some(("restarted", reason)));
    let step = (AttemptStep::Restarted, Some(reason));
    let attempt = Attempt {
        revision_id,
        ..returned(trip, request, step, Report::default(), now)
    };
    if let Err(error) = save(service, attempt).await {
        warn!(%error, attempt.id = %request.attempt, "a restart could not be noted");
    }
}

/// Keeps a refused attempt; where there are many of them, somebody is told.
async fn save_refused(
    service: &Service,
    attempt: Attempt,
    now: Timestamp,
) -> Result<(), StoreError> {
    service
        .store
        .write(move |tx| {
            if tx.save_attempt(&attempt)? {
                let detail = json!({
                    "connection": attempt.connection_id,
                    "client": attempt.client_id,
                    "reason": attempt.reason,
                    "reference": attempt.reference.map(|reference| reference.to_string()),
                });
                let (scope, action) = (Some(attempt.workspace_id), "sign_in.refused");
                audit::record(tx, Actor::System, scope, action, attempt.id, &detail, now)?;
                burst::note(tx, &attempt, now)?;
            }
            Ok(())
        })
        .await
}

async fn save(service: &Service, attempt: Attempt) -> Result<bool, StoreError> {
    service
        .store
        .write(move |tx| tx.save_attempt(&attempt))
        .await
}

/// What follows from the answer to a browser that is back: every refusal is written down and has the
/// attempt's reference, and the response is kept where the workspace has them kept.
pub(super) async fn settle<T>(
    service: &Service,
    trip: &Trip,
    request: &AuthorizeRequest,
    saml_response: String,
    answer: Result<T, ErrorPage>,
) -> Result<T, ErrorPage> {
    let now = clock::now();
    let answer = match answer {
        // It came to its end in another tab, at the same time.
        Err(page) if page.reason == "trip-unknown" => Err(page.reference(request.reference)),
        Err(page) if page.reference.is_none() && page.status.is_client_error() => {
            let (report, reason) = (Report::default(), page.reason);
            Err(refused(service, trip, request, report, reason, page, now).await)
        }
        Err(page) => {
            if page.status.is_server_error() {
                let (failed, reason) = ("failed", page.reason);
                service.metrics.sign_in(MintedBy::Saml, failed, reason);
            }
            Err(page.reference(request.reference))
        }
        Ok(answer) => Ok(answer),
    };
    if let Err(error) = keep(service, trip, request, saml_response, answer.is_ok(), now).await {
        warn!(%error, attempt.id = %request.attempt, "a response could not be kept");
    }
    answer
}

/// Keeps the response as it arrived, where the workspace asked for it. Of an attempt that has signed
/// somebody in, only the one that did is kept.
async fn keep(
    service: &Service,
    trip: &Trip,
    request: &AuthorizeRequest,
    saml_response: String,
    was_good: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    if saml_response.len() > MAX_KEPT || !service.configuration.keeps_responses(trip.connection_id)
    {
        return Ok(());
    }
    let (workspace_id, connection_id, id) =
        (trip.workspace_id, trip.connection_id, request.attempt);
    service
        .store
        .write(move |tx| {
            // The copy may be behind; this is the workspace's word.
            let workspace = tx.workspace(Reach::All, workspace_id)?;
            let days = workspace.map_or(0, |workspace| workspace.keep_responses_days);
            let attempt = tx.attempt(connection_id, id)?;
            let open = |attempt: &Attempt| was_good || attempt.outcome != AttemptOutcome::SignedIn;
            if days == 0 || !attempt.is_some_and(|attempt| open(&attempt)) {
                return Ok(());
            }
            let until = now.checked_add(SignedDuration::from_hours(24 * i64::from(days)));
            let until = until.unwrap_or(Timestamp::MAX);
            tx.keep_response(id, &saml_response, until)
        })
        .await
}

/// The application redeemed the code of an attempt, in the transaction that redeems it.
pub(crate) fn code_redeemed(
    tx: &mut Tx<'_>,
    id: AttemptId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.append_attempt_event(id, &event(AttemptStep::CodeRedeemed, None, now))
}

/// Somebody inspected the kept response of an attempt, in the transaction that notes it.
pub(crate) fn inspected(
    tx: &mut Tx<'_>,
    id: AttemptId,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.append_attempt_event(id, &event(AttemptStep::Inspected, Some(by), now))
}
