//! Back on the host of an application, with a code that only this browser can redeem.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::StatusCode,
    web::{Data, Path},
};
use jiff::Timestamp;
use tracing::info;
use vestibule_model::{ClientId, SessionId};
use vestibule_session::{ForwardTrip, Secret, issue_forward, verify_pkce};
use vestibule_store::{CodeRedemption, StoreError, Tx};

use super::{app::App, interrupted::to_the_page};
use crate::{
    clock, facts, oidc::form::Parameters, page, problem::Problem, saml::attempt, service::Service,
};

/// End a sign-in on the host of an application: for its proxy to hand over, as `/.vestibule/callback`. Only
/// the browser that began it gets in.
#[get("/forward-auth/{client_id}/callback")]
pub(super) async fn callback(
    request: HttpRequest,
    service: Data<Service>,
    client_id: Path<ClientId>,
) -> Result<HttpResponse, Problem> {
    let now = clock::now();
    let app = App::find(&service, client_id.into_inner()).await?;
    let said = Parameters::parse(request.query_string().as_bytes());
    let outcome = match begun_here(&request, &service, &app, &said) {
        Some((trip, code)) => {
            let known = app.token(&request).map(|token| token.hash());
            let outcome = redeem(&service, &app, &trip, &code, known, now).await?;
            Some((outcome, trip))
        }
        None => None,
    };
    let word = outcome
        .as_ref()
        .map_or("not begun here", |(outcome, _)| outcome.word());
    info!(event = "forward_auth", outcome = word, client.id = %app.client.id, "callback");
    // Where the registered URI leads, and then a path that was judged before it went into `state`.
    let back = |trip: &ForwardTrip| page::redirect(StatusCode::SEE_OTHER, app.url(trip.path()));
    match outcome {
        Some((Outcome::In(token), trip)) => {
            let mut response = back(&trip);
            let cookie = app.token_cookie(&token);
            response.add_cookie(&cookie).map_err(Problem::internal)?;
            Ok(response)
        }
        Some((Outcome::InAlready, trip)) => Ok(back(&trip)),
        _ => Ok(to_the_page(&service, &app)),
    }
}

/// The sign-in that comes back, if this browser began it and it has ended with a code.
fn begun_here(
    request: &HttpRequest,
    service: &Service,
    app: &App,
    said: &Parameters,
) -> Option<(ForwardTrip, Secret)> {
    let browser = app.trip_secret(request)?;
    let trip = ForwardTrip::returning(&browser, app.client.id, said.get("state")?)?;
    let ours = said.repeated().is_none() && said.get("iss") == Some(&service.config.public_url);
    let code = Secret::parse(said.get("code")?)?;
    ours.then_some((trip, code))
}

/// What came of the code.
enum Outcome {
    In(Secret),
    /// This very browser has redeemed it before, and loads the address once more.
    InAlready,
    /// A second use, by something that knows what the browser knows: the session is revoked.
    Reused,
    /// The policy says that the session is over.
    Ended,
    Unknown,
}

impl Outcome {
    const fn word(&self) -> &'static str {
        match self {
            Self::In(_) => "signed in",
            Self::InAlready => "loaded again",
            Self::Reused => "reused",
            Self::Ended => "ended",
            Self::Unknown => "unknown code",
        }
    }
}

/// Why a transaction is undone.
enum Undone {
    /// The code is for another client, place or browser; it stays good for them.
    NotTheirs,
    Failed(Problem),
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Problem> for Undone {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

/// Redeems the code, as the token endpoint would, for the cookie's token in place of others.
async fn redeem(
    service: &Data<Service>,
    app: &App,
    trip: &ForwardTrip,
    code: &Secret,
    known: Option<[u8; 32]>,
    now: Timestamp,
) -> Result<Outcome, Problem> {
    let hash = code.hash();
    let (client_id, verifier) = (app.client.id, trip.verifier().to_owned());
    let redirect_uri = app.redirect_uri.as_str().to_owned();
    let service_in = service.clone();
    let writing = service.store.write(move |tx| {
        let (code, session) = match tx.redeem_code(&hash, now)? {
            CodeRedemption::Redeemed { code, session } => (code, session),
            CodeRedemption::Reused { session_id } => {
                return Ok(used_again(tx, session_id, known, now)?);
            }
            CodeRedemption::Expired | CodeRedemption::Unknown => return Ok(Outcome::Unknown),
        };
        let rightful = code.client_id == client_id
            && code.redirect_uri == redirect_uri
            && verify_pkce(&code.code_challenge, &verifier);
        if !rightful {
            return Err(Undone::NotTheirs);
        }
        if let Some(id) = code.attempt {
            attempt::code_redeemed(tx, id, now)?;
        }
        let grant = match facts::renewal(tx, &service_in, &session, now)? {
            Ok(grant) => grant,
            Err(denial) => {
                tx.revoke_session(session.id, denial.refusal.code(), now)?;
                return Ok(Outcome::Ended);
            }
        };
        let (token, record) = issue_forward(grant, &session, now).map_err(Problem::internal)?;
        tx.insert_forward_token(&record)?;
        Ok(Outcome::In(token))
    });
    match writing.await {
        Ok(outcome) => Ok(outcome),
        Err(Undone::NotTheirs) => Ok(Outcome::Unknown),
        Err(Undone::Failed(problem)) => Err(problem),
    }
}

/// A code that was redeemed already. Who holds what the first use got may load the address again;
/// anybody else ends what it got (RFC 6749 §4.1.2).
fn used_again(
    tx: &mut Tx<'_>,
    session_id: SessionId,
    known: Option<[u8; 32]>,
    now: Timestamp,
) -> Result<Outcome, StoreError> {
    let shown = match known {
        Some(hash) => tx.session_of_forward_token(&hash, now)?,
        None => None,
    };
    if shown.is_some_and(|session| session.id == session_id) {
        return Ok(Outcome::InAlready);
    }
    tx.revoke_session(session_id, "a code was used twice", now)?;
    Ok(Outcome::Reused)
}
