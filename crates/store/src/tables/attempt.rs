//! Sign-in attempts.

use diesel::prelude::*;
use vestibule_model::{Attempt, AttemptId, ConnectionId};

use crate::column::{Reading, json, micros, optional_text};
use crate::engine::on;
use crate::schema::sign_in_attempts;
use crate::{Page, PageRequest, StoreError, Tx};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sign_in_attempts, treat_none_as_default_value = false)]
struct AttemptRow {
    id: String,
    workspace_id: String,
    connection_id: String,
    revision_id: String,
    client_id: String,
    member_id: Option<String>,
    outcome: String,
    reason: Option<String>,
    report: String,
    started_at: i64,
    finished_at: i64,
    reference: Option<String>,
    timeline: String,
}

impl TryFrom<&Attempt> for AttemptRow {
    type Error = StoreError;

    fn try_from(attempt: &Attempt) -> Result<Self, StoreError> {
        Ok(Self {
            id: attempt.id.to_string(),
            workspace_id: attempt.workspace_id.to_string(),
            connection_id: attempt.connection_id.to_string(),
            revision_id: attempt.revision_id.to_string(),
            client_id: attempt.client_id.to_string(),
            member_id: attempt.member_id.map(|id| id.to_string()),
            outcome: attempt.outcome.to_string(),
            reason: optional_text("sign_in_attempts", "reason", attempt.reason.as_deref())?,
            report: json("sign_in_attempts", "report", &attempt.report)?,
            started_at: micros(attempt.started_at),
            finished_at: micros(attempt.finished_at),
            reference: attempt.reference.map(|reference| reference.to_string()),
            timeline: json("sign_in_attempts", "timeline", &attempt.timeline)?,
        })
    }
}

impl TryFrom<AttemptRow> for Attempt {
    type Error = StoreError;

    fn try_from(row: AttemptRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "sign_in_attempts",
            row: &row.id,
        };
        Ok(Self {
            id: reading.parse("id", &row.id)?,
            workspace_id: reading.parse("workspace_id", &row.workspace_id)?,
            connection_id: reading.parse("connection_id", &row.connection_id)?,
            revision_id: reading.parse("revision_id", &row.revision_id)?,
            client_id: reading.parse("client_id", &row.client_id)?,
            member_id: reading.parse_optional("member_id", row.member_id.as_deref())?,
            outcome: reading.parse("outcome", &row.outcome)?,
            report: reading.json("report", &row.report)?,
            started_at: reading.time("started_at", row.started_at)?,
            finished_at: reading.time("finished_at", row.finished_at)?,
            reference: reading.parse_optional("reference", row.reference.as_deref())?,
            timeline: reading.json("timeline", &row.timeline)?,
            reason: row.reason,
        })
    }
}

impl Tx<'_> {
    /// Keeps a new attempt.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when connection or member are gone.
    pub fn insert_attempt(&mut self, attempt: &Attempt) -> Result<(), StoreError> {
        let row = AttemptRow::try_from(attempt)?;
        on!(self, |conn| diesel::insert_into(sign_in_attempts::table)
            .values(&row)
            .execute(conn))?;
        Ok(())
    }

    /// The attempt on this connection with this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn attempt(
        &mut self,
        connection_id: ConnectionId,
        id: AttemptId,
    ) -> Result<Option<Attempt>, StoreError> {
        let (connection_id, id) = (connection_id.to_string(), id.to_string());
        let row = on!(self, |conn| sign_in_attempts::table
            .find(&id)
            .filter(sign_in_attempts::connection_id.eq(&connection_id))
            .select(AttemptRow::as_select())
            .first(conn)
            .optional())?;
        row.map(Attempt::try_from).transpose()
    }

    /// Attempts on a connection, newest first.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`].
    pub fn list_attempts(
        &mut self,
        connection_id: ConnectionId,
        page: &PageRequest,
    ) -> Result<Page<Attempt>, StoreError> {
        let (connection_id, before) = (connection_id.to_string(), page.ids_before()?);
        let rows = on!(self, |conn| sign_in_attempts::table
            .filter(sign_in_attempts::connection_id.eq(&connection_id))
            .filter(sign_in_attempts::id.lt(&before))
            .order(sign_in_attempts::id.desc())
            .limit(page.rows())
            .select(AttemptRow::as_select())
            .load(conn))?;
        Page::from_rows(rows, page, |row: &AttemptRow| row.id.clone())
    }
}
