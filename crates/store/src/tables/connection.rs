//! Connections, with Vestibule's own key of each.

use diesel::prelude::*;
use jiff::Timestamp;
use serde::Deserialize;
use vestibule_model::{
    Change, Connection, ConnectionId, Phase, RevisionId, ServiceProvider, WorkspaceId,
};
use zeroize::Zeroizing;

use super::backchannel_logout::Ending;
use crate::at_once::Waiting;
use crate::column::{Reading, micros, optional_text, text};
use crate::engine::{Engine, on};
use crate::schema::connections;
use crate::seal::Place;
use crate::sealed::SealedColumn;
use crate::{Page, PageRequest, Reach, StoreError, Tx};

/// Without the private key: that comes out by [`Tx::service_provider_key`] alone.
#[derive(Queryable, Selectable, Insertable, Deserialize)]
#[diesel(table_name = connections, treat_none_as_default_value = false)]
pub(super) struct ConnectionRow {
    id: String,
    workspace_id: String,
    name: String,
    provider: Option<String>,
    is_default: bool,
    phase: String,
    draft_revision_id: Option<String>,
    live_revision_id: Option<String>,
    sp_certificate_pem: String,
    created_at: i64,
    updated_at: i64,
}

impl TryFrom<&Connection> for ConnectionRow {
    type Error = StoreError;

    fn try_from(connection: &Connection) -> Result<Self, StoreError> {
        let certificate = &connection.service_provider.certificate_pem;
        Ok(Self {
            id: connection.id.to_string(),
            workspace_id: connection.workspace_id.to_string(),
            name: text("connections", "name", &connection.name)?,
            provider: optional_text("connections", "provider", connection.provider.as_deref())?,
            is_default: connection.default,
            phase: connection.phase.to_string(),
            draft_revision_id: connection.draft.map(|id| id.to_string()),
            live_revision_id: connection.live.map(|id| id.to_string()),
            sp_certificate_pem: text("connections", "sp_certificate_pem", certificate)?,
            created_at: micros(connection.created_at),
            updated_at: micros(connection.updated_at),
        })
    }
}

impl TryFrom<ConnectionRow> for Connection {
    type Error = StoreError;

    fn try_from(row: ConnectionRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "connections",
            row: &row.id,
        };
        Ok(Self {
            id: reading.parse("id", &row.id)?,
            workspace_id: reading.parse("workspace_id", &row.workspace_id)?,
            default: row.is_default,
            phase: reading.parse("phase", &row.phase)?,
            draft: reading.parse_optional("draft_revision_id", row.draft_revision_id.as_deref())?,
            live: reading.parse_optional("live_revision_id", row.live_revision_id.as_deref())?,
            service_provider: ServiceProvider {
                certificate_pem: row.sp_certificate_pem,
            },
            created_at: reading.time("created_at", row.created_at)?,
            updated_at: reading.time("updated_at", row.updated_at)?,
            name: row.name,
            provider: row.provider,
        })
    }
}

const fn key_place(id: &str) -> Place<'_> {
    SealedColumn::SpPrivateKey.at(id)
}

