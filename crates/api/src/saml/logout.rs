//! Single logout: what the IdP asks, what it answers, and how we ask it (Profiles §4.4).

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Path, Payload},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tracing::info;
use vestibule_model::{Actor, Connection, ConnectionId, Origin, Revision, Session, SsoBinding};
use vestibule_pages::{Message, Status, text};
use vestibule_saml::{
    ExpectedLogout, Limits, LogoutKind, LogoutOutcome, LogoutRefusal, LogoutRequest,
    LogoutResponse, LogoutStatus, SentRequest, UnverifiedLogout, VerifiedLogout,
    VerifiedLogoutRequest,
};
use vestibule_state::{BrowserBinding, LogoutReturn, Purpose, Trip, TripId};
use vestibule_store::{Reach, Tx};

use crate::{
    audit,
    blocking::blocking,
    body, clock,
    page::{self, ErrorPage},
    problem::{Problem, ProblemType},
    redirect_uri::with_parameters,
    saml::{departure::Departure, keys::KeySet, urls},
    service::Service,
};

/// How long a request of ours counts.
const REQUEST_LIFETIME: SignedDuration = SignedDuration::from_mins(5);
/// How long past its end a request of the IdP is remembered: well past any skew.
const CLAIM_MEMORY: SignedDuration = SignedDuration::from_hours(24);
/// SAML Core §3.7.3: the person asked for it.
const BY_USER: &str = "urn:oasis:names:tc:SAML:2.0:logout:user";

/// A logout message by HTTP-Redirect (Bindings §3.4).
#[get("/saml/{connection_id}/slo")]
pub(crate) async fn by_redirect(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<ConnectionId>,
) -> Result<HttpResponse, ErrorPage> {
    // As it stood in the URL: the signature is over that text.
    let query = request.query_string().to_owned();
    let read = move || UnverifiedLogout::from_query(&query, &Limits::default());
    let (id, read) = (path.into_inner(), blocking(read).await?);
    let answer = arrive(&service, id, read).await;
    page::errors_belong_to(&request, &service, id, answer).await
}

/// A logout message by HTTP-POST (Bindings §3.5).
#[post("/saml/{connection_id}/slo")]
pub(crate) async fn by_post(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<ConnectionId>,
    payload: Payload,
) -> Result<HttpResponse, ErrorPage> {
    let kind = body::media_type(&request);
    let form = body::read(payload.into_inner()).await?;
    if kind.as_deref() != Some("application/x-www-form-urlencoded") {
        let detail = "expected Content-Type application/x-www-form-urlencoded";
        return Err(Problem::new(ProblemType::UnsupportedMediaType, detail).into());
    }
    let read = move || {
        let form = String::from_utf8_lossy(&form);
        UnverifiedLogout::from_form(&form, &Limits::default())
    };
    let (id, read) = (path.into_inner(), blocking(read).await?);
    let answer = arrive(&service, id, read).await;
    page::errors_belong_to(&request, &service, id, answer).await
}

async fn arrive(
    service: &Data<Service>,
    id: ConnectionId,
    read: Result<UnverifiedLogout, LogoutRefusal>,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let unverified = read.map_err(|refusal| refused(&refusal))?;
    match unverified.kind() {
        LogoutKind::Request => asked(service, id, unverified, now).await,
        LogoutKind::Response => answered(service, id, unverified, now).await,
    }
}

/// The IdP asks: the sessions that it names end here, before anything is sent (SDP-SP34), and it gets
/// a signed answer.
async fn asked(
    service: &Data<Service>,
    id: ConnectionId,
    unverified: UnverifiedLogout,
    now: Timestamp,
) -> Result<HttpResponse, ErrorPage> {
    let Some((connection, revision)) = serving(service, id).await? else {
        return Err(unknown());
    };
    let verified = judge(service, &revision, unverified, None, now).await?;
    let VerifiedLogout::Request(request) = verified else {
        return Err(unknown());
    };
    let keep_until = request.expires_at().max(now).checked_add(CLAIM_MEMORY);
    let keep_until = keep_until.map_err(Problem::internal)?;
    let (ended, request) = service
        .store
        .write(move |tx| {
            if !tx.claim_logout_request(id, request.id(), keep_until)? {
                return Ok((None, request));
            }
            let ended = end_sessions(tx, &connection, &request, now)?;
            Ok::<_, Problem>((Some(ended), request))
        })
        .await?;
    let Some(ended) = ended else {
        return Err(used_already());
    };
    info!(event = "logout", by = "idp", sessions = ended, connection.id = %id, "logout");
    let Some(departure) = answer(service, id, &revision, &request, now).await? else {
        return Ok(signed_out());
    };
    Ok(departure.into_sign_out(StatusCode::SEE_OTHER))
}

