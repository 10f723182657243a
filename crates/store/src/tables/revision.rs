//! Revisions: the immutable versions of a connection's settings.

use diesel::dsl::max;
use diesel::prelude::*;
use serde::Deserialize;
use vestibule_model::{AdminMapping, Change, ConnectionId, Revision, RevisionId, TestId};
use vestibule_saml::Learned;

use crate::column::{Reading, json, micros, optional_text, text};
use crate::engine::on;
use crate::schema::revisions;
use crate::{Page, PageRequest, StoreError, Tx};

#[derive(Queryable, Selectable, Insertable, Deserialize)]
#[diesel(table_name = revisions, treat_none_as_default_value = false)]
pub(super) struct RevisionRow {
    id: String,
    workspace_id: String,
    connection_id: String,
    number: i64,
    settings: String,
    learned_idp_entity_id: Option<String>,
    passed_test_id: Option<String>,
    created_at: i64,
    learned: Option<String>,
    admin_mapping_enabled_by: Option<String>,
    admin_mapping_enabled_at: Option<i64>,
}

impl TryFrom<&Revision> for RevisionRow {
    type Error = StoreError;

    fn try_from(revision: &Revision) -> Result<Self, StoreError> {
        let learned = revision.learned_idp_entity_id.as_deref();
        let mapping = revision.admin_mapping.as_ref();
        Ok(Self {
            id: revision.id.to_string(),
            workspace_id: revision.workspace_id.to_string(),
            connection_id: revision.connection_id.to_string(),
            number: revision.number,
            settings: json("revisions", "settings", &revision.settings)?,
            learned_idp_entity_id: optional_text("revisions", "learned_idp_entity_id", learned)?,
            passed_test_id: revision.passed_test.map(|id| id.to_string()),
            created_at: micros(revision.created_at),
            learned: revision
                .learned
                .as_ref()
                .map(|learned| json("revisions", "learned", learned))
                .transpose()?,
            admin_mapping_enabled_by: mapping.map(|mapping| mapping.enabled_by.to_string()),
            admin_mapping_enabled_at: mapping.map(|mapping| micros(mapping.enabled_at)),
        })
    }
}

impl TryFrom<RevisionRow> for Revision {
    type Error = StoreError;

    fn try_from(row: RevisionRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "revisions",
            row: &row.id,
        };
        let admin_mapping = match (&row.admin_mapping_enabled_by, row.admin_mapping_enabled_at) {
            (None, None) => None,
            (Some(by), Some(at)) => Some(AdminMapping {
                enabled_by: reading.parse("admin_mapping_enabled_by", by)?,
                enabled_at: reading.time("admin_mapping_enabled_at", at)?,
            }),
            (None, Some(_)) => return Err(reading.inconsistent("admin_mapping_enabled_by")),
            (Some(_), None) => return Err(reading.inconsistent("admin_mapping_enabled_at")),
        };
        Ok(Self {
            id: reading.parse("id", &row.id)?,
            admin_mapping,
            workspace_id: reading.parse("workspace_id", &row.workspace_id)?,
            connection_id: reading.parse("connection_id", &row.connection_id)?,
            number: row.number,
            settings: reading.json("settings", &row.settings)?,
            passed_test: reading.parse_optional("passed_test_id", row.passed_test_id.as_deref())?,
            created_at: reading.time("created_at", row.created_at)?,
            learned: reading.json_optional("learned", row.learned.as_deref())?,
            learned_idp_entity_id: row.learned_idp_entity_id,
        })
    }
}

