//! Setup links that are open in a browser.

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};
use vestibule_model::{SetupLink, SetupSession};

use super::setup_link::SetupLinkRow;
use crate::column::{Reading, hex, micros};
use crate::engine::on;
use crate::schema::{setup_links, setup_sessions};
use crate::{StoreError, Tx};

/// How finely it is known when a session was last used: a page has many parts, and each would write.
const SEEN: SignedDuration = SignedDuration::from_mins(1);

/// Without the hash of the token.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = setup_sessions)]
struct SetupSessionRow {
    link_id: String,
    created_at: i64,
    last_seen_at: i64,
    expires_at: i64,
}

impl From<&SetupSession> for SetupSessionRow {
    fn from(session: &SetupSession) -> Self {
        Self {
            link_id: session.link_id.to_string(),
            created_at: micros(session.created_at),
            last_seen_at: micros(session.last_seen_at),
            expires_at: micros(session.expires_at),
        }
    }
}

impl TryFrom<SetupSessionRow> for SetupSession {
    type Error = StoreError;

    fn try_from(row: SetupSessionRow) -> Result<Self, StoreError> {
        // Named by the link, which is unique too: the hash of a token belongs in no message.
        let reading = Reading {
            table: "setup_sessions",
            row: &row.link_id,
        };
        Ok(Self {
            link_id: reading.parse("link_id", &row.link_id)?,
            created_at: reading.time("created_at", row.created_at)?,
            last_seen_at: reading.time("last_seen_at", row.last_seen_at)?,
            expires_at: reading.time("expires_at", row.expires_at)?,
        })
    }
}

impl Tx<'_> {
    /// Opens a link in a browser, by the SHA-256 of its token, and ends where it was open before;
    /// `false` when the link counts no more.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be opened.
    pub fn open_setup_link(
        &mut self,
        session: &SetupSession,
        token_hash: &[u8; 32],
    ) -> Result<bool, StoreError> {
        let (row, hash) = (SetupSessionRow::from(session), hex(token_hash));
        let at = row.created_at;
        if !self.lock_open_setup_link(&row.link_id, session.created_at)? {
            return Ok(false);
        }
        on!(self, |conn| diesel::update(
            setup_links::table.find(&row.link_id)
        )
        .set(setup_links::last_opened_at.eq(Some(at)))
        .execute(conn))?;
        on!(self, |conn| diesel::update(
            setup_links::table
                .find(&row.link_id)
                .filter(setup_links::opened_at.is_null())
        )
        .set(setup_links::opened_at.eq(Some(at)))
        .execute(conn))?;
        on!(self, |conn| diesel::delete(
            setup_sessions::table.filter(setup_sessions::link_id.eq(&row.link_id))
        )
        .execute(conn))?;
        on!(self, |conn| diesel::insert_into(setup_sessions::table)
            .values((&row, setup_sessions::token_hash.eq(&hash)))
            .execute(conn))?;
        Ok(true)
    }

    /// The session of the token with this SHA-256, and its link; either may be over.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn setup_session(
        &mut self,
        token_hash: &[u8; 32],
    ) -> Result<Option<(SetupSession, SetupLink)>, StoreError> {
        let hash = hex(token_hash);
        let row = on!(self, |conn| setup_sessions::table
            .inner_join(setup_links::table.on(setup_links::id.eq(setup_sessions::link_id)))
            .filter(setup_sessions::token_hash.eq(&hash))
            .select((SetupSessionRow::as_select(), SetupLinkRow::as_select()))
            .first::<(SetupSessionRow, SetupLinkRow)>(conn)
            .optional())?;
        row.map(|(session, link)| Ok((session.try_into()?, link.try_into()?)))
            .transpose()
    }

    /// Notes that a session is used, where the last time is a minute ago or more; whether it wrote.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be noted.
    pub fn touch_setup_session(
        &mut self,
        token_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let hash = hex(token_hash);
        let before = now.checked_sub(SEEN).unwrap_or(Timestamp::MIN);
        let changed = on!(self, |conn| diesel::update(
            setup_sessions::table
                .find(&hash)
                .filter(setup_sessions::last_seen_at.le(micros(before)))
        )
        .set(setup_sessions::last_seen_at.eq(micros(now)))
        .execute(conn))?;
        Ok(changed == 1)
    }

    /// Notes that something is saved through a link, and gives the link as it was before: none when the
    /// session with this token or its link counts no more. What takes the link back meanwhile waits
    /// until this transaction has ended. Whatever deletes a connection locks its links last, and so has
    /// whoever calls this: last.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be noted.
    pub fn use_setup_link(
        &mut self,
        token_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<SetupLink>, StoreError> {
        let Some((session, _)) = self.setup_session(token_hash)? else {
            return Ok(None);
        };
        let id = session.link_id.to_string();
        if !self.lock_open_setup_link(&id, now)? {
            return Ok(None);
        }
        // Read again behind the lock: the link may have been opened elsewhere meanwhile.
        let found = self.setup_session(token_hash)?;
        let Some((_, link)) = found.filter(|(session, _)| now < session.expires_at) else {
            return Ok(None);
        };
        if link.used_at.is_none() {
            on!(self, |conn| diesel::update(setup_links::table.find(&id))
                .set(setup_links::used_at.eq(Some(micros(now))))
                .execute(conn))?;
        }
        Ok(Some(link))
    }

    /// Ends the session of the token with this SHA-256; `false` when it was not known.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be ended.
    pub fn delete_setup_session(&mut self, token_hash: &[u8; 32]) -> Result<bool, StoreError> {
        let hash = hex(token_hash);
        let deleted = on!(self, |conn| diesel::delete(
            setup_sessions::table.find(&hash)
        )
        .execute(conn))?;
        Ok(deleted == 1)
    }
}
