//! The audit log: written, listed, never changed.

use diesel::prelude::*;
use vestibule_model::{Actor, AuditEvent};

use crate::column::{Reading, micros, text};
use crate::engine::on;
use crate::schema::audit_events;
use crate::{Page, PageRequest, Reach, StoreError, Tx};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_events, treat_none_as_default_value = false)]
struct AuditRow {
    id: String,
    workspace_id: Option<String>,
    actor_kind: String,
    actor_id: Option<String>,
    action: String,
    target: String,
    detail: String,
    at: i64,
}

impl TryFrom<&AuditEvent> for AuditRow {
    type Error = StoreError;

    fn try_from(event: &AuditEvent) -> Result<Self, StoreError> {
        let (actor_kind, actor_id) = match event.actor {
            Actor::ApiKey(id) => ("api_key", Some(id.to_string())),
            Actor::Member(id) => ("member", Some(id.to_string())),
            Actor::SetupLink(id) => ("setup_link", Some(id.to_string())),
            Actor::Operator => ("operator", None),
            Actor::System => ("system", None),
        };
        Ok(Self {
            id: event.id.to_string(),
            workspace_id: event.workspace_id.map(|id| id.to_string()),
            actor_kind: actor_kind.to_owned(),
            actor_id,
            action: text("audit_events", "action", &event.action)?,
            target: text("audit_events", "target", &event.target)?,
            detail: text("audit_events", "detail", &event.detail)?,
            at: micros(event.at),
        })
    }
}

impl TryFrom<AuditRow> for AuditEvent {
    type Error = StoreError;

    fn try_from(row: AuditRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "audit_events",
            row: &row.id,
        };
        let actor = match (row.actor_kind.as_str(), row.actor_id.as_deref()) {
            ("api_key", Some(id)) => Actor::ApiKey(reading.parse("actor_id", id)?),
            ("member", Some(id)) => Actor::Member(reading.parse("actor_id", id)?),
            ("setup_link", Some(id)) => Actor::SetupLink(reading.parse("actor_id", id)?),
            ("operator", None) => Actor::Operator,
            ("system", None) => Actor::System,
            ("api_key" | "member" | "setup_link" | "operator" | "system", _) => {
                return Err(reading.inconsistent("actor_id"));
            }
            _ => return Err(reading.inconsistent("actor_kind")),
        };
        Ok(Self {
            id: reading.parse("id", &row.id)?,
            workspace_id: reading.parse_optional("workspace_id", row.workspace_id.as_deref())?,
            actor,
            at: reading.time("at", row.at)?,
            action: row.action,
            target: row.target,
            detail: row.detail,
        })
    }
}

impl Tx<'_> {
    /// Writes an event into the audit log.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be written.
    pub fn append_audit(&mut self, event: &AuditEvent) -> Result<(), StoreError> {
        let row = AuditRow::try_from(event)?;
        on!(self, |conn| diesel::insert_into(audit_events::table)
            .values(&row)
            .execute(conn))?;
        Ok(())
    }

    /// Events of the audit log, newest first; within a workspace, its own.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`].
    pub fn list_audit(
        &mut self,
        reach: Reach,
        page: &PageRequest,
    ) -> Result<Page<AuditEvent>, StoreError> {
        let before = page.ids_before()?;
        let own = match reach {
            Reach::All => None,
            Reach::Workspace(id) => Some(id.to_string()),
        };
        let rows = on!(self, |conn| {
            let mut query = audit_events::table
                .filter(audit_events::id.lt(&before))
                .order(audit_events::id.desc())
                .limit(page.rows())
                .select(AuditRow::as_select())
                .into_boxed();
            if let Some(own) = &own {
                query = query.filter(audit_events::workspace_id.eq(own));
            }
            query.load(conn)
        })?;
        Page::from_rows(rows, page, |row: &AuditRow| row.id.clone())
    }
}
