//! The audit log: written and listed, never changed. What makes that certain: `audit_chain`.

use diesel::prelude::*;
use jiff::Timestamp;
use vestibule_model::{Actor, AuditEvent, AuditSource, EventId, Seal, WorkspaceId};

use crate::audit_key::{AuditKey, Mac};
use crate::column::{Reading, hex, micros, optional_text, text};
use crate::engine::{later, on};
use crate::schema::audit_events;
use crate::{Page, PageRequest, Reach, StoreError, Tx};

use super::BATCH;

/// Which entries; none of it: all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Those of this workspace.
    pub workspace_id: Option<WorkspaceId>,
    /// What this one did.
    pub actor: Option<Actor>,
    /// Those of this action.
    pub action: Option<String>,
    /// What was done to this.
    pub target: Option<String>,
    /// Not from before.
    pub since: Option<Timestamp>,
    /// From before.
    pub until: Option<Timestamp>,
}

/// An entry as it lies in the database, its place in the chain included.
#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_events, treat_none_as_default_value = false)]
pub(super) struct AuditRow {
    pub(super) id: String,
    pub(super) workspace_id: Option<String>,
    actor_kind: String,
    actor_id: Option<String>,
    action: String,
    target: String,
    detail: String,
    pub(super) at: i64,
    via: Option<String>,
    request_id: Option<String>,
    pub(super) mac: Option<String>,
    pub(super) chain: Option<String>,
    pub(super) number: Option<i64>,
    pub(super) chain_mac: Option<String>,
}

/// The two columns of an actor.
fn columns(actor: &Actor) -> (&'static str, Option<String>) {
    match actor {
        Actor::ApiKey(id) => ("api_key", Some(id.to_string())),
        Actor::Member(id) => ("member", Some(id.to_string())),
        Actor::SetupLink(id) => ("setup_link", Some(id.to_string())),
        Actor::Operator => ("operator", None),
        Actor::System => ("system", None),
    }
}

impl AuditRow {
    /// The row of a new entry, signed.
    fn new(event: &AuditEvent, key: &AuditKey) -> Result<Self, StoreError> {
        let (actor_kind, actor_id) = columns(&event.actor);
        let request_id = event
            .source
            .as_ref()
            .and_then(|one| one.request_id.as_deref());
        let mut row = Self {
            id: event.id.to_string(),
            workspace_id: event.workspace_id.map(|id| id.to_string()),
            actor_kind: actor_kind.to_owned(),
            actor_id,
            action: text("audit_events", "action", &event.action)?,
            target: text("audit_events", "target", &event.target)?,
            detail: text("audit_events", "detail", &event.detail)?,
            at: micros(event.at),
            via: event.source.as_ref().map(|source| source.via.to_string()),
            request_id: optional_text("audit_events", "request_id", request_id)?,
            mac: None,
            chain: None,
            number: None,
            chain_mac: None,
        };
        row.mac = Some(hex(&row.signature(key)));
        Ok(row)
    }

    /// What its `mac` has to be: over every column that says what happened.
    pub(super) fn signature(&self, key: &AuditKey) -> Mac {
        key.mac(
            "entry",
            &[
                Some(self.id.as_bytes()),
                self.workspace_id.as_deref().map(str::as_bytes),
                Some(self.actor_kind.as_bytes()),
                self.actor_id.as_deref().map(str::as_bytes),
                Some(self.action.as_bytes()),
                Some(self.target.as_bytes()),
                Some(self.detail.as_bytes()),
                Some(&self.at.to_be_bytes()),
                self.via.as_deref().map(str::as_bytes),
                self.request_id.as_deref().map(str::as_bytes),
            ],
        )
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
        let via = reading.parse_optional("via", row.via.as_deref())?;
        let seal = match (row.number, row.chain_mac) {
            (Some(number), Some(mac)) => Some(Seal { number, mac }),
            (None, None) => None,
            _ => return Err(reading.inconsistent("chain_mac")),
        };
        Ok(Self {
            id: reading.parse("id", &row.id)?,
            workspace_id: reading.parse_optional("workspace_id", row.workspace_id.as_deref())?,
            actor,
            at: reading.time("at", row.at)?,
            source: via.map(|via| AuditSource {
                via,
                request_id: row.request_id,
            }),
            seal,
            action: row.action,
            target: row.target,
            detail: row.detail,
        })
    }
}