impl Tx<'_> {
    /// Keeps a new connection and seals its private key. One that is the default takes that from
    /// every other of the workspace.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when the workspace is gone.
    pub fn insert_connection(
        &mut self,
        connection: &Connection,
        sp_private_key_pkcs8: &[u8],
    ) -> Result<(), StoreError> {
        self.changed(Change::Workspace(connection.workspace_id));
        let row = ConnectionRow::try_from(connection)?;
        let sealed = self
            .vault()
            .seal(key_place(&row.id), sp_private_key_pkcs8)?;
        self.clear_other_defaults(&row)?;
        on!(self, |conn| diesel::insert_into(connections::table)
            .values((&row, connections::sp_private_key.eq(&sealed)))
            .execute(conn))?;
        Ok(())
    }

    fn clear_other_defaults(&mut self, row: &ConnectionRow) -> Result<(), StoreError> {
        if row.is_default {
            on!(self, |conn| diesel::update(
                connections::table
                    .filter(connections::workspace_id.eq(&row.workspace_id))
                    .filter(connections::id.ne(&row.id))
                    .filter(connections::is_default)
            )
            .set((
                connections::is_default.eq(false),
                connections::updated_at.eq(row.updated_at),
            ))
            .execute(conn))?;
        }
        Ok(())
    }

    /// The connection of this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn connection(
        &mut self,
        reach: Reach,
        id: ConnectionId,
    ) -> Result<Option<Connection>, StoreError> {
        let id = id.to_string();
        let row = on!(self, |conn| connections::table
            .find(&id)
            .select(ConnectionRow::as_select())
            .first(conn)
            .optional())?;
        let connection = row.map(Connection::try_from).transpose()?;
        Ok(connection.filter(|connection| reach.covers(connection.workspace_id)))
    }

    /// Makes every other transaction that locks this connection wait until this one has ended;
    /// `false` when there is none of this id. On SQLite every write waits for the one before anyway.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the wait took too long.
    pub fn lock_connection(&mut self, id: ConnectionId) -> Result<bool, StoreError> {
        let id = id.to_string();
        let query = connections::table.find(&id).select(connections::id);
        let result = match self.engine()? {
            Engine::Sqlite(conn) => query.first::<String>(*conn),
            Engine::Postgres(conn) => query.for_no_key_update().first::<String>(*conn),
        };
        Ok(self.settle(result.optional())?.is_some())
    }

    /// Makes every transaction that changes this connection wait until this one has ended, and this
    /// one wait for those that are changing it; those that only hold it pass. On SQLite every write
    /// waits for the one before anyway.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the wait took too long.
    pub fn hold_connection(&mut self, id: ConnectionId) -> Result<bool, StoreError> {
        let id = id.to_string();
        let query = connections::table.find(&id).select(connections::id);
        let result = match self.engine()? {
            Engine::Sqlite(conn) => query.first::<String>(*conn),
            Engine::Postgres(conn) => query.for_share().first::<String>(*conn),
        };
        Ok(self.settle(result.optional())?.is_some())
    }

    /// The same for a connection of which the facts have been read: it is held with what this transaction
    /// writes, if it still serves this revision, or nothing of it is written. Where it does not,
    /// [`StoreError::Conflict`] for `connection.live` says so, at the end.
    ///
    /// # Errors
    /// [`StoreError`] when what waits had to be sent and could not be.
    pub fn hold_connection_live(
        &mut self,
        id: ConnectionId,
        revision_id: RevisionId,
    ) -> Result<(), StoreError> {
        // On SQLite nothing can have changed since they were read.
        if matches!(self.engine_without_waiting(), Engine::Postgres(_)) {
            let query = connections::table
                .find(id.to_string())
                .filter(connections::phase.eq(Phase::Live.as_str()))
                .filter(connections::live_revision_id.eq(revision_id.to_string()))
                .select(connections::id)
                .for_share();
            let unmet = StoreError::Conflict {
                what: "connection.live",
            };
            self.wait(Waiting::holding(query, unmet))?;
        }
        Ok(())
    }

    /// Every connection of a workspace, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn connections_of(
        &mut self,
        workspace_id: WorkspaceId,
    ) -> Result<Vec<Connection>, StoreError> {
        let workspace_id = workspace_id.to_string();
        let rows = on!(self, |conn| connections::table
            .filter(connections::workspace_id.eq(&workspace_id))
            .order(connections::id.asc())
            .select(ConnectionRow::as_select())
            .load(conn))?;
        rows.into_iter().map(Connection::try_from).collect()
    }

    /// Connections of a workspace by id.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`].
    pub fn list_connections(
        &mut self,
        workspace_id: WorkspaceId,
        page: &PageRequest,
    ) -> Result<Page<Connection>, StoreError> {
        let (workspace_id, after) = (workspace_id.to_string(), page.ids_after()?);
        let rows = on!(self, |conn| connections::table
            .filter(connections::workspace_id.eq(&workspace_id))
            .filter(connections::id.gt(&after))
            .order(connections::id.asc())
            .limit(page.rows())
            .select(ConnectionRow::as_select())
            .load(conn))?;
        Page::from_rows(rows, page, |row: &ConnectionRow| row.id.clone())
    }

    /// Enabled connections of every workspace by id, whatever their plans.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`].
    pub fn enabled_connections(
        &mut self,
        page: &PageRequest,
    ) -> Result<Page<Connection>, StoreError> {
        let (enabled, after) = (Phase::Live.as_str(), page.ids_after()?);
        let rows = on!(self, |conn| connections::table
            .filter(connections::phase.eq(enabled))
            .filter(connections::id.gt(&after))
            .order(connections::id.asc())
            .limit(page.rows())
            .select(ConnectionRow::as_select())
            .load(conn))?;
        Page::from_rows(rows, page, |row: &ConnectionRow| row.id.clone())
    }

    /// Replaces a connection by its new value, all but its certificate, which changes with its key;
    /// one that is the default takes that from every other of the workspace. `false` when the
    /// workspace has none of this id.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when draft or live are not revisions of this connection.
    pub fn update_connection(&mut self, connection: &Connection) -> Result<bool, StoreError> {
        self.changed(Change::Workspace(connection.workspace_id));
        let row = ConnectionRow::try_from(connection)?;
        self.clear_other_defaults(&row)?;
        let changed = on!(self, |conn| diesel::update(
            connections::table
                .find(&row.id)
                .filter(connections::workspace_id.eq(&row.workspace_id))
        )
        .set((
            connections::name.eq(&row.name),
            connections::provider.eq(&row.provider),
            connections::is_default.eq(row.is_default),
            connections::phase.eq(&row.phase),
            connections::draft_revision_id.eq(&row.draft_revision_id),
            connections::live_revision_id.eq(&row.live_revision_id),
            connections::updated_at.eq(row.updated_at),
        ))
        .execute(conn))?;
        Ok(changed == 1)
    }

    /// Deletes a connection with its revisions, tests, attempts, links, setup links and sessions; `false` when
    /// there was none of this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be deleted.
    pub fn delete_connection(
        &mut self,
        id: ConnectionId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.changed(Change::Connection(id));
        self.tell_of_ending(Ending::Connection(id), now)?;
        let id = id.to_string();
        let deleted = on!(self, |conn| diesel::delete(connections::table.find(&id))
            .execute(conn))?;
        Ok(deleted == 1)
    }

    /// Vestibule's own private key of a connection, PKCS #8 in DER.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it was changed or moved.
    pub fn service_provider_key(
        &mut self,
        id: ConnectionId,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let id = id.to_string();
        let sealed = on!(self, |conn| connections::table
            .find(&id)
            .select(connections::sp_private_key)
            .first::<String>(conn)
            .optional())?;
        sealed
            .map(|sealed| self.vault().open(key_place(&id), &sealed))
            .transpose()
    }
}
