//! The two databases, and the macro that compiles one text of a query for both.

use diesel::{PgConnection, SqliteConnection};

/// The connection that a transaction runs on.
pub(crate) enum Engine<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// Runs a query on whichever database the transaction is in: the body is compiled once for each.
///
/// `MultiConnection` of diesel would give up ON CONFLICT and Bool; this gives up nothing.
macro_rules! on {
    ($tx:expr, |$conn:ident| $query:expr) => {{
        let result = match $tx.engine() {
            $crate::engine::Engine::Sqlite(conn) => {
                let $conn: &mut diesel::SqliteConnection = conn;
                $query
            }
            $crate::engine::Engine::Postgres(conn) => {
                let $conn: &mut diesel::PgConnection = conn;
                $query
            }
        };
        $tx.settle(result)
    }};
}
pub(crate) use on;
