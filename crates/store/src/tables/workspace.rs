//! Workspaces.

use diesel::prelude::*;
use jiff::Timestamp;
use serde::Deserialize;
use vestibule_model::{Branding, Change, Slug, Workspace, WorkspaceId};

use super::backchannel_logout::Ending;
use crate::column::{Reading, hex, key, micros, optional_text, text};
use crate::engine::{Engine, on};
use crate::schema::{member_tombstones, members, workspaces};
use crate::{Page, PageRequest, Reach, StoreError, Tx};

/// Without the hash of the break-glass code: that comes out by [`Tx::unlock_code_hash`] alone.
#[derive(Queryable, Selectable, Insertable, Deserialize)]
#[diesel(table_name = workspaces, treat_none_as_default_value = false)]
pub(super) struct WorkspaceRow {
    id: String,
    name: String,
    slug: String,
    plan: String,
    two_factor: String,
    external_id: Option<String>,
    created_at: i64,
    updated_at: i64,
    keep_responses_days: i64,
    session_idle_minutes: i64,
    session_lifetime_minutes: i64,
    sso_enabled_at: Option<i64>,
    unlocked_until: Option<i64>,
    brand_name: Option<String>,
    brand_colour: Option<String>,
    brand_logo: Option<String>,
    audit_retention_days: Option<i64>,
}

impl TryFrom<&Workspace> for WorkspaceRow {
    type Error = StoreError;

    fn try_from(workspace: &Workspace) -> Result<Self, StoreError> {
        let external_id = workspace.external_id.as_deref();
        let Branding { name, colour, logo } = &workspace.branding;
        Ok(Self {
            id: workspace.id.to_string(),
            name: text("workspaces", "name", &workspace.name)?,
            slug: workspace.slug.to_string(),
            plan: workspace.plan.to_string(),
            two_factor: workspace.two_factor.to_string(),
            external_id: external_id
                .map(|id| key("workspaces", "external_id", id))
                .transpose()?,
            created_at: micros(workspace.created_at),
            updated_at: micros(workspace.updated_at),
            keep_responses_days: workspace.keep_responses_days.into(),
            session_idle_minutes: workspace.session_idle_minutes.into(),
            session_lifetime_minutes: workspace.session_lifetime_minutes.into(),
            sso_enabled_at: workspace.sso_enabled_at.map(micros),
            unlocked_until: workspace.unlocked_until.map(micros),
            brand_name: optional_text("workspaces", "brand_name", name.as_deref())?,
            brand_colour: colour.map(|colour| colour.to_string()),
            brand_logo: logo.as_ref().map(ToString::to_string),
            audit_retention_days: workspace.audit_retention_days.map(Into::into),
        })
    }
}

impl TryFrom<WorkspaceRow> for Workspace {
    type Error = StoreError;

    fn try_from(row: WorkspaceRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "workspaces",
            row: &row.id,
        };
        let minutes = |column, minutes: i64| {
            u32::try_from(minutes).map_err(|_range| reading.inconsistent(column))
        };
        let branding = Branding {
            colour: reading.parse_optional("brand_colour", row.brand_colour.as_deref())?,
            logo: reading.parse_optional("brand_logo", row.brand_logo.as_deref())?,
            name: row.brand_name,
        };
        Ok(Self {
            id: reading.parse("id", &row.id)?,
            branding,
            session_idle_minutes: minutes("session_idle_minutes", row.session_idle_minutes)?,
            session_lifetime_minutes: minutes(
                "session_lifetime_minutes",
                row.session_lifetime_minutes,
            )?,
            sso_enabled_at: reading.time_optional("sso_enabled_at", row.sso_enabled_at)?,
            unlocked_until: reading.time_optional("unlocked_until", row.unlocked_until)?,
            slug: Slug::parse(&row.slug).map_err(|_cause| reading.inconsistent("slug"))?,
            plan: reading.parse("plan", &row.plan)?,
            two_factor: reading.parse("two_factor", &row.two_factor)?,
            created_at: reading.time("created_at", row.created_at)?,
            updated_at: reading.time("updated_at", row.updated_at)?,
            keep_responses_days: row
                .keep_responses_days
                .try_into()
                .map_err(|_cause| reading.inconsistent("keep_responses_days"))?,
            audit_retention_days: row
                .audit_retention_days
                .map(u16::try_from)
                .transpose()
                .map_err(|_range| reading.inconsistent("audit_retention_days"))?,
            name: row.name,
            external_id: row.external_id,
        })
    }
}

