//! Every column that holds sealed values. There is no other way to seal: a
//! [`Place`](crate::seal::Place) is made here alone, and what is here is sealed anew when the master
//! key changes.

use diesel::prelude::*;

use crate::engine::on;
use crate::schema::{
    connections, kept_answers, mails, service_provider_keys, settings, sign_in_attempts,
    signing_keys, test_runs, totp, totp_enrolments, webhook_endpoints,
};
use crate::seal::{HEAD, Place};
use crate::tables::{AUDIT_KEY, SENTINEL};
use crate::{StoreError, Tx};

diesel::define_sql_function! {
    /// The first characters of a text, in both dialects.
    fn substr(text: diesel::sql_types::Nullable<diesel::sql_types::Text>,
              from: diesel::sql_types::Integer,
              count: diesel::sql_types::Integer) -> diesel::sql_types::Nullable<diesel::sql_types::Text>;
}

/// Names each sealed column once, and writes the three queries that a change of the key needs.
macro_rules! sealed_columns {
    ($($(#[$meta:meta])* $name:ident = $table:ident ($key:ident) . $column:ident;)+) => {
        /// A column of sealed values.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum SealedColumn { $($(#[$meta])* $name),+ }

        impl SealedColumn {
            /// All of them, the sentinel last.
            pub(crate) const ALL: &[Self] = &[$(Self::$name),+];

            /// The place of a row's value.
            pub(crate) const fn at(self, row: &str) -> Place<'_> {
                let (table, column) = match self {
                    $(Self::$name => (stringify!($table), stringify!($column))),+
                };
                Place { table, row, column }
            }
        }

        impl Tx<'_> {
            /// The next rows after a primary key, each with the first characters of its sealed value,
            /// if it has one.
            pub(crate) fn sealed_heads(
                &mut self,
                column: SealedColumn,
                after: &str,
                limit: i64,
            ) -> Result<Vec<(String, Option<String>)>, StoreError> {
                let head = i32::try_from(HEAD).unwrap_or(i32::MAX);
                match column {
                    $(SealedColumn::$name => on!(self, |conn| $table::table
                        .filter($table::$key.gt(after))
                        .order($table::$key.asc())
                        .limit(limit)
                        .select(($table::$key, substr($table::$column.nullable(), 1, head)))
                        .load(conn))),+
                }
            }

            /// The sealed value of a row, if it has one.
            pub(crate) fn sealed_value(
                &mut self,
                place: SealedPlace<'_>,
            ) -> Result<Option<String>, StoreError> {
                let found = match place.0 {
                    $(SealedColumn::$name => on!(self, |conn| $table::table
                        .find(place.1)
                        .select($table::$column.nullable())
                        .first::<Option<String>>(conn)
                        .optional())),+
                };
                Ok(found?.flatten())
            }

            /// Writes a sealed value over another one; `false` when that is not there any more.
            pub(crate) fn replace_sealed(
                &mut self,
                place: SealedPlace<'_>,
                old: &str,
                new: &str,
            ) -> Result<bool, StoreError> {
                let changed = match place.0 {
                    $(SealedColumn::$name => on!(self, |conn| diesel::update(
                        $table::table.find(place.1).filter($table::$column.eq(old))
                    )
                    .set($table::$column.eq(new))
                    .execute(conn))),+
                };
                Ok(changed? == 1)
            }
        }
    };
}

sealed_columns! {
    /// The private key of a connection.
    SpPrivateKey = connections (id).sp_private_key;
    /// Another private key of a connection: the next, or one that still decrypts.
    OtherSpPrivateKey = service_provider_keys (id).private_key;
    /// A response as it arrived, where the workspace has them kept.
    KeptResponse = sign_in_attempts (id).response;
    /// The token of a pending test run's `start_url`.
    StartToken = test_runs (id).start_token;
    /// The seed of an authenticator app.
    TotpSeed = totp (member_id).seed;
    /// The seed of an authenticator app that no code has confirmed yet.
    TotpEnrolmentSeed = totp_enrolments (member_id).seed;
    /// A mail that waits to be sent.
    Mail = mails (id).message;
    /// What a call was answered that may be sent again.
    KeptAnswer = kept_answers (id).answer;
    /// What signs the events that are sent to an endpoint.
    WebhookSecret = webhook_endpoints (id).secret;
    /// What signed them before, and still does for a day.
    PreviousWebhookSecret = webhook_endpoints (id).previous_secret;
    /// A key that signs tokens.
    SigningKey = signing_keys (kid).pkcs8;
    /// What tells at start that the master key is the right one, and the key of the audit log. They are sealed
    /// anew last, in one transaction: a program with the new key alone is refused until everything else opens.
    Sentinel = settings (name).value;
}

/// A column and a primary key.
#[derive(Clone, Copy)]
pub(crate) struct SealedPlace<'a>(pub(crate) SealedColumn, pub(crate) &'a str);

impl SealedColumn {
    /// Whether the column of this row is sealed: the other settings are not.
    pub(crate) fn seals(self, row: &str) -> bool {
        self != Self::Sentinel || row == SENTINEL || row == AUDIT_KEY
    }
}

/// The place of what is sealed here and kept elsewhere for a while, under this name. No change of the
/// master key has to reach it: it is gone before the old key is.
pub(crate) const fn elsewhere(name: &str) -> Place<'_> {
    Place {
        table: "slips",
        row: name,
        column: "body",
    }
}