impl Tx<'_> {
    /// Keeps a new revision.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for `revision.number`; [`StoreError::Dangling`] when the connection
    /// is gone.
    pub fn insert_revision(&mut self, revision: &Revision) -> Result<(), StoreError> {
        let row = RevisionRow::try_from(revision)?;
        on!(self, |conn| diesel::insert_into(revisions::table)
            .values(&row)
            .execute(conn))?;
        Ok(())
    }

    /// The revision of this connection with this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn revision(
        &mut self,
        connection_id: ConnectionId,
        id: RevisionId,
    ) -> Result<Option<Revision>, StoreError> {
        let (connection_id, id) = (connection_id.to_string(), id.to_string());
        let row = on!(self, |conn| revisions::table
            .find(&id)
            .filter(revisions::connection_id.eq(&connection_id))
            .select(RevisionRow::as_select())
            .first(conn)
            .optional())?;
        row.map(Revision::try_from).transpose()
    }

    /// The revision that a connection names, where it names one.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn named_revision(
        &mut self,
        connection_id: ConnectionId,
        named: Option<RevisionId>,
    ) -> Result<Option<Revision>, StoreError> {
        match named {
            Some(id) => self.revision(connection_id, id),
            None => Ok(None),
        }
    }

    /// The number of the connection's next revision. Locks the connection, so that the number is
    /// still free when it is used in the same transaction.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn next_revision_number(&mut self, connection_id: ConnectionId) -> Result<i64, StoreError> {
        self.lock_connection(connection_id)?;
        let connection_id = connection_id.to_string();
        let last = on!(self, |conn| revisions::table
            .filter(revisions::connection_id.eq(&connection_id))
            .select(max(revisions::number))
            .first::<Option<i64>>(conn))?;
        Ok(last.unwrap_or(0) + 1)
    }

    /// Revisions of a connection, newest first.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`].
    pub fn list_revisions(
        &mut self,
        connection_id: ConnectionId,
        page: &PageRequest,
    ) -> Result<Page<Revision>, StoreError> {
        let connection_id = connection_id.to_string();
        let before = match page.after()? {
            Some(number) => number.parse().or(Err(StoreError::BadCursor))?,
            None => i64::MAX,
        };
        let rows = on!(self, |conn| revisions::table
            .filter(revisions::connection_id.eq(&connection_id))
            .filter(revisions::number.lt(before))
            .order(revisions::number.desc())
            .limit(page.rows())
            .select(RevisionRow::as_select())
            .load(conn))?;
        Page::from_rows(rows, page, |row: &RevisionRow| row.number.to_string())
    }

    /// Notes that a revision has passed a test, and what it learned from it; the entity ID is
    /// written once. `false`, and nothing noted, when the revision is gone or has learned another
    /// entity ID: then the test must not pass.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be noted.
    pub fn mark_revision_passed(
        &mut self,
        id: RevisionId,
        test_id: TestId,
        learned: &Learned,
    ) -> Result<bool, StoreError> {
        let (id, test_id) = (id.to_string(), test_id.to_string());
        let seen = json("revisions", "learned", learned)?;
        let learned = text("revisions", "learned_idp_entity_id", &learned.issuer)?;
        let changed = on!(self, |conn| diesel::update(
            revisions::table.find(&id).filter(
                revisions::learned_idp_entity_id
                    .is_null()
                    .or(revisions::learned_idp_entity_id.eq(&learned))
            )
        )
        .set((
            revisions::passed_test_id.eq(&test_id),
            revisions::learned_idp_entity_id.eq(&learned),
            revisions::learned.eq(Some(&seen)),
        ))
        .execute(conn))?;
        Ok(changed == 1)
    }

    /// Notes that the mapping of a revision to `admin` counts (P8); `false` when the connection has no
    /// revision of this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be noted.
    pub fn enable_admin_mapping(
        &mut self,
        connection_id: ConnectionId,
        id: RevisionId,
        mapping: &AdminMapping,
    ) -> Result<bool, StoreError> {
        self.changed(Change::Connection(connection_id));
        let (connection_id, id) = (connection_id.to_string(), id.to_string());
        let changed = on!(self, |conn| diesel::update(
            revisions::table
                .find(&id)
                .filter(revisions::connection_id.eq(&connection_id))
        )
        .set((
            revisions::admin_mapping_enabled_by.eq(Some(mapping.enabled_by.to_string())),
            revisions::admin_mapping_enabled_at.eq(Some(micros(mapping.enabled_at))),
        ))
        .execute(conn))?;
        Ok(changed == 1)
    }
}
