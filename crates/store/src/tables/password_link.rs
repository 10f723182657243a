//! Invitations, and links to set a password anew.

use diesel::prelude::*;
use jiff::Timestamp;
use vestibule_model::{MemberId, PasswordLink, WorkspaceId};

use crate::column::{Reading, hex, micros};
use crate::engine::on;
use crate::schema::{members, password_links};
use crate::{StoreError, Tx};

/// Without the hash of the token, and without the address that it was made for.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = password_links, treat_none_as_default_value = false)]
struct PasswordLinkRow {
    id: String,
    workspace_id: String,
    member_id: String,
    purpose: String,
    by_mail: bool,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
}

impl From<&PasswordLink> for PasswordLinkRow {
    fn from(link: &PasswordLink) -> Self {
        Self {
            id: link.id.to_string(),
            workspace_id: link.workspace_id.to_string(),
            member_id: link.member_id.to_string(),
            purpose: link.purpose.to_string(),
            by_mail: link.by_mail,
            created_at: micros(link.created_at),
            expires_at: micros(link.expires_at),
            used_at: link.used_at.map(micros),
        }
    }
}

impl TryFrom<PasswordLinkRow> for PasswordLink {
    type Error = StoreError;

    fn try_from(row: PasswordLinkRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "password_links",
            row: &row.id,
        };
        Ok(Self {
            id: reading.parse("id", &row.id)?,
            workspace_id: reading.parse("workspace_id", &row.workspace_id)?,
            member_id: reading.parse("member_id", &row.member_id)?,
            purpose: reading.parse("purpose", &row.purpose)?,
            by_mail: row.by_mail,
            created_at: reading.time("created_at", row.created_at)?,
            expires_at: reading.time("expires_at", row.expires_at)?,
            used_at: reading.time_optional("used_at", row.used_at)?,
        })
    }
}

impl Tx<'_> {
    /// Keeps a new link, and ends those of its member that were not used. One that is sent by mail
    /// counts only as long as the member has the address that they have now.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for `password_link.token`; [`StoreError::Dangling`] when the workspace
    /// has no such member.
    pub fn insert_password_link(
        &mut self,
        link: &PasswordLink,
        token_hash: &[u8; 32],
    ) -> Result<(), StoreError> {
        let (row, hash) = (PasswordLinkRow::from(link), hex(token_hash));
        if !self.lock_member(&row.workspace_id, &row.member_id)? {
            return Err(StoreError::Dangling);
        }
        self.revoke_password_links(link.workspace_id, link.member_id)?;
        let email_key = on!(self, |conn| members::table
            .find(&row.member_id)
            .select(members::email_key)
            .first::<String>(conn))?;
        on!(self, |conn| diesel::insert_into(password_links::table)
            .values((
                &row,
                password_links::token_hash.eq(&hash),
                password_links::email_key.eq(&email_key),
            ))
            .execute(conn))?;
        Ok(())
    }

    /// The link whose token has this SHA-256, if it still counts; it is looked at, not used up.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn password_link(
        &mut self,
        token_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<PasswordLink>, StoreError> {
        let hash = hex(token_hash);
        let row = on!(self, |conn| password_links::table
            .inner_join(members::table.on(members::id.eq(password_links::member_id)))
            .filter(password_links::token_hash.eq(&hash))
            .filter(password_links::used_at.is_null())
            .filter(password_links::expires_at.gt(micros(now)))
            .filter(
                password_links::by_mail
                    .eq(false)
                    .or(password_links::email_key.eq(members::email_key))
            )
            .select(PasswordLinkRow::as_select())
            .first(conn)
            .optional())?;
        row.map(PasswordLink::try_from).transpose()
    }

    /// Uses a link up: exactly one of any number of transactions gets it, if it still counts.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be tried.
    pub fn use_password_link(
        &mut self,
        token_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<PasswordLink>, StoreError> {
        let Some(link) = self.password_link(token_hash, now)? else {
            return Ok(None);
        };
        // The member first, as whoever makes a new link does it; then the link as it is now.
        self.lock_member(&link.workspace_id.to_string(), &link.member_id.to_string())?;
        let Some(link) = self.password_link(token_hash, now)? else {
            return Ok(None);
        };
        let hash = hex(token_hash);
        let used = on!(self, |conn| diesel::update(
            password_links::table
                .filter(password_links::token_hash.eq(&hash))
                .filter(password_links::used_at.is_null())
        )
        .set(password_links::used_at.eq(Some(micros(now))))
        .execute(conn))?;
        Ok((used == 1).then_some(PasswordLink {
            used_at: Some(now),
            ..link
        }))
    }

    /// Ends the links of a member that were not used; how many there were.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be ended.
    pub fn revoke_password_links(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
    ) -> Result<usize, StoreError> {
        let (workspace_id, member_id) = (workspace_id.to_string(), member_id.to_string());
        on!(self, |conn| diesel::delete(
            password_links::table
                .filter(password_links::workspace_id.eq(&workspace_id))
                .filter(password_links::member_id.eq(&member_id))
                .filter(password_links::used_at.is_null())
        )
        .execute(conn))
    }
}
