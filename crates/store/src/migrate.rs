//! Bringing the schema up to date, and refusing one that is not ours.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use diesel::migration::{MigrationConnection, MigrationSource};
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::StoreError;
use crate::config::{Database, PostgresUrl};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// The advisory lock that migrating replicas queue for: "vestibul" in ASCII.
const LOCK: i64 = 0x7665_7374_6962_756c;

/// What a migration did: the versions it ran, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// The versions that were missing and are now there.
    pub versions: Vec<String>,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    found: bool,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::Migration(error.to_string())
}

/// Runs every migration that is missing.
pub(crate) fn migrate(database: &Database) -> Result<Migrated, StoreError> {
    match database {
        Database::Sqlite(path) => {
            crate::sqlite::make_file(path)?;
            migrate_sqlite(&mut crate::sqlite::connect(
                path,
                crate::sqlite::Use::Migrate,
            )?)
        }
        Database::Postgres(url) => migrate_postgres(url),
    }
}

/// What stops the migration of SQLite, where diesel begins and ends the transaction.
struct Stop(StoreError);

impl From<diesel::result::Error> for Stop {
    fn from(error: diesel::result::Error) -> Self {
        Self(StoreError::from_diesel(&error))
    }
}

fn migrate_sqlite(conn: &mut SqliteConnection) -> Result<Migrated, StoreError> {
    // The write lock is what other processes wait for; all steps come true together.
    conn.immediate_transaction(|conn| {
        let migrated = run_missing(conn, &SQLITE).map_err(Stop)?;
        let broken: Count =
            sql_query("SELECT count(*) AS count FROM pragma_foreign_key_check").get_result(conn)?;
        if broken.count > 0 {
            let error = format!("{} foreign keys would point nowhere", broken.count);
            return Err(Stop(failed(error)));
        }
        Ok(migrated)
    })
    .map_err(|Stop(error)| error)
}

fn migrate_postgres(url: &PostgresUrl) -> Result<Migrated, StoreError> {
    let mut conn = crate::postgres::connect_unbounded(url)?;
    // Bounded: a replica that hangs while it migrates must not hang all others for ever. The lock
    // goes with the connection, however this ends.
    execute(
        &mut conn,
        &format!("SET lock_timeout = '10min'; SELECT pg_advisory_lock({LOCK})"),
    )?;
    run_missing(&mut conn, &POSTGRES)
}

fn execute<C: SimpleConnection>(conn: &mut C, sql: &str) -> Result<(), StoreError> {
    conn.batch_execute(sql)
        .map_err(|error| StoreError::from_diesel(&error))
}

fn run_missing<C>(conn: &mut C, source: &EmbeddedMigrations) -> Result<Migrated, StoreError>
where
    C: MigrationHarness<<C as Connection>::Backend> + MigrationConnection + Versions + 'static,
    EmbeddedMigrations: MigrationSource<<C as Connection>::Backend>,
{
    let applied = conn.applied()?;
    refuse_unknown(&applied, &known::<C::Backend>(source)?)?;
    let mut versions = Vec::new();
    let steps = source.migrations().map_err(failed)?;
    conn.setup().map_err(failed)?;
    for step in &steps {
        let version = step.name().version().to_string();
        if !applied.contains(&version) {
            conn.run_migration(step.as_ref()).map_err(failed)?;
            versions.push(version);
        }
    }
    Ok(Migrated { versions })
}

/// The versions that this program knows, oldest first.
fn known<DB: diesel::backend::Backend>(
    source: &EmbeddedMigrations,
) -> Result<BTreeSet<String>, StoreError>
where
    EmbeddedMigrations: MigrationSource<DB>,
{
    let steps = MigrationSource::<DB>::migrations(source).map_err(failed)?;
    Ok(steps
        .iter()
        .map(|step| step.name().version().to_string())
        .collect())
}

/// Reads the versions that a database has, without writing to it.
pub(crate) trait Versions {
    fn applied(&mut self) -> Result<BTreeSet<String>, StoreError>;
}

impl Versions for SqliteConnection {
    fn applied(&mut self) -> Result<BTreeSet<String>, StoreError> {
        let there = sql_query(
            "SELECT count(*) > 0 AS found FROM sqlite_master \
             WHERE type = 'table' AND name = '__diesel_schema_migrations'",
        )
        .get_result::<Found>(self);
        applied(there, || sql_query(VERSIONS).load(self))
    }
}

impl Versions for PgConnection {
    fn applied(&mut self) -> Result<BTreeSet<String>, StoreError> {
        let there =
            sql_query("SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS found")
                .get_result::<Found>(self);
        applied(there, || sql_query(VERSIONS).load(self))
    }
}

const VERSIONS: &str = "SELECT version FROM __diesel_schema_migrations";

fn applied(
    there: diesel::QueryResult<Found>,
    load: impl FnOnce() -> diesel::QueryResult<Vec<Version>>,
) -> Result<BTreeSet<String>, StoreError> {
    if !there
        .map_err(|error| StoreError::from_diesel(&error))?
        .found
    {
        return Ok(BTreeSet::new());
    }
    let versions = load().map_err(|error| StoreError::from_diesel(&error))?;
    Ok(versions.into_iter().map(|row| row.version).collect())
}

/// Refuses a database of another schema than this program's.
pub(crate) fn check_sqlite(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    check(&conn.applied()?, &known::<diesel::sqlite::Sqlite>(&SQLITE)?)
}

/// See [`check_sqlite`].
pub(crate) fn check_postgres(conn: &mut PgConnection) -> Result<(), StoreError> {
    check(&conn.applied()?, &known::<diesel::pg::Pg>(&POSTGRES)?)
}

/// The migrations that a database lacks, oldest first; one that it has and we do not know is an error.
pub(crate) fn pending_sqlite(conn: &mut SqliteConnection) -> Result<Vec<String>, StoreError> {
    pending(&conn.applied()?, &known::<diesel::sqlite::Sqlite>(&SQLITE)?)
}

/// See [`pending_sqlite`].
pub(crate) fn pending_postgres(conn: &mut PgConnection) -> Result<Vec<String>, StoreError> {
    pending(&conn.applied()?, &known::<diesel::pg::Pg>(&POSTGRES)?)
}

fn pending(
    applied: &BTreeSet<String>,
    known: &BTreeSet<String>,
) -> Result<Vec<String>, StoreError> {
    refuse_unknown(applied, known)?;
    Ok(known.difference(applied).cloned().collect())
}

fn check(applied: &BTreeSet<String>, known: &BTreeSet<String>) -> Result<(), StoreError> {
    refuse_unknown(applied, known)?;
    match known.difference(applied).next() {
        Some(missing) => Err(StoreError::SchemaBehind {
            missing: missing.clone(),
        }),
        None => Ok(()),
    }
}

fn refuse_unknown(applied: &BTreeSet<String>, known: &BTreeSet<String>) -> Result<(), StoreError> {
    match applied.difference(known).last() {
        Some(version) => Err(StoreError::SchemaTooNew {
            version: version.clone(),
        }),
        None => Ok(()),
    }
}
