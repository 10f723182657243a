//! Warning of the end of certificates, by the clock.

use std::time::Instant;

use actix_web::{rt::time::sleep, web::Data};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tracing::{info, warn};
use vestibule_jobs::{Chore, Duty, Pace, repeat};
use vestibule_model::{Actor, Connection, ConnectionState, Revision};
use vestibule_policy::{Expiry, Rules, connection_state, expiry};
use vestibule_store::{PageRequest, Reach, Tx};

use crate::{
    audit,
    blocking::blocking,
    metrics::{CertificateEnds, Ends},
    pem,
    problem::Problem,
    service::Service,
};

/// Often enough that who is warned a day before has most of the day left.
const CHORE: Chore = Chore {
    name: "certificate-expiry",
    every: SignedDuration::from_hours(6),
};
/// How many connections are looked at at a time.
const PAGE: u32 = 100;

/// How much longer than it looked it rests before the next ones: it takes a tenth of one core.
const RESTS: u32 = 9;

/// A certificate whose end is near.
struct Ending {
    fingerprint: String,
    not_after: Timestamp,
    days: i64,
}

/// Looks at the certificates of everything that is live, again and again, until it is told to stop.
pub(crate) async fn run_jobs(service: Data<Service>, duty: Duty) {
    let own = duty.clone();
    let work = move |now| {
        let (service, duty) = (service.clone(), own.clone());
        async move {
            let looked = warn_of_ends(&service, &duty, now).await;
            if let Err(problem) = &looked {
                let cause = problem.cause.as_deref();
                warn!(%problem, cause, "the end of certificates was not looked at");
            }
            looked.is_ok()
        }
    };
    repeat(duty, CHORE, Pace::default(), work).await;
}

/// Warns of each certificate of a live revision whose end is near, once 30, 14, 7 and 1 days before:
/// an event for the audit log, and a line in the log. There is no mail yet, so the event names the
/// admins who should be told.
///
/// # Errors
/// [`Problem`] when the archive failed.
async fn warn_of_ends(service: &Data<Service>, duty: &Duty, now: Timestamp) -> Result<(), Problem> {
    let mut request = PageRequest::first(PAGE);
    let mut ends = CertificateEnds {
        looked_at: now,
        idp: Ends::default(),
        service_provider: Ends::default(),
    };
    loop {
        let begun = Instant::now();
        let (wanted, rules) = (request.clone(), service.rules.clone());
        let (live, next) = service
            .store
            .read(move |tx| live_revisions(tx, &rules, &wanted))
            .await?;
        let (near, seen) = blocking(move || {
            let mut near = Vec::new();
            for (connection, revision) in live {
                let ending = looked_at(&connection, &revision, &mut ends, now);
                if !ending.is_empty() {
                    near.push((connection, revision, ending));
                }
            }
            (near, ends)
        })
        .await?;
        ends = seen;
        for (connection, revision, ending) in near {
            let service_in = service.clone();
            service
                .store
                .write(move |tx| notice(tx, &service_in, &connection, &revision, &ending, now))
                .await?;
        }
        match next {
            // Where it has not come to the end, the next leader begins anew.
            Some(_) if duty.is_over() => return Ok(()),
            Some(cursor) => {
                request.cursor = Some(cursor);
                // Reading a certificate takes most of a millisecond: of many thousands people who sign in
                // meanwhile must not notice.
                sleep(begun.elapsed() * RESTS).await;
            }
            None => {
                service.metrics.certificates(ends);
                return Ok(());
            }
        }
    }
}

type LiveRevisions = (Vec<(Connection, Revision)>, Option<String>);

fn live_revisions(
    tx: &mut Tx<'_>,
    rules: &Rules,
    request: &PageRequest,
) -> Result<LiveRevisions, Problem> {
    let page = tx.enabled_connections(request)?;
    let mut live = Vec::new();
    for connection in page.items {
        // One that a plan has suspended serves nobody.
        let workspace = tx.workspace(Reach::All, connection.workspace_id)?;
        let serves = workspace.is_some_and(|workspace| {
            connection_state(&connection, workspace.plan, rules) == ConnectionState::Live
        });
        if !serves {
            continue;
        }
        if let Some(revision) = tx.named_revision(connection.id, connection.serving())? {
            live.push((connection, revision));
        }
    }
    Ok((live, page.next_cursor))
}

/// Notes when the certificates of a connection end, on both sides; those of the IdP whose end is near.
fn looked_at(
    connection: &Connection,
    revision: &Revision,
    ends: &mut CertificateEnds,
    now: Timestamp,
) -> Vec<Ending> {
    let own = [connection.service_provider.certificate_pem.clone()];
    for certificate in pem::certificates(&own) {
        ends.service_provider.note(certificate.not_after(), now);
    }
    let mut near = Vec::new();
    for certificate in pem::certificates(&revision.settings.idp_certificates) {
        let not_after = certificate.not_after();
        ends.idp.note(not_after, now);
        if let Expiry::Soon { days } = expiry(not_after, now) {
            near.push(Ending {
                fingerprint: certificate.fingerprint_sha256().to_owned(),
                not_after,
                days,
            });
        }
    }
    near
}

/// Gives the warnings that were not given before, if the revision still serves.
fn notice(
    tx: &mut Tx<'_>,
    service: &Service,
    seen: &Connection,
    revision: &Revision,
    ending: &[Ending],
    now: Timestamp,
) -> Result<(), Problem> {
    let id = seen.id;
    let Some(connection) = tx.connection(Reach::All, id)? else {
        return Ok(());
    };
    let workspace = tx.workspace(Reach::All, connection.workspace_id)?;
    let serves = workspace.is_some_and(|workspace| {
        let state = connection_state(&connection, workspace.plan, &service.rules);
        state == ConnectionState::Live && connection.live == Some(revision.id)
    });
    if !serves {
        return Ok(());
    }
    for Ending {
        fingerprint,
        not_after,
        days,
    } in ending
    {
        if !tx.note_certificate_notice(id, fingerprint, *days, now)? {
            continue;
        }
        let detail = json!({
            "fingerprint": fingerprint,
            "not_after": not_after,
            "days": days,
            "admins": tx.active_admins(connection.workspace_id)?,
        });
        let (scope, action) = (Some(connection.workspace_id), "certificate.expires_soon");
        audit::record(tx, Actor::System, scope, action, id, &detail, now)?;
        info!(
            event = "certificate_expires_soon",
            workspace.id = %connection.workspace_id,
            connection.id = %id,
            fingerprint,
            days,
            "a certificate of an IdP ends soon"
        );
    }
    Ok(())
}
