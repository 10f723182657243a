//! Links between members and SAML subjects.

use diesel::prelude::*;
use jiff::Timestamp;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use vestibule_model::{
    ConnectionId, Email, EmailKey, Identity, IdentityId, KeyFingerprint, Member, MemberId, Proof,
    Subject, WorkspaceId,
};
use vestibule_saml::NameId;

use super::BATCH;
use super::member::MemberRow;
use crate::column::{Reading, hex, json, micros, optional_text, text};
use crate::engine::{later, on};
use crate::schema::{identities, members};
use crate::{StoreError, Tx};

#[derive(Queryable, Selectable, Insertable, Deserialize)]
#[diesel(table_name = identities, treat_none_as_default_value = false)]
pub(super) struct IdentityRow {
    id: String,
    workspace_id: String,
    member_id: String,
    connection_id: String,
    idp_entity_id: String,
    name_id_value: String,
    name_id_format: Option<String>,
    name_qualifier: Option<String>,
    sp_name_qualifier: Option<String>,
    subject_hash: String,
    proven_at: Option<i64>,
    created_at: i64,
    last_used_at: Option<i64>,
    proven_by: Option<String>,
    proven_keys: Option<String>,
}

/// The keys of a proof as they are kept: a JSON array of fingerprints.
pub(super) fn keys_json(keys: &[KeyFingerprint]) -> Result<String, StoreError> {
    json("identities", "proven_keys", &keys)
}

/// The proof of a link. One that names no keys is of the release before, and is none: it does not say
/// what was trusted then.
fn proof(reading: Reading<'_>, row: &IdentityRow) -> Result<Option<Proof>, StoreError> {
    let (Some(at), Some(keys)) = (row.proven_at, &row.proven_keys) else {
        return Ok(None);
    };
    let by = row
        .proven_by
        .as_deref()
        .ok_or_else(|| reading.inconsistent("proven_by"))?;
    Ok(Some(Proof {
        at: reading.time("proven_at", at)?,
        by: reading.parse("proven_by", by)?,
        keys: reading.json("proven_keys", keys)?,
    }))
}

/// The formats of NameIDs that may be an address and nothing else (SAML Core §8.3.1, §8.3.2).
const ADDRESS_FORMATS: [&str; 2] = [
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
];

pub(super) fn subject_hash(subject: &Subject) -> String {
    name_id_hash(&subject.idp_entity_id, &subject.name_id)
}

/// SHA-256 over everything that makes a subject unique (P9; SAML Core §8.3.7), each part with its
/// length so that no two subjects read the same, and with a mark that tells absent from empty.
pub(crate) fn name_id_hash(idp_entity_id: &str, name_id: &NameId) -> String {
    let parts = [
        Some(idp_entity_id),
        name_id.format.as_deref(),
        Some(name_id.value.as_str()),
        name_id.name_qualifier.as_deref(),
        name_id.sp_name_qualifier.as_deref(),
    ];
    let mut hash = Sha256::new();
    for part in parts {
        match part {
            None => hash.update([0]),
            Some(part) => {
                hash.update([1]);
                hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
                hash.update(part);
            }
        }
    }
    hex(&hash.finalize())
}

impl TryFrom<&Identity> for IdentityRow {
    type Error = StoreError;

    fn try_from(identity: &Identity) -> Result<Self, StoreError> {
        let column = |column, value: &str| text("identities", column, value);
        let optional =
            |column, value: &Option<String>| optional_text("identities", column, value.as_deref());
        let name_id = &identity.subject.name_id;
        let proof = identity.proof.as_ref();
        Ok(Self {
            id: identity.id.to_string(),
            workspace_id: identity.workspace_id.to_string(),
            member_id: identity.member_id.to_string(),
            connection_id: identity.connection_id.to_string(),
            idp_entity_id: column("idp_entity_id", &identity.subject.idp_entity_id)?,
            name_id_value: column("name_id_value", &name_id.value)?,
            name_id_format: optional("name_id_format", &name_id.format)?,
            name_qualifier: optional("name_qualifier", &name_id.name_qualifier)?,
            sp_name_qualifier: optional("sp_name_qualifier", &name_id.sp_name_qualifier)?,
            subject_hash: subject_hash(&identity.subject),
            proven_at: proof.map(|proof| micros(proof.at)),
            created_at: micros(identity.created_at),
            last_used_at: identity.last_used_at.map(micros),
            proven_by: proof.map(|proof| proof.by.to_string()),
            proven_keys: proof.map(|proof| keys_json(&proof.keys)).transpose()?,
        })
    }
}

