//! What is remembered about certificates of IdPs: their last use, and which warnings were given.

use std::collections::BTreeMap;

use diesel::prelude::*;
use jiff::Timestamp;
use vestibule_model::ConnectionId;

use crate::column::{Reading, key, micros};
use crate::engine::{later, on};
use crate::schema::{certificate_notices, certificate_uses};
use crate::{StoreError, Tx};

impl Tx<'_> {
    /// Notes that a key of the IdP, named by its fingerprint, has verified a sign-in.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when the connection is gone.
    pub fn note_certificate_use(
        &mut self,
        connection_id: ConnectionId,
        key_fingerprint: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let connection_id = connection_id.to_string();
        let key_fingerprint = key("certificate_uses", "key_fingerprint", key_fingerprint)?;
        let statement = diesel::insert_into(certificate_uses::table)
            .values((
                certificate_uses::connection_id.eq(connection_id),
                certificate_uses::key_fingerprint.eq(key_fingerprint),
                certificate_uses::last_used_at.eq(micros(now)),
            ))
            .on_conflict((
                certificate_uses::connection_id,
                certificate_uses::key_fingerprint,
            ))
            .do_update()
            .set(certificate_uses::last_used_at.eq(micros(now)));
        later!(self, changes certificate_uses, statement)
    }

    /// When each key of a connection's IdP, by its fingerprint, last verified a sign-in, to the hour.
    ///
    /// # Errors
    /// [`StoreError`] when that could not be looked up.
    pub fn certificate_uses(
        &mut self,
        connection_id: ConnectionId,
    ) -> Result<BTreeMap<String, Timestamp>, StoreError> {
        let connection_id = connection_id.to_string();
        let rows = on!(self, |conn| certificate_uses::table
            .filter(certificate_uses::connection_id.eq(&connection_id))
            .select((
                certificate_uses::key_fingerprint,
                certificate_uses::last_used_at
            ))
            .load::<(String, i64)>(conn))?;
        let reading = Reading {
            table: "certificate_uses",
            row: &connection_id,
        };
        rows.into_iter()
            .map(|(key, at)| Ok((key, reading.time("last_used_at", at)?)))
            .collect()
    }

    /// Notes that a certificate's end was warned of, so many days before it; `false` when that had
    /// been done.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when the connection is gone.
    pub fn note_certificate_notice(
        &mut self,
        connection_id: ConnectionId,
        certificate_fingerprint: &str,
        days: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let column = "certificate_fingerprint";
        let fingerprint = key("certificate_notices", column, certificate_fingerprint)?;
        let noted = on!(self, |conn| diesel::insert_into(certificate_notices::table)
            .values((
                certificate_notices::connection_id.eq(connection_id.to_string()),
                certificate_notices::certificate_fingerprint.eq(&fingerprint),
                certificate_notices::days.eq(days),
                certificate_notices::at.eq(micros(now)),
            ))
            .on_conflict_do_nothing()
            .execute(conn))?;
        Ok(noted == 1)
    }
}
