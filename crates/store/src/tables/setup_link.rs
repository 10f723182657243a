//! Links that lead to the setup of one connection.

use diesel::prelude::*;
use jiff::Timestamp;
use vestibule_model::{SetupLink, SetupLinkId, WorkspaceId};

use crate::column::{Reading, hex, micros, optional_text};
use crate::engine::{Engine, on};
use crate::schema::{setup_links, setup_sessions};
use crate::{Page, PageRequest, StoreError, Tx};

/// Without the hash of the token.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = setup_links, treat_none_as_default_value = false)]
pub(super) struct SetupLinkRow {
    id: String,
    workspace_id: String,
    connection_id: String,
    name: Option<String>,
    allow_enable: bool,
    return_url: Option<String>,
    created_by: String,
    created_at: i64,
    expires_at: i64,
    opened_at: Option<i64>,
    last_opened_at: Option<i64>,
    used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl TryFrom<&SetupLink> for SetupLinkRow {
    type Error = StoreError;

    fn try_from(link: &SetupLink) -> Result<Self, StoreError> {
        let return_url = link.return_url.as_deref();
        Ok(Self {
            id: link.id.to_string(),
            workspace_id: link.workspace_id.to_string(),
            connection_id: link.connection_id.to_string(),
            name: optional_text("setup_links", "name", link.name.as_deref())?,
            allow_enable: link.allow_enable,
            return_url: optional_text("setup_links", "return_url", return_url)?,
            created_by: link.created_by.to_string(),
            created_at: micros(link.created_at),
            expires_at: micros(link.expires_at),
            opened_at: link.opened_at.map(micros),
            last_opened_at: link.last_opened_at.map(micros),
            used_at: link.used_at.map(micros),
            revoked_at: link.revoked_at.map(micros),
        })
    }
}

impl TryFrom<SetupLinkRow> for SetupLink {
    type Error = StoreError;

    fn try_from(row: SetupLinkRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "setup_links",
            row: &row.id,
        };
        Ok(Self {
            id: reading.parse("id", &row.id)?,
            workspace_id: reading.parse("workspace_id", &row.workspace_id)?,
            connection_id: reading.parse("connection_id", &row.connection_id)?,
            created_by: reading.parse("created_by", &row.created_by)?,
            created_at: reading.time("created_at", row.created_at)?,
            expires_at: reading.time("expires_at", row.expires_at)?,
            opened_at: reading.time_optional("opened_at", row.opened_at)?,
            last_opened_at: reading.time_optional("last_opened_at", row.last_opened_at)?,
            used_at: reading.time_optional("used_at", row.used_at)?,
            revoked_at: reading.time_optional("revoked_at", row.revoked_at)?,
            name: row.name,
            allow_enable: row.allow_enable,
            return_url: row.return_url,
        })
    }
}

impl Tx<'_> {
    /// Keeps a new link, by the SHA-256 of its token.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for `setup_link.token`; [`StoreError::Dangling`] when the workspace has
    /// no such connection.
    pub fn insert_setup_link(
        &mut self,
        link: &SetupLink,
        token_hash: &[u8; 32],
    ) -> Result<(), StoreError> {
        let (row, hash) = (SetupLinkRow::try_from(link)?, hex(token_hash));
        on!(self, |conn| diesel::insert_into(setup_links::table)
            .values((&row, setup_links::token_hash.eq(&hash)))
            .execute(conn))?;
        Ok(())
    }

    /// The link whose token has this SHA-256, whether it still counts or not; it is looked at, not opened.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn setup_link_by_token(
        &mut self,
        token_hash: &[u8; 32],
    ) -> Result<Option<SetupLink>, StoreError> {
        let hash = hex(token_hash);
        let row = on!(self, |conn| setup_links::table
            .filter(setup_links::token_hash.eq(&hash))
            .select(SetupLinkRow::as_select())
            .first(conn)
            .optional())?;
        row.map(SetupLink::try_from).transpose()
    }

    /// The link of this workspace with this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn setup_link(
        &mut self,
        workspace_id: WorkspaceId,
        id: SetupLinkId,
    ) -> Result<Option<SetupLink>, StoreError> {
        let (workspace_id, id) = (workspace_id.to_string(), id.to_string());
        let row = on!(self, |conn| setup_links::table
            .find(&id)
            .filter(setup_links::workspace_id.eq(&workspace_id))
            .select(SetupLinkRow::as_select())
            .first(conn)
            .optional())?;
        row.map(SetupLink::try_from).transpose()
    }

    /// Links of a workspace by id.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`].
    pub fn list_setup_links(
        &mut self,
        workspace_id: WorkspaceId,
        page: &PageRequest,
    ) -> Result<Page<SetupLink>, StoreError> {
        let (workspace_id, after) = (workspace_id.to_string(), page.ids_after()?);
        let rows = on!(self, |conn| setup_links::table
            .filter(setup_links::workspace_id.eq(&workspace_id))
            .filter(setup_links::id.gt(&after))
            .order(setup_links::id.asc())
            .limit(page.rows())
            .select(SetupLinkRow::as_select())
            .load(conn))?;
        Page::from_rows(rows, page, |row: &SetupLinkRow| row.id.clone())
    }

    /// Takes a link back, and ends where it is open; `false` when the workspace has none of this id that
    /// was not taken back before.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be taken back.
    pub fn revoke_setup_link(
        &mut self,
        workspace_id: WorkspaceId,
        id: SetupLinkId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (workspace_id, id) = (workspace_id.to_string(), id.to_string());
        let revoked = on!(self, |conn| diesel::update(
            setup_links::table
                .find(&id)
                .filter(setup_links::workspace_id.eq(&workspace_id))
                .filter(setup_links::revoked_at.is_null())
        )
        .set(setup_links::revoked_at.eq(Some(micros(now))))
        .execute(conn))?;
        if revoked == 0 {
            return Ok(false);
        }
        on!(self, |conn| diesel::delete(
            setup_sessions::table.filter(setup_sessions::link_id.eq(&id))
        )
        .execute(conn))?;
        Ok(true)
    }

    /// Makes every other transaction that opens, uses or takes back this link wait until this one has
    /// ended; `false` when it counts no more. On SQLite every write waits for the one before anyway.
    pub(super) fn lock_open_setup_link(
        &mut self,
        id: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let query = setup_links::table
            .find(id)
            .filter(setup_links::revoked_at.is_null())
            .filter(setup_links::expires_at.gt(micros(now)))
            .select(setup_links::id);
        let result = match self.engine()? {
            Engine::Sqlite(conn) => query.first::<String>(*conn),
            Engine::Postgres(conn) => query.for_no_key_update().first::<String>(*conn),
        };
        Ok(self.settle(result.optional())?.is_some())
    }
}
