//! Members, and the tombstones they leave.

use diesel::prelude::*;
use jiff::Timestamp;
use serde::Deserialize;
use vestibule_model::{Email, EmailKey, Member, MemberId, MemberStatus, Role, WorkspaceId};

use super::backchannel_logout::Ending;
use crate::column::{Reading, key, micros, optional_text, text};
use crate::engine::{Engine, later, on};
use crate::schema::{member_tombstones, members};
use crate::{Page, PageRequest, StoreError, Tx};

#[derive(Queryable, Selectable, Insertable, AsChangeset, Deserialize)]
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
    provisioned: String,
    email_proven_at: Option<i64>,
    /// The key of the address that was proved: the release before changes the address alone.
    email_proven_key: Option<String>,
}

impl TryFrom<&Member> for MemberRow {
    type Error = StoreError;

    fn try_from(member: &Member) -> Result<Self, StoreError> {
        let external_id = member.external_id.as_deref();
        let email_key = key("members", "email_key", member.email.key().as_str())?;
        Ok(Self {
            id: member.id.to_string(),
            workspace_id: member.workspace_id.to_string(),
            email: text("members", "email", member.email.as_str())?,
            email_proven_at: member.email_proven_at.map(micros),
            email_proven_key: member.email_proven_at.map(|_at| email_key.clone()),
            email_key,
            name: optional_text("members", "name", member.name.as_deref())?,
            role: member.role.to_string(),
            status: member.status.to_string(),
            external_id: external_id
                .map(|id| key("members", "external_id", id))
                .transpose()?,
            created_at: micros(member.created_at),
            updated_at: micros(member.updated_at),
            provisioned: member.provisioned.to_string(),
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
        let proven = row
            .email_proven_at
            .filter(|_at| row.email_proven_key.as_ref() == Some(&row.email_key));
        Ok(Self {
            id: reading.parse("id", &row.id)?,
            workspace_id: reading.parse("workspace_id", &row.workspace_id)?,
            email,
            provisioned: reading.parse("provisioned", &row.provisioned)?,
            email_proven_at: reading.time_optional("email_proven_at", proven)?,
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
    /// Those with this role.
    pub role: Option<Role>,
    /// Those with this status.
    pub status: Option<MemberStatus>,
}

impl Tx<'_> {
    /// Keeps a new member.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for `member.email`, `member.external_id`, and `member.id` when it
    /// was a deleted member's; [`StoreError::Dangling`] when the workspace is gone.
    pub fn insert_member(&mut self, member: &Member) -> Result<(), StoreError> {
        let id = member.id.to_string();
        let buried = on!(self, |conn| member_tombstones::table
            .find(&id)
            .select(member_tombstones::id)
            .first::<String>(conn)
            .optional())?;
        if buried.is_some() {
            return Err(StoreError::Conflict { what: "member.id" });
        }
        self.insert_newcomer(member)?;
        self.send_now()
    }

    /// The same for a member whose id was made just now: nobody had it before.
    pub(crate) fn insert_newcomer(&mut self, member: &Member) -> Result<(), StoreError> {
        let row = MemberRow::try_from(member)?;
        later!(self, adds members, diesel::insert_into(members::table).values(row))
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

    /// How many admins of a workspace may come in beside this member (P6).
    ///
    /// # Errors
    /// [`StoreError`] when they could not be counted.
    pub fn count_other_active_admins(
        &mut self,
        workspace_id: WorkspaceId,
        except: MemberId,
    ) -> Result<i64, StoreError> {
        let (workspace_id, except) = (workspace_id.to_string(), except.to_string());
        on!(self, |conn| members::table
            .filter(members::workspace_id.eq(&workspace_id))
            .filter(members::role.eq(Role::Admin.as_str()))
            .filter(members::status.eq(MemberStatus::Active.as_str()))
            .filter(members::id.ne(&except))
            .count()
            .get_result(conn))
    }

    /// How many members a workspace has.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be counted.
    pub fn count_members(&mut self, workspace_id: WorkspaceId) -> Result<i64, StoreError> {
        let workspace_id = workspace_id.to_string();
        on!(self, |conn| members::table
            .filter(members::workspace_id.eq(&workspace_id))
            .count()
            .get_result(conn))
    }

    /// The members of a workspace, by id; the first `at_most` where there are more.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn list_all_members(
        &mut self,
        workspace_id: WorkspaceId,
        at_most: i64,
    ) -> Result<Vec<Member>, StoreError> {
        let workspace_id = workspace_id.to_string();
        let rows = on!(self, |conn| members::table
            .filter(members::workspace_id.eq(&workspace_id))
            .order(members::id.asc())
            .limit(at_most)
            .select(MemberRow::as_select())
            .load(conn))?;
        rows.into_iter().map(Member::try_from).collect()
    }

    /// The members of every workspace whose address has this key and who are not deactivated, by id:
    /// for the mail to that very address that says where it may sign in.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn members_by_email_everywhere(
        &mut self,
        email_key: &EmailKey,
        at_most: i64,
    ) -> Result<Vec<Member>, StoreError> {
        let rows = on!(self, |conn| members::table
            .filter(members::email_key.eq(email_key.as_str()))
            .filter(members::status.ne(MemberStatus::Deactivated.as_str()))
            .order(members::id.asc())
            .limit(at_most)
            .select(MemberRow::as_select())
            .load(conn))?;
        rows.into_iter().map(Member::try_from).collect()
    }

    /// Notes that a member followed a link that was sent to the address they have now; `false` when
    /// the workspace has none of this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be noted.
    pub fn prove_email(
        &mut self,
        workspace_id: WorkspaceId,
        id: MemberId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let (workspace_id, id) = (workspace_id.to_string(), id.to_string());
        let changed = on!(self, |conn| diesel::update(
            members::table
                .find(&id)
                .filter(members::workspace_id.eq(&workspace_id))
        )
        .set((
            members::email_proven_at.eq(Some(micros(at))),
            members::email_proven_key.eq(members::email_key.nullable()),
        ))
        .execute(conn))?;
        Ok(changed == 1)
    }

    /// Makes every other transaction that locks this member wait until this one has ended, so that
    /// what replaces several rows of theirs is never there twice; `false` when the workspace has none
    /// of this id. On SQLite every write waits for the one before anyway.
    pub(crate) fn lock_member(&mut self, workspace_id: &str, id: &str) -> Result<bool, StoreError> {
        let query = members::table
            .find(id)
            .filter(members::workspace_id.eq(workspace_id))
            .select(members::id);
        let result = match self.engine()? {
            Engine::Sqlite(conn) => query.first::<String>(*conn),
            Engine::Postgres(conn) => query.for_no_key_update().first::<String>(*conn),
        };
        Ok(self.settle(result.optional())?.is_some())
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

    /// The same for somebody who signs in, as they were decided about with this role. Where somebody has
    /// deactivated them or given them another role meanwhile, that is a conflict, now or at the end: a
    /// sign-in must not write back what it has read before that.
    pub(crate) fn update_member_signed_in(
        &mut self,
        member: &Member,
        role_before: Role,
    ) -> Result<(), StoreError> {
        let row = MemberRow::try_from(member)?;
        let statement = diesel::update(
            members::table
                .find(row.id.clone())
                .filter(members::workspace_id.eq(row.workspace_id.clone()))
                .filter(members::status.ne(MemberStatus::Deactivated.as_str()))
                .filter(members::role.eq(role_before.as_str())),
        )
        .set(row);
        later!(self, changes members, statement, must: StoreError::Conflict { what: "member.status" })
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
        self.tell_of_ending(Ending::Member(workspace_id, id, None), now)?;
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
            if let Some(role) = filter.role {
                query = query.filter(members::role.eq(role.as_str()));
            }
            if let Some(status) = filter.status {
                query = query.filter(members::status.eq(status.as_str()));
            }
            query.load(conn)
        })?;
        Page::from_rows(rows, page, |row: &MemberRow| row.id.clone())
    }
}
