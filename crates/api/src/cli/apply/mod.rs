//! `vestibule apply`: what a file says is there, and nothing else is done.
//!
//! It goes over the management API and over nothing else: the rules, the audit log, the events for
//! webhooks and what replicas drop are those of every other change, and whoever runs it needs a key and not
//! the database.

mod draft_in_file;
mod file;
mod inside;
mod make;
mod plan;
mod planner;
mod secrets;
mod server;
mod settings;
mod show;
mod step;

use std::{
    io::{BufRead as _, IsTerminal as _, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;

use crate::{
    cli::{
        Failure,
        apply::{
            make::Making,
            plan::Plan,
            planner::Planner,
            secrets::{Secrets, SecretsFile},
            server::Server,
        },
        failure::Told,
        paint::Paint,
    },
    clock,
    config::api_key,
};

/// The exit status that says: something would be done.
const PENDING: u8 = 2;

/// What is applied, and where.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The file (YAML) that says what is to be there
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    /// The server whose management API is called
    #[arg(
        long,
        value_name = "URL",
        env = "VESTIBULE_SERVER",
        default_value = "http://127.0.0.1:8080"
    )]
    server: String,
    /// Show what would be done, and do nothing: ends with 2 where there is something to do
    #[arg(long, visible_alias = "dry-run")]
    plan: bool,
    /// Delete what the file owns (`owns`) and does not have
    #[arg(long)]
    prune: bool,
    /// Do not ask before something is deleted or switched off
    #[arg(long)]
    yes: bool,
    /// Write the secrets of new clients into this file (JSON, mode 0600); `-` shows them
    #[arg(long, value_name = "FILE")]
    secrets_out: Option<PathBuf>,
}

/// Plans, shows, asks where it is grave, and does it.
pub(super) fn run(options: &Options, as_json: bool) -> Result<ExitCode, Failure> {
    let (source, document) = file::read(&options.file)?;
    let key = api_key().ok_or_else(|| {
        let detail = "expected an API key in VESTIBULE_API_KEY; found nothing. `vestibule api-keys \
                      create --name ci --scope '*'` on the server's machine makes one";
        Told::new("unauthorized", detail)
    })?;
    let server = Server::new(&options.server, &key)?;
    let mut secrets = match &options.secrets_out {
        Some(path) if path.as_os_str() != "-" && !options.plan => {
            let mut file = SecretsFile::open(path)?;
            for name in file.resume(&server, clock::now())? {
                eprintln!(
                    "vestibule: the client {name:?}, which an earlier run began, is written down"
                );
            }
            Secrets::File(file)
        }
        _ => Secrets::Shown(Vec::new()),
    };
    let mut plan = Planner::new(&server, &source, &document, options.prune).run()?;
    if options.plan {
        if as_json {
            println!("{}", show::data(&plan, &server.url(), None, &[], &[]));
        } else {
            print!("{}", show::plan(&plan, Paint::of_stdout()));
        }
        let pending = if plan.pending() > 0 { PENDING } else { 0 };
        return Ok(ExitCode::from(pending));
    }
    if !as_json {
        print!("{}", show::plan(&plan, Paint::of_stdout()));
    }
    may_show_secrets(options, &plan)?;
    if plan.grave() > 0 && !options.yes {
        confirm(&plan)?;
    }
    let mut making = Making::of(&plan, &server, &source, &mut secrets);
    let made = making.make(&mut plan);
    let (done, to_do) = (making.done, making.to_do);
    if as_json {
        let shown = secrets.shown();
        let data = show::data(&plan, &server.url(), Some(&done), &to_do, shown);
        println!("{data}");
    } else {
        println!("{} of {} made.", done.len(), plan.pending());
        for secret in secrets.shown() {
            println!(
                "\nclient {:?}\n  client_id:     {}\n  client_secret: {}\nThe secret is shown this once.",
                secret.name, secret.client_id, secret.client_secret
            );
        }
        for one in &to_do {
            println!("To do: {one}.");
        }
    }
    made?;
    Ok(ExitCode::SUCCESS)
}

/// A secret that is shown where nobody looks is kept by whatever keeps the output.
fn may_show_secrets(options: &Options, plan: &Plan) -> Result<(), Told> {
    let any = plan.steps.iter().any(|step| step.makes_secret);
    if !any || options.secrets_out.is_some() || std::io::stdout().is_terminal() {
        return Ok(());
    }
    let detail = "a client would be made, and its secret is shown once: expected --secrets-out FILE, or \
                  --secrets-out - where the output may hold it; found neither, and no terminal. Nothing \
                  was changed";
    Err(Told::new("secrets-out", detail))
}

fn confirm(plan: &Plan) -> Result<(), Told> {
    let refused = |found: &str| {
        let detail = format!(
            "{} of these steps delete something or end SSO: expected --yes, or yes to the question; \
             found {found}. Nothing was changed",
            plan.grave()
        );
        Told::new("not-confirmed", detail)
    };
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(refused("no terminal to ask at"));
    }
    eprint!(
        "{} of these steps delete something or end SSO. Type yes to go on: ",
        plan.grave()
    );
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    let read = stdin.lock().read_line(&mut answer);
    match (read, answer.trim()) {
        (Ok(_), "yes") => Ok(()),
        (_, other) => Err(refused(&format!("{other:?}"))),
    }
}
