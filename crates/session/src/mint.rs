//! From a Grant to a session.

use jiff::Timestamp;
use vestibule_model::{Session, SessionId};
use vestibule_policy::{Admission, Grant};

use crate::{
    CodeRecord, CodeRequest, MintError, Secret, is_code_challenge,
    lifetime::{CODE_LIFETIME, SESSION_LIFETIME, after},
};

/// A session that was minted, and what has to be written down with it, in one transaction. The
/// archive takes nothing else, and nothing else makes one.
#[derive(Debug)]
pub struct Minted {
    session: Session,
    admission: Admission,
    code: Option<CodeRecord>,
}

impl Minted {
    /// The session.
    #[must_use]
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// Who came in, and what changed by it.
    #[must_use]
    pub const fn admission(&self) -> &Admission {
        &self.admission
    }

    /// The code that opens it, where one was asked for.
    #[must_use]
    pub const fn code(&self) -> Option<&CodeRecord> {
        self.code.as_ref()
    }
}

/// Mints a session from a Grant.
///
/// # Errors
/// [`MintError::GrantExpired`] a minute after the Grant was made; [`MintError::SessionOver`] when
/// SessionNotOnOrAfter has passed; [`MintError::NotABeginning`] for the Grant of a renewal.
pub fn mint(grant: Grant, scope: &str, now: Timestamp) -> Result<Minted, MintError> {
    let session_id = SessionId::new(now);
    begin(grant, session_id, scope, None, now)
}

/// Mints a session and the one-time code that opens it for the application.
///
/// # Errors
/// Those of [`mint`]; [`MintError::OtherClient`] when the Grant is not for the application that
/// asks; [`MintError::BadCodeChallenge`].
pub fn mint_with_code(
    grant: Grant,
    request: CodeRequest,
    now: Timestamp,
) -> Result<(Minted, Secret), MintError> {
    if grant.client_id() != request.client_id {
        return Err(MintError::OtherClient);
    }
    if !is_code_challenge(&request.code_challenge) {
        return Err(MintError::BadCodeChallenge);
    }
    let code = Secret::generate()?;
    let session_id = SessionId::new(now);
    let record = CodeRecord {
        hash: code.hash(),
        session_id,
        client_id: request.client_id,
        redirect_uri: request.redirect_uri,
        code_challenge: request.code_challenge,
        nonce: request.nonce,
        expires_at: after(now, CODE_LIFETIME),
        attempt: request.attempt,
    };
    let minted = begin(grant, session_id, &request.scope, Some(record), now)?;
    Ok((minted, code))
}

fn begin(
    grant: Grant,
    id: SessionId,
    scope: &str,
    code: Option<CodeRecord>,
    now: Timestamp,
) -> Result<Minted, MintError> {
    if grant.expires_at() <= now {
        return Err(MintError::GrantExpired);
    }
    if grant.renews().is_some() {
        return Err(MintError::NotABeginning);
    }
    let member_id = grant.member_id();
    let parts = grant.into_parts();
    let longest = after(now, SESSION_LIFETIME);
    let expires_at = parts.not_after.map_or(longest, |bound| bound.min(longest));
    if expires_at <= now {
        return Err(MintError::SessionOver);
    }
    let session = Session {
        id,
        workspace_id: parts.workspace_id,
        member_id,
        client_id: parts.client_id,
        origin: parts.origin,
        amr: parts.amr,
        scope: scope.to_owned(),
        auth_time: parts.auth_time,
        created_at: now,
        expires_at,
        revoked_at: None,
        revoked_reason: None,
    };
    Ok(Minted {
        session,
        admission: parts.admission,
        code,
    })
}
