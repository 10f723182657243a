//! Passkeys.

use diesel::prelude::*;
use jiff::Timestamp;
use vestibule_model::{MemberId, PasskeyId, StoredPasskey, WorkspaceId};

use crate::column::{Reading, micros, text};
use crate::engine::on;
use crate::schema::passkeys;
use crate::{StoreError, Tx};

/// The longest credential ID in base64url: 1023 bytes (WebAuthn §4, Credential ID). It fits into an
/// index on both databases.
const MAX_CREDENTIAL_ID: usize = 1364;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = passkeys, treat_none_as_default_value = false)]
struct PasskeyRow {
    id: String,
    workspace_id: String,
    member_id: String,
    name: String,
    credential_id: String,
    credential: String,
    created_at: i64,
    last_used_at: Option<i64>,
}

impl TryFrom<&StoredPasskey> for PasskeyRow {
    type Error = StoreError;

    fn try_from(passkey: &StoredPasskey) -> Result<Self, StoreError> {
        if passkey.credential_id.len() > MAX_CREDENTIAL_ID {
            return Err(StoreError::Unstorable {
                table: "passkeys",
                column: "credential_id",
            });
        }
        Ok(Self {
            id: passkey.id.to_string(),
            workspace_id: passkey.workspace_id.to_string(),
            member_id: passkey.member_id.to_string(),
            name: text("passkeys", "name", &passkey.name)?,
            credential_id: text("passkeys", "credential_id", &passkey.credential_id)?,
            credential: text("passkeys", "credential", &passkey.credential)?,
            created_at: micros(passkey.created_at),
            last_used_at: passkey.last_used_at.map(micros),
        })
    }
}

impl TryFrom<PasskeyRow> for StoredPasskey {
    type Error = StoreError;

    fn try_from(row: PasskeyRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "passkeys",
            row: &row.id,
        };
        Ok(Self {
            id: reading.parse("id", &row.id)?,
            workspace_id: reading.parse("workspace_id", &row.workspace_id)?,
            member_id: reading.parse("member_id", &row.member_id)?,
            created_at: reading.time("created_at", row.created_at)?,
            last_used_at: reading.time_optional("last_used_at", row.last_used_at)?,
            name: row.name,
            credential_id: row.credential_id,
            credential: row.credential,
        })
    }
}

impl Tx<'_> {
    /// Keeps a new passkey.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for `passkey.credential`; [`StoreError::Dangling`] when the workspace
    /// has no such member.
    pub fn insert_passkey(&mut self, passkey: &StoredPasskey) -> Result<(), StoreError> {
        let row = PasskeyRow::try_from(passkey)?;
        on!(self, |conn| diesel::insert_into(passkeys::table)
            .values(&row)
            .execute(conn))?;
        Ok(())
    }

    /// The passkeys of a member, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn passkeys_of(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
    ) -> Result<Vec<StoredPasskey>, StoreError> {
        let (workspace_id, member_id) = (workspace_id.to_string(), member_id.to_string());
        let rows = on!(self, |conn| passkeys::table
            .filter(passkeys::workspace_id.eq(&workspace_id))
            .filter(passkeys::member_id.eq(&member_id))
            .order(passkeys::id.asc())
            .select(PasskeyRow::as_select())
            .load(conn))?;
        rows.into_iter().map(StoredPasskey::try_from).collect()
    }

    /// The passkey that an authenticator calls by this credential ID, of whatever workspace.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn passkey_by_credential(
        &mut self,
        credential_id: &str,
    ) -> Result<Option<StoredPasskey>, StoreError> {
        let credential_id = text("passkeys", "credential_id", credential_id)?;
        let row = on!(self, |conn| passkeys::table
            .filter(passkeys::credential_id.eq(&credential_id))
            .select(PasskeyRow::as_select())
            .first(conn)
            .optional())?;
        row.map(StoredPasskey::try_from).transpose()
    }

    /// Notes that a passkey has signed its member in, and what it is now: its counter has moved.
    /// `false` when it is gone.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be noted.
    pub fn use_passkey(
        &mut self,
        id: PasskeyId,
        credential: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let id = id.to_string();
        let credential = text("passkeys", "credential", credential)?;
        let changed = on!(self, |conn| diesel::update(passkeys::table.find(&id))
            .set((
                passkeys::credential.eq(&credential),
                passkeys::last_used_at.eq(Some(micros(now))),
            ))
            .execute(conn))?;
        Ok(changed == 1)
    }

    /// Gives a passkey another name; `false` when the member has none of this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be changed.
    pub fn rename_passkey(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
        id: PasskeyId,
        name: &str,
    ) -> Result<bool, StoreError> {
        let (workspace_id, member_id, id) = (
            workspace_id.to_string(),
            member_id.to_string(),
            id.to_string(),
        );
        let name = text("passkeys", "name", name)?;
        let changed = on!(self, |conn| diesel::update(
            passkeys::table
                .find(&id)
                .filter(passkeys::workspace_id.eq(&workspace_id))
                .filter(passkeys::member_id.eq(&member_id))
        )
        .set(passkeys::name.eq(&name))
        .execute(conn))?;
        Ok(changed == 1)
    }

    /// Deletes a passkey; `false` when the member has none of this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be deleted.
    pub fn delete_passkey(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
        id: PasskeyId,
    ) -> Result<bool, StoreError> {
        let (workspace_id, member_id, id) = (
            workspace_id.to_string(),
            member_id.to_string(),
            id.to_string(),
        );
        let deleted = on!(self, |conn| diesel::delete(
            passkeys::table
                .find(&id)
                .filter(passkeys::workspace_id.eq(&workspace_id))
                .filter(passkeys::member_id.eq(&member_id))
        )
        .execute(conn))?;
        Ok(deleted == 1)
    }
}
