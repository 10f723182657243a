//! `vestibule audit`: whether the log is what was written, and getting it out.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, IsTerminal as _, Write as _, stderr},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use vestibule_model::{Actor, AuditFinding, ChainHead, EventId, WorkspaceId};
use vestibule_store::{AuditCheck, AuditFilter, Reach, Store, StoreError, Tx};

use super::failure::{self, Failure};
use crate::{audit, clock, views::AuditEventView};

/// How many chains are looked up at a time.
const CHAINS: i64 = 500;
/// How many entries are read at a time.
const ENTRIES: i64 = 500;
/// After how many entries a line of progress is due.
const PROGRESS_EVERY: u64 = 100_000;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Look whether every entry of the audit log is what was written, in its place
    ///
    /// Names each place where an entry was changed, made up, moved or taken away. It needs the master key, which
    /// opens the key of the log.
    ///
    /// Whoever can put back an older copy of the whole database, or take away entries in the seconds before they
    /// are sealed, is found out by heads that somebody else has kept alone: see --heads.
    ///
    /// Ends with 0 when everything is as it was written, 1 when something is not, 2 when it could not be looked
    /// at.
    Verify {
        /// Only the chain of this workspace (its id), or `deployment`
        #[arg(long, value_name = "CHAIN")]
        chain: Option<String>,
        /// Heads that were kept elsewhere: a file with a JSON object {chain, number, mac} on each line, such as
        /// the `data` of `audit_log.sealed` webhooks or what `vestibule audit heads` has printed
        #[arg(long, value_name = "FILE")]
        heads: Option<PathBuf>,
        /// Print a JSON object {ok, chains, entries, waiting, faults, findings}
        #[arg(long)]
        json: bool,
    },
    /// Print where each chain ends, one JSON object {chain, number, mac} a line
    ///
    /// Kept where whoever runs the database cannot write, they show later that nothing before them has changed.
    Heads,
    /// Print entries, the oldest first, one JSON object a line
    Export(ExportOptions),
    /// Go on with the chains that a server has found broken
    ///
    /// A server adds nothing to a chain whose record of its end is not what was written, so that nothing is
    /// covered up. Look first (`vestibule audit verify`), and keep a copy of the database. What is wrong stays
    /// to be found afterwards: one number is left out for ever, and new entries come after it.
    Resume,
}

/// Which entries.
#[derive(Debug, Args)]
pub(super) struct ExportOptions {
    /// Only those of this workspace
    #[arg(long, value_name = "ID")]
    workspace: Option<WorkspaceId>,
    /// Only what this one did: the id of an API key, a member or a setup link, `operator` or `system`
    #[arg(long)]
    actor: Option<Actor>,
    /// Only those of this action
    #[arg(long)]
    action: Option<String>,
    /// Only what was done to this
    #[arg(long)]
    target: Option<String>,
    /// Only those from this time on (RFC 3339)
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Only those from before this time (RFC 3339)
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
}

pub(super) fn run(command: Command, as_json: bool) -> Result<ExitCode, Failure> {
    let system = actix_web::rt::System::new();
    match command {
        Command::Verify { chain, heads, json } => {
            let wanted = Wanted { chain, heads };
            Ok(match system.block_on(verify(&wanted)) {
                Ok(outcome) => outcome.print(json),
                Err(error) => {
                    failure::print(&error, json);
                    ExitCode::from(2)
                }
            })
        }
        Command::Heads => system.block_on(heads()),
        Command::Export(options) => system.block_on(export(options)),
        Command::Resume => system.block_on(resume(as_json)),
    }
}

struct Wanted {
    chain: Option<String>,
    heads: Option<PathBuf>,
}

/// What came of a check.
#[derive(Default)]
struct Outcome {
    chains: u64,
    entries: u64,
    waiting: u64,
    faults: u64,
    findings: Vec<AuditFinding>,
}

impl Outcome {
    fn take(&mut self, check: AuditCheck) {
        self.chains += 1;
        self.entries += check.entries;
        self.waiting += check.waiting;
        self.faults += check.faults;
        self.findings.extend(check.findings);
    }

