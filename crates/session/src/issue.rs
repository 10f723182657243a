//! From a session that goes on to its next tokens.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use vestibule_model::{ConnectionId, Origin, Session, SigningAlgorithm};
use vestibule_policy::{Grant, GrantParts};

use crate::{
    AccessClaims, Audience, IdClaims, Issuer, KeyRing, MintError, RefreshRecord, Secret,
    access_token::ACCESS_TOKEN_TYPE,
    acr::acr,
    lifetime::{ACCESS_TOKEN_LIFETIME, REFRESH_TOKEN_IDLE_LIFETIME, after},
    secret::{random_id, sha256},
};

/// The type of ID tokens, in lower case, as types are compared (RFC 7519 §5.1).
pub(crate) const ID_TOKEN_TYPE: &str = "jwt";

/// What the token endpoint hands out (RFC 6749 §5.1), and what is kept of it.
pub struct TokenSet {
    /// The access token.
    pub access_token: String,
    /// The ID token, with the scope `openid`.
    pub id_token: Option<String>,
    /// The refresh token.
    pub refresh_token: Secret,
    /// The refresh token, as it is kept.
    pub refresh: RefreshRecord,
    /// For how many seconds the access token counts.
    pub expires_in: i64,
    /// What was granted.
    pub scope: String,
}

/// Never the tokens.
impl std::fmt::Debug for TokenSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenSet")
            .field("session_id", &self.refresh.session_id)
            .field("expires_in", &self.expires_in)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

/// Issues the next tokens of a session, for which the policy has just been asked again.
///
/// Scope and audience are the session's; whoever asked for less hands in the session with less.
/// `algorithm` is the application's, `nonce` what it sent to the authorization endpoint; a refresh has
/// none.
///
/// # Errors
/// [`MintError::GrantExpired`]; [`MintError::OtherSession`] unless the Grant renews this session;
/// [`MintError::SessionOver`] when it is revoked or past its end.
pub fn issue(
    keys: &KeyRing,
    algorithm: SigningAlgorithm,
    issuer: &Issuer,
    grant: Grant,
    session: &Session,
    nonce: Option<&str>,
    now: Timestamp,
) -> Result<TokenSet, MintError> {
    may_go_on(&grant, session, now)?;
    let parts = grant.into_parts();
    let issued = now.as_second();
    let expires = after(now, ACCESS_TOKEN_LIFETIME)
        .min(session.expires_at)
        .as_second();
    if expires <= issued {
        return Err(MintError::SessionOver);
    }
    let access = access_claims(issuer, &parts, session, issued, expires)?;
    let access_token = keys.sign(algorithm, ACCESS_TOKEN_TYPE, &access, now)?;
    let id_token = access
        .has_scope("openid")
        .then(|| {
            let claims = id_claims(&access, &access_token, &parts, nonce);
            keys.sign(algorithm, &ID_TOKEN_TYPE.to_uppercase(), &claims, now)
        })
        .transpose()?;
    let refresh_token = Secret::generate()?;
    let refresh = RefreshRecord {
        hash: refresh_token.hash(),
        session_id: session.id,
        issued_at: now,
        expires_at: after(now, REFRESH_TOKEN_IDLE_LIFETIME).min(session.expires_at),
    };
    let expires_in = expires - issued;
    let scope = session.scope.clone();
    Ok(TokenSet {
        access_token,
        id_token,
        refresh_token,
        refresh,
        expires_in,
        scope,
    })
}

/// Whether a Grant, while it is fresh, lets exactly this session go on.
pub(crate) fn may_go_on(grant: &Grant, session: &Session, now: Timestamp) -> Result<(), MintError> {
    if grant.expires_at() <= now {
        return Err(MintError::GrantExpired);
    }
    if grant.renews() != Some(session.id) {
        return Err(MintError::OtherSession);
    }
    if session.revoked_at.is_some() {
        return Err(MintError::SessionOver);
    }
    Ok(())
}

fn access_claims(
    issuer: &Issuer,
    granted: &GrantParts,
    session: &Session,
    issued: i64,
    expires: i64,
) -> Result<AccessClaims, MintError> {
    Ok(AccessClaims {
        iss: issuer.issuer.clone(),
        aud: audience(issuer, session),
        sub: granted.admission.member().id,
        client_id: granted.client_id,
        iat: issued,
        nbf: None,
        exp: expires,
        jti: random_id()?,
        scope: session.scope.clone(),
        workspace: granted.workspace_id,
        connection: connection(&granted.origin),
        role: granted.admission.member().role,
        sid: session.id,
        amr: granted.amr.clone(),
        acr: acr(&granted.origin, &granted.amr),
        auth_time: granted.auth_time.as_second(),
    })
}

/// What was granted, or this service where nothing was named (RFC 9068 §3).
fn audience(issuer: &Issuer, session: &Session) -> Audience {
    if session.resources.is_empty() {
        return Audience::One(issuer.access_audience.clone());
    }
    Audience::of(session.resources.clone())
}

/// The same facts for the application, and who the member is.
fn id_claims(
    access: &AccessClaims,
    access_token: &str,
    granted: &GrantParts,
    nonce: Option<&str>,
) -> IdClaims {
    let member = granted.admission.member();
    IdClaims {
        iss: access.iss.clone(),
        aud: access.client_id,
        sub: access.sub,
        iat: access.iat,
        exp: access.exp,
        auth_time: access.auth_time,
        nonce: nonce.map(str::to_owned),
        amr: access.amr.clone(),
        acr: access.acr.clone(),
        sid: access.sid,
        at_hash: at_hash(access_token),
        workspace: access.workspace,
        connection: access.connection,
        role: access.role,
        email: member.email.as_str().to_owned(),
        email_verified: granted.email_verified,
        name: member.name.clone(),
    }
}

/// By the hash of the ID token's algorithm, which is SHA-256 for ES256 and for RS256 (OpenID Connect
/// Core §3.1.3.6).
fn at_hash(access_token: &str) -> String {
    let hash = sha256(access_token.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.split_at(16).0)
}

const fn connection(origin: &Origin) -> Option<ConnectionId> {
    match origin {
        Origin::Saml { connection_id, .. } => Some(*connection_id),
        Origin::Vouched | Origin::Local => None,
    }
}
