//! Whether a domain still says whose it is: asked when somebody wants to know, and by the clock.

use actix_web::web::Data;
use futures_util::stream::{StreamExt as _, iter};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tracing::warn;
use vestibule_jobs::{Chore, Duty, Pace, repeat};
use vestibule_model::{Actor, Domain, DomainName, DomainOutcome};
use vestibule_outbound::TxtAnswer;
use vestibule_policy::{DomainVerdict, note_domain_check};
use vestibule_store::Tx;

use crate::{audit, clock, problem::Problem, service::Service};

/// What is due is looked at a minute later at most.
const CHORE: Chore = Chore {
    name: "domains",
    every: SignedDuration::from_mins(1),
};
/// How many domains are looked at in one go, and how many of them at the same time: even where no
/// question is answered, all of it takes less time than the leader's lease has.
const IN_ONE_GO: i64 = 100;
const AT_ONCE: usize = 16;

/// Other records of the same name that are shown, and how much of each.
const SHOWN_RECORDS: usize = 5;
const SHOWN_CHARACTERS: usize = 100;

/// Where the record of a domain belongs.
pub(crate) fn record_name(domain: &Domain) -> String {
    format!("{}.{}", DomainName::RECORD_LABEL, domain.domain)
}

/// What it has to say.
pub(crate) fn record_value(domain: &Domain) -> String {
    format!("vestibule-domain-verification={}", domain.token)
}

/// What came of asking for a domain's record.
pub(crate) struct Looked {
    pub(crate) outcome: DomainOutcome,
    /// What stands there instead, cut short.
    pub(crate) others: Vec<String>,
    /// Why nobody could say.
    pub(crate) reason: Option<String>,
}

/// Asks DNS for the record of a domain.
pub(crate) async fn look_up(service: &Service, domain: &Domain) -> Looked {
    let answer = service.txt.look_up(&record_name(domain)).await;
    let (outcome, others, reason) = match answer {
        Ok(TxtAnswer::Found(records)) => {
            let wanted = record_value(domain);
            if records.iter().any(|record| record.trim() == wanted) {
                (DomainOutcome::Found, Vec::new(), None)
            } else {
                let others = records.iter().take(SHOWN_RECORDS).map(|text| shown(text));
                (DomainOutcome::Absent, others.collect(), None)
            }
        }
        Ok(TxtAnswer::Absent) => (DomainOutcome::Absent, Vec::new(), None),
        Ok(TxtAnswer::Unknown(reason)) => (DomainOutcome::Unknown, Vec::new(), Some(reason)),
        Err(error) => (DomainOutcome::Unknown, Vec::new(), Some(error.to_string())),
    };
    Looked {
        outcome,
        others,
        reason,
    }
}

fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Notes a look-up and what it changed, in the transaction that has read the domain anew. Who
/// verifies a domain audits that: they know what was acknowledged.
pub(crate) fn note(
    tx: &mut Tx<'_>,
    domain: &mut Domain,
    outcome: DomainOutcome,
    actor: &Actor,
    now: Timestamp,
) -> Result<DomainVerdict, Problem> {
    let verified_at = domain.verified_at;
    let verdict = note_domain_check(domain, outcome, now);
    tx.update_domain(domain)?;
    if verdict == DomainVerdict::Unverified {
        // There is no mail yet, so the event names the admins who should be told.
        let detail = json!({
            "domain": domain.domain,
            "verified_at": verified_at,
            "admins": tx.active_admins(domain.workspace_id)?,
        });
        let (scope, action) = (Some(domain.workspace_id), "domain.unverified");
        audit::record(tx, actor.clone(), scope, action, domain.id, &detail, now)?;
    }
    Ok(verdict)
}

/// Says what was noted, once it is.
pub(crate) fn log(domain: &Domain, verdict: DomainVerdict) {
    if verdict == DomainVerdict::Unverified {
        warn!(
            event = "domain_unverified",
            workspace.id = %domain.workspace_id,
            domain.id = %domain.id,
            "the record of a verified domain is gone"
        );
    }
}

/// Looks at everything that is due, again and again, until it is told to stop.
pub(crate) async fn run_jobs(service: Data<Service>, duty: Duty) {
    let work = move |now| {
        let service = service.clone();
        async move {
            let looked = look_again(&service, now).await;
            if let Err(problem) = &looked {
                let cause = problem.cause.as_deref();
                warn!(%problem, cause, "domains were not looked at");
            }
            looked.is_ok()
        }
    };
    repeat(duty, CHORE, Pace::default(), work).await;
}

/// Looks at the verified domains that are due.
///
/// # Errors
/// [`Problem`] when the archive failed.
async fn look_again(service: &Data<Service>, now: Timestamp) -> Result<(), Problem> {
    let due = service
        .store
        .read(move |tx| tx.domains_due(now, IN_ONE_GO))
        .await?;
    let looks = due.into_iter().map(|domain| async {
        let looked = look_up(service, &domain).await;
        (domain, looked.outcome)
    });
    let mut looks = iter(looks).buffer_unordered(AT_ONCE);
    while let Some((seen, outcome)) = looks.next().await {
        let now = clock::now();
        let noted = service
            .store
            .write(move |tx| note_again(tx, &seen, outcome, now))
            .await?;
        if let Some((domain, verdict)) = noted {
            log(&domain, verdict);
        }
    }
    Ok(())
}

/// Notes a look-up, unless somebody has deleted the domain or looked at it meanwhile.
fn note_again(
    tx: &mut Tx<'_>,
    seen: &Domain,
    outcome: DomainOutcome,
    now: Timestamp,
) -> Result<Option<(Domain, DomainVerdict)>, Problem> {
    tx.lock_workspace(seen.workspace_id)?;
    let current = tx.domain(seen.workspace_id, seen.id)?;
    let same = |current: &Domain| {
        current.verified_at == seen.verified_at && current.last_check == seen.last_check
    };
    let Some(mut domain) = current.filter(same) else {
        return Ok(None);
    };
    let verdict = note(tx, &mut domain, outcome, &Actor::System, now)?;
    Ok(Some((domain, verdict)))
}
