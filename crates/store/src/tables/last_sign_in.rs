//! When members last came in, from what is written anyway: nothing more is written at a sign-in.

use std::collections::BTreeMap;

use diesel::dsl::max;
use diesel::prelude::*;
use jiff::Timestamp;
use vestibule_model::{MemberId, WorkspaceId};

use super::BATCH;
use crate::column::Reading;
use crate::engine::on;
use crate::schema::{identities, passwords, sessions};
use crate::{StoreError, Tx};

impl Tx<'_> {
    /// When each of these members of a workspace last signed in, by any door, as far as their sessions,
    /// links and passwords still say; who never did is not there.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn last_sign_ins(
        &mut self,
        workspace_id: WorkspaceId,
        member_ids: &[MemberId],
    ) -> Result<BTreeMap<MemberId, Timestamp>, StoreError> {
        let workspace_id = workspace_id.to_string();
        let mut last = BTreeMap::new();
        for portion in member_ids.chunks(BATCH) {
            let ids: Vec<String> = portion.iter().map(MemberId::to_string).collect();
            let by_session: Vec<(String, Option<i64>)> = on!(self, |conn| sessions::table
                .filter(sessions::workspace_id.eq(&workspace_id))
                .filter(sessions::member_id.eq_any(&ids))
                .group_by(sessions::member_id)
                .select((sessions::member_id, max(sessions::created_at)))
                .load(conn))?;
            let by_link: Vec<(String, Option<i64>)> = on!(self, |conn| identities::table
                .filter(identities::workspace_id.eq(&workspace_id))
                .filter(identities::member_id.eq_any(&ids))
                .group_by(identities::member_id)
                .select((identities::member_id, max(identities::last_used_at)))
                .load(conn))?;
            let by_password: Vec<(String, Option<i64>)> = on!(self, |conn| passwords::table
                .filter(passwords::workspace_id.eq(&workspace_id))
                .filter(passwords::member_id.eq_any(&ids))
                .select((passwords::member_id, passwords::last_used_at))
                .load(conn))?;
            let found = [
                ("sessions", "created_at", by_session),
                ("identities", "last_used_at", by_link),
                ("passwords", "last_used_at", by_password),
            ];
            for (table, column, rows) in found {
                for (row, at) in &rows {
                    let reading = Reading { table, row };
                    let Some(at) = reading.time_optional(column, *at)? else {
                        continue;
                    };
                    let seen = last.entry(reading.parse("member_id", row)?).or_insert(at);
                    *seen = at.max(*seen);
                }
            }
        }
        Ok(last)
    }
}