impl TryFrom<IdentityRow> for Identity {
    type Error = StoreError;

    fn try_from(row: IdentityRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "identities",
            row: &row.id,
        };
        let proof = proof(reading, &row)?;
        let subject = Subject {
            idp_entity_id: row.idp_entity_id,
            name_id: NameId {
                value: row.name_id_value,
                format: row.name_id_format,
                name_qualifier: row.name_qualifier,
                sp_name_qualifier: row.sp_name_qualifier,
            },
        };
        if subject_hash(&subject) != row.subject_hash {
            return Err(reading.inconsistent("subject_hash"));
        }
        Ok(Self {
            id: reading.parse("id", &row.id)?,
            workspace_id: reading.parse("workspace_id", &row.workspace_id)?,
            member_id: reading.parse("member_id", &row.member_id)?,
            connection_id: reading.parse("connection_id", &row.connection_id)?,
            subject,
            proof,
            created_at: reading.time("created_at", row.created_at)?,
            last_used_at: reading.time_optional("last_used_at", row.last_used_at)?,
        })
    }
}

impl Tx<'_> {
    /// Keeps a new link.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for `identity.subject` when the subject is linked on this
    /// connection already; [`StoreError::Dangling`] when member or connection are not there, or of
    /// another workspace.
    pub fn insert_identity(&mut self, identity: &Identity) -> Result<(), StoreError> {
        self.link_later(identity)?;
        self.send_now()
    }

    /// The same, where nobody waits for the answer.
    pub(crate) fn link_later(&mut self, identity: &Identity) -> Result<(), StoreError> {
        let row = IdentityRow::try_from(identity)?;
        later!(self, adds identities, diesel::insert_into(identities::table).values(row))
    }

    /// The links of a member, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn identities_of(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
    ) -> Result<Vec<Identity>, StoreError> {
        let (workspace_id, member_id) = (workspace_id.to_string(), member_id.to_string());
        let rows = on!(self, |conn| identities::table
            .filter(identities::workspace_id.eq(&workspace_id))
            .filter(identities::member_id.eq(&member_id))
            .order(identities::id.asc())
            .select(IdentityRow::as_select())
            .load(conn))?;
        rows.into_iter().map(Identity::try_from).collect()
    }

    /// The links of these members of a workspace, by the member's id, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn identities_of_all(
        &mut self,
        workspace_id: WorkspaceId,
        member_ids: &[MemberId],
    ) -> Result<Vec<Identity>, StoreError> {
        let workspace_id = workspace_id.to_string();
        let mut found = Vec::new();
        for portion in member_ids.chunks(BATCH) {
            let ids: Vec<String> = portion.iter().map(MemberId::to_string).collect();
            let rows = on!(self, |conn| identities::table
                .filter(identities::workspace_id.eq(&workspace_id))
                .filter(identities::member_id.eq_any(&ids))
                .order((identities::member_id.asc(), identities::id.asc()))
                .select(IdentityRow::as_select())
                .load(conn))?;
            for row in rows {
                found.push(row.try_into()?);
            }
        }
        Ok(found)
    }

    /// The link of this member with this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn identity(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
        id: IdentityId,
    ) -> Result<Option<Identity>, StoreError> {
        let (workspace_id, member_id, id) = (
            workspace_id.to_string(),
            member_id.to_string(),
            id.to_string(),
        );
        let row = on!(self, |conn| identities::table
            .find(&id)
            .filter(identities::workspace_id.eq(&workspace_id))
            .filter(identities::member_id.eq(&member_id))
            .select(IdentityRow::as_select())
            .first(conn)
            .optional())?;
        row.map(Identity::try_from).transpose()
    }

    /// The link of a subject on a connection, with its member.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn identity_by_subject(
        &mut self,
        connection_id: ConnectionId,
        subject: &Subject,
    ) -> Result<Option<(Identity, Member)>, StoreError> {
        let (connection_id, hash) = (connection_id.to_string(), subject_hash(subject));
        let row = on!(self, |conn| identities::table
            .inner_join(members::table.on(members::id.eq(identities::member_id)))
            .filter(identities::connection_id.eq(&connection_id))
            .filter(identities::subject_hash.eq(&hash))
            .select((IdentityRow::as_select(), MemberRow::as_select()))
            .first(conn)
            .optional())?;
        let Some((identity, member)) = row else {
            return Ok(None);
        };
        Ok(Some((identity.try_into()?, member.try_into()?)))
    }

    /// Notes that a link has signed somebody in; [`StoreError::Dangling`], now or at the end, when it is
    /// gone.
    pub(crate) fn touch_identity(
        &mut self,
        id: IdentityId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = diesel::update(identities::table.find(id.to_string()))
            .set(identities::last_used_at.eq(micros(now)));
        later!(self, changes identities, statement, must: StoreError::Dangling)
    }

    /// Deletes a link; `false` when the member has none of this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be deleted.
    pub fn delete_identity(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
        id: IdentityId,
    ) -> Result<bool, StoreError> {
        let (workspace_id, member_id, id) = (
            workspace_id.to_string(),
            member_id.to_string(),
            id.to_string(),
        );
        let deleted = on!(self, |conn| diesel::delete(
            identities::table
                .find(&id)
                .filter(identities::workspace_id.eq(&workspace_id))
                .filter(identities::member_id.eq(&member_id))
        )
        .execute(conn))?;
        Ok(deleted == 1)
    }

    /// Deletes the links of a member that are nothing but this address: by a NameID that is an address,
    /// or that does not say what it is and reads like this one. How many there were.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be deleted.
    pub fn delete_address_identities(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
        email_key: &EmailKey,
    ) -> Result<usize, StoreError> {
        let is_address = |name_id: &NameId| {
            let format = name_id.format.as_deref();
            format.is_none_or(|format| ADDRESS_FORMATS.contains(&format))
                && Email::parse(&name_id.value).is_ok_and(|email| email.key() == email_key)
        };
        let ids: Vec<String> = self
            .identities_of(workspace_id, member_id)?
            .iter()
            .filter(|identity| is_address(&identity.subject.name_id))
            .map(|identity| identity.id.to_string())
            .collect();
        on!(self, |conn| diesel::delete(
            identities::table.filter(identities::id.eq_any(&ids))
        )
        .execute(conn))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_subject_makes_it_another() {
        let some = |text: &str| Some(text.to_owned());
        let subject = |idp: &str, format, value: &str, name_qualifier, sp_name_qualifier| {
            subject_hash(&Subject {
                idp_entity_id: idp.to_owned(),
                name_id: NameId {
                    value: value.to_owned(),
                    format,
                    name_qualifier,
                    sp_name_qualifier,
                },
            })
        };
        let hashes = std::collections::BTreeSet::from([
            subject("idp", None, "ada", None, None),
            subject("idp", some(""), "ada", None, None),
            subject("idp", None, "ada", some(""), None),
            subject("idp", None, "ada", None, some("")),
            subject("idp", some("ada"), "", None, None),
            subject("idpa", None, "da", None, None),
            subject("id", None, "pada", None, None),
            subject("idp", None, "ad", some("a"), None),
        ]);
        assert_eq!(hashes.len(), 8);
    }
}
