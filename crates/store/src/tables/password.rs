//! Passwords, as Argon2id hashes.

use diesel::prelude::*;
use jiff::Timestamp;
use vestibule_model::{MemberId, StoredPassword, WorkspaceId};

use super::BATCH;
use crate::column::{Reading, micros, text};
use crate::engine::on;
use crate::schema::passwords;
use crate::{StoreError, Tx};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = passwords, treat_none_as_default_value = false, treat_none_as_null = true)]
struct PasswordRow {
    member_id: String,
    workspace_id: String,
    hash: String,
    set_at: i64,
    last_used_at: Option<i64>,
}

impl TryFrom<&StoredPassword> for PasswordRow {
    type Error = StoreError;

    fn try_from(password: &StoredPassword) -> Result<Self, StoreError> {
        Ok(Self {
            member_id: password.member_id.to_string(),
            workspace_id: password.workspace_id.to_string(),
            hash: text("passwords", "hash", &password.hash)?,
            set_at: micros(password.set_at),
            last_used_at: password.last_used_at.map(micros),
        })
    }
}

impl TryFrom<PasswordRow> for StoredPassword {
    type Error = StoreError;

    fn try_from(row: PasswordRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "passwords",
            row: &row.member_id,
        };
        Ok(Self {
            member_id: reading.parse("member_id", &row.member_id)?,
            workspace_id: reading.parse("workspace_id", &row.workspace_id)?,
            set_at: reading.time("set_at", row.set_at)?,
            last_used_at: reading.time_optional("last_used_at", row.last_used_at)?,
            hash: row.hash,
        })
    }
}

impl Tx<'_> {
    /// The password of a member of this workspace.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn password(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
    ) -> Result<Option<StoredPassword>, StoreError> {
        let (workspace_id, member_id) = (workspace_id.to_string(), member_id.to_string());
        let row = on!(self, |conn| passwords::table
            .find(&member_id)
            .filter(passwords::workspace_id.eq(&workspace_id))
            .select(PasswordRow::as_select())
            .first(conn)
            .optional())?;
        row.map(StoredPassword::try_from).transpose()
    }

    /// The passwords of these members of a workspace, of those who have one, by the member's id.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn passwords_of(
        &mut self,
        workspace_id: WorkspaceId,
        member_ids: &[MemberId],
    ) -> Result<Vec<StoredPassword>, StoreError> {
        let workspace_id = workspace_id.to_string();
        let mut passwords = Vec::new();
        for portion in member_ids.chunks(BATCH) {
            let ids: Vec<String> = portion.iter().map(MemberId::to_string).collect();
            let rows = on!(self, |conn| passwords::table
                .filter(passwords::workspace_id.eq(&workspace_id))
                .filter(passwords::member_id.eq_any(&ids))
                .order(passwords::member_id.asc())
                .select(PasswordRow::as_select())
                .load(conn))?;
            for row in rows {
                passwords.push(row.try_into()?);
            }
        }
        Ok(passwords)
    }

    /// Keeps the password of a member, in the place of the one that they had.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when the workspace has no such member.
    pub fn set_password(&mut self, password: &StoredPassword) -> Result<(), StoreError> {
        let row = PasswordRow::try_from(password)?;
        on!(self, |conn| diesel::insert_into(passwords::table)
            .values(&row)
            .on_conflict(passwords::member_id)
            .do_update()
            .set(&row)
            .execute(conn))?;
        Ok(())
    }

    /// Notes that a password has signed its member in; `false` when it is gone.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be noted.
    pub fn touch_password(
        &mut self,
        member_id: MemberId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let member_id = member_id.to_string();
        let changed = on!(self, |conn| diesel::update(
            passwords::table.find(&member_id)
        )
        .set(passwords::last_used_at.eq(Some(micros(now))))
        .execute(conn))?;
        Ok(changed == 1)
    }

    /// Deletes the password of a member; `false` when they had none.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be deleted.
    pub fn delete_password(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
    ) -> Result<bool, StoreError> {
        let (workspace_id, member_id) = (workspace_id.to_string(), member_id.to_string());
        let deleted = on!(self, |conn| diesel::delete(
            passwords::table
                .find(&member_id)
                .filter(passwords::workspace_id.eq(&workspace_id))
        )
        .execute(conn))?;
        Ok(deleted == 1)
    }
}
