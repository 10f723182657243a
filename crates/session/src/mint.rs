//! From a Grant to a session.

use jiff::{SignedDuration, Timestamp};
use vestibule_model::{ClientId, Role, Session, SessionId};
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
    role_before: Option<Role>,
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

    /// The role that the member had when it was decided; none for newcomers.
    #[must_use]
    pub const fn role_before(&self) -> Option<Role> {
        self.role_before
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
    not_own_pages(&grant)?;
    let asked = Asked {
        scope: scope.to_owned(),
        resources: Vec::new(),
    };
    begin(
        grant,
        SessionId::new(now),
        asked,
        None,
        SESSION_LIFETIME,
        now,
    )
}

/// Mints the session of somebody who signs in to our own pages, and the token of their browser
/// (design §4.7). No code and no token for an application ever comes of it.
///
/// # Errors
/// [`MintError::OtherClient`] when the Grant is for an application; else those of [`mint`].
pub fn mint_for_own_pages(
    grant: Grant,
    lifetime: SignedDuration,
    now: Timestamp,
) -> Result<(Minted, Secret), MintError> {
    if grant.client_id() != ClientId::OWN_PAGES {
        return Err(MintError::OtherClient);
    }
    let token = Secret::generate()?;
    let nothing = Asked::default();
    let minted = begin(grant, SessionId::new(now), nothing, None, lifetime, now)?;
    Ok((minted, token))
}

fn not_own_pages(grant: &Grant) -> Result<(), MintError> {
    if grant.client_id() == ClientId::OWN_PAGES {
        return Err(MintError::OtherClient);
    }
    Ok(())
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
    not_own_pages(&grant)?;
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
    let asked = Asked {
        scope: request.scope,
        resources: request.resources,
    };
    let minted = begin(
        grant,
        session_id,
        asked,
        Some(record),
        SESSION_LIFETIME,
        now,
    )?;
    Ok((minted, code))
}

/// What the application may do by the tokens of the session.
#[derive(Default)]
struct Asked {
    scope: String,
    resources: Vec<String>,
}

fn begin(
    grant: Grant,
    id: SessionId,
    asked: Asked,
    code: Option<CodeRecord>,
    lifetime: SignedDuration,
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
    let longest = after(now, lifetime);
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
        scope: asked.scope,
        resources: asked.resources,
        auth_time: parts.auth_time,
        created_at: now,
        expires_at,
        revoked_at: None,
        revoked_reason: None,
    };
    Ok(Minted {
        session,
        admission: parts.admission,
        role_before: parts.role_before,
        code,
    })
}