impl Tx<'_> {
    /// Keeps a new workspace.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for `workspace.slug` and `workspace.external_id`.
    pub fn insert_workspace(&mut self, workspace: &Workspace) -> Result<(), StoreError> {
        let row = WorkspaceRow::try_from(workspace)?;
        on!(self, |conn| diesel::insert_into(workspaces::table)
            .values(&row)
            .execute(conn))?;
        Ok(())
    }

    /// The workspace of this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn workspace(
        &mut self,
        reach: Reach,
        id: WorkspaceId,
    ) -> Result<Option<Workspace>, StoreError> {
        if !reach.covers(id) {
            return Ok(None);
        }
        let id = id.to_string();
        let row = on!(self, |conn| workspaces::table
            .find(&id)
            .select(WorkspaceRow::as_select())
            .first(conn)
            .optional())?;
        row.map(Workspace::try_from).transpose()
    }

    /// The workspace of this slug; what is no slug finds nothing.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn workspace_by_slug(&mut self, slug: &str) -> Result<Option<Workspace>, StoreError> {
        if Slug::parse(slug).is_err() {
            return Ok(None);
        }
        let row = on!(self, |conn| workspaces::table
            .filter(workspaces::slug.eq(slug))
            .select(WorkspaceRow::as_select())
            .first(conn)
            .optional())?;
        row.map(Workspace::try_from).transpose()
    }

    /// Replaces a workspace by its new value; `false` when there is none of this id. When SSO was
    /// enabled and whether it is unlocked change by [`Self::note_sso_enabled`] and
    /// [`Self::set_unlock`] alone: whoever renames a workspace that was read a moment before must not
    /// take back what has happened since.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for `workspace.slug` and `workspace.external_id`.
    pub fn update_workspace(&mut self, workspace: &Workspace) -> Result<bool, StoreError> {
        self.changed(Change::Workspace(workspace.id));
        let row = WorkspaceRow::try_from(workspace)?;
        let changed = on!(self, |conn| diesel::update(workspaces::table.find(&row.id))
            .set((
                workspaces::name.eq(&row.name),
                workspaces::slug.eq(&row.slug),
                workspaces::plan.eq(&row.plan),
                workspaces::two_factor.eq(&row.two_factor),
                workspaces::external_id.eq(&row.external_id),
                workspaces::updated_at.eq(row.updated_at),
                workspaces::keep_responses_days.eq(row.keep_responses_days),
                workspaces::session_idle_minutes.eq(row.session_idle_minutes),
                workspaces::session_lifetime_minutes.eq(row.session_lifetime_minutes),
                workspaces::brand_name.eq(&row.brand_name),
                workspaces::brand_colour.eq(&row.brand_colour),
                workspaces::brand_logo.eq(&row.brand_logo),
                workspaces::audit_retention_days.eq(row.audit_retention_days),
            ))
            .execute(conn))?;
        Ok(changed == 1)
    }

    /// Notes that a connection of this workspace was enabled (P5); a later time than this stays.
    /// `false` when there is no workspace of this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be noted.
    pub fn note_sso_enabled(&mut self, id: WorkspaceId, at: Timestamp) -> Result<bool, StoreError> {
        self.changed(Change::Workspace(id));
        if !self.lock_workspace(id)? {
            return Ok(false);
        }
        let (id, at) = (id.to_string(), micros(at));
        on!(self, |conn| diesel::update(
            workspaces::table.find(&id).filter(
                workspaces::sso_enabled_at
                    .is_null()
                    .or(workspaces::sso_enabled_at.lt(at))
            )
        )
        .set(workspaces::sso_enabled_at.eq(Some(at)))
        .execute(conn))?;
        Ok(true)
    }

    /// Unlocks a workspace until then, for whoever has the code with this SHA-256, or locks it again;
    /// `false` when there is none of this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be changed.
    pub fn set_unlock(
        &mut self,
        id: WorkspaceId,
        until: Option<Timestamp>,
        code_hash: Option<&[u8; 32]>,
    ) -> Result<bool, StoreError> {
        self.changed(Change::Workspace(id));
        let (id, hash) = (id.to_string(), code_hash.map(|hash| hex(hash)));
        let changed = on!(self, |conn| diesel::update(workspaces::table.find(&id))
            .set((
                workspaces::unlocked_until.eq(until.map(micros)),
                workspaces::unlock_code_hash.eq(&hash),
            ))
            .execute(conn))?;
        Ok(changed == 1)
    }

    /// SHA-256 of the break-glass code of a workspace, where it has one; whether it still counts says
    /// [`Workspace::unlocked_until`].
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn unlock_code_hash(&mut self, id: WorkspaceId) -> Result<Option<[u8; 32]>, StoreError> {
        let id = id.to_string();
        let hash = on!(self, |conn| workspaces::table
            .find(&id)
            .select(workspaces::unlock_code_hash)
            .first::<Option<String>>(conn)
            .optional())?;
        let reading = Reading {
            table: "workspaces",
            row: &id,
        };
        hash.flatten()
            .map(|hash| reading.hash("unlock_code_hash", &hash))
            .transpose()
    }

    /// Makes every other transaction that locks this workspace wait until this one has ended, for
    /// rules over several rows (the last admin, one more than allowed); `false` when there is none
    /// of this id. On SQLite every write waits for the one before anyway.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the wait took too long.
    pub fn lock_workspace(&mut self, id: WorkspaceId) -> Result<bool, StoreError> {
        let id = id.to_string();
        let query = workspaces::table.find(&id).select(workspaces::id);
        let result = match self.engine()? {
            Engine::Sqlite(conn) => query.first::<String>(*conn),
            Engine::Postgres(conn) => query.for_no_key_update().first::<String>(*conn),
        };
        Ok(self.settle(result.optional())?.is_some())
    }

    /// Locks out new members too, whose foreign key [`Self::lock_workspace`] lets pass.
    fn close_workspace(&mut self, id: &str) -> Result<(), StoreError> {
        let query = workspaces::table.find(id).select(workspaces::id);
        let result = match self.engine()? {
            Engine::Sqlite(conn) => query.first::<String>(*conn),
            Engine::Postgres(conn) => query.for_update().first::<String>(*conn),
        };
        self.settle(result.optional()).map(drop)
    }

    /// Deletes a workspace and everything in it but its audit log, leaving tombstones of its
    /// members; `false` when there was none of this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be deleted.
    pub fn delete_workspace(
        &mut self,
        id: WorkspaceId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.changed(Change::Workspace(id));
        self.tell_of_ending(Ending::Workspace(id), now)?;
        let id = id.to_string();
        self.close_workspace(&id)?;
        let ids = on!(self, |conn| members::table
            .filter(members::workspace_id.eq(&id))
            .select(members::id)
            .load::<String>(conn))?;
        // In portions: a statement has at most 32766 parameters on SQLite.
        for portion in ids.chunks(1000) {
            let tombstones: Vec<_> = portion
                .iter()
                .map(|member| {
                    (
                        member_tombstones::id.eq(member),
                        member_tombstones::workspace_id.eq(&id),
                        member_tombstones::deleted_at.eq(micros(now)),
                    )
                })
                .collect();
            on!(self, |conn| diesel::insert_into(member_tombstones::table)
                .values(&tombstones)
                .execute(conn))?;
        }
        let deleted = on!(self, |conn| diesel::delete(workspaces::table.find(&id))
            .execute(conn))?;
        Ok(deleted == 1)
    }

    /// Workspaces by id, or the one with this external id.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`].
    pub fn list_workspaces(
        &mut self,
        reach: Reach,
        external_id: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<Workspace>, StoreError> {
        let after = page.ids_after()?;
        let external_id = optional_text("workspaces", "external_id", external_id)?;
        let own = match reach {
            Reach::All => None,
            Reach::Workspace(id) => Some(id.to_string()),
        };
        let rows = on!(self, |conn| {
            let mut query = workspaces::table
                .filter(workspaces::id.gt(&after))
                .order(workspaces::id.asc())
                .limit(page.rows())
                .select(WorkspaceRow::as_select())
                .into_boxed();
            if let Some(own) = &own {
                query = query.filter(workspaces::id.eq(own));
            }
            if let Some(external_id) = &external_id {
                query = query.filter(workspaces::external_id.eq(external_id));
            }
            query.load(conn)
        })?;
        Page::from_rows(rows, page, |row: &WorkspaceRow| row.id.clone())
    }
}
