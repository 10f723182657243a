//! What is to be sent: written with the change, one of a lane at a time, and nothing of it lost.

use std::thread;

use jiff::Timestamp;
use vestibule_model::{
    AttemptOutcome, DeliveryState, WebhookDelivery, WebhookEndpoint, WebhookEndpointId, Workspace,
};
use vestibule_store::{
    ClaimedWebhook, Counted, PageRequest, Reach, StoreError, Tx, WebhookFailure, WebhookLane,
};

use crate::bed::{Bed, wait};
use crate::on_both;
use crate::samples::*;

const DAY: i64 = 86_400;

fn endpoint(bed: &mut Bed, workspace: Option<&Workspace>) -> WebhookEndpoint {
    let endpoint = webhook_endpoint(workspace);
    let copy = endpoint.clone();
    bed.write(move |tx| tx.insert_webhook_endpoint(&copy, "whsec_x"))
        .unwrap();
    endpoint
}

/// Queues so many events, each in a transaction of its own.
fn queue(bed: &mut Bed, of: WebhookEndpointId, workspace: &Workspace, count: i64) {
    for number in 0..count {
        let event = webhook_event(workspace, later(number));
        bed.write(move |tx| {
            tx.queue_webhook(of, WebhookLane::OfEvent, event, later(number));
            Ok(())
        })
        .unwrap();
    }
}

/// Claims everything that is due.
fn claim(tx: &mut Tx<'_>, at: Timestamp) -> Result<Vec<ClaimedWebhook>, StoreError> {
    let mut claimed = Vec::new();
    for lane in tx.due_webhook_lanes(&[], 99, at)? {
        claimed.extend(tx.claim_webhook(&lane, at + seconds(30), at)?);
    }
    Ok(claimed)
}

fn seconds(count: i64) -> jiff::SignedDuration {
    jiff::SignedDuration::from_secs(count)
}

fn log(bed: &mut Bed, of: WebhookEndpointId) -> Vec<WebhookDelivery> {
    let page = PageRequest::first(99);
    let found = bed.read(move |tx| tx.list_webhook_deliveries(of, None, &page));
    let mut items = found.unwrap().items;
    items.reverse();
    items
}

fn failure() -> WebhookFailure {
    WebhookFailure {
        status: Some(500),
        reason: "it fails".to_owned(),
    }
}

