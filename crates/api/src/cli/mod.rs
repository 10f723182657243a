//! The command line.

mod api_keys;
mod apply;
mod audit;
mod backup;
mod doctor;
mod examples;
mod failure;
mod healthcheck;
mod inspect;
mod keys;
mod manual;
mod paint;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use serde_json::json;
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
    /// Print the answer as JSON, and an error as a problem object (RFC 9457) on standard error
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server
    #[command(after_help = examples::SERVE)]
    Serve,
    /// Show the whole main job with the bundled test IdP, then stay up for the browser
    #[cfg(feature = "demo")]
    #[command(after_help = examples::DEMO)]
    Demo(crate::demo::Options),
    /// Bring the database's schema up to date; `serve` does it at start, unless VESTIBULE_MIGRATE is off
    #[command(after_help = examples::MIGRATE)]
    Migrate,
    /// Make API keys, also beside a running server
    #[command(after_help = examples::API_KEYS)]
    ApiKeys {
        #[command(subcommand)]
        command: api_keys::Command,
    },
    /// Change the keys that sign tokens, and the master key, also beside running servers
    #[command(after_help = examples::KEYS)]
    Keys {
        #[command(subcommand)]
        command: keys::Command,
    },
    /// Let the admins of a workspace in who have lost their second factor, also beside running servers
    #[command(after_help = examples::WORKSPACE)]
    Workspace {
        #[command(subcommand)]
        command: workspace::Command,
    },
    /// Check, export and look after the audit log, also beside running servers
    #[command(after_help = examples::AUDIT)]
    Audit {
        #[command(subcommand)]
        command: audit::Command,
    },
    /// Write a copy of the SQLite database to a new file, beside the server that works with it
    ///
    /// Everything that was committed when it began is in it. The copy is checked, and opened by the master
    /// key, before it appears under its name; the key itself is not in it. To restore, stop the server and
    /// put the file in the place of the database, with the key.
    #[command(after_help = examples::BACKUP)]
    Backup(backup::Options),
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
    #[command(after_help = examples::INSPECT)]
    Inspect(inspect::Options),
    /// Make workspaces, connections and clients what a file says, over the API of a running server
    ///
    /// Shows what is otherwise (drift), then changes exactly that; a second time it changes nothing. The
    /// API key is taken from VESTIBULE_API_KEY. docs/cli.md says what the file may hold.
    ///
    /// A draft never goes live by it: that takes a passed test and somebody who enables it.
    ///
    /// Ends with 0 when everything is as the file says, 1 when something failed, and with --plan with 2
    /// when there is something to do.
    #[command(after_help = examples::APPLY)]
    Apply(apply::Options),
    /// Look at everything a server needs, and say of what is wrong how to mend it
    ///
    /// The settings (all that is wrong with them at once), the master key and the data folder, the
    /// database and its migrations, Redis, clocks, the public URL, keys and certificates, mail, and the
    /// room on the disk. Nothing is made or changed, and no secret is shown.
    ///
    /// Ends with 0 where nothing has failed, and with 1 otherwise.
    #[command(after_help = examples::DOCTOR)]
    Doctor,
    /// Ask the server on this machine whether it answers; ends with 0 where it does
    #[command(after_help = examples::HEALTHCHECK)]
    Healthcheck(healthcheck::Options),
    /// Print the OpenAPI document: YAML, or JSON with --json
    #[command(after_help = examples::OPENAPI)]
    Openapi,
    /// Print completions for a shell
    #[command(after_help = examples::COMPLETIONS)]
    Completions(manual::Shell),
    /// Print the manual page, or write those of every command
    #[command(after_help = examples::MAN)]
    Man(manual::Pages),
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

/// The exit status for a command line that cannot be understood, as `sysexits.h` has it: 2 is said by
/// commands for something else.
const USAGE: u8 = 64;

/// Reads the command line and does what it says.
#[must_use]
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misunderstood(&error),
    };
    let as_json = cli.json;
    match dispatch(cli) {
        Ok(code) => code,
        Err(error) => {
            failure::print(&error, as_json);
            ExitCode::FAILURE
        }
    }
}

/// Help and the version go to standard output and are no failure; the rest says how it should be.
fn misunderstood(error: &clap::Error) -> ExitCode {
    let asked = !error.use_stderr();
    let as_json = std::env::args_os().any(|argument| argument == "--json");
    if asked || !as_json {
        // Who closed the output does not want to read it.
        let _ = error.print();
    } else {
        let detail = error.render().to_string();
        let usage: Failure = Box::new(failure::Told::new("usage", detail.trim()));
        failure::print(&usage, true);
    }
    ExitCode::from(if asked { 0 } else { USAGE })
}

use failure::Failure;

fn dispatch(Cli { json, command }: Cli) -> Result<ExitCode, Failure> {
    let done: Result<(), Failure> = match command {
        // Its exit status says what came of it.
        Command::Apply(options) => return apply::run(&options, json),
        Command::Inspect(options) => return Ok(inspect::run(&options)),
        Command::Audit { command } => return audit::run(command, json),
        Command::Openapi if json => {
            println!("{}", openapi::document()?);
            Ok(())
        }
        Command::Openapi => {
            print!("{}", openapi::to_yaml()?);
            Ok(())
        }
        Command::Doctor => return doctor::run(json),
        Command::Healthcheck(options) => return healthcheck::run(&options, json),
        Command::Backup(options) => backup::run(&options, json),
        Command::Completions(shell) => manual::completions(&shell),
        Command::Man(pages) => manual::pages(&pages),
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
            if json {
                println!("{}", json!({"up_to_date": true}));
            } else {
                println!("The schema is up to date.");
            }
            Ok(())
        }
        Command::ApiKeys { command } => api_keys::run(command),
        Command::Keys { command } => keys::run(&command, json),
        Command::Workspace { command } => workspace::run(command, json),
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
