//! Who has a second factor: an authenticator app that counts, or a passkey.

use std::collections::BTreeSet;

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::select;
use vestibule_model::{MemberId, MemberStatus, Role, WorkspaceId};

use super::BATCH;
use crate::column::Reading;
use crate::engine::on;
use crate::schema::{members, passkeys, totp};
use crate::{StoreError, Tx};

/// The most admins that are looked at.
const ADMINS: i64 = 1_000;

impl Tx<'_> {
    /// Whether a member has a second factor.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn has_second_factor(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
    ) -> Result<bool, StoreError> {
        let (workspace_id, member_id) = (workspace_id.to_string(), member_id.to_string());
        on!(self, |conn| select(
            exists(
                totp::table
                    .filter(totp::member_id.eq(&member_id))
                    .filter(totp::workspace_id.eq(&workspace_id))
            )
            .or(exists(
                passkeys::table
                    .filter(passkeys::workspace_id.eq(&workspace_id))
                    .filter(passkeys::member_id.eq(&member_id))
            ))
        )
        .get_result(conn))
    }

    /// Which of these members of a workspace have a passkey.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn passkey_holders(
        &mut self,
        workspace_id: WorkspaceId,
        member_ids: &[MemberId],
    ) -> Result<BTreeSet<MemberId>, StoreError> {
        let workspace_id = workspace_id.to_string();
        let mut holders = BTreeSet::new();
        for portion in member_ids.chunks(BATCH) {
            let ids: Vec<String> = portion.iter().map(MemberId::to_string).collect();
            let rows = on!(self, |conn| passkeys::table
                .filter(passkeys::workspace_id.eq(&workspace_id))
                .filter(passkeys::member_id.eq_any(&ids))
                .select(passkeys::member_id)
                .distinct()
                .load::<String>(conn))?;
            for row in &rows {
                let reading = Reading {
                    table: "passkeys",
                    row,
                };
                holders.insert(reading.parse("member_id", row)?);
            }
        }
        Ok(holders)
    }

    /// Which of a workspace's admins who may come in have a second factor; the first thousand where
    /// there are more.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn second_factors_of_admins(
        &mut self,
        workspace_id: WorkspaceId,
    ) -> Result<BTreeSet<MemberId>, StoreError> {
        let workspace_id = workspace_id.to_string();
        let ids = on!(self, |conn| members::table
            .filter(members::workspace_id.eq(&workspace_id))
            .filter(members::role.eq(Role::Admin.as_str()))
            .filter(members::status.eq(MemberStatus::Active.as_str()))
            .filter(
                exists(totp::table.filter(totp::member_id.eq(members::id))).or(exists(
                    passkeys::table
                        .filter(passkeys::workspace_id.eq(members::workspace_id))
                        .filter(passkeys::member_id.eq(members::id))
                ))
            )
            .order(members::id.asc())
            .limit(ADMINS)
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
}
