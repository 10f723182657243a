//! By what a visitor comes: the cookie of this application, or an access token.

use actix_web::{HttpRequest, http::header::AUTHORIZATION};
use jiff::Timestamp;
use vestibule_model::{ClientId, Session};
use vestibule_session::{AccessClaims, verify_access_token_of_any_audience};
use vestibule_store::{Reach, StoreError, Tx};

use super::{app::App, rules::Rules};
use crate::service::Service;

/// What a visitor brought, as far as it can count without looking anything up.
pub(super) enum Credential {
    /// The hash of a forward token.
    Token([u8; 32]),
    /// An access token that verifies, for this application.
    Access(Box<AccessClaims>),
}

impl Credential {
    /// What the request brings. A bearer token counts alone, whatever the cookies are: what an API is
    /// called with must not become somebody else's call.
    pub(super) fn of(
        request: &HttpRequest,
        service: &Service,
        app: &App,
        rules: &Rules,
        now: Timestamp,
    ) -> Option<Self> {
        if let Some(bearer) = bearer(request) {
            let claims = access(service, app.client.id, rules, bearer?, now)?;
            return Some(Self::Access(Box::new(claims)));
        }
        Some(Self::Token(app.token(request)?.hash()))
    }

    /// The session that it shows and the scopes that it may show of it; whether the session may go on is
    /// the caller's to ask.
    pub(super) fn session(
        &self,
        tx: &mut Tx<'_>,
        client_id: ClientId,
        now: Timestamp,
    ) -> Result<Option<(Session, String)>, StoreError> {
        match self {
            Self::Token(hash) => {
                let session = tx.session_of_forward_token(hash, now)?;
                let own = session.filter(|session| session.client_id == client_id);
                Ok(own.map(|session| (session.clone(), session.scope)))
            }
            Self::Access(claims) => {
                let session = tx.session(Reach::All, claims.sid)?;
                Ok(session.map(|session| (session, claims.scope.clone())))
            }
        }
    }
}

/// The bearer token, where one is sent; `Some(None)` where it cannot be read.
fn bearer(request: &HttpRequest) -> Option<Option<&str>> {
    let mut sent = request.headers().get_all(AUTHORIZATION);
    let (first, second) = (sent.next()?, sent.next());
    let Ok(header) = first.to_str() else {
        return Some(None);
    };
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    // Other schemes are the application's own.
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| Some(token.trim()).filter(|_| second.is_none()))
}

/// What an access token says, if it is for this application: for the audience that the proxy names, or
/// for us and of this very client. Another client's token is not to be used here.
fn access(
    service: &Service,
    client_id: ClientId,
    rules: &Rules,
    token: &str,
    now: Timestamp,
) -> Option<AccessClaims> {
    let (ring, issuer) = (service.keys.ring(), &service.issuer);
    let claims = verify_access_token_of_any_audience(&ring, issuer, token, now).ok()?;
    let is_for_it = match &rules.audience {
        Some(audience) => claims.aud.holds(audience),
        None => claims.client_id == client_id && claims.aud.holds(&issuer.access_audience),
    };
    is_for_it.then_some(claims)
}
