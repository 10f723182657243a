//! Refused sign-ins that come one after the other.

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};
use vestibule_model::{AttemptOutcome, ConnectionId};

use crate::column::micros;
use crate::engine::{Engine, on};
use crate::schema::{refusal_bursts, sign_in_attempts};
use crate::{StoreError, Tx};

impl Tx<'_> {
    /// Notes that a sign-in of this connection was refused just now, in the transaction that keeps it.
    /// How many were within this time, where they are so many and nobody was told yet: it is told once,
    /// and again only after so long a time without any.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be noted.
    pub fn note_refusal(
        &mut self,
        connection_id: ConnectionId,
        (within, so_many): (SignedDuration, i64),
        now: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        let connection_id = connection_id.to_string();
        let since = micros(now.checked_sub(within).unwrap_or(Timestamp::MIN));
        on!(self, |conn| diesel::insert_into(refusal_bursts::table)
            .values((
                refusal_bursts::connection_id.eq(&connection_id),
                refusal_bursts::last_refused_at.eq(0_i64),
                refusal_bursts::told.eq(false),
            ))
            .on_conflict_do_nothing()
            .execute(conn))?;
        let query = refusal_bursts::table
            .find(&connection_id)
            .select((refusal_bursts::last_refused_at, refusal_bursts::told));
        let result: QueryResult<(i64, bool)> = match self.engine()? {
            Engine::Sqlite(conn) => query.first(*conn),
            Engine::Postgres(conn) => query.for_update().first(*conn),
        };
        let (last, told) = self.settle(result)?;
        let goes_on = told && last > since;
        let refused = if goes_on {
            0
        } else {
            on!(self, |conn| sign_in_attempts::table
                .filter(sign_in_attempts::connection_id.eq(&connection_id))
                .filter(sign_in_attempts::outcome.eq(AttemptOutcome::Refused.as_str()))
                .filter(sign_in_attempts::finished_at.gt(since))
                .count()
                .get_result::<i64>(conn))?
        };
        let tell = refused >= so_many;
        on!(self, |conn| diesel::update(
            refusal_bursts::table.find(&connection_id)
        )
        .set((
            refusal_bursts::last_refused_at.eq(micros(now)),
            refusal_bursts::told.eq(goes_on || tell),
        ))
        .execute(conn))?;
        Ok(tell.then_some(refused))
    }
}
