//! What a browser adds to a session of our own pages (design §4.7).

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};
use vestibule_model::{BrowserSession, MemberId, Session, WorkspaceId};

use super::session::SessionRow;
use crate::column::{Reading, hex, micros, optional_text};
use crate::engine::on;
use crate::schema::{browser_sessions, sessions};
use crate::{StoreError, Tx};

/// How finely it is known when a session was last used: a page has many parts, and each would write.
const SEEN: SignedDuration = SignedDuration::from_mins(1);

/// Without the hash of the token, but for reading.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = browser_sessions, treat_none_as_default_value = false)]
struct BrowserSessionRow {
    session_id: String,
    workspace_id: String,
    member_id: String,
    user_agent: Option<String>,
    authenticated_at: i64,
    last_seen_at: i64,
    created_at: i64,
}

impl TryFrom<&BrowserSession> for BrowserSessionRow {
    type Error = StoreError;

    fn try_from(browser: &BrowserSession) -> Result<Self, StoreError> {
        let user_agent = browser.user_agent.as_deref();
        Ok(Self {
            session_id: browser.session_id.to_string(),
            workspace_id: browser.workspace_id.to_string(),
            member_id: browser.member_id.to_string(),
            user_agent: optional_text("browser_sessions", "user_agent", user_agent)?,
            authenticated_at: micros(browser.authenticated_at),
            last_seen_at: micros(browser.last_seen_at),
            created_at: micros(browser.created_at),
        })
    }
}

impl TryFrom<BrowserSessionRow> for BrowserSession {
    type Error = StoreError;

    fn try_from(row: BrowserSessionRow) -> Result<Self, StoreError> {
        // Named by the session, which is unique too: the hash of a token belongs in no message.
        let reading = Reading {
            table: "browser_sessions",
            row: &row.session_id,
        };
        Ok(Self {
            session_id: reading.parse("session_id", &row.session_id)?,
            workspace_id: reading.parse("workspace_id", &row.workspace_id)?,
            member_id: reading.parse("member_id", &row.member_id)?,
            authenticated_at: reading.time("authenticated_at", row.authenticated_at)?,
            last_seen_at: reading.time("last_seen_at", row.last_seen_at)?,
            created_at: reading.time("created_at", row.created_at)?,
            user_agent: row.user_agent,
        })
    }
}

fn both(
    (browser, session): (BrowserSessionRow, SessionRow),
) -> Result<(BrowserSession, Session), StoreError> {
    Ok((browser.try_into()?, session.try_into()?))
}

impl Tx<'_> {
    /// Keeps what a browser adds to a session that was just recorded, by the SHA-256 of its token.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for `browser_session.session` when the session has a browser already;
    /// [`StoreError::Dangling`] when session or member are gone.
    pub fn insert_browser_session(
        &mut self,
        browser: &BrowserSession,
        token_hash: &[u8; 32],
    ) -> Result<(), StoreError> {
        let (row, hash) = (BrowserSessionRow::try_from(browser)?, hex(token_hash));
        on!(self, |conn| diesel::insert_into(browser_sessions::table)
            .values((&row, browser_sessions::token_hash.eq(&hash)))
            .execute(conn))?;
        Ok(())
    }

    /// The session of the token with this SHA-256, which may have been revoked or be over.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn browser_session(
        &mut self,
        token_hash: &[u8; 32],
    ) -> Result<Option<(BrowserSession, Session)>, StoreError> {
        let hash = hex(token_hash);
        let row = on!(self, |conn| browser_sessions::table
            .inner_join(sessions::table.on(sessions::id.eq(browser_sessions::session_id)))
            .filter(browser_sessions::token_hash.eq(&hash))
            .select((BrowserSessionRow::as_select(), SessionRow::as_select()))
            .first(conn)
            .optional())?;
        row.map(both).transpose()
    }

    /// Notes that a session is used, where the last time is a minute ago or more; whether it wrote.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be noted.
    pub fn touch_browser_session(
        &mut self,
        token_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let hash = hex(token_hash);
        let before = now.checked_sub(SEEN).unwrap_or(Timestamp::MIN);
        let changed = on!(self, |conn| diesel::update(
            browser_sessions::table
                .find(&hash)
                .filter(browser_sessions::last_seen_at.le(micros(before)))
        )
        .set(browser_sessions::last_seen_at.eq(micros(now)))
        .execute(conn))?;
        Ok(changed == 1)
    }

    /// Gives a session another token, for somebody who has just proved anew who they are. `false`
    /// when the old one is gone: exactly one of any number of transactions changes it.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be changed.
    pub fn rotate_browser_session(
        &mut self,
        old_hash: &[u8; 32],
        new_hash: &[u8; 32],
        authenticated_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let (old, new, at) = (hex(old_hash), hex(new_hash), micros(authenticated_at));
        let changed = on!(self, |conn| diesel::update(
            browser_sessions::table.find(&old)
        )
        .set((
            browser_sessions::token_hash.eq(&new),
            browser_sessions::authenticated_at.eq(at),
            browser_sessions::last_seen_at.eq(at),
        ))
        .execute(conn))?;
        Ok(changed == 1)
    }

    /// The browsers that a member is signed in with, oldest first: those whose session was not
    /// revoked and is not over. Which were idle for too long is for the policy to say.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn browser_sessions_of(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
        now: Timestamp,
    ) -> Result<Vec<(BrowserSession, Session)>, StoreError> {
        let (workspace_id, member_id) = (workspace_id.to_string(), member_id.to_string());
        let rows = on!(self, |conn| browser_sessions::table
            .inner_join(sessions::table.on(sessions::id.eq(browser_sessions::session_id)))
            .filter(browser_sessions::workspace_id.eq(&workspace_id))
            .filter(browser_sessions::member_id.eq(&member_id))
            .filter(sessions::revoked_at.is_null())
            .filter(sessions::expires_at.gt(micros(now)))
            .order(browser_sessions::session_id.asc())
            .select((BrowserSessionRow::as_select(), SessionRow::as_select()))
            .load(conn))?;
        rows.into_iter().map(both).collect()
    }

    /// Forgets the browser of the token with this SHA-256; `false` when it was not known. The session
    /// itself is ended by [`Self::revoke_session`].
    ///
    /// # Errors
    /// [`StoreError`] when it could not be forgotten.
    pub fn delete_browser_session(&mut self, token_hash: &[u8; 32]) -> Result<bool, StoreError> {
        let hash = hex(token_hash);
        let deleted = on!(self, |conn| diesel::delete(
            browser_sessions::table.find(&hash)
        )
        .execute(conn))?;
        Ok(deleted == 1)
    }
}
