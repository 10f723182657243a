//! One sign-in, top to bottom: from a message that claims to answer a trip to a code for the client.

use std::sync::Arc;

use actix_web::{HttpResponse, http::StatusCode, web::Data};
use jiff::{SignedDuration, Timestamp};
use tracing::info;
use vestibule_model::{
    Change, ClientId, ConnectionId, ConnectionState, Email, Member, MemberId, Provisioned,
    Revision, RevisionId, RevisionSettings, SessionId, WorkspaceId,
};
use vestibule_policy::{
    Claim, Denial, Grant, Reason, Refusal, RuleOutcome, SamlFacts, claim, grant_by_saml,
};
use vestibule_saml::{
    Expected, Limits, Report, SignIn, StatusDetail, UnverifiedResponse, VerifiedAssertion,
};
use vestibule_session::{CodeRequest, Secret, mint_with_code};
use vestibule_state::{AuthorizeRequest, BrowserToken, Purpose, Trip, TripId};
use vestibule_store::{SamlSignIn, Tx};

use crate::{
    clock,
    configuration::{Live, NoRoute, Route},
    metrics::MintedBy,
    oidc::{
        again,
        authorize::{Refused, back},
        error::OAuthErrorCode,
    },
    page::{self, ErrorPage},
    people::{self, Entrance},
    problem::{Problem, ProblemType},
    redirect_uri::RedirectUri,
    saml::{
        arrival::use_up,
        attempt, begin,
        changes::Changes,
        expectation::{expected_answer, expected_parts, judge, keys_for, provider},
    },
    service::Service,
};

/// How long past its expiry an assertion's ID is remembered (design §4.3): well past any skew.
const CLAIM_MEMORY: SignedDuration = SignedDuration::from_hours(24);

/// How often somebody is admitted while others change what was read for it.
const TRIES: u8 = 4;

/// Why an attempt failed whose person is not the one whom the application expected.
const SOMEBODY_ELSE: &str = "somebody-else";

/// The sign-in.
pub(crate) async fn finish(
    service: &Data<Service>,
    trip: Trip,
    request: AuthorizeRequest,
    browser: &BrowserToken,
    unverified: UnverifiedResponse,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();

    // The trip's revision must still be the live one; a draft's keys verify no sign-in.
    let off = |page: ErrorPage| again::by_password(page, &request, trip.workspace_id);
    let mut live = live_connection(service, trip.connection_id)
        .await
        .map_err(off)?;
    if live.revision.id != trip.revision_id {
        // Perhaps it is our copy that is behind: another replica may have begun this trip.
        live = live_anew(service, &trip).await?;
    }
    if live.revision.id != trip.revision_id {
        use_up(service, &trip).await?;
        return restart(service, &trip, request, browser, &live, now).await;
    }

    // Signatures under this revision's keys alone, then every rule, on signed bytes alone.
    let (connection, revision) = (&live.connection, &live.revision);
    let keys = keys_for(service, connection.id, revision, &unverified, now).await?;
    let (sent, parts) = expected_answer(service, &trip, revision, &keys);
    let expected = Expected::sign_in(sent, parts, entity_id(revision)?);
    let assertion =
        match judge(service, trip.connection_id, unverified, keys, expected, now).await? {
            Ok(assertion) => assertion,
            Err(refusal) => {
                let report = refusal.report.in_words_of(provider(connection, revision));
                let (reason, status) = (refusal.reason.as_str(), refusal.status.as_ref());
                let page = status.map(|status| said_no(status, revision));
                let page = again::offer(page.unwrap_or_else(unacceptable), &request, ids(&trip));
                let page = refused(service, &trip, &request, report, reason, page, now).await;
                if request.passive {
                    // Nothing could be shown there; a page of ours would be as much (OpenID Connect
                    // Core §3.1.2.6).
                    use_up(service, &trip).await?;
                    let description = "the person has to be asked";
                    let error = Refused::new(OAuthErrorCode::LoginRequired, description);
                    return client_error(service, &request, &error).await;
                }
                return Err(page);
            }
        };

    // The answer is genuine: from here the trip is used up, whatever the policy says.
    use_up(service, &trip).await?;
    conclude(service, &trip, request, browser, &assertion, revision, now).await
}