    fn print(&self, as_json: bool) -> ExitCode {
        let ok = self.faults == 0;
        if as_json {
            let findings: Vec<_> = self.findings.iter().map(shown).collect();
            println!(
                "{}",
                json!({
                    "ok": ok,
                    "chains": self.chains,
                    "entries": self.entries,
                    "waiting": self.waiting,
                    "faults": self.faults,
                    "findings": findings,
                })
            );
        } else {
            for finding in &self.findings {
                println!("{finding}");
            }
            let named = u64::try_from(self.findings.len()).unwrap_or(u64::MAX);
            if self.faults > named {
                println!("and {} more", self.faults - named);
            }
            let Self {
                chains,
                entries,
                waiting,
                faults,
                ..
            } = self;
            println!(
                "{entries} entries in {chains} chains, {waiting} of them not sealed yet: {}",
                match faults {
                    0 => "all as they were written".to_owned(),
                    faults => format!("{faults} not as they were written"),
                }
            );
        }
        if ok {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

fn shown(finding: &AuditFinding) -> serde_json::Value {
    json!({
        "chain": finding.chain,
        "fault": finding.fault.as_str(),
        "number": finding.number,
        "last_number": finding.last_number,
        "event": finding.event,
        "detail": finding.detail,
    })
}

async fn verify(wanted: &Wanted) -> Result<Outcome, Failure> {
    let mut known = match &wanted.heads {
        Some(path) => read_heads(path)?,
        None => BTreeMap::new(),
    };
    let store = super::open_store()?;
    let mut outcome = Outcome::default();
    let mut progress = Progress::new();
    if let Some(chain) = &wanted.chain {
        let known = known.remove(chain).unwrap_or_default();
        check(&store, chain, known, &mut outcome, &mut progress).await?;
        return Ok(outcome);
    }
    let mut after = String::new();
    loop {
        let from = after.clone();
        let names = store.read(move |tx| tx.audit_chains(&from, CHAINS)).await?;
        for chain in &names {
            let known = known.remove(chain).unwrap_or_default();
            check(&store, chain, known, &mut outcome, &mut progress).await?;
        }
        match names.last() {
            Some(last) => after.clone_from(last),
            None => break,
        }
    }
    // A head of a chain that is gone altogether.
    for (chain, known) in known {
        check(&store, &chain, known, &mut outcome, &mut progress).await?;
    }
    Ok(outcome)
}

async fn check(
    store: &Store,
    chain: &str,
    known: Vec<ChainHead>,
    outcome: &mut Outcome,
    progress: &mut Progress,
) -> Result<(), StoreError> {
    let mut check = AuditCheck::new(chain, known);
    while !check.is_done() {
        let now = clock::now();
        check = store.read(move |tx| tx.check_audit(check, now)).await?;
        progress.show(outcome.entries + check.entries);
    }
    outcome.take(check);
    Ok(())
}

/// Long work shows progress, to people.
struct Progress {
    next: u64,
    wanted: bool,
}

impl Progress {
    fn new() -> Self {
        Self {
            next: PROGRESS_EVERY,
            wanted: stderr().is_terminal(),
        }
    }

    fn show(&mut self, entries: u64) {
        if self.wanted && entries >= self.next {
            eprintln!("{entries} entries …");
            self.next = entries + PROGRESS_EVERY;
        }
    }
}

/// A head as a line of the file has it; what else the line holds does not matter.
#[derive(Deserialize)]
struct KnownHead {
    chain: String,
    number: i64,
    mac: String,
}

fn read_heads(path: &Path) -> Result<BTreeMap<String, Vec<ChainHead>>, Failure> {
    let shown = path.display();
    let text = fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
    let mut heads = BTreeMap::<String, Vec<ChainHead>>::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let KnownHead { chain, number, mac } = serde_json::from_str(line).map_err(|error| {
            let line = index + 1;
            format!("{shown}, line {line}: expected an object {{chain, number, mac}}: {error}")
        })?;
        let head = ChainHead {
            chain: chain.clone(),
            number,
            mac,
        };
        heads.entry(chain).or_default().push(head);
    }
    Ok(heads)
}

async fn heads() -> Result<ExitCode, Failure> {
    let store = super::open_store()?;
    let mut out = io::stdout().lock();
    let mut after = String::new();
    loop {
        let from = after.clone();
        let heads = store.read(move |tx| tx.audit_heads(&from, CHAINS)).await?;
        for ChainHead { chain, number, mac } in &heads {
            let line = json!({"chain": chain, "number": number, "mac": mac});
            writeln!(out, "{line}")?;
        }
        match heads.last() {
            Some(last) => after.clone_from(&last.chain),
            None => return Ok(ExitCode::SUCCESS),
        }
    }
}

async fn export(options: ExportOptions) -> Result<ExitCode, Failure> {
    let filter = AuditFilter {
        workspace_id: options.workspace,
        actor: options.actor,
        action: options.action,
        target: options.target,
        since: options.since,
        until: options.until,
    };
    let store = super::open_store()?;
    let mut out = io::stdout().lock();
    let mut after: Option<EventId> = None;
    loop {
        let wanted = filter.clone();
        let read = move |tx: &mut Tx<'_>| tx.audit_after(Reach::All, &wanted, after, ENTRIES);
        let events = store.read(read).await?;
        let Some(last) = events.last() else {
            return Ok(ExitCode::SUCCESS);
        };
        after = Some(last.id);
        for event in events {
            writeln!(
                out,
                "{}",
                serde_json::to_string(&AuditEventView::from(event))?
            )?;
        }
    }
}

async fn resume(as_json: bool) -> Result<ExitCode, Failure> {
    let store = super::open_store()?;
    let now = clock::now();
    let resumed = store.write(move |tx| {
        let resumed = tx.resume_broken_audit_chains()?;
        for (chain, after) in &resumed {
            let (scope, action) = (chain.parse().ok(), "audit_log.resumed");
            let detail = json!({"after": after});
            audit::record(tx, Actor::Operator, scope, action, chain, &detail, now)?;
        }
        Ok::<_, StoreError>(resumed)
    });
    let resumed = resumed.await?;
    if as_json {
        let shown = resumed
            .iter()
            .map(|(chain, after)| json!({"chain": chain, "after": after}));
        println!("{}", json!(shown.collect::<Vec<_>>()));
        return Ok(ExitCode::SUCCESS);
    }
    if resumed.is_empty() {
        println!("No chain was found broken.");
    }
    for (chain, after) in resumed {
        println!("chain {chain} goes on after entry {after}");
    }
    Ok(ExitCode::SUCCESS)
}
