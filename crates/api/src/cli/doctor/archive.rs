//! The database: whether it answers, is ours and up to date, takes writes, and opens.

use jiff::{SignedDuration, Timestamp};
use vestibule_store::{Probed, Store, StoreConfig, StoreError};

use crate::{
    cli::doctor::check::Check,
    clock,
    config::{Config, Database, MasterKeySource},
    server::existing_master_keys,
};

/// The oldest Postgres that is supported.
const POSTGRES: i64 = 15;
/// By how much the clocks of two servers may differ before leases and keys overlap.
const DRIFT: SignedDuration = SignedDuration::from_secs(60);
/// By how much they usually do.
const USUAL: SignedDuration = SignedDuration::from_secs(2);

const ANSWERS: &str = "a database that answers, of a supported version";
const UP_TO_DATE: &str = "a schema of this release";

/// The rows, and the archive where it could be opened.
pub(super) async fn of(config: &Config, now: Timestamp) -> (Vec<Check>, Option<Store>) {
    let rest = ["migrations", "database_writable", "sealed_values", "clock"];
    let skipped = |why: &str| rest.map(|check| Check::skipped(check, why)).to_vec();
    let made_later = matches!(&config.master_key, MasterKeySource::MadeAt(path) if !path.exists());
    let Ok(keys) = existing_master_keys(&config.master_key) else {
        let why = match made_later {
            true => "there is no master key yet",
            false => "the master key cannot be read",
        };
        let mut checks = vec![Check::skipped("database", why)];
        checks.extend(skipped(why));
        return (checks, None);
    };
    let mut store_config = StoreConfig::new(config.database.url(), keys);
    store_config.connections = 1;
    store_config.readers = 1;
    let shown = store_config.shown_url();
    let looks = store_config.clone();
    let probed = actix_web::rt::task::spawn_blocking(move || Store::probe(&looks)).await;
    let probed = probed.unwrap_or_else(|error| Err(StoreError::Unavailable(error.to_string())));
    let asked_at = clock::now();
    let probed = match probed {
        Ok(Some(probed)) => probed,
        Ok(None) => {
            let found = format!("{shown} is not there yet");
            let remedy = "`vestibule serve` or `vestibule migrate` makes it";
            let mut checks = vec![Check::warn("database", ANSWERS, found, remedy)];
            checks.extend(skipped("there is no database yet"));
            return (checks, None);
        }
        Err(StoreError::SchemaTooNew { version }) => {
            let mut checks = vec![Check::ok("database", ANSWERS, shown)];
            let found = format!("migration {version}, which this release does not know");
            let remedy = "run the newer release that made it, or bring back the backup from before";
            checks.push(Check::fail("migrations", UP_TO_DATE, found, remedy));
            checks.extend(skipped("the schema is another one").split_off(1));
            return (checks, None);
        }
        Err(error) => {
            let remedy = match &config.database {
                Database::Sqlite(_) => {
                    "see that VESTIBULE_DATABASE_URL names the file, and that the server's user may \
                     read and write it and its folder"
                }
                Database::Postgres(_) => {
                    "see that Postgres runs, that VESTIBULE_DATABASE_URL names it, and that user and \
                     password are right"
                }
            };
            let mut checks = vec![Check::fail("database", ANSWERS, error.to_string(), remedy)];
            checks.extend(skipped("the database does not answer"));
            return (checks, None);
        }
    };
    let mut checks = vec![
        version(&probed, config, &shown),
        migrations(&probed),
        writable(&probed),
        sealed(&probed),
        clocks(&probed, now, asked_at),
    ];
    let opens = probed.pending.is_empty() && matches!(probed.opens, Some(Ok(())));
    let store = match opens.then(|| Store::open(store_config)) {
        Some(Ok(store)) => Some(store),
        Some(Err(error)) => {
            let remedy = "see the rows above; the log of the server says more";
            checks.push(Check::fail("database", ANSWERS, error.to_string(), remedy));
            None
        }
        None => None,
    };
    (checks, store)
}

fn version(probed: &Probed, config: &Config, shown: &str) -> Check {
    let found = format!("{shown}, version {}", probed.version);
    match &config.database {
        Database::Postgres(_) if probed.major < POSTGRES => {
            let remedy = format!("move to Postgres {POSTGRES} or newer");
            Check::fail("database", ANSWERS, found, remedy)
        }
        _ => Check::ok("database", ANSWERS, found),
    }
}

fn migrations(probed: &Probed) -> Check {
    if probed.pending.is_empty() {
        return Check::ok("migrations", UP_TO_DATE, "none is pending");
    }
    let found = format!(
        "{} are pending: {}",
        probed.pending.len(),
        probed.pending.join(", ")
    );
    let remedy = "run `vestibule migrate`, or start the server with VESTIBULE_MIGRATE=on";
    Check::warn("migrations", UP_TO_DATE, found, remedy)
}

fn writable(probed: &Probed) -> Check {
    let expected = "a database that can be written to";
    match &probed.writable {
        None => Check::skipped("database_writable", "the schema is not up to date"),
        Some(Ok(())) => Check::ok("database_writable", expected, "it can"),
        Some(Err(error)) => Check::fail(
            "database_writable",
            expected,
            error.to_string(),
            "give the server's user the right to write, and name the primary server and not a replica",
        ),
    }
}

fn sealed(probed: &Probed) -> Check {
    let expected = "sealed values that the master key opens";
    match &probed.opens {
        None => Check::skipped("sealed_values", "nothing is sealed yet"),
        Some(Ok(())) => Check::ok("sealed_values", expected, "it opens them"),
        Some(Err(error)) => Check::fail(
            "sealed_values",
            expected,
            error.to_string(),
            "give the master key that this database was sealed under; a copy lies with the backups",
        ),
    }
}

fn clocks(probed: &Probed, before: Timestamp, after: Timestamp) -> Check {
    let expected = "the clocks of this machine and of the database server within 2 s";
    let Some(theirs) = probed.clock else {
        return Check::skipped("clock", "SQLite has no other clock than this machine's");
    };
    // Theirs was read between our two looks.
    let late = before.duration_since(theirs);
    let early = theirs.duration_since(after);
    let apart = late.max(early).max(SignedDuration::ZERO);
    let found = format!("{:.1} s apart", apart.as_secs_f64());
    let remedy = "let both machines take their time from NTP";
    if apart > DRIFT {
        Check::fail("clock", expected, found, remedy)
    } else if apart > USUAL {
        Check::warn("clock", expected, found, remedy)
    } else {
        Check::ok("clock", expected, found)
    }
}
