//! Taking away what nobody can use any more.

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};

use crate::column::micros;
use crate::engine::on;
use crate::schema::{assertion_claims, codes, refresh_tokens, sessions};
use crate::{StoreError, Tx};

/// The most rows of one kind that one call takes away: other writes wait for it.
const BATCH: i64 = 500;

/// How long a code outlives its minute, so that a second use still revokes what the first minted.
const CODES_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// How long a session can still be looked up when it is over; its tokens go with it.
const SESSIONS_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

fn before(now: Timestamp, kept: SignedDuration) -> i64 {
    micros(now.checked_sub(kept).unwrap_or(Timestamp::MIN))
}

impl Tx<'_> {
    /// Takes away claims, codes, refresh tokens, sessions and signing keys whose time is long over,
    /// and ends overdue test runs, at most 500 of each kind that is taken away. How many there were; call it
    /// again while that is not zero.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be taken away.
    pub fn prune(&mut self, now: Timestamp) -> Result<usize, StoreError> {
        let mut pruned = self.expire_overdue_tests(now)?;
        pruned += self.prune_signing_keys(now)?;
        let at = micros(now);
        let old = on!(self, |conn| assertion_claims::table
            .filter(assertion_claims::keep_until.lt(at))
            .select(assertion_claims::assertion_id_hash)
            .limit(BATCH)
            .load::<String>(conn))?;
        pruned += on!(self, |conn| diesel::delete(
            assertion_claims::table
                .filter(assertion_claims::assertion_id_hash.eq_any(&old))
                .filter(assertion_claims::keep_until.lt(at))
        )
        .execute(conn))?;
        let old = on!(self, |conn| refresh_tokens::table
            .filter(refresh_tokens::expires_at.lt(at))
            .select(refresh_tokens::hash)
            .limit(BATCH)
            .load::<String>(conn))?;
        pruned += on!(self, |conn| diesel::delete(
            refresh_tokens::table.filter(refresh_tokens::hash.eq_any(&old))
        )
        .execute(conn))?;
        let at = before(now, CODES_KEPT);
        let old = on!(self, |conn| codes::table
            .filter(codes::expires_at.lt(at))
            .select(codes::hash)
            .limit(BATCH)
            .load::<String>(conn))?;
        pruned += on!(self, |conn| diesel::delete(
            codes::table.filter(codes::hash.eq_any(&old))
        )
        .execute(conn))?;
        let at = before(now, SESSIONS_KEPT);
        let old = on!(self, |conn| sessions::table
            .filter(sessions::expires_at.lt(at))
            .select(sessions::id)
            .limit(BATCH)
            .load::<String>(conn))?;
        pruned += on!(self, |conn| diesel::delete(
            sessions::table.filter(sessions::id.eq_any(&old))
        )
        .execute(conn))?;
        Ok(pruned)
    }
}
