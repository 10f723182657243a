//! Writing entries to a file, one JSON object a line, for a SIEM that reads files.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    time::Duration,
};

use actix_web::web::Data;
use tracing::warn;
use vestibule_jobs::{Duty, Pace, whenever};
use vestibule_model::AuditEvent;
use vestibule_store::Tx;

use crate::{blocking::blocking, problem::Problem, service::Service, views::AuditEventView};

const NAME: &str = "audit-file";
const PACE: Pace = Pace {
    every: Duration::from_secs(2),
};
/// How many entries are written before it is noted that they were.
const AT_ONCE: i64 = 500;

/// Writes what was not written yet, again and again, until it is told to stop. Nothing where no file is wanted.
pub(super) async fn run_job(service: Data<Service>, duty: Duty) {
    if service.config.audit_file.is_none() {
        return;
    }
    let work = move |_| {
        let service = service.clone();
        async move {
            let done = write(&service).await;
            if let Err(problem) = &done {
                let cause = problem.cause.as_deref();
                warn!(%problem, cause, "the audit log could not be written to its file; it is tried again");
            }
            done.is_ok()
        }
    };
    let waits = |tx: &mut Tx<'_>| tx.has_unwritten_audit();
    whenever(duty, NAME, PACE, waits, work).await;
}

/// What is written and not noted, because the server ended in between, is written once more: a line that is
/// there twice is told by its `id`, one that is missing by nothing.
async fn write(service: &Service) -> Result<(), Problem> {
    let Some(path) = service.config.audit_file.clone() else {
        return Ok(());
    };
    loop {
        let next = service.store.read(|tx| tx.unwritten_audit(AT_ONCE)).await?;
        let Some((chain, events)) = next else {
            return Ok(());
        };
        let last = events.last().and_then(|event| event.seal.as_ref());
        let number = last.map(|seal| seal.number);
        let to = path.clone();
        let written = blocking(move || append(&to, events)).await?;
        written.map_err(|error| {
            Problem::internal(format!(
                "{} (VESTIBULE_AUDIT_FILE): {error}",
                path.display()
            ))
        })?;
        let note = move |tx: &mut Tx<'_>| tx.note_audit_written(&chain, number);
        service.store.write(note).await?;
    }
}

/// Opened anew each time, so that whoever rotates it need not tell us.
fn append(path: &Path, events: Vec<AuditEvent>) -> io::Result<()> {
    let mut lines = Vec::new();
    for event in events {
        serde_json::to_writer(&mut lines, &AuditEventView::from(event))?;
        lines.push(b'\n');
    }
    let mut file: File = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(&lines)?;
    file.sync_data()
}
