//! The audit log: one entry for one change, written in the transaction of the change; and what runs by the
//! clock to keep it, and to keep it tamper-evident (docs/audit.md).

mod file;
mod heads;
mod retention;
mod sealing;

use actix_web::web::Data;
use futures_util::future::join4;
use jiff::Timestamp;
use serde_json::Value;
use vestibule_jobs::Duty;
use vestibule_model::{Actor, AuditEvent, AuditSource, EventId, Via, WorkspaceId};
use vestibule_store::{StoreError, Tx};

use crate::{service::Service, webhooks};

/// Appends an entry, and queues what webhooks are told of it. `detail` is a JSON object and holds no
/// secret, and nothing that would have to be erased with a person.
pub(crate) fn record(
    tx: &mut Tx<'_>,
    actor: Actor,
    workspace_id: Option<WorkspaceId>,
    action: &str,
    target: impl std::fmt::Display,
    detail: &Value,
    now: Timestamp,
) -> Result<(), StoreError> {
    let entry = AuditEvent {
        id: EventId::new(now),
        workspace_id,
        source: tx.source().cloned().or_else(|| outside_of_requests(&actor)),
        actor,
        action: action.to_owned(),
        target: target.to_string(),
        detail: detail.to_string(),
        at: now,
        seal: None,
    };
    tx.append_audit(&entry)?;
    webhooks::emit(tx, &entry, detail)
}

/// How a change came in that belongs to no request.
fn outside_of_requests(actor: &Actor) -> Option<AuditSource> {
    let via = match actor {
        Actor::Operator => Via::CommandLine,
        Actor::System => Via::Job,
        Actor::ApiKey(_) | Actor::Member(_) | Actor::SetupLink(_) => return None,
    };
    Some(AuditSource {
        via,
        request_id: None,
    })
}

/// By which way a request came in, by its path.
pub(crate) fn via(path: &str) -> Via {
    let first = path.trim_start_matches('/').split('/').next();
    match first.unwrap_or_default() {
        "v1" => Via::Api,
        "saml" => Via::Saml,
        "oauth2" | ".well-known" | ".vestibule" | "forward-auth" => Via::OpenIdConnect,
        _ => Via::Page,
    }
}

/// Gives entries their places, sends the ends of the chains out, writes entries to the file, and takes away
/// those whose time is over, until it is told to stop.
pub(crate) async fn run_jobs(service: Data<Service>, duty: Duty) {
    join4(
        sealing::run_job(service.clone(), duty.clone()),
        heads::run_job(service.clone(), duty.clone()),
        file::run_job(service.clone(), duty.clone()),
        retention::run_job(service, duty),
    )
    .await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_by_which_way_a_request_came() {
        for (path, expected) in [
            ("/v1/workspaces", Via::Api),
            ("/saml/conn_1/acs", Via::Saml),
            ("/oauth2/token", Via::OpenIdConnect),
            ("/settings/sso/conn_1", Via::Page),
            ("/v1x", Via::Page),
            ("/", Via::Page),
        ] {
            assert_eq!(via(path), expected, "{path}");
        }
    }
}
