//! `vestibule backup`: a copy of the SQLite database, beside the server that works with it.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use vestibule_store::{BackedUp, Store, StoreConfig};

use super::{Failure, config, failure::Told};
use crate::{
    config::{Database, MasterKeySource},
    server::existing_master_keys,
    telemetry,
};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The file to write; it must not be there yet
    file: PathBuf,
}

pub(super) fn run(options: &Options, as_json: bool) -> Result<(), Failure> {
    let (config, _) = config()?;
    telemetry::start(&config)?;
    if matches!(config.database, Database::Postgres(_)) {
        let detail = "this copies a SQLite database. For Postgres: pg_dump --format=custom \
                      --file=vestibule.dump \"$DATABASE_URL\", or continuous archiving \
                      (docs/operations.md)";
        return Err(Box::new(Told::new("not-sqlite", detail)));
    }
    let keys = existing_master_keys(&config.master_key)?;
    let store_config = StoreConfig::new(config.database.url(), keys);
    let BackedUp { bytes } = Store::back_up(&store_config, &options.file)?;
    let file = options.file.display();
    if as_json {
        println!("{}", json!({"file": file.to_string(), "bytes": bytes}));
        return Ok(());
    }
    println!("{file}: {bytes} bytes, sound, and opened by the master key.");
    if let MasterKeySource::File(path) | MasterKeySource::MadeAt(path) = &config.master_key {
        println!(
            "Without that key it is of no use. Keep {} too, in another place.",
            path.display()
        );
    }
    Ok(())
}
