//! The command line.

mod api_keys;
mod audit;
mod inspect;
mod keys;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use vestibule_store::Store;

use crate::{
    config::{Config, SETTINGS},
    openapi, server, telemetry,
};

/// Self-hosted SAML single sign-on: verifies what your customers' identity providers say, applies the
/// customers' rules, and mints sessions that your applications verify by themselves.
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
    /// Bring the database's schema up to date; `serve` does it at start, unless VESTIBULE_MIGRATE is off
    Migrate,
    /// Make API keys, also beside a running server
    ApiKeys {
        #[command(subcommand)]
        command: api_keys::Command,
    },
    /// Change the keys that sign tokens, and the master key, also beside running servers
    Keys {
        #[command(subcommand)]
        command: keys::Command,
    },
    /// Let the admins of a workspace in who have lost their second factor, also beside running servers
    Workspace {
        #[command(subcommand)]
        command: workspace::Command,
    },
    /// Check, export and look after the audit log, also beside running servers
    Audit {
        #[command(subcommand)]
        command: audit::Command,
    },
    /// Hold a captured SAML response against a connection, and say what would come of it
    ///
    /// The response as the browser posted it is best: the developer tools of a browser show the form
    /// of the request to /saml/…/acs. The file may hold the XML, its base64, or the whole form
    /// (SAMLResponse=…).
    ///
    /// Nobody is signed in. What answers no request of ours and could still be used for a sign-in is
    /// used up by it, and the audit log notes that somebody looked.
    ///
    /// Ends with 0 when a sign-in would succeed, 1 when it would be refused, 2 when there was nothing
    /// to inspect.
    Inspect(inspect::Options),
    /// Print the OpenAPI document
    Openapi,
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
        Ok(code) => code,
        Err(error) => {
            eprintln!("vestibule: {error}");
            ExitCode::FAILURE
        }
    }
}

type Failure = Box<dyn std::error::Error>;

fn dispatch(command: Command) -> Result<ExitCode, Failure> {
    let done: Result<(), Failure> = match command {
        // Its exit status says what came of it.
        Command::Inspect(options) => return Ok(inspect::run(&options)),
        Command::Audit { command } => return audit::run(command),
        Command::Openapi => {
            print!("{}", openapi::to_yaml()?);
            Ok(())
        }
        Command::Serve => {
            let (config, public_url_given) = config()?;
            telemetry::start(&config)?;
            actix_web::rt::System::new().block_on(async {
                let started = server::start(config, public_url_given).await?;
                let jobs = started.start_jobs();
                started.server.await?;
                jobs.stop().await;
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
        Command::ApiKeys { command } => api_keys::run(command),
        Command::Keys { command } => keys::run(&command),
        Command::Workspace { command } => workspace::run(command),
    };
    done.map(|()| ExitCode::SUCCESS)
}

/// The settings, and whether they name the public URL.
fn config() -> Result<(Config, bool), Failure> {
    let given = std::env::vars_os().any(|(name, _)| name == "VESTIBULE_PUBLIC_URL");
    Ok((Config::from_env()?, given))
}

/// The archive, for a command that works beside a running server.
fn open_store() -> Result<Store, Failure> {
    let (config, _) = config()?;
    telemetry::start(&config)?;
    Ok(server::open_store(&config, config.migrate)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_what_it_claims_to_be() {
        Cli::command().debug_assert();
    }
}
