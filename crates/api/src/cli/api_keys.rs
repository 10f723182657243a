//! `vestibule api-keys`.

use clap::Subcommand;
use serde_json::json;
use vestibule_model::{Actor, Scopes};
use vestibule_store::StoreError;

use crate::{audit, cli::Failure, clock, routes::api_keys};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an API key for the whole deployment and print its secret, this once
    ///
    /// A key for one workspace alone, or one that expires, is made with `POST /v1/api-keys`.
    Create {
        /// What people call it
        #[arg(long)]
        name: String,
        /// What it may do, such as members:read; repeat it for several, '*' is everything
        #[arg(long, required = true)]
        scope: Vec<String>,
        /// Print {"id", "secret"} on standard output
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Create { name, scope, json } => create(name, &scope, json),
    }
}

fn create(name: String, scopes: &[String], as_json: bool) -> Result<(), Failure> {
    let scopes = Scopes::parse(scopes.iter().map(String::as_str))?;
    let store = super::open_store()?;
    let now = clock::now();
    let (key, secret) = api_keys::make(name, scopes, None, None, now)?;
    let id = key.id;
    actix_web::rt::System::new().block_on(store.write(move |tx| {
        tx.insert_api_key(&key)?;
        let detail = json!({"name": key.name, "scopes": key.scopes.words()});
        audit::record(
            tx,
            Actor::Operator,
            None,
            "api_key.created",
            id,
            &detail,
            now,
        )?;
        Ok::<_, StoreError>(())
    }))?;
    if as_json {
        println!("{}", json!({"id": id.to_string(), "secret": secret}));
    } else {
        println!("id:     {id}\nsecret: {secret}\n\nThe secret is shown this once.");
    }
    Ok(())
}