/// Answers a request of the application with what the IdP sent unasked: verified anew, because
/// nothing was believed when it was set aside, and used once, like any assertion.
pub(crate) async fn answer_with(
    service: &Data<Service>,
    live: &Live,
    request: AuthorizeRequest,
    browser: &BrowserToken,
    saml_response: String,
    now: Timestamp,
) -> Result<HttpResponse, ErrorPage> {
    let (connection, revision) = (&live.connection, &live.revision);
    // It goes nowhere: what it stands for is over before this function is.
    let trip = Trip {
        id: TripId::generate()?,
        purpose: Purpose::SignIn(request.clone()),
        workspace_id: connection.workspace_id,
        connection_id: connection.id,
        revision_id: revision.id,
        browser: browser.binding(),
        issued_at: now,
        expires_at: now,
    };
    let decoded = UnverifiedResponse::decode(&saml_response, &Limits::default());
    let unverified = decoded.map_err(|error| unacceptable().because(error))?;
    let keys = keys_for(service, connection.id, revision, &unverified, now).await?;
    let parts = expected_parts(service, connection.id, revision, &keys);
    let expected = Expected::unsolicited(parts, entity_id(revision)?);
    match judge(service, trip.connection_id, unverified, keys, expected, now).await? {
        Ok(assertion) => {
            conclude(service, &trip, request, browser, &assertion, revision, now).await
        }
        Err(refusal) => {
            let report = refusal.report.in_words_of(provider(connection, revision));
            let reason = refusal.reason.as_str();
            let page = again::offer(unacceptable(), &request, ids(&trip));
            Err(refused(service, &trip, &request, report, reason, page, now).await)
        }
    }
}

/// What the policy makes of a genuine answer, and the way on.
async fn conclude(
    service: &Data<Service>,
    trip: &Trip,
    request: AuthorizeRequest,
    browser: &BrowserToken,
    assertion: &Arc<VerifiedAssertion<SignIn>>,
    revision: &Revision,
    now: Timestamp,
) -> Result<HttpResponse, ErrorPage> {
    let report = assertion.report().clone();
    let mut tries = TRIES;
    let admitted = loop {
        tries -= 1;
        match admit_once(service, trip, &request, assertion, revision, now).await {
            // Two first sign-ins of one person met: the other one made the member, this one finds them. Or
            // what was read has changed before it was written: then it is read again.
            Err(NotAdmitted::Failed(problem))
                if problem.kind == ProblemType::Conflict && tries > 0 => {}
            other => break other,
        }
    };
    match admitted {
        Ok((entrance, member_id)) => {
            let (uses, key) = (&service.certificate_uses, assertion.signed_by());
            uses.noted(trip.connection_id, key, now);
            service.metrics.signed_in(MintedBy::Saml);
            service
                .traces
                .here(|noted| noted.outcome = Some(("signed_in", "")));
            log(trip, "signed_in", None, Some(member_id));
            let mut response = match entrance {
                Entrance::Code(code) => answer(service, &request, &code).await?,
                Entrance::OwnPages(token) => {
                    people::own_pages(service, request.return_to.as_deref(), &token)?
                }
            };
            people::remember(&mut response, &service.config, trip.workspace_id)?;
            Ok(response)
        }
        Err(NotAdmitted::Denied(denial)) if denial.refusal == Refusal::RevisionSuperseded => {
            let live = live_anew(service, trip).await?;
            restart(service, trip, request, browser, &live, now).await
        }
        Err(NotAdmitted::Denied(denial)) => {
            let code = denial.refusal.code();
            let lacks = matches!(
                denial.refusal,
                Refusal::EmailMissing | Refusal::EmailInvalid { .. }
            );
            let mut page = match denial.refusal {
                Refusal::LocalProofRequired => {
                    let request = request.clone();
                    people::offer_proof(service, assertion, revision, request, browser, now).await?
                }
                refusal => ErrorPage::from(Problem::from(refusal)),
            };
            if lacks {
                // What is missing, the IdP has to send (SDP-SP12).
                page = page.help(revision.settings.idp_error_url.as_deref());
                page = again::offer(page, &request, ids(trip));
            }
            Err(refused(service, trip, &request, report, code, page, now).await)
        }
        Err(NotAdmitted::Replayed) => {
            let page = replayed();
            Err(refused(service, trip, &request, report, "replayed", page, now).await)
        }
        Err(NotAdmitted::SomebodyElse) => {
            let page = replayed();
            let _page = refused(service, trip, &request, report, SOMEBODY_ELSE, page, now).await;
            somebody_else(service, &request).await
        }
        Err(NotAdmitted::Failed(problem)) => Err(problem.into()),
    }
}

