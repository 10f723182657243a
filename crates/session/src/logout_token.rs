//! What tells an application that a session of its has ended (OpenID Connect Back-Channel Logout 1.0).

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use vestibule_model::{ClientId, MemberId, SessionId, SigningAlgorithm};

use crate::{Issuer, KeyRing, MintError, lifetime::after, secret::random_id};

/// The type of logout tokens (§2.4): nothing else can be taken for one.
const LOGOUT_TOKEN_TYPE: &str = "logout+jwt";
/// The event that it tells of (§2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// §2.4: at most two minutes, for it is delivered at once and made anew for each try.
const LIFETIME: SignedDuration = SignedDuration::from_mins(2);

/// Its claims (§2.4). `nonce` is forbidden, so that it can never be taken for an ID token.
#[derive(Serialize)]
struct LogoutClaims<'a> {
    iss: &'a str,
    aud: ClientId,
    sub: MemberId,
    sid: SessionId,
    iat: i64,
    exp: i64,
    jti: String,
    events: Value,
}

/// Makes the logout token of a session, signed as the application's ID tokens are.
///
/// # Errors
/// [`MintError::Signing`], [`MintError::Randomness`].
pub fn logout_token(
    keys: &KeyRing,
    algorithm: SigningAlgorithm,
    issuer: &Issuer,
    (client_id, member_id, session_id): (ClientId, MemberId, SessionId),
    now: Timestamp,
) -> Result<String, MintError> {
    let claims = LogoutClaims {
        iss: &issuer.issuer,
        aud: client_id,
        sub: member_id,
        sid: session_id,
        iat: now.as_second(),
        exp: after(now, LIFETIME).as_second(),
        jti: random_id()?,
        events: json!({ EVENT: {} }),
    };
    keys.sign(algorithm, LOGOUT_TOKEN_TYPE, &claims, now)
}