on_both! {
    fn an_endpoint_reads_back_and_is_its_workspaces_alone(bed) {
        let (ours, theirs) = (Scene::stored(bed, "ours"), Scene::stored(bed, "theirs"));
        let (own, all) = (endpoint(bed, Some(&ours.workspace)), endpoint(bed, None));
        let (us, them) = (ours.workspace.id, theirs.workspace.id);
        for (reach, sees_own, sees_all, count) in [
            (Reach::All, true, true, 2),
            (Reach::Workspace(us), true, false, 1),
            (Reach::Workspace(them), false, false, 0),
        ] {
            let (own, all) = (own.clone(), all.clone());
            bed.read(move |tx| {
                assert_eq!(tx.webhook_endpoint(reach, own.id)?, sees_own.then_some(own));
                assert_eq!(tx.webhook_endpoint(reach, all.id)?, sees_all.then_some(all));
                let list = tx.list_webhook_endpoints(reach, &PageRequest::first(9))?;
                assert_eq!(list.items.len(), count);
                Ok(())
            })
            .unwrap();
        }
        let listeners = |bed: &mut Bed, id| {
            let found = bed.read(move |tx| tx.webhook_listeners(id)).unwrap();
            found.into_iter().map(|one| one.id).collect::<Vec<_>>()
        };
        let mut both = [own.id, all.id];
        both.sort_by_key(ToString::to_string);
        assert_eq!(listeners(bed, Some(us)), both);
        assert_eq!(listeners(bed, Some(them)), [all.id]);
        assert_eq!(listeners(bed, None), [all.id]);
        assert_eq!(bed.read(move |tx| tx.count(Counted::WebhookEndpoints(Some(us)))), Ok(1));
        assert_eq!(bed.read(|tx| tx.count(Counted::WebhookEndpoints(None))), Ok(1));
        let changed = WebhookEndpoint { description: None, events: Default::default(), ..own };
        let copy = changed.clone();
        bed.write(move |tx| tx.update_webhook_endpoint(&copy, now())).unwrap();
        assert_eq!(bed.read(move |tx| tx.webhook_endpoint(Reach::All, changed.id)), Ok(Some(changed)));
    }

    fn what_is_undone_is_not_sent_and_who_is_gone_gets_nothing(bed) {
        let scene = Scene::stored(bed, "acme");
        let (kept, gone) = (endpoint(bed, None).id, endpoint(bed, None).id);
        let event = webhook_event(&scene.workspace, now());
        let copy = event.clone();
        let undone = bed.write(move |tx| {
            tx.queue_webhook(kept, WebhookLane::OfEvent, copy, now());
            Err::<(), _>(StoreError::Dangling)
        });
        assert_eq!(undone, Err(StoreError::Dangling));
        assert_eq!((bed.count("webhook_deliveries"), bed.count("webhook_lanes")), (0, 0));
        bed.write(move |tx| {
            for id in [kept, gone] {
                tx.queue_webhook(id, WebhookLane::OfEvent, event.clone(), now());
            }
            tx.delete_webhook_endpoint(gone)
        })
        .unwrap();
        assert_eq!((bed.count("webhook_deliveries"), bed.count("webhook_lanes")), (1, 1));
        // The workspace may go: that it did is an event too.
        let ws = scene.workspace.id;
        bed.write(move |tx| tx.delete_workspace(ws, now())).unwrap();
        assert_eq!(log(bed, kept).len(), 1);
        bed.write(move |tx| tx.delete_webhook_endpoint(kept)).unwrap();
        assert_eq!((bed.count("webhook_deliveries"), bed.count("webhook_lanes")), (0, 0));
    }

    fn the_next_of_a_lane_waits_for_the_one_before(bed) {
        let (acme, other) = (Scene::stored(bed, "acme"), Scene::stored(bed, "other"));
        let id = endpoint(bed, None).id;
        queue(bed, id, &acme.workspace, 3);
        queue(bed, id, &other.workspace, 1);
        let order: Vec<_> = log(bed, id).iter().map(|one| one.id).collect();
        let claimed = bed.write(move |tx| claim(tx, later(10))).unwrap();
        assert_eq!(claimed.len(), 2, "one of each workspace");
        assert_eq!(bed.write(move |tx| claim(tx, later(10))).unwrap().len(), 0, "they are claimed");
        let mut ids: Vec<_> = claimed.iter().map(|one| one.delivery.id).collect();
        ids.sort_by_key(|id| order.iter().position(|known| known == id));
        assert_eq!(ids, [order[0], order[3]]);

        // The first fails, the other is taken: its lane is gone with it.
        let at = later(11);
        for one in claimed {
            bed.write(move |tx| {
                if one.delivery.workspace_id == Some(acme.workspace.id) {
                    tx.webhook_failed(&one, &failure(), Some(later(20)), at)
                } else {
                    tx.webhook_delivered(&one, 204, at)
                }
            })
            .unwrap();
        }
        assert_eq!(bed.count("webhook_lanes"), 1);
        let first = log(bed, id).remove(0);
        assert_eq!((first.state, first.attempts), (DeliveryState::Pending, 1));
        assert_eq!((first.last_status, first.next_try_at), (Some(500), Some(later(20))));
        assert_eq!(bed.write(move |tx| claim(tx, later(19))).unwrap().len(), 0);
        for (number, at) in [(0, later(20)), (1, later(21)), (2, later(22))] {
            let one = bed.write(move |tx| claim(tx, at)).unwrap().remove(0);
            assert_eq!(one.delivery.id, order[number]);
            let failing = if number == 0 { (1, Some(later(11))) } else { (0, None) };
            assert_eq!((one.failures, one.failing_since), failing);
            bed.write(move |tx| tx.webhook_delivered(&one, 200, at)).unwrap();
        }
        assert_eq!(bed.count("webhook_lanes"), 0);
        assert!(log(bed, id).iter().all(|one| one.state == DeliveryState::Delivered));
    }

    fn whoever_comes_late_with_an_answer_moves_nothing_of_others(bed) {
        let scene = Scene::stored(bed, "acme");
        let id = endpoint(bed, None).id;
        queue(bed, id, &scene.workspace, 2);
        let late = bed.write(move |tx| claim(tx, later(10))).unwrap().remove(0);
        // Its claim is over, and another server has the lane.
        let second = bed.write(move |tx| claim(tx, later(40))).unwrap().remove(0);
        assert_eq!((second.delivery.id, second.delivery.attempts), (late.delivery.id, 2));
        bed.write(move |tx| tx.webhook_failed(&late, &failure(), Some(later(41)), later(41))).unwrap();
        assert_eq!(bed.write(move |tx| claim(tx, later(50))).unwrap().len(), 0, "still the other's");
        bed.write(move |tx| tx.webhook_delivered(&second, 200, later(51))).unwrap();
        let next = bed.write(move |tx| claim(tx, later(51))).unwrap().remove(0);
        assert_ne!(next.delivery.id, log(bed, id)[0].id);
    }

    fn what_is_disabled_rests_and_begins_anew(bed) {
        let scene = Scene::stored(bed, "acme");
        let made = endpoint(bed, None);
        let id = made.id;
        queue(bed, id, &scene.workspace, 1);
        let one = bed.write(move |tx| claim(tx, later(10))).unwrap().remove(0);
        let off = WebhookEndpoint { enabled: false, disabled_at: Some(later(11)), ..made.clone() };
        bed.write(move |tx| {
            tx.webhook_failed(&one, &failure(), Some(later(20)), later(11))?;
            tx.update_webhook_endpoint(&off, later(11))
        })
        .unwrap();
        queue(bed, id, &scene.workspace, 2);
        assert_eq!(bed.write(move |tx| claim(tx, later(9 * DAY))).unwrap().len(), 0);
        assert!(log(bed, id).iter().all(|one| one.next_try_at.is_none()));
        bed.write(move |tx| tx.update_webhook_endpoint(&made, later(100))).unwrap();
        let again = bed.write(move |tx| claim(tx, later(100))).unwrap().remove(0);
        assert_eq!((again.delivery.id, again.failures), (log(bed, id)[0].id, 0));
    }

    fn what_is_busy_is_passed_over(bed) {
        let scene = Scene::stored(bed, "acme");
        let (busy, free) = (endpoint(bed, None).id, endpoint(bed, None).id);
        for id in [busy, free] {
            queue(bed, id, &scene.workspace, 1);
        }
        let due = bed.read(move |tx| tx.due_webhook_lanes(&[busy], 9, later(10))).unwrap();
        assert_eq!(due.iter().map(|lane| lane.endpoint_id).collect::<Vec<_>>(), [free]);
    }

    fn skipped_and_replayed_it_goes_on(bed) {
        let scene = Scene::stored(bed, "acme");
        let id = endpoint(bed, None).id;
        queue(bed, id, &scene.workspace, 2);
        let (first, second) = (log(bed, id)[0].clone(), log(bed, id)[1].clone());
        let one = bed.write(move |tx| claim(tx, later(10))).unwrap().remove(0);
        bed.write(move |tx| tx.webhook_failed(&one, &failure(), Some(later(DAY)), later(10))).unwrap();
        let skipped = first.id;
        assert_eq!(bed.write(move |tx| tx.skip_webhook(id, skipped, later(11))), Ok(true));
        assert_eq!(bed.write(move |tx| tx.skip_webhook(id, skipped, later(12))), Ok(false), "once");
        let next = bed.write(move |tx| claim(tx, later(11))).unwrap().remove(0);
        assert_eq!(next.delivery.id, second.id);
        bed.write(move |tx| tx.webhook_delivered(&next, 200, later(12))).unwrap();
        let queued = bed.write(move |tx| tx.replay_webhooks_since(id, now(), 99, later(13))).unwrap();
        assert_eq!(queued, 2);
        let again = log(bed, id);
        assert_eq!(
            again[2..].iter().map(|one| one.event_id).collect::<Vec<_>>(),
            [first.event_id, second.event_id]
        );
        assert!(again[2..].iter().all(|one| one.state == DeliveryState::Pending && one.attempts == 0));
        let unknown = vestibule_model::WebhookDeliveryId::new(now());
        assert_eq!(bed.write(move |tx| tx.replay_webhook(id, unknown, now())), Ok(None));
    }

    fn deliveries_go_after_a_month_and_old_secrets_after_their_day(bed) {
        let scene = Scene::stored(bed, "acme");
        let id = endpoint(bed, None).id;
        queue(bed, id, &scene.workspace, 1);
        bed.write(move |tx| tx.rotate_webhook_secret(id, "whsec_y", later(DAY), now())).unwrap();
        for (at, pruned, what) in [
            (DAY - 1, 0, "it still signs"),
            (DAY, 1, "the secret"),
            (30 * DAY, 0, "the delivery has thirty days"),
            (30 * DAY + 1, 1, "the delivery"),
        ] {
            assert_eq!(bed.write(move |tx| tx.prune(later(at))), Ok(pruned), "{what}");
        }
        assert_eq!(bed.write(move |tx| claim(tx, later(31 * DAY))).unwrap().len(), 0);
        assert_eq!((bed.count("webhook_deliveries"), bed.count("webhook_lanes")), (0, 0));
    }

    fn many_who_add_to_a_lane_are_numbered_one_after_the_other(bed) {
        let scene = Scene::stored(bed, "acme");
        let id = endpoint(bed, None).id;
        let store = bed.store();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for number in 0..25 {
                        let event = webhook_event(&scene.workspace, later(number));
                        let queued = store.write(move |tx| {
                            tx.queue_webhook(id, WebhookLane::OfEvent, event, later(number));
                            Ok::<_, StoreError>(())
                        });
                        wait(queued).unwrap();
                    }
                });
            }
            // Whoever empties the lane meanwhile never leaves anything behind.
            let mut taken = 0;
            while taken < 100 {
                for one in bed.write(move |tx| claim(tx, later(100))).unwrap() {
                    bed.write(move |tx| tx.webhook_delivered(&one, 200, later(100))).unwrap();
                    taken += 1;
                }
            }
        });
        let log = log(bed, id);
        assert_eq!(log.len(), 99, "a page");
        assert!(log.iter().all(|one| one.state == DeliveryState::Delivered && one.attempts == 1));
        assert_eq!(bed.count("webhook_lanes"), 0);
    }

    fn a_burst_is_told_once_and_again_after_a_rest(bed) {
        let scene = Scene::stored(bed, "acme");
        let conn = scene.connection.id;
        let ten_minutes = seconds(600);
        let mut refuse = |at: i64| {
            let mut refused = attempt(&scene.revision, None);
            (refused.outcome, refused.finished_at) = (AttemptOutcome::Refused, later(at));
            bed.write(move |tx| {
                tx.insert_attempts(std::slice::from_ref(&refused))?;
                tx.note_refusal(conn, (ten_minutes, 3), later(at))
            })
            .unwrap()
        };
        for (at, told) in [
            (0, None),
            (1, None),
            (2, Some(3)),
            (3, None),
            // The first ones are long ago, but it never rested.
            (602, None),
            (1_201, None),
            // It rested for ten minutes.
            (1_801, None),
            (1_802, None),
            (1_803, Some(3)),
        ] {
            assert_eq!(refuse(at), told, "{at}");
        }
    }
}