/// Whoever came is not whom the application expects back (`id_token_hint`, OpenID Connect Core
/// §3.1.2.2): it is told so, and gets nothing.
pub(crate) async fn somebody_else(
    service: &Service,
    request: &AuthorizeRequest,
) -> Result<HttpResponse, ErrorPage> {
    let description = "somebody else signed in than id_token_hint names";
    let error = Refused::new(OAuthErrorCode::LoginRequired, description);
    client_error(service, request, &error).await
}

/// One try, in a transaction of its own.
async fn admit_once(
    service: &Data<Service>,
    trip: &Trip,
    request: &AuthorizeRequest,
    assertion: &Arc<VerifiedAssertion<SignIn>>,
    revision: &Revision,
    now: Timestamp,
) -> Result<(Entrance, MemberId), NotAdmitted> {
    let (in_service, trip, request) = (service.clone(), trip.clone(), request.clone());
    let assertion = Arc::clone(assertion);
    let claim = whom(assertion.as_ref(), &revision.settings)?;
    let maps_roles = revision.settings.role_mapping.is_some();
    let _step = service.traces.step("admit");
    service
        .store
        .write(move |tx| {
            let about = (&claim, maps_roles);
            admit(tx, &in_service, &trip, &request, &assertion, about, now)
        })
        .await
}

/// Why a genuine answer lets nobody in.
pub(crate) enum NotAdmitted {
    Denied(Box<Denial>),
    Replayed,
    SomebodyElse,
    Failed(Problem),
}

