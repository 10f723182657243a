//! Proofs that links are genuine (P10): columns of the links.

use diesel::prelude::*;
use vestibule_model::{ConnectionId, IdentityId, KeyFingerprint, MemberId, Proof, WorkspaceId};

use super::identity::keys_json;
use crate::column::{Reading, micros};
use crate::engine::on;
use crate::schema::identities;
use crate::{StoreError, Tx};

/// No proof, neither in the words of this release nor in those of the release before.
macro_rules! no_proof {
    () => {
        (
            identities::proven_at.eq(None::<i64>),
            identities::proven_by.eq(None::<String>),
            identities::proven_keys.eq(None::<String>),
        )
    };
}

impl Tx<'_> {
    /// Gives a link its proof, in the place of the one it had; `false` when it is gone.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be given.
    pub fn prove_identity(&mut self, id: IdentityId, proof: &Proof) -> Result<bool, StoreError> {
        let (id, keys) = (id.to_string(), keys_json(&proof.keys)?);
        let changed = on!(self, |conn| diesel::update(identities::table.find(&id))
            .set((
                identities::proven_at.eq(Some(micros(proof.at))),
                identities::proven_by.eq(Some(proof.by.as_str())),
                identities::proven_keys.eq(Some(&keys)),
            ))
            .execute(conn))?;
        Ok(changed == 1)
    }

    /// Takes the proofs of a member's links away; how many there were.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be taken away.
    pub fn clear_proofs_of_member(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
    ) -> Result<usize, StoreError> {
        let (workspace_id, member_id) = (workspace_id.to_string(), member_id.to_string());
        on!(self, |conn| diesel::update(
            identities::table
                .filter(identities::workspace_id.eq(&workspace_id))
                .filter(identities::member_id.eq(&member_id))
                .filter(identities::proven_at.is_not_null())
        )
        .set(no_proof!())
        .execute(conn))
    }

    /// Takes the proofs of a connection's links away that were given under another entity ID than
    /// this; how many there were.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be taken away.
    pub fn clear_proofs_of_other_entities(
        &mut self,
        connection_id: ConnectionId,
        idp_entity_id: &str,
    ) -> Result<usize, StoreError> {
        let connection_id = connection_id.to_string();
        on!(self, |conn| diesel::update(
            identities::table
                .filter(identities::connection_id.eq(&connection_id))
                .filter(identities::idp_entity_id.ne(idp_entity_id))
                .filter(identities::proven_at.is_not_null())
        )
        .set(no_proof!())
        .execute(conn))
    }

    /// Adds keys to the proofs of a connection's links that were given under this entity ID and hold
    /// one of the `pinned`, which vouch for the new ones; how many of them have more keys now. A proof
    /// that is taken away at the same time stays away.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be extended.
    pub fn extend_proofs(
        &mut self,
        connection_id: ConnectionId,
        idp_entity_id: &str,
        pinned: &[KeyFingerprint],
        new: &[KeyFingerprint],
    ) -> Result<usize, StoreError> {
        let connection_id = connection_id.to_string();
        let rows = on!(self, |conn| identities::table
            .filter(identities::connection_id.eq(&connection_id))
            .filter(identities::idp_entity_id.eq(idp_entity_id))
            .filter(identities::proven_at.is_not_null())
            .filter(identities::proven_keys.is_not_null())
            .select((identities::id, identities::proven_keys.assume_not_null()))
            .load::<(String, String)>(conn))?;
        let mut extended = 0;
        for (id, old) in rows {
            let reading = Reading {
                table: "identities",
                row: &id,
            };
            let mut keys: Vec<KeyFingerprint> = reading.json("proven_keys", &old)?;
            if !keys.iter().any(|key| pinned.contains(key)) {
                continue;
            }
            let before = keys.len();
            for key in new {
                if !keys.contains(key) {
                    keys.push(*key);
                }
            }
            if keys.len() == before {
                continue;
            }
            let keys = keys_json(&keys)?;
            extended += on!(self, |conn| diesel::update(
                identities::table
                    .find(&id)
                    .filter(identities::proven_keys.eq(&old))
            )
            .set(identities::proven_keys.eq(Some(&keys)))
            .execute(conn))?;
        }
        Ok(extended)
    }
}
