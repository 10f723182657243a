//! Sending what waits in the outbox.

use actix_web::web::Data;
use jiff::Timestamp;
use serde_json::json;
use tracing::{info, warn};
use vestibule_jobs::{Duty, Pace, is_last_try, send_mails};
use vestibule_model::{Actor, QueuedMail};
use vestibule_outbound::{Mail, MailError};
use vestibule_store::StoreError;

use crate::{audit, clock, config::MailSettings, service::Service};

/// How often the outbox is looked into, whether somebody rings or not: another server may have put
/// something into it.
const PACE: Pace = Pace {
    every: std::time::Duration::from_secs(3),
};

/// Sends what is due, again and again, until it is told to stop; nothing where no mail is set up.
pub(crate) async fn run_jobs(service: Data<Service>, duty: Duty) {
    let Some(settings) = service.config.mail.clone() else {
        return;
    };
    let bell = settings.bell().clone();
    let work = move |mail| {
        let (service, settings) = (service.clone(), settings.clone());
        async move { send(&service, &settings, mail).await }
    };
    send_mails(duty, PACE, bell, work).await;
}

/// Sends one that was claimed: should this server end now, it is tried again by its timetable.
async fn send(service: &Service, settings: &MailSettings, queued: QueuedMail) {
    let id = queued.id;
    let mail = Mail {
        to: queued.to.clone(),
        subject: queued.subject.clone(),
        text: queued.text.clone(),
    };
    let settled = match settings.mailer().send(&mail, clock::now()).await {
        Ok(()) => {
            service.metrics.mail("sent");
            info!(event = "mail_sent", mail.id = %id, workspace.id = %queued.workspace_id, "mail sent");
            let deleted = service.store.write(move |tx| tx.mail_sent(id)).await;
            deleted.map(|_was_there| ())
        }
        Err(MailError::Unavailable(reason)) if !is_last_try(&queued) => {
            let failures = queued.failures;
            service.metrics.mail("delayed");
            warn!(
                event = "mail_delayed",
                mail.id = %id,
                workspace.id = %queued.workspace_id,
                failures,
                reason,
                "a mail could not be sent; it is tried again"
            );
            Ok(())
        }
        Err(error) => give_up(service, &queued, error.to_string(), clock::now()).await,
    };
    if let Err(error) = settled {
        // Then it is sent again: twice is better than never.
        warn!(mail.id = %id, %error, "what became of a mail could not be noted");
    }
}

/// The mailer's reasons repeat neither the address nor the server's words about it.
async fn give_up(
    service: &Service,
    queued: &QueuedMail,
    reason: String,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (id, workspace_id, failures) = (queued.id, queued.workspace_id, queued.failures);
    service.metrics.mail("failed");
    warn!(
        event = "mail_failed",
        mail.id = %id,
        workspace.id = %workspace_id,
        failures,
        reason,
        "a mail was given up"
    );
    service
        .store
        .write(move |tx| {
            if !tx.mail_sent(id)? {
                return Ok(());
            }
            let detail = json!({"reason": reason, "failures": failures});
            let (scope, action) = (Some(workspace_id), "mail.failed");
            audit::record(tx, Actor::System, scope, action, id, &detail, now)
        })
        .await
}