impl<E: Into<Problem>> From<E> for NotAdmitted {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Policy and archive in one transaction: claim of the assertion, member, link, session, code, audit.
fn admit(
    tx: &mut Tx<'_>,
    service: &Service,
    trip: &Trip,
    request: &AuthorizeRequest,
    assertion: &VerifiedAssertion<SignIn>,
    about: (&Claim, bool),
    now: Timestamp,
) -> Result<(Entrance, MemberId), NotAdmitted> {
    let ids = (trip.workspace_id, trip.connection_id, trip.revision_id);
    let (facts, claimed) = saml_facts(tx, ids, about, assertion)?;
    if claimed {
        return Err(NotAdmitted::Replayed);
    }
    let client_id = request.client_id;
    let grant = grant_by_saml(assertion, &facts, client_id, &service.rules, now)
        .map_err(|denial| NotAdmitted::Denied(Box::new(denial)))?;
    let member_id = grant.member_id();
    if request
        .expected_member
        .is_some_and(|expected| expected != member_id)
    {
        return Err(NotAdmitted::SomebodyElse);
    }
    // From here on everything is written together with the claim, under the connection as it was read:
    // whoever switches it off meanwhile is waited for, and then nothing is written.
    tx.hold_connection_live(trip.connection_id, trip.revision_id)?;
    let keep_until = claimed_until(assertion, now)?;
    tx.claim_unclaimed_assertion(trip.connection_id, assertion.assertion_id(), keep_until)?;
    let changes = Changes::by(&grant, &facts);
    if grant.promotes() {
        // Who proved the link proved it for a member (P10).
        tx.clear_proofs_of_member(trip.workspace_id, member_id)?;
    }
    let (entrance, session_id) = open(tx, trip, request, grant, &facts, now)?;
    let key = assertion.signed_by();
    if service
        .certificate_uses
        .is_due(trip.connection_id, key, now)
    {
        tx.note_certificate_use(trip.connection_id, &key.to_string(), now)?;
    }
    let report = assertion.report().clone();
    tx.save_attempt_later(&attempt::signed_in(trip, request, report, member_id, now))?;
    changes.note(tx, trip, session_id, now)?;
    Ok((entrance, member_id))
}

/// Mints what the sign-in is for: a code for an application, or a session of our own pages.
fn open(
    tx: &mut Tx<'_>,
    trip: &Trip,
    request: &AuthorizeRequest,
    grant: Grant,
    facts: &SamlFacts,
    now: Timestamp,
) -> Result<(Entrance, SessionId), Problem> {
    let client_id = request.client_id;
    if client_id == ClientId::OWN_PAGES {
        let workspace = &facts.workspace.workspace;
        let begun = people::begin_session(tx, grant, workspace, trip.browser, None, now)?;
        return Ok((Entrance::OwnPages(begun.0), begun.1));
    }
    let code_request = CodeRequest {
        client_id,
        redirect_uri: request.redirect_uri.clone(),
        code_challenge: request.code_challenge.clone(),
        nonce: request.nonce.clone(),
        scope: request.scope.clone(),
        resources: request.resources.clone(),
        attempt: Some(request.attempt),
    };
    let (minted, code) = mint_with_code(grant, code_request, now).map_err(Problem::internal)?;
    tx.record_minted_in_browser(&minted, &trip.browser.to_hex(), now)?;
    Ok((Entrance::Code(code), minted.session().id))
}

/// Claims an assertion: `false` when somebody has done so before.
pub(crate) fn claim_once<P: vestibule_saml::Purpose>(
    tx: &mut Tx<'_>,
    connection_id: ConnectionId,
    assertion: &VerifiedAssertion<P>,
    now: Timestamp,
) -> Result<bool, Problem> {
    let keep_until = claimed_until(assertion, now)?;
    Ok(tx.claim_assertion(connection_id, assertion.assertion_id(), keep_until)?)
}

/// Until when the claim of an assertion is kept.
fn claimed_until<P: vestibule_saml::Purpose>(
    assertion: &VerifiedAssertion<P>,
    now: Timestamp,
) -> Result<Timestamp, Problem> {
    let keep_until = assertion.expires_at().max(now).checked_add(CLAIM_MEMORY);
    keep_until.map_err(Problem::internal)
}

/// Whom an assertion is about, by the settings that it is read with.
pub(crate) fn whom<P: vestibule_saml::Purpose>(
    assertion: &VerifiedAssertion<P>,
    settings: &RevisionSettings,
) -> Result<Claim, NotAdmitted> {
    claim(assertion, settings).map_err(|refusal| {
        let (rule, detail) = (refusal.rule(), refusal.to_string());
        let reasons = vec![Reason {
            rule,
            outcome: RuleOutcome::Refuse,
            detail,
        }];
        NotAdmitted::Denied(Box::new(Denial { refusal, reasons }))
    })
}

/// What the policy needs to know, read in the transaction that acts on it, in one go; and whether the
/// assertion was claimed before.
pub(crate) fn saml_facts<P: vestibule_saml::Purpose>(
    tx: &mut Tx<'_>,
    (workspace_id, connection_id, revision_id): (WorkspaceId, ConnectionId, RevisionId),
    (claim, maps_roles): (&Claim, bool),
    assertion: &VerifiedAssertion<P>,
) -> Result<(SamlFacts, bool), NotAdmitted> {
    let gone = || Problem::new(ProblemType::SsoNotLive, "the connection is gone");
    let found = tx.saml_sign_in_facts(SamlSignIn {
        workspace_id,
        connection_id,
        assertion_id: assertion.assertion_id(),
        subject: claim.subject(),
        email: claim.email(),
    })?;
    let mut workspace = found.workspace.ok_or_else(gone)?;
    let mut connections = workspace.sso.connections.iter();
    if !connections.any(|facts| facts.connection.id == connection_id) {
        return Err(gone().into());
    }
    let known = found.by_subject.as_ref().map(|(_, member)| member);
    let known = known.or(found.by_email.as_ref());
    // A mapping may demote an admin: then nobody else is demoted meanwhile (P6).
    let other_active_admins = match known {
        Some(member) if maps_roles => {
            tx.lock_workspace(workspace_id)?;
            tx.count_other_active_admins(workspace_id, member.id)? > 0
        }
        _ => false,
    };
    // Whose the domain is matters where the address is new: a newcomer's, or a member's from now on.
    if let Some(email) = claim.email()
        && known.is_none_or(|member| !needs_no_owner(member, email))
        && !workspace.is_verified(email.domain())
    {
        workspace.domains_of_others.extend(found.domain_of_another);
    }
    let facts = SamlFacts {
        workspace,
        connection_id,
        revision_id_of_trip: revision_id,
        by_subject: found.by_subject,
        by_email: found.by_email,
        identities_of_candidate: found.links_by_email,
        other_active_admins,
    };
    Ok((facts, found.claimed))
}

/// Whether nothing depends on whose domain an address lies in: it is the member's already, and they did
/// not come just in time.
fn needs_no_owner(member: &Member, email: &Email) -> bool {
    member.email.key() == email.key() && member.provisioned != Provisioned::JustInTime
}

/// The connection, if it is live.
pub(crate) async fn live_connection(
    service: &Service,
    id: ConnectionId,
) -> Result<Arc<Live>, ErrorPage> {
    let route = Route::Connection(id);
    let live = service
        .configuration
        .live(&service.store, &service.rules, route)
        .await?;
    live.map_err(|none| match none {
        NoRoute::Plan(_) => not_live(ConnectionState::Suspended),
        NoRoute::Unknown | NoRoute::Undecided | NoRoute::Several(_) | NoRoute::NotLive => {
            not_live(ConnectionState::Disabled)
        }
    })
}

/// The connection, if it is live, read anew.
async fn live_anew(service: &Service, trip: &Trip) -> Result<Arc<Live>, ErrorPage> {
    service
        .configuration
        .forget(Change::Connection(trip.connection_id));
    live_connection(service, trip.connection_id).await
}

/// The IdP of a live revision: given, or learned by the test that let it go live (P2).
pub(crate) fn entity_id(revision: &Revision) -> Result<String, Problem> {
    let known = revision.idp_entity_id().map(str::to_owned);
    known.ok_or_else(|| Problem::internal("a live revision without entity ID"))
}

/// The live revision changed while the person was at the IdP: one fresh trip of the same request.
async fn restart(
    service: &Data<Service>,
    trip: &Trip,
    request: AuthorizeRequest,
    browser: &BrowserToken,
    live: &Live,
    now: Timestamp,
) -> Result<HttpResponse, ErrorPage> {
    if request.restarted {
        return Err(changing());
    }
    let purpose = Purpose::SignIn(AuthorizeRequest {
        restarted: true,
        ..request.clone()
    });
    let (connection, revision) = (&live.connection, &live.revision);
    let departure = begin(service, purpose, connection, revision, browser, now).await?;
    log(trip, "restarted", Some("revision-superseded"), None);
    attempt::restarted(service, trip, &request, revision.id, now).await;
    // After a POST to the ACS only 303 makes a GET of it (RFC 9110 §15.4.4).
    Ok(departure.into_response(StatusCode::SEE_OTHER))
}

/// The trip's redirect URI. The client may have been changed meanwhile: what is no longer registered
/// gets nothing.
async fn still_registered(
    service: &Service,
    request: &AuthorizeRequest,
) -> Result<RedirectUri, ErrorPage> {
    let client = service
        .configuration
        .client(&service.store, request.client_id)
        .await?;
    let uri = client.and_then(|client| RedirectUri::registered(&client, &request.redirect_uri));
    uri.ok_or_else(|| ErrorPage::named(StatusCode::BAD_REQUEST, "redirect-uri-gone"))
}

/// 303 to the client's registered redirect URI, with an error: where the application asked for something
/// that it has to be told.
async fn client_error(
    service: &Service,
    request: &AuthorizeRequest,
    error: &Refused,
) -> Result<HttpResponse, ErrorPage> {
    let uri = still_registered(service, request).await?;
    let (state, status) = (request.state.as_deref(), StatusCode::SEE_OTHER);
    Ok(back(service, &uri, state, error, status))
}

/// 303 to the client's registered redirect URI, with the code (RFC 6749 §4.1.2, RFC 9207).
pub(crate) async fn answer(
    service: &Service,
    request: &AuthorizeRequest,
    code: &Secret,
) -> Result<HttpResponse, ErrorPage> {
    let uri = still_registered(service, request).await?;
    let mut parameters = vec![("code", code.expose())];
    if let Some(state) = request.state.as_deref() {
        parameters.push(("state", state));
    }
    parameters.push(("iss", service.config.public_url.as_str()));
    Ok(page::redirect(StatusCode::SEE_OTHER, uri.with(&parameters)))
}

/// Whose sign-in a trip is of.
fn ids(trip: &Trip) -> (WorkspaceId, ConnectionId) {
    (trip.workspace_id, trip.connection_id)
}

/// Says and writes down that an attempt was refused.
async fn refused(
    service: &Service,
    trip: &Trip,
    request: &AuthorizeRequest,
    report: Report,
    reason: &'static str,
    page: ErrorPage,
    now: Timestamp,
) -> ErrorPage {
    log(trip, "refused", Some(reason), None);
    attempt::refused(service, trip, request, report, reason, page, now).await
}

/// One line per sign-in: outcome and reason, ids alone.
fn log(trip: &Trip, outcome: &str, reason: Option<&str>, member: Option<MemberId>) {
    let reference = match &trip.purpose {
        Purpose::SignIn(request) => Some(request.reference),
        Purpose::Test(_) | Purpose::SignOut(_) => None,
    };
    info!(
        event = "sign_in",
        outcome,
        reason,
        reference = reference.map(tracing::field::display),
        workspace.id = %trip.workspace_id,
        connection.id = %trip.connection_id,
        revision.id = %trip.revision_id,
        member.id = member.map(tracing::field::display),
        "sign-in"
    );
}

/// The IdP said itself that it failed: what it said, as text, and nobody has verified it
/// (Core §3.2.2.1, SDP-SP11).
fn said_no(status: &StatusDetail, revision: &Revision) -> ErrorPage {
    let mut said = status.nested.as_deref().unwrap_or(&status.code).to_owned();
    if let Some(message) = status.message.as_deref() {
        said.push_str(": ");
        said.extend(message.chars().take(200));
    }
    ErrorPage::named(StatusCode::FORBIDDEN, "idp-refused")
        .with("said", said)
        .help(revision.settings.idp_error_url.as_deref())
}

fn unacceptable() -> ErrorPage {
    ErrorPage::named(StatusCode::FORBIDDEN, "response-refused")
}

fn replayed() -> ErrorPage {
    ErrorPage::named(StatusCode::BAD_REQUEST, "replayed")
}

fn changing() -> ErrorPage {
    ErrorPage::named(StatusCode::CONFLICT, "revision-superseded")
}

fn not_live(state: ConnectionState) -> ErrorPage {
    let words = match state {
        ConnectionState::Suspended => "sso-suspended",
        _ => "sso-not-live",
    };
    ErrorPage::worded(StatusCode::FORBIDDEN, "sso-not-live", words)
}
