//! A look at a database from outside, for whoever wants to know why it does not work. Nothing is made,
//! migrated or written.

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection, QueryableByName, RunQueryDsl, sql_query};
use jiff::Timestamp;

use crate::config::Database;
use crate::engine::Engine;
use crate::migrate;
use crate::seal::Vault;
use crate::{StoreConfig, StoreError, Tx, postgres, sqlite};

/// A statement that needs the right to write and changes nothing.
const WRITES: &str = "UPDATE settings SET value = value WHERE name = ''";

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probed {
    /// The server's version, in its own words.
    pub version: String,
    /// Its major version: 17 of Postgres, 3 of SQLite.
    pub major: i64,
    /// What its clock says; SQLite has none but this machine's.
    pub clock: Option<Timestamp>,
    /// Migrations that this program has and the database has not, oldest first.
    pub pending: Vec<String>,
    /// Whether it can be written to; unknown where the schema is not there yet.
    pub writable: Option<Result<(), StoreError>>,
    /// Whether the master keys open what is sealed in it; unknown where nothing is sealed yet.
    pub opens: Option<Result<(), StoreError>>,
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Looks; `None` where the file of SQLite is not there yet.
pub(crate) fn probe(config: &StoreConfig) -> Result<Option<Probed>, StoreError> {
    let vault = Vault::new(&config.master_keys)?;
    match Database::parse(&config.database_url)? {
        // Connecting would make it.
        Database::Sqlite(path) if !path.exists() => Ok(None),
        Database::Sqlite(path) => {
            let mut conn = sqlite::connect(&path, sqlite::Use::Write)?;
            let version: Word = sql_query("SELECT sqlite_version() AS word")
                .get_result(&mut conn)
                .map_err(|error| failed(&error))?;
            let pending = migrate::pending_sqlite(&mut conn)?;
            let writes = |conn: &mut diesel::SqliteConnection| undone(conn, "BEGIN IMMEDIATE");
            let writable = pending.is_empty().then(|| writes(&mut conn));
            let opens = match pending.is_empty() {
                true => Tx::new(Engine::Sqlite(&mut conn), &vault, None).opens_sentinel()?,
                false => None,
            };
            Ok(Some(Probed {
                major: major(&version.word),
                version: version.word,
                clock: None,
                pending,
                writable,
                opens,
            }))
        }
        Database::Postgres(url) => {
            let mut conn = postgres::connect(&url)?;
            let version: Word = sql_query("SELECT current_setting('server_version') AS word")
                .get_result(&mut conn)
                .map_err(|error| failed(&error))?;
            let clock: Number = sql_query(
                "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS number",
            )
            .get_result(&mut conn)
            .map_err(|error| failed(&error))?;
            let pending = migrate::pending_postgres(&mut conn)?;
            let writes = |conn: &mut diesel::PgConnection| undone(conn, "BEGIN READ WRITE");
            let writable = pending.is_empty().then(|| writes(&mut conn));
            let opens = match pending.is_empty() {
                true => Tx::new(Engine::Postgres(&mut conn), &vault, None).opens_sentinel()?,
                false => None,
            };
            Ok(Some(Probed {
                major: major(&version.word),
                version: version.word,
                clock: Timestamp::from_microsecond(clock.number).ok(),
                pending,
                writable,
                opens,
            }))
        }
    }
}

fn failed(error: &diesel::result::Error) -> StoreError {
    StoreError::from_diesel(error)
}

/// Writes, and takes it back.
fn undone<C: Connection + SimpleConnection>(conn: &mut C, begin: &str) -> Result<(), StoreError> {
    let written = conn.batch_execute(&format!("{begin}; {WRITES}"));
    // Where it could not begin there is nothing to take back.
    let _ = conn.batch_execute("ROLLBACK");
    written.map_err(|error| failed(&error))
}

fn major(version: &str) -> i64 {
    let digits = version.split(|c: char| !c.is_ascii_digit()).next();
    digits
        .and_then(|digits| digits.parse().ok())
        .unwrap_or_default()
}
