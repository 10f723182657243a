//! Of several servers one sends, each lane in its order, and a slow receiver holds nobody up.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc;
use vestibule_jobs::{Pace, Stopper, deliver_webhooks};
use vestibule_model::{
    EventId, WebhookEndpoint, WebhookEndpointId, WebhookEvent, WebhookEventType, WorkspaceId,
};
use vestibule_store::{ClaimedWebhook, Store, StoreError, WebhookLane};

use crate::{bed, clock, on_threads, stand};

/// An endpoint, and so many events of each of so many workspaces, numbered in their bodies.
async fn fill(store: &Store, workspaces: usize, events: usize) -> WebhookEndpointId {
    let (id, now) = (WebhookEndpointId::new(clock()), clock());
    let endpoint = WebhookEndpoint {
        id,
        workspace_id: None,
        url: "https://app.example/".to_owned(),
        description: None,
        events: Default::default(),
        enabled: true,
        disabled_reason: None,
        disabled_at: None,
        previous_secret_until: None,
        created_at: now,
        updated_at: now,
    };
    let workspaces: Vec<_> = (0..workspaces).map(|_| WorkspaceId::new(now)).collect();
    let filled = store.write(move |tx| {
        tx.insert_webhook_endpoint(&endpoint, "whsec_x")?;
        for number in 0..events {
            for workspace_id in &workspaces {
                let event = WebhookEvent {
                    id: EventId::new(now),
                    event_type: WebhookEventType::MemberCreated,
                    workspace_id: Some(*workspace_id),
                    body: number.to_string(),
                    at: now,
                };
                tx.queue_webhook(id, WebhookLane::OfEvent, event, now);
            }
        }
        Ok::<_, StoreError>(())
    });
    filled.await.unwrap();
    id
}

type Sent = mpsc::UnboundedSender<(WebhookEndpointId, WorkspaceId, String)>;

/// A server that says what it sends, and takes a while for one endpoint.
fn server(
    store: &Store,
    sent: &Sent,
    slow: Option<WebhookEndpointId>,
    most: &Arc<Mutex<(usize, usize)>>,
) -> (Stopper, tokio::task::JoinHandle<()>) {
    let (stopper, duty, _) = stand(store, clock);
    let (kept, sent, most) = (store.clone(), sent.clone(), Arc::clone(most));
    let work = move |claimed: ClaimedWebhook| {
        let (store, sent, most) = (kept.clone(), sent.clone(), Arc::clone(&most));
        async move {
            let of = claimed.delivery.endpoint_id;
            if slow == Some(of) {
                {
                    let mut most = most.lock().unwrap();
                    most.0 += 1;
                    most.1 = most.1.max(most.0);
                }
                tokio::time::sleep(Duration::from_millis(300)).await;
                most.lock().unwrap().0 -= 1;
            }
            let workspace = claimed.delivery.workspace_id.unwrap();
            sent.send((of, workspace, claimed.body.clone())).unwrap();
            let noted = store.write(move |tx| tx.webhook_delivered(&claimed, 200, clock()));
            noted.await.unwrap();
            true
        }
    };
    let pace = Pace {
        every: Duration::from_millis(5),
    };
    let running = tokio::spawn(deliver_webhooks(duty, pace, work));
    (stopper, running)
}

#[test]
fn each_event_is_sent_once_and_in_the_order_of_its_workspace() {
    on_threads(async {
        let (_folder, store) = bed(0).await;
        fill(&store, 6, 10).await;
        let (said, mut sent) = mpsc::unbounded_channel();
        let most = Arc::default();
        let servers: Vec<_> = (0..3).map(|_| server(&store, &said, None, &most)).collect();
        let mut seen = Vec::new();
        while seen.len() < 60 {
            let next = tokio::time::timeout(Duration::from_secs(20), sent.recv()).await;
            seen.push(next.unwrap().unwrap());
        }
        for (stopper, running) in servers {
            drop(stopper);
            running.await.unwrap();
        }
        assert!(sent.try_recv().is_err(), "something was sent twice");
        let mut workspaces: Vec<_> = seen.iter().map(|one| one.1).collect();
        workspaces.sort();
        workspaces.dedup();
        assert_eq!(workspaces.len(), 6);
        for workspace in workspaces {
            let own = seen.iter().filter(|one| one.1 == workspace);
            let own: Vec<usize> = own.map(|one| one.2.parse().unwrap()).collect();
            assert_eq!(own, (0..10).collect::<Vec<_>>());
        }
    });
}

#[test]
fn a_slow_receiver_gets_four_at_a_time_and_the_others_do_not_wait_for_it() {
    on_threads(async {
        let (_folder, store) = bed(0).await;
        let slow = fill(&store, 40, 1).await;
        let quick = fill(&store, 10, 1).await;
        let (said, mut sent) = mpsc::unbounded_channel();
        let most = Arc::default();
        let (stopper, running) = server(&store, &said, Some(slow), &most);
        let mut seen = Vec::new();
        while seen.len() < 50 {
            let next = tokio::time::timeout(Duration::from_secs(20), sent.recv()).await;
            seen.push(next.unwrap().unwrap().0);
        }
        drop(stopper);
        running.await.unwrap();
        assert_eq!(most.lock().unwrap().1, 4);
        let last_quick = seen.iter().rposition(|id| *id == quick).unwrap();
        let slow_before = seen.iter().take(last_quick).filter(|id| **id == slow);
        assert!(slow_before.count() < 20, "{last_quick}");
    });
}