/// Only sessions of this connection, with exactly this NameID, and of those only the ones that are
/// named, where any are (Core §3.7.3.1). How many there were; none is no failure.
fn end_sessions(
    tx: &mut Tx<'_>,
    connection: &Connection,
    request: &VerifiedLogoutRequest,
    now: Timestamp,
) -> Result<usize, Problem> {
    let named = |session: &Session| {
        let Origin::Saml { details, .. } = &session.origin else {
            return false;
        };
        let indexes = request.session_indexes();
        let index = details.session_index.as_ref();
        indexes.is_empty() || index.is_some_and(|index| indexes.contains(index))
    };
    let sessions = tx.sessions_of_subject(connection.id, request.name_id(), now)?;
    let mut ended = Vec::new();
    for session in sessions.into_iter().filter(named) {
        if tx.revoke_session(session.id, "signed out at the identity provider", now)? {
            ended.push(session.id.to_string());
        }
    }
    let count = ended.len();
    let detail = json!({"sessions": ended});
    let (actor, scope) = (Actor::System, Some(connection.workspace_id));
    let action = "connection.logout_received";
    audit::record(tx, actor, scope, action, connection.id, &detail, now)?;
    Ok(count)
}

/// The LogoutResponse, by the binding that the settings say; none where they know no place for it.
async fn answer(
    service: &Data<Service>,
    id: ConnectionId,
    revision: &Revision,
    request: &VerifiedLogoutRequest,
    now: Timestamp,
) -> Result<Option<Departure>, ErrorPage> {
    let settings = &revision.settings;
    let response_url = settings.idp_logout_response_url.as_ref();
    let Some(destination) = response_url.or(settings.idp_logout_url.as_ref()) else {
        return Ok(None);
    };
    let own = service.configuration.own_keys(&service.store, id).await?;
    let own = own.ok_or_else(unknown)?;
    let response = LogoutResponse {
        id: TripId::generate()?.as_str().to_owned(),
        issue_instant: now,
        in_response_to: request.id().to_owned(),
        destination: destination.clone(),
        sp_entity_id: urls::entity_id(&service.config.public_url, id),
        status: LogoutStatus::Success,
    };
    // Given back as it came, and looked at by nobody here (Bindings §3.4.3).
    let relay_state = request.relay_state();
    let signing = own.signing_for(settings);
    let sent = match settings.idp_logout_binding {
        SsoBinding::Redirect => response
            .redirect_url(relay_state, &signing)
            .map(Departure::Redirect),
        SsoBinding::Post => response
            .post_form(relay_state, &signing)
            .map(Departure::Post),
    };
    Ok(Some(sent.map_err(Problem::internal)?))
}

/// The IdP answers our request: whatever it says, the person is signed out here.
async fn answered(
    service: &Data<Service>,
    id: ConnectionId,
    unverified: UnverifiedLogout,
    now: Timestamp,
) -> Result<HttpResponse, ErrorPage> {
    let claimed = unverified.unverified_in_response_to();
    let trip_id = claimed.and_then(TripId::parse).ok_or_else(unknown)?;
    let trip = service.state.find(&trip_id, now).await?;
    let trip = trip.filter(|trip| trip.connection_id == id);
    let trip = trip.ok_or_else(unknown)?;
    let Purpose::SignOut(back) = trip.purpose.clone() else {
        return Err(unknown());
    };
    let revision_id = trip.revision_id;
    let revision = service
        .store
        .read(move |tx| tx.revision(id, revision_id).map_err(Problem::from))
        .await?;
    let revision = revision.ok_or_else(unknown)?;
    let sent = SentRequest {
        id: trip_id.as_str().to_owned(),
        issued_at: trip.issued_at,
    };
    let verified = judge(service, &revision, unverified, Some(sent), now).await?;
    let VerifiedLogout::Response(response) = verified else {
        return Err(unknown());
    };
    // Once: a second answer to the same request finds nothing.
    if service.state.finish(&trip_id, now).await?.is_none() {
        return Err(used_already());
    }
    let outcome = match response.outcome() {
        LogoutOutcome::Complete => "complete",
        LogoutOutcome::Partial => "partial",
        LogoutOutcome::Failed(_) => "failed",
    };
    info!(event = "logout", by = "us", outcome, connection.id = %id, "logout answered");
    Ok(arrived(
        &back,
        revision.settings.logout_landing_url.as_deref(),
    ))
}

