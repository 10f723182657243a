//! Recovery codes, each good for one sign-in in place of a second factor.

use diesel::prelude::*;
use jiff::Timestamp;
use vestibule_model::{MemberId, WorkspaceId};

use crate::column::{hex, micros};
use crate::engine::on;
use crate::schema::recovery_codes;
use crate::{StoreError, Tx};

#[derive(Insertable)]
#[diesel(table_name = recovery_codes, treat_none_as_default_value = false)]
struct RecoveryCodeRow {
    hash: String,
    workspace_id: String,
    member_id: String,
    created_at: i64,
    used_at: Option<i64>,
}

impl Tx<'_> {
    /// Gives a member recovery codes, by the SHA-256 of each, in the place of all that they had.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when the workspace has no such member.
    pub fn replace_recovery_codes(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
        hashes: &[[u8; 32]],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (workspace_id, member_id) = (workspace_id.to_string(), member_id.to_string());
        if !self.lock_member(&workspace_id, &member_id)? {
            return Err(StoreError::Dangling);
        }
        self.clear_recovery_codes(&workspace_id, &member_id)?;
        let rows: Vec<_> = hashes
            .iter()
            .map(|hash| RecoveryCodeRow {
                hash: hex(hash),
                workspace_id: workspace_id.clone(),
                member_id: member_id.clone(),
                created_at: micros(now),
                used_at: None,
            })
            .collect();
        on!(self, |conn| diesel::insert_into(recovery_codes::table)
            .values(&rows)
            .execute(conn))?;
        Ok(())
    }

    /// Uses a recovery code up, by its SHA-256: exactly one of any number of transactions gets it.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be tried.
    pub fn redeem_recovery_code(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
        hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (workspace_id, member_id) = (workspace_id.to_string(), member_id.to_string());
        let hash = hex(hash);
        let redeemed = on!(self, |conn| diesel::update(
            recovery_codes::table
                .find(&hash)
                .filter(recovery_codes::workspace_id.eq(&workspace_id))
                .filter(recovery_codes::member_id.eq(&member_id))
                .filter(recovery_codes::used_at.is_null())
        )
        .set(recovery_codes::used_at.eq(Some(micros(now))))
        .execute(conn))?;
        Ok(redeemed == 1)
    }

    /// How many recovery codes a member has left.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be counted.
    pub fn recovery_codes_left(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
    ) -> Result<i64, StoreError> {
        let (workspace_id, member_id) = (workspace_id.to_string(), member_id.to_string());
        on!(self, |conn| recovery_codes::table
            .filter(recovery_codes::workspace_id.eq(&workspace_id))
            .filter(recovery_codes::member_id.eq(&member_id))
            .filter(recovery_codes::used_at.is_null())
            .count()
            .get_result(conn))
    }

    /// Deletes the recovery codes of a member, used and unused; how many there were.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be deleted.
    pub fn delete_recovery_codes(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
    ) -> Result<usize, StoreError> {
        self.clear_recovery_codes(&workspace_id.to_string(), &member_id.to_string())
    }

    fn clear_recovery_codes(
        &mut self,
        workspace_id: &str,
        member_id: &str,
    ) -> Result<usize, StoreError> {
        on!(self, |conn| diesel::delete(
            recovery_codes::table
                .filter(recovery_codes::workspace_id.eq(workspace_id))
                .filter(recovery_codes::member_id.eq(member_id))
        )
        .execute(conn))
    }
}
