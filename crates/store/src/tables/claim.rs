//! Claims of assertions: each is used once.

use diesel::prelude::*;
use jiff::Timestamp;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use vestibule_model::ConnectionId;

use crate::column::{hex, micros};
use crate::engine::{later, on};
use crate::schema::assertion_claims;
use crate::{StoreError, Tx};

/// That an assertion was claimed.
#[derive(Queryable, Selectable, Deserialize)]
#[diesel(table_name = assertion_claims)]
pub(super) struct ClaimRow {
    #[diesel(column_name = connection_id)]
    #[serde(rename = "connection_id")]
    _connection_id: String,
}

/// The statement that claims a message, once, and owns its values.
macro_rules! claiming {
    ($connection_id:expr, $name:expr, $keep_until:expr) => {
        diesel::insert_into(assertion_claims::table)
            .values((
                assertion_claims::connection_id.eq($connection_id.to_string()),
                assertion_claims::assertion_id_hash.eq(assertion_hash($name)),
                assertion_claims::keep_until.eq(micros($keep_until)),
            ))
            .on_conflict_do_nothing()
    };
}

/// What a claim of an assertion is found by.
pub(super) fn assertion_hash(assertion_id: &str) -> String {
    hex(&Sha256::digest(assertion_id))
}

impl Tx<'_> {
    /// Claims an assertion for this transaction: `true` for exactly one that commits, `false` for
    /// every other, also at the same time, also after a restart. The claim is kept until
    /// `keep_until` at least, which must lie past the last moment the assertion could be accepted
    /// (SAML Profiles §4.1.4.5).
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when the connection is gone.
    pub fn claim_assertion(
        &mut self,
        connection_id: ConnectionId,
        assertion_id: &str,
        keep_until: Timestamp,
    ) -> Result<bool, StoreError> {
        self.claim_message(connection_id, assertion_id, keep_until)
    }

    /// The same for whoever has looked and found no claim: it is claimed with what this transaction
    /// writes, or nothing of it is written.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for `assertion.claim` when somebody claimed it since, now or at the end;
    /// then looking again finds that out.
    pub fn claim_unclaimed_assertion(
        &mut self,
        connection_id: ConnectionId,
        assertion_id: &str,
        keep_until: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = claiming!(connection_id, assertion_id, keep_until);
        later!(self, adds assertion_claims, statement, must: StoreError::Conflict { what: "assertion.claim" })
    }

    /// The same for a LogoutRequest: each is acted upon once. Its claim is told from an assertion's
    /// by a colon, which no ID has (an NCName, SAML Core §1.3.4).
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when the connection is gone.
    pub fn claim_logout_request(
        &mut self,
        connection_id: ConnectionId,
        request_id: &str,
        keep_until: Timestamp,
    ) -> Result<bool, StoreError> {
        self.claim_message(connection_id, &format!("logout:{request_id}"), keep_until)
    }

    fn claim_message(
        &mut self,
        connection_id: ConnectionId,
        name: &str,
        keep_until: Timestamp,
    ) -> Result<bool, StoreError> {
        // On Postgres a second claim waits here until the first transaction has ended.
        let statement = claiming!(connection_id, name, keep_until);
        let inserted = on!(self, |conn| statement.execute(conn))?;
        Ok(inserted == 1)
    }
}
