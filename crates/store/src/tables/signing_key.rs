//! The keys that tokens are signed with, sealed.

use diesel::prelude::*;
use vestibule_model::Change;
use vestibule_session::SigningKey;

use crate::column::{Reading, micros};
use crate::engine::on;
use crate::schema::signing_keys;
use crate::seal::Place;
use crate::{StoreError, Tx};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys, treat_none_as_default_value = false)]
struct SigningKeyRow {
    kid: String,
    pkcs8: String,
    created_at: i64,
    retired_at: Option<i64>,
}

const fn key_place(kid: &str) -> Place<'_> {
    Place {
        table: "signing_keys",
        row: kid,
        column: "pkcs8",
    }
}

impl Tx<'_> {
    /// Keeps a new signing key, sealed.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when there is one of this `kid`.
    pub fn insert_signing_key(&mut self, key: &SigningKey) -> Result<(), StoreError> {
        self.changed(Change::SigningKeys);
        let row = SigningKeyRow {
            pkcs8: self.vault().seal(key_place(key.kid()), key.pkcs8())?,
            kid: key.kid().to_owned(),
            created_at: micros(key.created_at()),
            retired_at: key.retired_at().map(micros),
        };
        on!(self, |conn| diesel::insert_into(signing_keys::table)
            .values(&row)
            .execute(conn))?;
        Ok(())
    }

    /// Every signing key, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when one was changed or moved, [`StoreError::Inconsistent`] when one
    /// is no key.
    pub fn signing_keys(&mut self) -> Result<Vec<SigningKey>, StoreError> {
        let rows = on!(self, |conn| signing_keys::table
            .order((signing_keys::created_at.asc(), signing_keys::kid.asc()))
            .select(SigningKeyRow::as_select())
            .load(conn))?;
        let vault = self.vault();
        rows.into_iter()
            .map(|row| {
                let reading = Reading {
                    table: "signing_keys",
                    row: &row.kid,
                };
                let pkcs8 = vault.open(key_place(&row.kid), &row.pkcs8)?;
                SigningKey::from_parts(
                    &row.kid,
                    pkcs8,
                    reading.time("created_at", row.created_at)?,
                    reading.time_optional("retired_at", row.retired_at)?,
                )
                .map_err(|_cause| reading.inconsistent("pkcs8"))
            })
            .collect()
    }
}
