//! The lanes of SQLite: one thread that writes, in groups that share a commit, and a few that read.

use std::fs::{DirBuilder, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, RunQueryDsl, SqliteConnection};

use crate::engine::Engine;
use crate::lane::{Verdict, Work};
use crate::prepared::Word;
use crate::queue::Queue;
use crate::seal::Vault;
use crate::{OnChange, StoreError, tables};

/// The most transactions that share one commit.
const GROUP: usize = 128;
/// When a group stops growing: the first of it waits for the commit too.
const GROUP_TIME: Duration = Duration::from_millis(10);

/// How long a connection waits for others: what `busy_timeout` says below.
const BUSY: Duration = Duration::from_secs(5);

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Migrate,
    Write,
    Read,
}

/// Makes the file and its folder, readable by their owner alone, where they are not there yet.
pub(crate) fn make_file(path: &Path) -> Result<(), StoreError> {
    let refused = |error: std::io::Error| {
        StoreError::Config(format!("cannot make {}: {error}", path.display()))
    };
    if let Some(folder) = path.parent() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(refused)?;
    }
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(refused(error)),
        _ => Ok(()),
    }
}

/// Opens a connection with the settings that its use asks for.
pub(crate) fn connect(path: &Path, purpose: Use) -> Result<SqliteConnection, StoreError> {
    let text = path
        .to_str()
        .ok_or_else(|| StoreError::Config(format!("the path {} is not UTF-8", path.display())))?;
    let unavailable =
        |error: String| StoreError::Unavailable(format!("cannot open {}: {error}", path.display()));
    let mut conn = SqliteConnection::establish(text).map_err(|e| unavailable(e.to_string()))?;
    // busy_timeout first: changing the journal mode takes a lock that another process may hold.
    // FULL: what was answered survives a power cut; the group shares the price of it.
    let settings = match purpose {
        // A table that others refer to is rebuilt by dropping it; the migration checks the keys.
        Use::Migrate => "PRAGMA foreign_keys = OFF;",
        // 16 MB before a checkpoint: a page that each sign-in writes to is copied into the database once for hundreds
        // of them. And as much for pages that are kept: of many workspaces, each has its own in every index.
        Use::Write => {
            "PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -16000;"
        }
        Use::Read => "PRAGMA foreign_keys = ON; PRAGMA query_only = ON;",
    };
    let settings = format!(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; {settings}"
    );
    // Of several that find a new file and change its journal mode at once, SQLite refuses all but one
    // without waiting, lest they wait for each other. Then it is changed, or nearly.
    let started = Instant::now();
    loop {
        match conn
            .batch_execute(&settings)
            .map_err(|error| StoreError::from_diesel(&error))
        {
            Ok(()) => {
                tables::add_functions(&mut conn).map_err(|error| unavailable(error.to_string()))?;
                return Ok(conn);
            }
            Err(StoreError::Unavailable(_)) if started.elapsed() < BUSY => {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(error) => return Err(unavailable(error.to_string())),
        }
    }
}

fn execute(conn: &mut SqliteConnection, word: &'static str) -> Result<(), StoreError> {
    let executed = Word(word).execute(conn);
    executed
        .map(drop)
        .map_err(|error| StoreError::from_diesel(&error))
}

/// Writes until the queue is closed and empty.
pub(crate) fn write_lane(
    mut conn: SqliteConnection,
    queue: &Queue<Box<dyn Work>>,
    vault: &Vault,
    on_change: &OnChange,
) {
    while let Some(first) = queue.pop() {
        group(&mut conn, first, queue, vault, on_change);
    }
}

/// One commit: the first piece of work and whatever waits behind it.
fn group(
    conn: &mut SqliteConnection,
    mut first: Box<dyn Work>,
    queue: &Queue<Box<dyn Work>>,
    vault: &Vault,
    on_change: &OnChange,
) {
    if first.is_abandoned() {
        return;
    }
    if let Err(error) = execute(conn, "BEGIN IMMEDIATE") {
        first.fail(could_not_begin(&error));
        return;
    }
    let started = Instant::now();
    // It needs no savepoint: where it is to be undone, nothing else is.
    if first.run(Engine::Sqlite(conn), vault, false).verdict != Verdict::Keep {
        // SQLite may have rolled back by itself; then there is nothing left to undo.
        let _ = execute(conn, "ROLLBACK");
        first.answer();
        return;
    }
    let mut done = vec![first];
    let mut outcome = Ok(());
    while outcome.is_ok() && done.len() < GROUP && started.elapsed() < GROUP_TIME {
        let Some(mut work) = queue.try_pop() else {
            break;
        };
        if !work.is_abandoned() {
            outcome = savepoint(conn, work.as_mut(), vault);
            done.push(work);
        }
    }
    match outcome.and_then(|()| execute(conn, "COMMIT")) {
        Ok(()) => {
            for mut work in done {
                work.tell(on_change);
                work.answer();
            }
        }
        Err(error) => {
            let _ = execute(conn, "ROLLBACK");
            let error = StoreError::Unavailable(format!("nothing was written: {error}"));
            done.into_iter().for_each(|work| work.fail(error.clone()));
        }
    }
}

/// Runs one piece of work in a savepoint. An error means that the whole group is lost: SQLite ends
/// the transaction by itself when the disk is full or fails.
fn savepoint(
    conn: &mut SqliteConnection,
    work: &mut dyn Work,
    vault: &Vault,
) -> Result<(), StoreError> {
    execute(conn, "SAVEPOINT work")?;
    if work.run(Engine::Sqlite(conn), vault, false).verdict != Verdict::Keep {
        execute(conn, "ROLLBACK TO work")?;
    }
    execute(conn, "RELEASE work")
}

/// Reads until the queue is closed and empty; each closure sees one snapshot.
pub(crate) fn read_lane(mut conn: SqliteConnection, queue: &Queue<Box<dyn Work>>, vault: &Vault) {
    while let Some(mut work) = queue.pop() {
        if work.is_abandoned() {
            continue;
        }
        if let Err(error) = execute(&mut conn, "BEGIN") {
            work.fail(could_not_begin(&error));
            continue;
        }
        work.run(Engine::Sqlite(&mut conn), vault, false);
        // Nothing was written: how a read ends cannot change what it found.
        let _ = execute(&mut conn, "ROLLBACK");
        work.answer();
    }
}

fn could_not_begin(error: &StoreError) -> StoreError {
    StoreError::Unavailable(format!("no transaction could begin: {error}"))
}
