//! What lies on this machine: the data folder, the master key, and the room that is left.

use std::{
    fs::Metadata,
    io::ErrorKind,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use crate::{
    cli::doctor::check::Check,
    config::{Config, Database, MasterKeySource},
    server::existing_master_keys,
};

/// Below this a database soon cannot write any more.
const LITTLE: u64 = 1024 * 1024 * 1024;
/// Below this it may not now.
const NONE: u64 = 64 * 1024 * 1024;

pub(super) fn of(config: &Config) -> Vec<Check> {
    let mut checks = vec![master_key(config)];
    match &config.database {
        Database::Sqlite(path) => {
            checks.push(data_folder(path));
            checks.push(disk_space(path));
        }
        Database::Postgres(_) => {
            let why = "the data is on the database server";
            checks.push(Check::skipped("data_folder", why));
            checks.push(Check::skipped("disk_space", why));
        }
    }
    checks
}

fn mode(found: &Metadata) -> u32 {
    found.mode() & 0o7777
}

fn master_key(config: &Config) -> Check {
    const CHECK: &str = "master_key";
    let expected = "a key that can be read, by the server's user alone";
    let path = match &config.master_key {
        MasterKeySource::Value(_) => None,
        MasterKeySource::File(path) => Some(path),
        MasterKeySource::MadeAt(path) if !path.exists() => {
            let found = format!("{} is not there yet", path.display());
            return match &config.database {
                // Another would be made, and open nothing.
                Database::Sqlite(database) if database.exists() => Check::fail(
                    CHECK,
                    expected,
                    found,
                    "bring the key back from the backup: it seals what is in the database, and no other \
                     opens that",
                ),
                _ => Check::warn(
                    CHECK,
                    expected,
                    found,
                    "the first start makes it: keep a copy",
                ),
            };
        }
        MasterKeySource::MadeAt(path) => Some(path),
    };
    if let Err(error) = existing_master_keys(&config.master_key) {
        let remedy = "`openssl rand -base64 32` makes a key for a new database; for one that is there it \
                      has to be the key that sealed it";
        return Check::fail(CHECK, expected, error.to_string(), remedy);
    }
    let Some(path) = path else {
        return Check::ok(CHECK, expected, "given by VESTIBULE_MASTER_KEY");
    };
    match std::fs::metadata(path) {
        Err(error) => {
            let found = format!("{}: {error}", path.display());
            Check::fail(CHECK, expected, found, "let the server's user read it")
        }
        Ok(found) => {
            let mode = mode(&found);
            let shown = format!("{} has mode {mode:04o}", path.display());
            let remedy = format!("chmod 600 {}", path.display());
            if mode & 0o007 != 0 {
                Check::fail(CHECK, expected, shown, remedy)
            } else if mode & 0o070 != 0 {
                Check::warn(CHECK, expected, shown, remedy)
            } else {
                Check::ok(CHECK, expected, shown)
            }
        }
    }
}

fn data_folder(database: &Path) -> Check {
    const CHECK: &str = "data_folder";
    let expected = "a folder and files that the server's user alone reads and writes";
    let folder = folder_of(database);
    let found = match std::fs::metadata(&folder) {
        Ok(found) if found.is_dir() => found,
        Ok(_) => {
            let shown = format!("{} is no folder", folder.display());
            let remedy = "name another place in VESTIBULE_DATABASE_URL";
            return Check::fail(CHECK, expected, shown, remedy);
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let shown = format!("{} is not there yet", folder.display());
            let remedy = "the first start makes it";
            return Check::warn(CHECK, expected, shown, remedy);
        }
        Err(error) => {
            let shown = format!("{}: {error}", folder.display());
            let remedy = "let the server's user into it";
            return Check::fail(CHECK, expected, shown, remedy);
        }
    };
    let file = std::fs::metadata(database).ok();
    // Whoever may enter the folder may read the file where its own mode lets them.
    let readable = file.as_ref().is_some_and(|file| mode(file) & 0o077 != 0);
    let (path, wrong) = match (mode(&found) & 0o022 != 0, readable) {
        (true, _) => (folder, mode(&found)),
        (false, true) if mode(&found) & 0o011 != 0 => (
            database.to_owned(),
            file.as_ref().map(mode).unwrap_or_default(),
        ),
        _ => {
            let shown = format!("{} has mode {:04o}", folder.display(), mode(&found));
            return Check::ok(CHECK, expected, shown);
        }
    };
    Check::warn(
        CHECK,
        expected,
        format!("{} has mode {wrong:04o}", path.display()),
        format!("chmod go-rwx {}", path.display()),
    )
}

fn folder_of(database: &Path) -> PathBuf {
    match database.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn disk_space(database: &Path) -> Check {
    const CHECK: &str = "disk_space";
    let expected = "1 GiB or more where the database lies";
    let folder = folder_of(database);
    // Where it is not there yet, it will be made below the nearest that is.
    let there = folder.ancestors().find(|path| path.exists());
    let there = there.unwrap_or(Path::new("."));
    match rustix::fs::statvfs(there) {
        Err(error) => Check::skipped(CHECK, format!("{}: {error}", there.display())),
        Ok(room) => {
            let free = room.f_bavail.saturating_mul(room.f_frsize);
            let shown = format!("{} MiB free at {}", free / 1024 / 1024, there.display());
            let remedy = "make room, or move the database to another disk";
            if free < NONE {
                Check::fail(CHECK, expected, shown, remedy)
            } else if free < LITTLE {
                Check::warn(CHECK, expected, shown, remedy)
            } else {
                Check::ok(CHECK, expected, shown)
            }
        }
    }
}
