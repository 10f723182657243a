//! Domains that workspaces claim.

use diesel::prelude::*;
use vestibule_model::{Change, Domain, WorkspaceId};

use crate::column::{Reading, key, micros};
use crate::engine::on;
use crate::schema::domains;
use crate::{StoreError, Tx};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = domains, treat_none_as_default_value = false)]
struct DomainRow {
    id: String,
    workspace_id: String,
    domain: String,
    connection_id: Option<String>,
    verified_at: Option<i64>,
}

impl TryFrom<&Domain> for DomainRow {
    type Error = StoreError;

    fn try_from(domain: &Domain) -> Result<Self, StoreError> {
        Ok(Self {
            id: domain.id.to_string(),
            workspace_id: domain.workspace_id.to_string(),
            domain: key("domains", "domain", &domain.domain)?,
            connection_id: domain.connection_id.map(|id| id.to_string()),
            verified_at: domain.verified_at.map(micros),
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
        Ok(Self {
            id: reading.parse("id", &row.id)?,
            workspace_id: reading.parse("workspace_id", &row.workspace_id)?,
            connection_id: reading.parse_optional("connection_id", row.connection_id.as_deref())?,
            verified_at: reading.time_optional("verified_at", row.verified_at)?,
            domain: row.domain,
        })
    }
}

impl Tx<'_> {
    /// Keeps a new domain.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for `domain.domain`; [`StoreError::Dangling`] when workspace or
    /// connection are gone.
    pub fn insert_domain(&mut self, domain: &Domain) -> Result<(), StoreError> {
        self.changed(Change::Workspace(domain.workspace_id));
        let row = DomainRow::try_from(domain)?;
        on!(self, |conn| diesel::insert_into(domains::table)
            .values(&row)
            .execute(conn))?;
        Ok(())
    }

    /// The workspace that has proved a domain, with the connection its people are sent to; none when
    /// several have, for then the domain alone decides nothing.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn verified_domain(&mut self, domain: &str) -> Result<Option<Domain>, StoreError> {
        let domain = key("domains", "domain", domain)?;
        let mut rows = on!(self, |conn| domains::table
            .filter(domains::domain.eq(&domain))
            .filter(domains::verified_at.is_not_null())
            .limit(2)
            .select(DomainRow::as_select())
            .load(conn))?;
        match (rows.pop(), rows.pop()) {
            (Some(row), None) => row.try_into().map(Some),
            _ => Ok(None),
        }
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
