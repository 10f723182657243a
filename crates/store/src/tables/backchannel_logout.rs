//! Sessions that ended, of which their clients have yet to be told (Back-Channel Logout 1.0).

use diesel::prelude::*;
use jiff::Timestamp;
use vestibule_model::{BackchannelLogout, ConnectionId, MemberId, SessionId, WorkspaceId};

use super::BATCH;
use crate::column::{Reading, micros};
use crate::engine::on;
use crate::schema::{backchannel_logouts, clients, sessions};
use crate::{StoreError, Tx};

#[derive(Queryable, Selectable)]
#[diesel(table_name = backchannel_logouts)]
struct LogoutRow {
    session_id: String,
    client_id: String,
    workspace_id: String,
    member_id: String,
    failures: i64,
    created_at: i64,
    next_try_at: i64,
}

impl TryFrom<LogoutRow> for BackchannelLogout {
    type Error = StoreError;

    fn try_from(row: LogoutRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "backchannel_logouts",
            row: &row.session_id,
        };
        Ok(Self {
            session_id: reading.parse("session_id", &row.session_id)?,
            client_id: reading.parse("client_id", &row.client_id)?,
            workspace_id: reading.parse("workspace_id", &row.workspace_id)?,
            member_id: reading.parse("member_id", &row.member_id)?,
            failures: u32::try_from(row.failures)
                .map_err(|_range| reading.inconsistent("failures"))?,
            created_at: reading.time("created_at", row.created_at)?,
            next_try_at: reading.time("next_try_at", row.next_try_at)?,
        })
    }
}

/// Which sessions are about to end, all at once.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ending {
    /// One.
    Session(SessionId),
    /// Those of a member, but for one.
    Member(WorkspaceId, MemberId, Option<SessionId>),
    /// Those that came by a connection.
    Connection(ConnectionId),
    /// Those of a workspace.
    Workspace(WorkspaceId),
}

impl Tx<'_> {
    /// Notes that the clients of sessions that are about to end have to be told so, those that want it.
    /// Called in the transaction that ends them, before it does: so none is forgotten, and none is
    /// told of what did not happen.
    pub(crate) fn tell_of_ending(
        &mut self,
        ending: Ending,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let at = micros(now);
        let rows: Vec<(String, String, String, String)> = on!(self, |conn| {
            let mut query = sessions::table
                .inner_join(clients::table.on(clients::id.eq(sessions::client_id)))
                .filter(clients::backchannel_logout_uri.is_not_null())
                .filter(sessions::revoked_at.is_null())
                .filter(sessions::expires_at.gt(at))
                .select((
                    sessions::id,
                    sessions::client_id,
                    sessions::workspace_id,
                    sessions::member_id,
                ))
                .into_boxed();
            query = match ending {
                Ending::Session(id) => query.filter(sessions::id.eq(id.to_string())),
                Ending::Member(workspace_id, member_id, kept) => {
                    if let Some(kept) = kept {
                        query = query.filter(sessions::id.ne(kept.to_string()));
                    }
                    query
                        .filter(sessions::workspace_id.eq(workspace_id.to_string()))
                        .filter(sessions::member_id.eq(member_id.to_string()))
                }
                Ending::Connection(id) => query.filter(sessions::connection_id.eq(id.to_string())),
                Ending::Workspace(id) => query.filter(sessions::workspace_id.eq(id.to_string())),
            };
            query.load(conn)
        })?;
        for portion in rows.chunks(BATCH) {
            let values: Vec<_> = portion
                .iter()
                .map(|(session_id, client_id, workspace_id, member_id)| {
                    (
                        backchannel_logouts::session_id.eq(session_id),
                        backchannel_logouts::client_id.eq(client_id),
                        backchannel_logouts::workspace_id.eq(workspace_id),
                        backchannel_logouts::member_id.eq(member_id),
                        backchannel_logouts::failures.eq(0),
                        backchannel_logouts::created_at.eq(at),
                        backchannel_logouts::next_try_at.eq(at),
                    )
                })
                .collect();
            // Somebody else may be ending one of them at this moment: it is told of once.
            on!(self, |conn| diesel::insert_into(backchannel_logouts::table)
                .values(&values)
                .on_conflict_do_nothing()
                .execute(conn))?;
        }
        Ok(())
    }

    /// The ended sessions whose clients are to be told now, the longest due first.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn backchannel_logouts_due(
        &mut self,
        now: Timestamp,
        at_most: i64,
    ) -> Result<Vec<BackchannelLogout>, StoreError> {
        let rows = on!(self, |conn| backchannel_logouts::table
            .filter(backchannel_logouts::next_try_at.le(micros(now)))
            .order((
                backchannel_logouts::next_try_at.asc(),
                backchannel_logouts::session_id.asc(),
            ))
            .limit(at_most)
            .select(LogoutRow::as_select())
            .load(conn))?;
        rows.into_iter().map(BackchannelLogout::try_from).collect()
    }

    /// Deletes a note of which the client was told, or that was given up; `false` when it is gone.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be deleted.
    pub fn backchannel_logout_settled(&mut self, id: SessionId) -> Result<bool, StoreError> {
        let id = id.to_string();
        let deleted = on!(self, |conn| diesel::delete(
            backchannel_logouts::table.find(&id)
        )
        .execute(conn))?;
        Ok(deleted == 1)
    }

    /// Notes that telling was tried so many times, and when it is tried next; `false` when it is gone,
    /// or somebody has noted as many already. Noted in advance it is a claim: exactly one of any
    /// number of transactions gets it.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be noted.
    pub fn backchannel_logout_tried(
        &mut self,
        id: SessionId,
        failures: u32,
        next_try_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let id = id.to_string();
        let changed = on!(self, |conn| diesel::update(
            backchannel_logouts::table
                .find(&id)
                .filter(backchannel_logouts::failures.lt(i64::from(failures)))
        )
        .set((
            backchannel_logouts::failures.eq(i64::from(failures)),
            backchannel_logouts::next_try_at.eq(micros(next_try_at)),
        ))
        .execute(conn))?;
        Ok(changed == 1)
    }
}