/// The entries within reach that a filter lets pass, as a query of either database.
macro_rules! filtered {
    ($reach:expr, $filter:expr) => {{
        let mut query = audit_events::table
            .select(AuditRow::as_select())
            .into_boxed();
        let own = match $reach {
            Reach::All => None,
            Reach::Workspace(id) => Some(id.to_string()),
        };
        for id in own
            .into_iter()
            .chain($filter.workspace_id.map(|id| id.to_string()))
        {
            query = query.filter(audit_events::workspace_id.eq(id));
        }
        if let Some(actor) = &$filter.actor {
            let (kind, id) = columns(actor);
            query = query.filter(audit_events::actor_kind.eq(kind));
            if let Some(id) = id {
                query = query.filter(audit_events::actor_id.eq(id));
            }
        }
        if let Some(action) = &$filter.action {
            query = query.filter(audit_events::action.eq(action));
        }
        if let Some(target) = &$filter.target {
            query = query.filter(audit_events::target.eq(target));
        }
        if let Some(since) = $filter.since {
            query = query.filter(audit_events::at.ge(micros(since)));
        }
        if let Some(until) = $filter.until {
            query = query.filter(audit_events::at.lt(micros(until)));
        }
        query
    }};
}

impl Tx<'_> {
    /// Writes an entry into the audit log.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be written.
    pub fn append_audit(&mut self, event: &AuditEvent) -> Result<(), StoreError> {
        let row = AuditRow::new(event, self.vault().audit_key()?)?;
        later!(self, adds audit_events, diesel::insert_into(audit_events::table).values(row))
    }

    /// Entries of the audit log that the filter lets pass, newest first; within a workspace, its own.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`].
    pub fn list_audit(
        &mut self,
        reach: Reach,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Result<Page<AuditEvent>, StoreError> {
        let before = page.ids_before()?;
        let rows = on!(self, |conn| filtered!(reach, filter)
            .filter(audit_events::id.lt(&before))
            .order(audit_events::id.desc())
            .limit(page.rows())
            .load(conn))?;
        Page::from_rows(rows, page, |row: &AuditRow| row.id.clone())
    }

    /// The same, oldest first: at most so many after this one.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn audit_after(
        &mut self,
        reach: Reach,
        filter: &AuditFilter,
        after: Option<EventId>,
        at_most: i64,
    ) -> Result<Vec<AuditEvent>, StoreError> {
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        let rows: Vec<AuditRow> = on!(self, |conn| filtered!(reach, filter)
            .filter(audit_events::id.gt(&after))
            .order(audit_events::id.asc())
            .limit(at_most)
            .load(conn))?;
        rows.into_iter().map(AuditEvent::try_from).collect()
    }

    /// Signs the entries that were written before there was a key.
    pub(super) fn sign_audit_of_before(&mut self, key: &AuditKey) -> Result<(), StoreError> {
        let mut after = String::new();
        loop {
            let rows: Vec<AuditRow> = on!(self, |conn| audit_events::table
                .filter(audit_events::mac.is_null())
                .filter(audit_events::id.gt(&after))
                .order(audit_events::id.asc())
                .limit(i64::try_from(BATCH).unwrap_or(i64::MAX))
                .select(AuditRow::as_select())
                .load(conn))?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after.clone_from(&last.id);
            for row in &rows {
                let mac = hex(&row.signature(key));
                on!(self, |conn| diesel::update(
                    audit_events::table.find(&row.id)
                )
                .set(audit_events::mac.eq(Some(&mac)))
                .execute(conn))?;
            }
        }
    }
}
