//! What opens an application that stands behind a proxy and asks nobody itself (forward-auth).

use jiff::Timestamp;
use vestibule_model::{Session, SessionId};
use vestibule_policy::Grant;

use crate::{
    MintError, Secret,
    issue::may_go_on,
    lifetime::{REFRESH_TOKEN_IDLE_LIFETIME, after},
};

/// A forward token, as it is kept: the browser has it in a cookie on the application's host, and its
/// session is looked at each time it comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardRecord {
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// The session that it shows.
    pub session_id: SessionId,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it is worth nothing any more; never after the session's end.
    pub expires_at: Timestamp,
}

/// Issues a forward token for a session, for which the policy has just been asked again.
///
/// It is no refresh token: whoever finds it in the application's log gets no tokens for it. Nobody
/// writes down when it was last used, so it lasts no longer than a session may lie idle.
///
/// # Errors
/// Those of [`issue`](crate::issue()).
pub fn issue_forward(
    grant: Grant,
    session: &Session,
    now: Timestamp,
) -> Result<(Secret, ForwardRecord), MintError> {
    may_go_on(&grant, session, now)?;
    drop(grant);
    let token = Secret::generate()?;
    let record = ForwardRecord {
        hash: token.hash(),
        session_id: session.id,
        issued_at: now,
        expires_at: after(now, REFRESH_TOKEN_IDLE_LIFETIME).min(session.expires_at),
    };
    if record.expires_at <= now {
        return Err(MintError::SessionOver);
    }
    Ok((token, record))
}
