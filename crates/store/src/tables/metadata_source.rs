//! Metadata by URL: one source for each connection at most.

use diesel::prelude::*;
use jiff::Timestamp;
use vestibule_model::{ConnectionId, MetadataSource};

use crate::column::{Reading, json, micros, optional_text};
use crate::engine::on;
use crate::schema::metadata_sources;
use crate::{StoreError, Tx};

const TABLE: &str = "metadata_sources";

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = metadata_sources, treat_none_as_default_value = false, treat_none_as_null = true)]
struct SourceRow {
    connection_id: String,
    workspace_id: String,
    origin: String,
    etag: Option<String>,
    last_modified: Option<String>,
    document_hash: Option<String>,
    settled_for: Option<String>,
    fetched_at: Option<i64>,
    next_refresh_at: i64,
    failures: i64,
    last_error: Option<String>,
    valid_until: Option<i64>,
    staged_revision_id: Option<String>,
    pending: Option<String>,
}

impl TryFrom<&MetadataSource> for SourceRow {
    type Error = StoreError;

    fn try_from(source: &MetadataSource) -> Result<Self, StoreError> {
        let text = |column, value: &Option<String>| optional_text(TABLE, column, value.as_deref());
        let pending = source.pending.as_ref();
        Ok(Self {
            connection_id: source.connection_id.to_string(),
            workspace_id: source.workspace_id.to_string(),
            origin: json(TABLE, "origin", &source.origin)?,
            etag: text("etag", &source.etag)?,
            last_modified: text("last_modified", &source.last_modified)?,
            document_hash: text("document_hash", &source.document_hash)?,
            settled_for: text("settled_for", &source.settled_for)?,
            fetched_at: source.fetched_at.map(micros),
            next_refresh_at: micros(source.next_refresh_at),
            failures: i64::from(source.failures),
            last_error: text("last_error", &source.last_error)?,
            valid_until: source.valid_until.map(micros),
            staged_revision_id: source.staged.map(|id| id.to_string()),
            pending: pending
                .map(|change| json(TABLE, "pending", change))
                .transpose()?,
        })
    }
}

impl TryFrom<SourceRow> for MetadataSource {
    type Error = StoreError;

    fn try_from(row: SourceRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: TABLE,
            row: &row.connection_id,
        };
        Ok(Self {
            connection_id: reading.parse("connection_id", &row.connection_id)?,
            workspace_id: reading.parse("workspace_id", &row.workspace_id)?,
            origin: reading.json("origin", &row.origin)?,
            fetched_at: reading.time_optional("fetched_at", row.fetched_at)?,
            next_refresh_at: reading.time("next_refresh_at", row.next_refresh_at)?,
            failures: u32::try_from(row.failures)
                .map_err(|_range| reading.inconsistent("failures"))?,
            valid_until: reading.time_optional("valid_until", row.valid_until)?,
            staged: reading
                .parse_optional("staged_revision_id", row.staged_revision_id.as_deref())?,
            pending: reading.json_optional("pending", row.pending.as_deref())?,
            etag: row.etag,
            last_modified: row.last_modified,
            document_hash: row.document_hash,
            settled_for: row.settled_for,
            last_error: row.last_error,
        })
    }
}

impl Tx<'_> {
    /// Keeps the source of a connection, in the place of the one that it had.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when the connection is gone.
    pub fn put_metadata_source(&mut self, source: &MetadataSource) -> Result<(), StoreError> {
        let row = SourceRow::try_from(source)?;
        on!(self, |conn| diesel::insert_into(metadata_sources::table)
            .values(&row)
            .on_conflict(metadata_sources::connection_id)
            .do_update()
            .set(&row)
            .execute(conn))?;
        Ok(())
    }

    /// The source of a connection.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn metadata_source(
        &mut self,
        connection_id: ConnectionId,
    ) -> Result<Option<MetadataSource>, StoreError> {
        let id = connection_id.to_string();
        let row = on!(self, |conn| metadata_sources::table
            .find(&id)
            .select(SourceRow::as_select())
            .first(conn)
            .optional())?;
        row.map(MetadataSource::try_from).transpose()
    }

    /// Forgets the source of a connection; `false` when it had none.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be forgotten.
    pub fn delete_metadata_source(
        &mut self,
        connection_id: ConnectionId,
    ) -> Result<bool, StoreError> {
        let id = connection_id.to_string();
        let deleted = on!(self, |conn| diesel::delete(
            metadata_sources::table.find(&id)
        )
        .execute(conn))?;
        Ok(deleted == 1)
    }

    /// Takes the source that has been due for the longest, and puts it off until `until`, so that
    /// nobody else takes it meanwhile, and somebody does if this one is never heard of again.
    ///
    /// # Errors
    /// [`StoreError`] when none could be taken.
    pub fn claim_due_metadata_source(
        &mut self,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<MetadataSource>, StoreError> {
        let row = on!(self, |conn| metadata_sources::table
            .filter(metadata_sources::next_refresh_at.le(micros(now)))
            .order((
                metadata_sources::next_refresh_at.asc(),
                metadata_sources::connection_id.asc()
            ))
            .select(SourceRow::as_select())
            .first(conn)
            .optional())?;
        let Some(row) = row else {
            return Ok(None);
        };
        let claimed = on!(self, |conn| diesel::update(
            metadata_sources::table
                .find(&row.connection_id)
                .filter(metadata_sources::next_refresh_at.eq(row.next_refresh_at))
        )
        .set(metadata_sources::next_refresh_at.eq(micros(until)))
        .execute(conn))?;
        if claimed == 1 {
            MetadataSource::try_from(row).map(Some)
        } else {
            Ok(None)
        }
    }
}
