//! Forward tokens: what browsers have on the hosts of applications behind a proxy.

use diesel::prelude::*;
use jiff::Timestamp;
use vestibule_model::Session;
use vestibule_session::ForwardRecord;

use super::session::SessionRow;
use crate::column::{hex, micros};
use crate::engine::on;
use crate::schema::{forward_tokens, sessions};
use crate::{StoreError, Tx};

impl Tx<'_> {
    /// Keeps a new forward token.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when the session is gone.
    pub fn insert_forward_token(&mut self, token: &ForwardRecord) -> Result<(), StoreError> {
        let (hash, session_id) = (hex(&token.hash), token.session_id.to_string());
        on!(self, |conn| diesel::insert_into(forward_tokens::table)
            .values((
                forward_tokens::hash.eq(&hash),
                forward_tokens::session_id.eq(&session_id),
                forward_tokens::issued_at.eq(micros(token.issued_at)),
                forward_tokens::expires_at.eq(micros(token.expires_at)),
            ))
            .execute(conn))?;
        Ok(())
    }

    /// The session that a forward token shows, as long as the token lasts; whether it may go on is the
    /// caller's to ask.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn session_of_forward_token(
        &mut self,
        hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<Session>, StoreError> {
        let hash = hex(hash);
        let row = on!(self, |conn| forward_tokens::table
            .inner_join(sessions::table.on(sessions::id.eq(forward_tokens::session_id)))
            .filter(forward_tokens::hash.eq(&hash))
            .filter(forward_tokens::expires_at.gt(micros(now)))
            .select(SessionRow::as_select())
            .first(conn)
            .optional())?;
        row.map(Session::try_from).transpose()
    }

    /// Takes a forward token away; `false` when it is gone.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be taken away.
    pub fn delete_forward_token(&mut self, hash: &[u8; 32]) -> Result<bool, StoreError> {
        let hash = hex(hash);
        let deleted = on!(self, |conn| diesel::delete(
            forward_tokens::table.find(&hash)
        )
        .execute(conn))?;
        Ok(deleted == 1)
    }
}
