//! Domains that workspaces claim.

use diesel::prelude::*;
use jiff::Timestamp;
use vestibule_model::{Change, Domain, DomainCheck, DomainId, WorkspaceId};

use crate::column::{Reading, json, key, micros, text};
use crate::engine::on;
use crate::schema::domains;
use crate::{Page, PageRequest, StoreError, Tx};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = domains, treat_none_as_default_value = false, treat_none_as_null = true)]
struct DomainRow {
    id: String,
    workspace_id: String,
    domain: String,
    connection_id: Option<String>,
    verified_at: Option<i64>,
    token: String,
    last_check_at: Option<i64>,
    last_check_outcome: Option<String>,
    next_check_at: Option<i64>,
    /// A JSON array of microseconds.
    absences: String,
    created_at: i64,
}

impl TryFrom<&Domain> for DomainRow {
    type Error = StoreError;

    fn try_from(domain: &Domain) -> Result<Self, StoreError> {
        let check = domain.last_check.as_ref();
        let absences: Vec<i64> = domain.absences.iter().copied().map(micros).collect();
        Ok(Self {
            id: domain.id.to_string(),
            workspace_id: domain.workspace_id.to_string(),
            domain: key("domains", "domain", &domain.domain)?,
            connection_id: domain.connection_id.map(|id| id.to_string()),
            verified_at: domain.verified_at.map(micros),
            token: text("domains", "token", &domain.token)?,
            last_check_at: check.map(|check| micros(check.at)),
            last_check_outcome: check.map(|check| check.outcome.to_string()),
            next_check_at: domain.next_check_at.map(micros),
            absences: json("domains", "absences", &absences)?,
            created_at: micros(domain.created_at),
        })
    }
}

impl TryFrom<DomainRow> for Domain {
    type Error = StoreError;

    fn try_from(row: DomainRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "domains",
            row: &row.id,
        };
        let last_check = match (row.last_check_at, &row.last_check_outcome) {
            (None, None) => None,
            (Some(at), Some(outcome)) => Some(DomainCheck {
                at: reading.time("last_check_at", at)?,
                outcome: reading.parse("last_check_outcome", outcome)?,
            }),
            (None, Some(_)) => return Err(reading.inconsistent("last_check_at")),
            (Some(_), None) => return Err(reading.inconsistent("last_check_outcome")),
        };
        let absences: Vec<i64> = reading.json("absences", &row.absences)?;
        Ok(Self {
            id: reading.parse("id", &row.id)?,
            workspace_id: reading.parse("workspace_id", &row.workspace_id)?,
            connection_id: reading.parse_optional("connection_id", row.connection_id.as_deref())?,
            verified_at: reading.time_optional("verified_at", row.verified_at)?,
            last_check,
            next_check_at: reading.time_optional("next_check_at", row.next_check_at)?,
            absences: absences
                .into_iter()
                .map(|at| reading.time("absences", at))
                .collect::<Result<_, _>>()?,
            created_at: reading.time("created_at", row.created_at)?,
            domain: row.domain,
            token: row.token,
        })
    }
}

impl Tx<'_> {
    /// Keeps a new domain.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for `domain.domain`, and for `domain.verified` when another workspace
    /// has proved it; [`StoreError::Dangling`] when workspace or connection are gone.
    pub fn insert_domain(&mut self, domain: &Domain) -> Result<(), StoreError> {
        self.changed(Change::Workspace(domain.workspace_id));
        let row = DomainRow::try_from(domain)?;
        on!(self, |conn| diesel::insert_into(domains::table)
            .values(&row)
            .execute(conn))?;
        Ok(())
    }

    /// The domain of this workspace with this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn domain(
        &mut self,
        workspace_id: WorkspaceId,
        id: DomainId,
    ) -> Result<Option<Domain>, StoreError> {
        let (workspace_id, id) = (workspace_id.to_string(), id.to_string());
        let row = on!(self, |conn| domains::table
            .find(&id)
            .filter(domains::workspace_id.eq(&workspace_id))
            .select(DomainRow::as_select())
            .first(conn)
            .optional())?;
        row.map(Domain::try_from).transpose()
    }

    /// Domains of a workspace by id.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`].
    pub fn list_domains(
        &mut self,
        workspace_id: WorkspaceId,
        page: &PageRequest,
    ) -> Result<Page<Domain>, StoreError> {
        let (workspace_id, after) = (workspace_id.to_string(), page.ids_after()?);
        let rows = on!(self, |conn| domains::table
            .filter(domains::workspace_id.eq(&workspace_id))
            .filter(domains::id.gt(&after))
            .order(domains::id.asc())
            .limit(page.rows())
            .select(DomainRow::as_select())
            .load(conn))?;
        Page::from_rows(rows, page, |row: &DomainRow| row.id.clone())
    }

    /// Replaces a domain by its new value; `false` when the workspace has none of this id.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for `domain.verified` when another workspace has proved it;
    /// [`StoreError::Dangling`] when the connection is gone.
    pub fn update_domain(&mut self, domain: &Domain) -> Result<bool, StoreError> {
        self.changed(Change::Workspace(domain.workspace_id));
        let row = DomainRow::try_from(domain)?;
        let changed = on!(self, |conn| diesel::update(
            domains::table
                .find(&row.id)
                .filter(domains::workspace_id.eq(&row.workspace_id))
        )
        .set(&row)
        .execute(conn))?;
        Ok(changed == 1)
    }

    /// Deletes a domain; `false` when the workspace has none of this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be deleted.
    pub fn delete_domain(
        &mut self,
        workspace_id: WorkspaceId,
        id: DomainId,
    ) -> Result<bool, StoreError> {
        self.changed(Change::Workspace(workspace_id));
        let (workspace_id, id) = (workspace_id.to_string(), id.to_string());
        let deleted = on!(self, |conn| diesel::delete(
            domains::table
                .find(&id)
                .filter(domains::workspace_id.eq(&workspace_id))
        )
        .execute(conn))?;
        Ok(deleted == 1)
    }

    /// The proved domains of every workspace that are to be looked up again, the longest due first.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn domains_due(&mut self, now: Timestamp, at_most: i64) -> Result<Vec<Domain>, StoreError> {
        let rows = on!(self, |conn| domains::table
            .filter(domains::verified_at.is_not_null())
            .filter(domains::next_check_at.le(micros(now)))
            .order((domains::next_check_at.asc(), domains::id.asc()))
            .limit(at_most)
            .select(DomainRow::as_select())
            .load(conn))?;
        rows.into_iter().map(Domain::try_from).collect()
    }

    /// The one workspace that has proved a domain, with the connection its people are sent to.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn verified_domain(&mut self, domain: &str) -> Result<Option<Domain>, StoreError> {
        let domain = key("domains", "domain", domain)?;
        let row = on!(self, |conn| domains::table
            .filter(domains::domain.eq(&domain))
            .filter(domains::verified_at.is_not_null())
            .select(DomainRow::as_select())
            .first(conn)
            .optional())?;
        row.map(Domain::try_from).transpose()
    }

    /// The domains that a workspace has proved, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn verified_domains(
        &mut self,
        workspace_id: WorkspaceId,
    ) -> Result<Vec<Domain>, StoreError> {
        let workspace_id = workspace_id.to_string();
        let rows = on!(self, |conn| domains::table
            .filter(domains::workspace_id.eq(&workspace_id))
            .filter(domains::verified_at.is_not_null())
            .order(domains::id.asc())
            .select(DomainRow::as_select())
            .load(conn))?;
        rows.into_iter().map(Domain::try_from).collect()
    }
}
