//! Members, and the tombstones they leave.

use diesel::prelude::*;
use jiff::Timestamp;
use vestibule_model::{Email, EmailKey, Member, MemberId, MemberStatus, Role, WorkspaceId};

use crate::column::{Reading, key, micros, optional_text, text};
use crate::engine::on;
use crate::schema::{member_tombstones, members};
use crate::{Page, PageRequest, StoreError, Tx};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = members, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct MemberRow {
    id: String,
    workspace_id: String,
    email: String,
    email_key: String,
    name: Option<String>,
    role: String,
    status: String,
    external_id: Option<String>,
    created_at: i64,
    updated_at: i64,
}

impl TryFrom<&Member> for MemberRow {
    type Error = StoreError;

    fn try_from(member: &Member) -> Result<Self, StoreError> {
        let external_id = member.external_id.as_deref();
        Ok(Self {
            id: member.id.to_string(),
            workspace_id: member.workspace_id.to_string(),
            email: text("members", "email", member.email.as_str())?,
            email_key: key("members", "email_key", member.email.key().as_str())?,
            name: optional_text("members", "name", member.name.as_deref())?,
            role: member.role.to_string(),
            status: member.status.to_string(),
            external_id: external_id
                .map(|id| key("members", "external_id", id))
                .transpose()?,
            created_at: micros(member.created_at),
            updated_at: micros(member.updated_at),
        })
    }
}

impl TryFrom<MemberRow> for Member {
    type Error = StoreError;

    fn try_from(row: MemberRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "members",
            row: &row.id,
        };
        let email: Email = reading.parse("email", &row.email)?;
        if email.key().as_str() != row.email_key {
            return Err(reading.inconsistent("email_key"));
        }
        Ok(Self {
            id: reading.parse("id", &row.id)?,
            workspace_id: reading.parse("workspace_id", &row.workspace_id)?,
            email,
            role: reading.parse("role", &row.role)?,
            status: reading.parse("status", &row.status)?,
            created_at: reading.time("created_at", row.created_at)?,
            updated_at: reading.time("updated_at", row.updated_at)?,
            name: row.name,
            external_id: row.external_id,
        })
    }
}

/// Which members of a workspace a list holds; nothing set: all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberFilter {
    /// The one with this address.
    pub email_key: Option<EmailKey>,
    /// The one with this external id.
    pub external_id: Option<String>,
}

impl Tx<'_> {
    /// Keeps a new member.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for `member.email`, `member.external_id`, and `member.id` when it
    /// was a deleted member's; [`StoreError::Dangling`] when the workspace is gone.
    pub fn insert_member(&mut self, member: &Member) -> Result<(), StoreError> {
        let row = MemberRow::try_from(member)?;
        let buried = on!(self, |conn| member_tombstones::table
            .find(&row.id)
            .select(member_tombstones::id)
            .first::<String>(conn)
            .optional())?;
        if buried.is_some() {
            return Err(StoreError::Conflict { what: "member.id" });
        }
        on!(self, |conn| diesel::insert_into(members::table)
            .values(&row)
            .execute(conn))?;
        Ok(())
    }

    /// The member of this workspace with this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn member(
        &mut self,
        workspace_id: WorkspaceId,
        id: MemberId,
    ) -> Result<Option<Member>, StoreError> {
        let (workspace_id, id) = (workspace_id.to_string(), id.to_string());
        let row = on!(self, |conn| members::table
            .find(&id)
            .filter(members::workspace_id.eq(&workspace_id))
            .select(MemberRow::as_select())
            .first(conn)
            .optional())?;
        row.map(Member::try_from).transpose()
    }

    /// The member of this workspace whose address has this key.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn member_by_email(
        &mut self,
        workspace_id: WorkspaceId,
        email_key: &EmailKey,
    ) -> Result<Option<Member>, StoreError> {
        let (workspace_id, email_key) = (workspace_id.to_string(), email_key.as_str());
        let row = on!(self, |conn| members::table
            .filter(members::workspace_id.eq(&workspace_id))
            .filter(members::email_key.eq(email_key))
            .select(MemberRow::as_select())
            .first(conn)
            .optional())?;
        row.map(Member::try_from).transpose()
    }

    /// The admins of a workspace who may come in, by id; the first hundred where there are more.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn active_admins(
        &mut self,
        workspace_id: WorkspaceId,
    ) -> Result<Vec<MemberId>, StoreError> {
        let workspace_id = workspace_id.to_string();
        let ids = on!(self, |conn| members::table
            .filter(members::workspace_id.eq(&workspace_id))
            .filter(members::role.eq(Role::Admin.as_str()))
            .filter(members::status.eq(MemberStatus::Active.as_str()))
            .order(members::id.asc())
            .limit(100)
            .select(members::id)
            .load::<String>(conn))?;
        let read = |id: &String| {
            let reading = Reading {
                table: "members",
                row: id,
            };
            reading.parse("id", id)
        };
        ids.iter().map(read).collect()
    }

    /// Replaces a member by its new value; `false` when the workspace has none of this id.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for `member.email` and `member.external_id`.
    pub fn update_member(&mut self, member: &Member) -> Result<bool, StoreError> {
        let row = MemberRow::try_from(member)?;
        let changed = on!(self, |conn| diesel::update(
            members::table
                .find(&row.id)
                .filter(members::workspace_id.eq(&row.workspace_id))
        )
        .set(&row)
        .execute(conn))?;
        Ok(changed == 1)
    }

    /// Deletes a member with everything that is theirs, leaving a tombstone of the id; `false` when
    /// the workspace has none of this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be deleted.
    pub fn delete_member(
        &mut self,
        workspace_id: WorkspaceId,
        id: MemberId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (workspace_id, id) = (workspace_id.to_string(), id.to_string());
        let deleted = on!(self, |conn| diesel::delete(
            members::table
                .find(&id)
                .filter(members::workspace_id.eq(&workspace_id))
        )
        .execute(conn))?;
        if deleted == 0 {
            return Ok(false);
        }
        on!(self, |conn| diesel::insert_into(member_tombstones::table)
            .values((
                member_tombstones::id.eq(&id),
                member_tombstones::workspace_id.eq(&workspace_id),
                member_tombstones::deleted_at.eq(micros(now)),
            ))
            .execute(conn))?;
        Ok(true)
    }

    /// Members of a workspace by id.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`].
    pub fn list_members(
        &mut self,
        workspace_id: WorkspaceId,
        filter: &MemberFilter,
        page: &PageRequest,
    ) -> Result<Page<Member>, StoreError> {
        let after = page.ids_after()?;
        let workspace_id = workspace_id.to_string();
        let email_key = filter.email_key.as_ref().map(EmailKey::as_str);
        let external_id = optional_text("members", "external_id", filter.external_id.as_deref())?;
        let rows = on!(self, |conn| {
            let mut query = members::table
                .filter(members::workspace_id.eq(&workspace_id))
                .filter(members::id.gt(&after))
                .order(members::id.asc())
                .limit(page.rows())
                .select(MemberRow::as_select())
                .into_boxed();
            if let Some(email_key) = email_key {
                query = query.filter(members::email_key.eq(email_key));
            }
            if let Some(external_id) = &external_id {
                query = query.filter(members::external_id.eq(external_id));
            }
            query.load(conn)
        })?;
        Page::from_rows(rows, page, |row: &MemberRow| row.id.clone())
    }
}
