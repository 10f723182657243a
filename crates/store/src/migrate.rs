//! Bringing the schema up to date, and refusing one that is not ours.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use diesel::migration::{MigrationConnection, MigrationSource};
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::{
    Connection, PgConnection, QueryResult, QueryableByName, RunQueryDsl, SqliteConnection,
    sql_query,
};
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
struct Line {
    #[diesel(sql_type = Text)]
    text: String,
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
        // It looks at every row: not at each start.
        if migrated.versions.is_empty() {
            return Ok(migrated);
        }
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
    C: MigrationHarness<<C as Connection>::Backend> + MigrationConnection + Steps + 'static,
    EmbeddedMigrations: MigrationSource<<C as Connection>::Backend>,
{
    let applied = conn.applied()?;
    applied.must_support(&known::<C::Backend>(source)?)?;
    let mut versions = Vec::new();
    let steps = source.migrations().map_err(failed)?;
    conn.setup().map_err(failed)?;
    for step in &steps {
        let version = step.name().version().to_string();
        if !applied.steps.contains(&version) {
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

/// The steps that a database has taken.
pub(crate) struct Applied {
    steps: BTreeSet<String>,
    /// The oldest program that may run on them, by the newest step that it knows; none where the schema does
    /// not say.
    oldest: Option<String>,
}

impl Applied {
    /// Refuses a schema that has taken away what this program still uses. That it has more than this program
    /// knows is no harm: so it is while a newer release rolls out (migrations/README.md).
    fn must_support(&self, known: &BTreeSet<String>) -> Result<(), StoreError> {
        let Some(newer) = self.steps.difference(known).last() else {
            return Ok(());
        };
        match &self.oldest {
            Some(oldest) if known.contains(oldest) => Ok(()),
            _ => Err(StoreError::SchemaTooNew {
                version: newer.clone(),
            }),
        }
    }

    /// The steps that it lacks, oldest first.
    fn missing(&self, known: &BTreeSet<String>) -> Result<Vec<String>, StoreError> {
        self.must_support(known)?;
        Ok(known.difference(&self.steps).cloned().collect())
    }
}

/// Reads the steps that a database has taken, without writing to it.
pub(crate) trait Steps: Connection {
    /// Whether there is a table of this name.
    fn has(&mut self, table: &str) -> QueryResult<bool>;
    /// A column of text, called `text`.
    fn texts(&mut self, sql: &str) -> QueryResult<Vec<String>>;

    fn applied(&mut self) -> Result<Applied, StoreError> {
        let mut read = |table, sql| match self.has(table)? {
            true => self.texts(sql),
            false => Ok(Vec::new()),
        };
        let steps = read("__diesel_schema_migrations", STEPS);
        let support = read("schema_support", SUPPORT);
        let failed = |error| StoreError::from_diesel(&error);
        Ok(Applied {
            steps: steps.map_err(failed)?.into_iter().collect(),
            oldest: support.map_err(failed)?.pop(),
        })
    }
}

const STEPS: &str = "SELECT version AS text FROM __diesel_schema_migrations";
const SUPPORT: &str = "SELECT oldest AS text FROM schema_support";

impl Steps for SqliteConnection {
    fn has(&mut self, table: &str) -> QueryResult<bool> {
        let found = sql_query(
            "SELECT count(*) > 0 AS found FROM sqlite_master WHERE type = 'table' AND name = ?",
        );
        let found: Found = found.bind::<Text, _>(table).get_result(self)?;
        Ok(found.found)
    }

    fn texts(&mut self, sql: &str) -> QueryResult<Vec<String>> {
        let rows: Vec<Line> = sql_query(sql).load(self)?;
        Ok(rows.into_iter().map(|row| row.text).collect())
    }
}

impl Steps for PgConnection {
    fn has(&mut self, table: &str) -> QueryResult<bool> {
        let found = sql_query("SELECT to_regclass($1) IS NOT NULL AS found");
        let found: Found = found.bind::<Text, _>(table).get_result(self)?;
        Ok(found.found)
    }

    fn texts(&mut self, sql: &str) -> QueryResult<Vec<String>> {
        let rows: Vec<Line> = sql_query(sql).load(self)?;
        Ok(rows.into_iter().map(|row| row.text).collect())
    }
}

/// Refuses a database of another schema than this program's.
pub(crate) fn check_sqlite(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    check(pending_sqlite(conn)?)
}

/// See [`check_sqlite`].
pub(crate) fn check_postgres(conn: &mut PgConnection) -> Result<(), StoreError> {
    check(pending_postgres(conn)?)
}

fn check(missing: Vec<String>) -> Result<(), StoreError> {
    match missing.into_iter().next() {
        Some(missing) => Err(StoreError::SchemaBehind { missing }),
        None => Ok(()),
    }
}

/// The migrations that a database lacks, oldest first; one that this program cannot run on is an error.
pub(crate) fn pending_sqlite(conn: &mut SqliteConnection) -> Result<Vec<String>, StoreError> {
    conn.applied()?
        .missing(&known::<diesel::sqlite::Sqlite>(&SQLITE)?)
}

/// See [`pending_sqlite`].
pub(crate) fn pending_postgres(conn: &mut PgConnection) -> Result<Vec<String>, StoreError> {
    conn.applied()?
        .missing(&known::<diesel::pg::Pg>(&POSTGRES)?)
}