/// Signs the person of this session out at its IdP too: the way there, or nothing where the session
/// did not come from one, or the IdP has no place for it. Here the session has ended already.
pub(crate) async fn ask_idp(
    service: &Data<Service>,
    session: &Session,
    back: LogoutReturn,
    browser: BrowserBinding,
    now: Timestamp,
) -> Result<Option<Departure>, Problem> {
    let Origin::Saml {
        connection_id,
        details,
        ..
    } = &session.origin
    else {
        return Ok(None);
    };
    let Some(name_id) = details.name_id.clone() else {
        return Ok(None);
    };
    let id = *connection_id;
    let Some((connection, revision)) = serving(service, id).await? else {
        return Ok(None);
    };
    let Some(destination) = revision.settings.idp_logout_url.clone() else {
        return Ok(None);
    };
    let Some(own) = service.configuration.own_keys(&service.store, id).await? else {
        return Ok(None);
    };
    let trip = Trip {
        id: TripId::generate()?,
        purpose: Purpose::SignOut(back),
        workspace_id: connection.workspace_id,
        connection_id: id,
        revision_id: revision.id,
        browser,
        issued_at: now,
        expires_at: now.checked_add(Trip::LIFETIME).map_err(Problem::internal)?,
    };
    let request = LogoutRequest {
        id: trip.id.as_str().to_owned(),
        issue_instant: now,
        not_on_or_after: now
            .checked_add(REQUEST_LIFETIME)
            .map_err(Problem::internal)?,
        destination,
        sp_entity_id: urls::entity_id(&service.config.public_url, id),
        name_id,
        session_index: details.session_index.clone(),
        reason: Some(BY_USER.to_owned()),
    };
    let signing = own.signing_for(&revision.settings);
    let sent = match revision.settings.idp_logout_binding {
        SsoBinding::Redirect => request
            .redirect_url(None, &signing)
            .map(Departure::Redirect),
        SsoBinding::Post => request.post_form(None, &signing).map(Departure::Post),
    };
    let departure = sent.map_err(Problem::internal)?;
    service.state.begin(trip, now).await?;
    Ok(Some(departure))
}

/// Where somebody who is signed out goes: back to the application, else to the landing page of the
/// settings, else to a page of ours.
pub(crate) fn arrived(back: &LogoutReturn, landing: Option<&str>) -> HttpResponse {
    let Some(uri) = back.redirect_uri.as_deref() else {
        return match landing {
            Some(landing) => page::redirect(StatusCode::SEE_OTHER, landing.to_owned()),
            None => signed_out(),
        };
    };
    let url = match &back.state {
        Some(state) => with_parameters(uri, &[("state", state)]),
        None => uri.to_owned(),
    };
    page::redirect(StatusCode::SEE_OTHER, url)
}

/// The connection and the revision that serves, or served last: people are signed out also after a
/// connection was switched off.
async fn serving(
    service: &Service,
    id: ConnectionId,
) -> Result<Option<(Connection, Revision)>, Problem> {
    service
        .store
        .read(move |tx| {
            let Some(connection) = tx.connection(Reach::All, id)? else {
                return Ok(None);
            };
            let revision = tx.named_revision(id, connection.live)?;
            Ok::<_, Problem>(revision.map(|revision| (connection, revision)))
        })
        .await
}

/// The corridor of a logout message: signed by a key of the revision, then every rule.
async fn judge(
    service: &Data<Service>,
    revision: &Revision,
    unverified: UnverifiedLogout,
    sent: Option<SentRequest>,
    now: Timestamp,
) -> Result<VerifiedLogout, ErrorPage> {
    let id = revision.connection_id;
    let idp_entity_id = revision.idp_entity_id().map(str::to_owned);
    let expected = ExpectedLogout {
        idp_entity_id: idp_entity_id.ok_or_else(unknown)?,
        slo_url: urls::slo(&service.config.public_url, id),
        sent,
        clock_skew: service.config.clock_skew,
    };
    let own = service.configuration.own_keys(&service.store, id).await?;
    let keys = KeySet::new(&service.revision_keys.of(revision), revision, own, now);
    let verified = blocking(move || {
        unverified
            .verify(keys.keys())
            .and_then(|signed| signed.validate(&expected, now))
    })
    .await?;
    verified.map_err(|refusal| refused(&refusal))
}

fn signed_out() -> HttpResponse {
    let page = Message {
        title: text("signed-out-title"),
        text: text("signed-out-text"),
        advice: None,
        detail: None,
        reference: None,
        links: Vec::new(),
        status: Status::Done,
    };
    page::rendered(StatusCode::OK, page)
}

fn refused(refusal: &LogoutRefusal) -> ErrorPage {
    let because = format!(
        "{}: expected {}; received {}",
        refusal.reason,
        refusal.expected.as_deref().unwrap_or("something else"),
        refusal.received.as_deref().unwrap_or("nothing")
    );
    ErrorPage::named(StatusCode::BAD_REQUEST, "logout-refused").because(because)
}

fn unknown() -> ErrorPage {
    ErrorPage::named(StatusCode::BAD_REQUEST, "logout-unknown")
}

fn used_already() -> ErrorPage {
    ErrorPage::named(StatusCode::BAD_REQUEST, "logout-replayed")
}
