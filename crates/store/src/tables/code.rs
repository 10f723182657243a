//! One-time codes of the authorization code flow.

use diesel::prelude::*;
use jiff::Timestamp;
use serde::Deserialize;
use vestibule_model::{Session, SessionId};
use vestibule_session::CodeRecord;

use super::session::SessionRow;
use crate::column::{Reading, hex, micros, optional_text, text};
use crate::engine::{later, on};
use crate::schema::{codes, sessions};
use crate::{StoreError, Tx};

#[derive(Queryable, Selectable, Insertable, Deserialize)]
#[diesel(table_name = codes, treat_none_as_default_value = false)]
pub(super) struct CodeRow {
    hash: String,
    session_id: String,
    client_id: String,
    redirect_uri: String,
    code_challenge: String,
    nonce: Option<String>,
    expires_at: i64,
    redeemed_at: Option<i64>,
    attempt_id: Option<String>,
}

impl TryFrom<&CodeRecord> for CodeRow {
    type Error = StoreError;

    fn try_from(code: &CodeRecord) -> Result<Self, StoreError> {
        Ok(Self {
            hash: hex(&code.hash),
            session_id: code.session_id.to_string(),
            client_id: code.client_id.to_string(),
            redirect_uri: text("codes", "redirect_uri", &code.redirect_uri)?,
            code_challenge: text("codes", "code_challenge", &code.code_challenge)?,
            nonce: optional_text("codes", "nonce", code.nonce.as_deref())?,
            expires_at: micros(code.expires_at),
            redeemed_at: None,
            attempt_id: code.attempt.map(|id| id.to_string()),
        })
    }
}

impl TryFrom<CodeRow> for CodeRecord {
    type Error = StoreError;

    fn try_from(row: CodeRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "codes",
            row: &row.hash,
        };
        Ok(Self {
            hash: reading.hash("hash", &row.hash)?,
            session_id: reading.parse("session_id", &row.session_id)?,
            client_id: reading.parse("client_id", &row.client_id)?,
            expires_at: reading.time("expires_at", row.expires_at)?,
            attempt: reading.parse_optional("attempt_id", row.attempt_id.as_deref())?,
            redirect_uri: row.redirect_uri,
            code_challenge: row.code_challenge,
            nonce: row.nonce,
        })
    }
}

/// What became of a code that was presented.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "answered once and taken apart at once; a box would be an allocation per sign-in"
)]
pub enum CodeRedemption {
    /// It was good, and is used up with this transaction.
    Redeemed {
        /// What it was bound to; the caller checks client, redirect URI and PKCE.
        code: CodeRecord,
        /// The session it was for.
        session: Session,
    },
    /// It was used before: the caller revokes what the first use minted (RFC 6749 §4.1.2), in this
    /// transaction, and answers `Ok`, or the revocation is undone.
    Reused {
        /// The session it was for.
        session_id: SessionId,
    },
    /// It was never used, and its time is over.
    Expired,
    /// There is no such code.
    Unknown,
}

/// A code as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeState {
    /// What is kept of it.
    pub record: CodeRecord,
    /// Whether it was used.
    pub redeemed: bool,
}

impl TryFrom<CodeRow> for CodeState {
    type Error = StoreError;

    fn try_from(row: CodeRow) -> Result<Self, StoreError> {
        Ok(Self {
            redeemed: row.redeemed_at.is_some(),
            record: row.try_into()?,
        })
    }
}

impl Tx<'_> {
    /// Keeps a new code.
    pub(crate) fn insert_code(&mut self, code: &CodeRecord) -> Result<(), StoreError> {
        let row = CodeRow::try_from(code)?;
        later!(self, adds codes, diesel::insert_into(codes::table).values(row))
    }

    /// Uses a code up that was looked at and was good: exactly one of any number of transactions does.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for `code.redeemed`, now or at the end, when somebody used it since; then
    /// looking again finds that out, and nothing was written.
    pub fn use_code(&mut self, hash: &[u8; 32], now: Timestamp) -> Result<(), StoreError> {
        let statement = diesel::update(
            codes::table
                .find(hex(hash))
                .filter(codes::redeemed_at.is_null()),
        )
        .set(codes::redeemed_at.eq(Some(micros(now))));
        later!(self, changes codes, statement, must: StoreError::Conflict { what: "code.redeemed" })
    }

    /// Uses a code up: exactly one of any number of transactions gets it.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be tried.
    pub fn redeem_code(
        &mut self,
        hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<CodeRedemption, StoreError> {
        let hash = hex(hash);
        let now = micros(now);
        let redeemed = on!(self, |conn| diesel::update(
            codes::table
                .find(&hash)
                .filter(codes::redeemed_at.is_null())
                .filter(codes::expires_at.gt(now))
        )
        .set(codes::redeemed_at.eq(Some(now)))
        .execute(conn))?;
        let row = on!(self, |conn| codes::table
            .inner_join(sessions::table.on(sessions::id.eq(codes::session_id)))
            .filter(codes::hash.eq(&hash))
            .select((CodeRow::as_select(), SessionRow::as_select()))
            .first(conn)
            .optional())?;
        let Some((code, session)) = row else {
            return Ok(CodeRedemption::Unknown);
        };
        let session = Session::try_from(session)?;
        Ok(match (redeemed, code.redeemed_at) {
            (1, _) => CodeRedemption::Redeemed {
                code: code.try_into()?,
                session,
            },
            (_, Some(_)) => CodeRedemption::Reused {
                session_id: session.id,
            },
            (_, None) => CodeRedemption::Expired,
        })
    }
}
