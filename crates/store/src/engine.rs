//! The two databases, and the macros that compile one text of a query for both.

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
    ($tx:expr, |$conn:ident| $query:expr) => {
        match $tx.engine() {
            Err(error) => Err(error),
            Ok(engine) => {
                let result = match engine {
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
            }
        }
    };
}
pub(crate) use on;

/// Writes by a statement of which nobody waits to hear: at once on SQLite, where a statement costs no
/// way to anywhere; on Postgres with the next statement that cannot wait, or at the end, together with
/// all the others (`at_once`). It says whether it adds rows to a table or changes some, and owns its
/// values.
///
/// There are few texts of it, whatever its values: it stays prepared.
///
/// With an error at the end it must change exactly one row, or the transaction fails with that error.
macro_rules! later {
    // Of as many texts as there are numbers of rows: prepared each time.
    ($tx:expr, adds many $table:ident, $statement:expr) => {
        match $tx.engine_without_waiting() {
            $crate::engine::Engine::Sqlite(conn) => {
                let result = diesel::RunQueryDsl::execute($statement, *conn);
                $tx.settle(result).map(drop)
            }
            $crate::engine::Engine::Postgres(_) => {
                let effect = $crate::at_once::Effect::Adds(stringify!($table));
                $tx.wait($crate::at_once::Waiting::of_many_texts(effect, $statement))
            }
        }
    };
    ($tx:expr, adds $table:ident, $statement:expr) => {
        $crate::engine::later!($tx, Adds $table, $statement, None)
    };
    ($tx:expr, adds $table:ident, $statement:expr, must: $error:expr) => {
        $crate::engine::later!($tx, Adds $table, $statement, Some($error))
    };
    ($tx:expr, changes $table:ident, $statement:expr) => {
        $crate::engine::later!($tx, Changes $table, $statement, None)
    };
    ($tx:expr, changes $table:ident, $statement:expr, must: $error:expr) => {
        $crate::engine::later!($tx, Changes $table, $statement, Some($error))
    };
    ($tx:expr, $effect:ident $table:ident, $statement:expr, $unmet:expr) => {
        match $tx.engine_without_waiting() {
            $crate::engine::Engine::Sqlite(conn) => {
                let result = $crate::prepared::Prepared::new($statement).execute(*conn);
                $tx.settle(result)
                    .and_then(|changed| $tx.met(changed, $unmet))
            }
            $crate::engine::Engine::Postgres(_) => {
                let effect = $crate::at_once::Effect::$effect(stringify!($table));
                $tx.wait($crate::at_once::Waiting::new(effect, $statement, $unmet))
            }
        }
    };
}
pub(crate) use later;

/// Looks several things up by one statement on Postgres, and one after the other on SQLite, where that
/// costs less. Each is a query and the type of its rows; what comes back is a tuple of their vectors.
///
/// It begins no transaction and takes no lock: what was written before it in this transaction is seen.
macro_rules! together {
    ($tx:expr, [$($row:ty = $query:expr),+ $(,)?]) => {
        match $tx.engine_for_a_look() {
            Err(error) => Err(error),
            Ok(engine) => {
                let result: diesel::QueryResult<($(Vec<$row>,)+)> = match engine {
                    $crate::engine::Engine::Sqlite(conn) => (|| Ok(($(
                        diesel::RunQueryDsl::load::<$row>($query, *conn)?,
                    )+)))(),
                    $crate::engine::Engine::Postgres(conn) => {
                        let queries = $crate::together::Together::new(vec![$(Box::new($query)),+]);
                        queries.load(*conn)
                    }
                };
                $tx.settle(result)
            }
        }
    };
}
pub(crate) use together;
