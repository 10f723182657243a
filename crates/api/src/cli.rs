//! The command line.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use serde_json::json;
use vestibule_model::{Actor, AuditEvent, EventId, Scopes};
use vestibule_store::StoreError;

use crate::{
    clock,
    config::{Config, SETTINGS},
    openapi,
    routes::api_keys,
    server, telemetry,
};

/// Self-hosted SAML single sign-on: verifies your customers' identity providers, applies their
/// policy, and mints sessions that your applications verify by themselves.
#[derive(Debug, Parser)]
#[command(name = "vestibule", version, after_help = settings_help())]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server
    Serve,
    /// Show the whole main job with the bundled test IdP, then stay up for the browser
    #[cfg(feature = "demo")]
    Demo(crate::demo::Options),
    /// Bring the database's schema up to date
    Migrate,
    /// Make API keys, also beside a running server
    ApiKeys {
        #[command(subcommand)]
        command: ApiKeysCommand,
    },
    /// Print the OpenAPI document
    Openapi,
}

#[derive(Debug, Subcommand)]
enum ApiKeysCommand {
    /// Make an API key and print its secret, this once
    Create {
        /// What people call it
        #[arg(long)]
        name: String,
        /// What it may do; repeat it for several, '*' is everything
        #[arg(long, required = true)]
        scope: Vec<String>,
        /// Print {"id", "secret"} on standard output
        #[arg(long)]
        json: bool,
    },
}

/// Every setting, as the help shows it.
fn settings_help() -> String {
    let mut help = String::from("Settings are environment variables:\n");
    for setting in SETTINGS {
        help.push_str(&format!(
            "\n  VESTIBULE_{}\n      {}\n      default: {}\n",
            setting.name, setting.meaning, setting.default
        ));
    }
    help
}

/// Reads the command line and does what it says.
#[must_use]
pub fn run() -> ExitCode {
    match dispatch(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("vestibule: {error}");
            ExitCode::FAILURE
        }
    }
}

type Failure = Box<dyn std::error::Error>;

fn dispatch(command: Command) -> Result<(), Failure> {
    match command {
        Command::Openapi => {
            print!("{}", openapi::to_yaml()?);
            Ok(())
        }
        Command::Serve => {
            let (config, public_url_given) = config()?;
            telemetry::start(&config)?;
            actix_web::rt::System::new().block_on(async {
                let started = server::start(config, public_url_given).await?;
                started.server.await?;
                tracing::info!("stopped");
                Ok(())
            })
        }
        #[cfg(feature = "demo")]
        Command::Demo(options) => crate::demo::run(&options),
        Command::Migrate => {
            let (config, _) = config()?;
            telemetry::start(&config)?;
            server::open_store(&config, true)?;
            println!("The schema is up to date.");
            Ok(())
        }
        Command::ApiKeys {
            command: ApiKeysCommand::Create { name, scope, json },
        } => create_api_key(name, &scope, json),
    }
}

/// The settings, and whether they name the public URL.
fn config() -> Result<(Config, bool), Failure> {
    let given = std::env::vars_os().any(|(name, _)| name == "VESTIBULE_PUBLIC_URL");
    Ok((Config::from_env()?, given))
}

fn create_api_key(name: String, scopes: &[String], as_json: bool) -> Result<(), Failure> {
    let (config, _) = config()?;
    telemetry::start(&config)?;
    let scopes = Scopes::parse(scopes.iter().map(String::as_str))?;
    let now = clock::now();
    let (key, secret) = api_keys::make(name, scopes, None, None, now)?;
    let (id, words) = (key.id, key.scopes.words());
    let event = AuditEvent {
        id: EventId::new(now),
        workspace_id: None,
        actor: Actor::Operator,
        action: "api_key.created".to_owned(),
        target: id.to_string(),
        detail: json!({"name": key.name, "scopes": words}).to_string(),
        at: now,
    };
    let store = server::open_store(&config, config.migrate)?;
    actix_web::rt::System::new().block_on(store.write(move |tx| {
        tx.insert_api_key(&key)?;
        tx.append_audit(&event)?;
        Ok::<_, StoreError>(())
    }))?;
    if as_json {
        println!("{}", json!({"id": id.to_string(), "secret": secret}));
    } else {
        println!("id:     {id}\nsecret: {secret}\n\nThe secret is shown this once.");
    }
    Ok(())
}
