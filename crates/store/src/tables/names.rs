//! What people call whom an id stands for: many at once, for a page that lists them.

use std::collections::BTreeMap;

use diesel::prelude::*;
use vestibule_model::{ApiKeyId, MemberId, SetupLinkId, WorkspaceId};

use super::BATCH;
use crate::column::Reading;
use crate::engine::on;
use crate::schema::{api_keys, members, setup_links};
use crate::{StoreError, Tx};

macro_rules! names {
    ($(#[$doc:meta])+ $function:ident($id:ty), $table:ident, $name:expr) => {
        $(#[$doc])+
        ///
        /// # Errors
        /// [`StoreError`] when they could not be looked up.
        pub fn $function(
            &mut self,
            workspace_id: WorkspaceId,
            ids: &[$id],
        ) -> Result<BTreeMap<$id, String>, StoreError> {
            let workspace_id = workspace_id.to_string();
            let mut names = BTreeMap::new();
            for portion in ids.chunks(BATCH) {
                let ids: Vec<String> = portion.iter().map(ToString::to_string).collect();
                let rows = on!(self, |conn| $table::table
                    .filter($table::workspace_id.eq(&workspace_id))
                    .filter($table::id.eq_any(&ids))
                    .select(($table::id, $name.nullable()))
                    .load::<(String, Option<String>)>(conn))?;
                for (id, name) in rows {
                    let Some(name) = name else { continue };
                    let reading = Reading {
                        table: stringify!($table),
                        row: &id,
                    };
                    names.insert(reading.parse("id", &id)?, name);
                }
            }
            Ok(names)
        }
    };
}

impl Tx<'_> {
    names! {
        /// The addresses of those of a workspace's members.
        member_emails(MemberId), members, members::email
    }

    names! {
        /// The names of those API keys that are bound to a workspace: what the keys of the whole
        /// deployment are called is nobody's business there.
        api_key_names(ApiKeyId), api_keys, api_keys::name
    }

    names! {
        /// For whom those setup links of a workspace were made, where that was said.
        setup_link_names(SetupLinkId), setup_links, setup_links::name
    }
}
