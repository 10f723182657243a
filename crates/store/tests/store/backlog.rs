//! What waits, as whoever watches sees it.

use vestibule_model::{Actor, QueuedMail};
use vestibule_store::{Backlog, WebhookFailure, WebhookLane};

use crate::bed::Bed;
use crate::on_both;
use crate::samples::*;

fn backlog(bed: &mut Bed) -> Backlog {
    bed.read(|tx| tx.backlog()).unwrap()
}

on_both! {
    fn nothing_waits_in_a_new_archive(bed) {
        assert_eq!(backlog(bed), Backlog::default());
    }

    fn what_waits_is_counted_until_it_is_done(bed) {
        let acme = Scene::stored(bed, "acme").workspace;
        let (fresh, failing) = (mail(&acme), QueuedMail { failures: 2, ..mail(&acme) });
        let sent = fresh.id;
        let (one, other) = (webhook_endpoint(None), webhook_endpoint(None));
        let (slow, quick) = (one.id, other.id);
        let (events, entry) = (
            [webhook_event(&acme, now()), webhook_event(&acme, later(1))],
            event(Some(&acme), Actor::System),
        );
        bed.write(move |tx| {
            tx.queue_mail(&fresh)?;
            tx.queue_mail(&failing)?;
            tx.append_audit(&entry)?;
            for endpoint in [one, other] {
                tx.insert_webhook_endpoint(&endpoint, "whsec_x")?;
                for event in &events {
                    tx.queue_webhook(endpoint.id, WebhookLane::OfEvent, event.clone(), now());
                }
            }
            Ok(())
        })
        .unwrap();
        let expected = Backlog { mails: 2, mails_failing: 1, webhooks: 4, audit_unsealed: 1, ..Backlog::default() };
        assert_eq!(backlog(bed), expected);

        bed.write(move |tx| {
            tx.mail_sent(sent)?;
            tx.seal_audit(later(2))?;
            for lane in tx.due_webhook_lanes(&[], 9, later(2))? {
                let Some(claimed) = tx.claim_webhook(&lane, later(30), later(2))? else { continue };
                if claimed.delivery.endpoint_id == quick {
                    tx.webhook_delivered(&claimed, 200, later(3))?;
                } else {
                    let failure = WebhookFailure { status: None, reason: "it fails".to_owned() };
                    tx.webhook_failed(&claimed, &failure, Some(later(60)), later(3))?;
                }
            }
            Ok(())
        })
        .unwrap();
        let expected = Backlog { mails: 1, mails_failing: 1, webhooks: 3, webhook_lanes_failing: 1, ..Backlog::default() };
        assert_eq!(backlog(bed), expected);

        // What was given up waits for somebody, and not for its turn.
        bed.write(move |tx| {
            let found = tx.webhook_endpoint_to_change(vestibule_store::Reach::All, slow)?;
            let mut endpoint = found.expect("it is there");
            endpoint.enabled = false;
            endpoint.disabled_at = Some(later(4));
            endpoint.disabled_reason = Some("failing for days".to_owned());
            tx.update_webhook_endpoint(&endpoint, later(4))
        })
        .unwrap();
        let found = backlog(bed);
        assert_eq!((found.webhooks, found.webhook_endpoints_disabled), (1, 1), "{found:?}");
    }
}
