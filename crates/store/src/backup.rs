//! A copy of the whole archive, made while others work with it.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use diesel::sql_types::Text;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};

use crate::config::Database;
use crate::engine::Engine;
use crate::seal::Vault;
use crate::{Store, StoreConfig, StoreError, Tx, migrate, sqlite};

/// A copy that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackedUp {
    /// How long it is.
    pub bytes: u64,
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

impl Store {
    /// Writes a copy of a SQLite database to a new file that its owner alone can read: everything that was
    /// committed when it began, nothing of what came later. Whoever works with the database goes on. The copy
    /// appears under its name once it is on disk, whole, sound, and opened by the master key; or not at all.
    ///
    /// # Errors
    /// [`StoreError::Config`] for Postgres, whose own programs do it, and for a file that is there already or
    /// cannot be made; [`StoreError::Unavailable`], [`StoreError::SchemaBehind`], [`StoreError::SchemaTooNew`],
    /// [`StoreError::WrongMasterKey`].
    pub fn back_up(config: &StoreConfig, to: &Path) -> Result<BackedUp, StoreError> {
        let Database::Sqlite(from) = Database::parse(&config.database_url)? else {
            return Err(StoreError::Config(
                "a copy of Postgres is made by pg_dump, or by continuous archiving".to_owned(),
            ));
        };
        let vault = Vault::new(&config.master_keys)?;
        if !from.exists() {
            // Connecting would make it.
            let missing = format!("there is no database at {}", from.display());
            return Err(StoreError::Config(missing));
        }
        if to.exists() {
            return Err(refused(to, "it is there already"));
        }
        let draft = draft_of(to)?;
        let made = write(&from, &draft, &vault).and_then(|bytes| {
            // A link fails where the name exists, so it never replaces anything.
            std::fs::hard_link(&draft, to).map_err(|error| refused(to, error))?;
            Ok(BackedUp { bytes })
        });
        // What is left of it is no copy.
        let _ = std::fs::remove_file(&draft);
        let made = made?;
        sync_folder(to)?;
        Ok(made)
    }
}

fn refused(path: &Path, why: impl std::fmt::Display) -> StoreError {
    StoreError::Config(format!("cannot make {}: {why}", path.display()))
}

/// A new file beside the one that is wanted, which nobody else can read.
fn draft_of(to: &Path) -> Result<PathBuf, StoreError> {
    let name = to
        .file_name()
        .ok_or_else(|| refused(to, "it names no file"))?;
    let mut draft = name.to_owned();
    draft.push(format!(".{}.part", std::process::id()));
    let draft = to.with_file_name(draft);
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)
        .map_err(|error| refused(&draft, error))?;
    Ok(draft)
}

/// Copies, and looks whether the copy is good; how long it is.
fn write(from: &Path, draft: &Path, vault: &Vault) -> Result<u64, StoreError> {
    let target = draft
        .to_str()
        .ok_or_else(|| refused(draft, "its path is not UTF-8"))?;
    let mut conn = sqlite::connect(from, sqlite::Use::Write)?;
    migrate::check_sqlite(&mut conn)?;
    // One read transaction: the writer goes on, and what it commits meanwhile is not in the copy.
    sql_query("VACUUM INTO ?")
        .bind::<Text, _>(target)
        .execute(&mut conn)
        .map_err(|error| StoreError::from_diesel(&error))?;
    drop(conn);
    // Not as others are opened: nothing is written to it, and no log is left beside it.
    let mut copy = SqliteConnection::establish(target)
        .map_err(|error| StoreError::Unavailable(format!("the copy cannot be opened: {error}")))?;
    check(&mut copy, vault)?;
    drop(copy);
    // SQLite leaves it to the system when a copy reaches the disk.
    let file = File::open(draft).map_err(|error| refused(draft, error))?;
    file.sync_all().map_err(|error| refused(draft, error))?;
    let facts = file.metadata().map_err(|error| refused(draft, error))?;
    Ok(facts.len())
}

fn check(copy: &mut SqliteConnection, vault: &Vault) -> Result<(), StoreError> {
    let found: Word =
        sql_query("SELECT integrity_check AS word FROM pragma_integrity_check LIMIT 1")
            .get_result(copy)
            .map_err(|error| StoreError::from_diesel(&error))?;
    if found.word != "ok" {
        return Err(StoreError::Unavailable(format!(
            "the database is damaged: {}",
            found.word
        )));
    }
    let opens = Tx::new(Engine::Sqlite(copy), vault, None).opens_sentinel()?;
    // Where nothing is sealed yet there is nothing to open.
    opens.unwrap_or(Ok(()))
}

/// A name is on disk when its folder is.
fn sync_folder(path: &Path) -> Result<(), StoreError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|error| refused(path, error))
}
