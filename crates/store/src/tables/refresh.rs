//! Refresh tokens, which rotate: each is used once.

use diesel::prelude::*;
use jiff::Timestamp;
use vestibule_model::{Session, SessionId};
use vestibule_session::RefreshRecord;

use super::session::SessionRow;
use crate::column::{Reading, hex, micros};
use crate::engine::{later, on};
use crate::schema::{refresh_tokens, sessions};
use crate::{StoreError, Tx};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = refresh_tokens, treat_none_as_default_value = false)]
struct RefreshRow {
    hash: String,
    session_id: String,
    issued_at: i64,
    expires_at: i64,
    redeemed_at: Option<i64>,
}

impl From<&RefreshRecord> for RefreshRow {
    fn from(token: &RefreshRecord) -> Self {
        Self {
            hash: hex(&token.hash),
            session_id: token.session_id.to_string(),
            issued_at: micros(token.issued_at),
            expires_at: micros(token.expires_at),
            redeemed_at: None,
        }
    }
}

impl TryFrom<RefreshRow> for RefreshRecord {
    type Error = StoreError;

    fn try_from(row: RefreshRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "refresh_tokens",
            row: &row.hash,
        };
        Ok(Self {
            hash: reading.hash("hash", &row.hash)?,
            session_id: reading.parse("session_id", &row.session_id)?,
            issued_at: reading.time("issued_at", row.issued_at)?,
            expires_at: reading.time("expires_at", row.expires_at)?,
        })
    }
}

/// What became of a refresh token that was presented.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "answered once and taken apart at once; a box would be an allocation per sign-in"
)]
pub enum RefreshRedemption {
    /// It was good, and is used up with this transaction.
    Redeemed {
        /// The session it was for, which may have been revoked or be over.
        session: Session,
    },
    /// It was used before: the caller revokes the session (RFC 9700 §4.14.2), in this transaction,
    /// and answers `Ok`, or the revocation is undone.
    Reused {
        /// The session it was for.
        session_id: SessionId,
    },
    /// It was never used, and its time is over.
    Expired,
    /// There is no such token.
    Unknown,
}

/// A refresh token as it stands, not used up by looking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshState {
    /// What is kept of it.
    pub record: RefreshRecord,
    /// Whether it was used.
    pub redeemed: bool,
    /// The session it is for.
    pub session: Session,
}

impl Tx<'_> {
    /// Keeps a new refresh token.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when the session is gone.
    pub fn insert_refresh(&mut self, token: &RefreshRecord) -> Result<(), StoreError> {
        let row = RefreshRow::from(token);
        later!(self, adds refresh_tokens, diesel::insert_into(refresh_tokens::table).values(row))
    }

    /// Uses a refresh token up: exactly one of any number of transactions gets it.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be tried.
    pub fn redeem_refresh(
        &mut self,
        hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<RefreshRedemption, StoreError> {
        let text = hex(hash);
        let now = micros(now);
        let redeemed = on!(self, |conn| diesel::update(
            refresh_tokens::table
                .find(&text)
                .filter(refresh_tokens::redeemed_at.is_null())
                .filter(refresh_tokens::expires_at.gt(now))
        )
        .set(refresh_tokens::redeemed_at.eq(Some(now)))
        .execute(conn))?;
        let Some(RefreshState {
            session,
            redeemed: used,
            ..
        }) = self.peek_refresh(hash)?
        else {
            return Ok(RefreshRedemption::Unknown);
        };
        Ok(match (redeemed, used) {
            (1, _) => RefreshRedemption::Redeemed { session },
            (_, true) => RefreshRedemption::Reused {
                session_id: session.id,
            },
            (_, false) => RefreshRedemption::Expired,
        })
    }

    /// Looks at a refresh token without using it up, for introspection and revocation.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn peek_refresh(&mut self, hash: &[u8; 32]) -> Result<Option<RefreshState>, StoreError> {
        let hash = hex(hash);
        let row = on!(self, |conn| refresh_tokens::table
            .inner_join(sessions::table.on(sessions::id.eq(refresh_tokens::session_id)))
            .filter(refresh_tokens::hash.eq(&hash))
            .select((RefreshRow::as_select(), SessionRow::as_select()))
            .first(conn)
            .optional())?;
        let Some((token, session)) = row else {
            return Ok(None);
        };
        Ok(Some(RefreshState {
            redeemed: token.redeemed_at.is_some(),
            record: token.try_into()?,
            session: session.try_into()?,
        }))
    }
}
