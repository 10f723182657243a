//! One server of several does what is due, each thing once, until it is told to stop.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod webhooks;

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use vestibule_jobs::{
    Bell, Board, Chore, Duty, Pace, Stopper, refresh_metadata, repeat, send_mails,
};
use vestibule_model::{
    Connection, ConnectionId, MailId, MetadataOrigin, MetadataSource, Phase, Plan, QueuedMail,
    ServiceProvider, Slug, TwoFactorRule, Workspace, WorkspaceId,
};
use vestibule_store::{Lease, MasterKey, Store, StoreConfig};

/// The present: these loops keep real time.
#[expect(
    clippy::disallowed_methods,
    reason = "the loop under test asks for the time"
)]
fn clock() -> Timestamp {
    Timestamp::now()
}

/// A database with so many sources that are due.
async fn bed(sources: usize) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/vestibule.db", folder.path().display());
    let config = StoreConfig::new(url, MasterKey::generate().unwrap());
    Store::migrate(&config).unwrap();
    let store = Store::open(config).unwrap();
    let (now, workspace_id) = (clock(), WorkspaceId::new(clock()));
    let workspace = Workspace {
        id: workspace_id,
        name: "Acme".to_owned(),
        slug: Slug::parse("acme").unwrap(),
        plan: Plan::Pro,
        two_factor: TwoFactorRule::Off,
        external_id: None,
        keep_responses_days: 0,
        session_idle_minutes: Workspace::SESSION_IDLE_MINUTES,
        session_lifetime_minutes: Workspace::SESSION_LIFETIME_MINUTES,
        sso_enabled_at: None,
        unlocked_until: None,
        audit_retention_days: None,
        branding: vestibule_model::Branding::default(),
        created_at: now,
        updated_at: now,
    };
    let fill = move |tx: &mut vestibule_store::Tx<'_>| {
        tx.insert_workspace(&workspace)?;
        for number in 0..sources {
            tx.queue_mail(&QueuedMail {
                id: MailId::new(now),
                workspace_id,
                to: format!("{number}@acme.example"),
                subject: String::new(),
                text: String::new(),
                failures: 0,
                created_at: now,
                next_try_at: now,
            })?;
        }
        for number in 0..sources {
            let connection = Connection {
                id: ConnectionId::new(now),
                workspace_id,
                name: format!("{number}"),
                provider: None,
                default: false,
                phase: Phase::Draft,
                draft: None,
                live: None,
                service_provider: ServiceProvider {
                    certificate_pem: String::new(),
                },
                created_at: now,
                updated_at: now,
            };
            tx.insert_connection(&connection, b"key")?;
            let origin = MetadataOrigin {
                url: format!("https://idp.example/{number}"),
                entity_id: None,
                signing_certificates: Vec::new(),
                max_validity_days: None,
                own_logout_url: false,
            };
            let source = MetadataSource::new(connection.id, workspace_id, origin, now);
            tx.put_metadata_source(&source)?;
        }
        Ok::<_, vestibule_store::StoreError>(())
    };
    store.write(fill).await.unwrap();
    (folder, store)
}

/// A server that stands for leadership; it has no jobs yet.
fn stand(store: &Store, clock: fn() -> Timestamp) -> (Stopper, Duty, Board) {
    let board = Board::default();
    let (stopper, duty, leading) = vestibule_jobs::stand(store.clone(), clock, board.clone());
    tokio::spawn(leading);
    (stopper, duty, board)
}

/// A server whose work is to say what it was given.
fn server(
    store: &Store,
    done: &mpsc::UnboundedSender<MetadataSource>,
) -> (Stopper, tokio::task::JoinHandle<()>) {
    let (stopper, duty, _) = stand(store, clock);
    let done = done.clone();
    let pace = Pace {
        every: Duration::from_millis(5),
    };
    let work = move |source| {
        let done = done.clone();
        async move { done.send(source).unwrap() }
    };
    let running = tokio::spawn(refresh_metadata(duty, pace, work));
    (stopper, running)
}

async fn next(done: &mut mpsc::UnboundedReceiver<MetadataSource>) -> MetadataSource {
    let found = tokio::time::timeout(Duration::from_secs(20), done.recv()).await;
    found.unwrap().unwrap()
}

/// Runs a test of several threads.
fn on_threads(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build();
    runtime.unwrap().block_on(test);
}

#[test]
fn what_is_due_is_done_once_though_several_servers_stand_ready() {
    on_threads(async {
        let (_folder, store) = bed(9).await;
        let (said, mut done) = mpsc::unbounded_channel();
        let servers = [
            server(&store, &said),
            server(&store, &said),
            server(&store, &said),
        ];
        let mut seen = Vec::new();
        for _ in 0..9 {
            seen.push(next(&mut done).await.origin.url);
        }
        for (stopper, running) in servers {
            drop(stopper);
            running.await.unwrap();
        }
        assert!(done.try_recv().is_err(), "something was done twice");
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 9);
    });
}

#[test]
fn a_mail_is_sent_once_and_at_once_when_the_bell_rings() {
    on_threads(async {
        let (_folder, store) = bed(9).await;
        let (said, mut done) = mpsc::unbounded_channel();
        let servers: Vec<_> = (0..3)
            .map(|_| {
                let ((stopper, duty, _), bell) = (stand(&store, clock), Bell::default());
                let (kept, said) = (store.clone(), said.clone());
                let work = move |mail: QueuedMail| {
                    let (store, said) = (kept.clone(), said.clone());
                    async move {
                        let id = mail.id;
                        store.write(move |tx| tx.mail_sent(id)).await.unwrap();
                        said.send(mail).unwrap();
                    }
                };
                // Nobody looks by himself before the test is over.
                let pace = Pace {
                    every: Duration::from_secs(3600),
                };
                let running = tokio::spawn(send_mails(duty, pace, bell.clone(), work));
                (stopper, running, bell)
            })
            .collect();
        for (_, _, bell) in &servers {
            bell.ring();
        }
        let mut seen = Vec::new();
        for _ in 0..9 {
            let found = tokio::time::timeout(Duration::from_secs(20), done.recv()).await;
            let mail = found.unwrap().unwrap();
            assert_eq!(mail.failures, 1, "put off before it was given out");
            seen.push(mail.to);
        }
        for (stopper, running, _) in servers {
            drop(stopper);
            running.await.unwrap();
        }
        assert!(done.try_recv().is_err(), "something was sent twice");
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 9);
    });
}

#[test]
fn a_leader_that_ends_makes_room_at_once() {
    on_threads(async {
        let (_folder, store) = bed(1).await;
        let (said, mut done) = mpsc::unbounded_channel();
        let (stopper, running) = server(&store, &said);
        let source = next(&mut done).await;
        drop(stopper);
        running.await.unwrap();
        // Due again.
        let again = source.clone();
        store
            .write(move |tx| tx.put_metadata_source(&again))
            .await
            .unwrap();
        let (_stopper, _running) = server(&store, &said);
        assert_eq!(next(&mut done).await.origin, source.origin);
    });
}

async fn until_it_leads(board: &Board) {
    let led = tokio::time::timeout(Duration::from_secs(20), async {
        while !board.leads() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    led.await.unwrap();
}

/// Another server that has the lease, whose clock says `until`.
async fn another_leads(store: &Store, seen: Option<Lease>, until: Timestamp) -> Lease {
    let own = Lease {
        holder: "another".to_owned(),
        until,
    };
    let put = own.clone();
    let taken = store.write(move |tx| tx.take_lease("jobs", seen.as_ref(), &put));
    assert!(taken.await.unwrap());
    own
}

/// Another's clock is an hour slow; its lease is its own as long as it moves.
#[test]
fn who_does_not_hold_the_lease_does_nothing_until_it_is_over() {
    on_threads(async {
        let (_folder, store) = bed(1).await;
        let mut at = clock() - SignedDuration::from_hours(1);
        let mut lease = another_leads(&store, None, at).await;
        let (said, mut done) = mpsc::unbounded_channel();
        let (stopper, running) = server(&store, &said);
        // Longer than a term.
        for _ in 0..9 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            at += SignedDuration::from_secs(1);
            lease = another_leads(&store, Some(lease), at).await;
        }
        assert!(done.try_recv().is_err());
        // Then it is gone, with a lease that runs on for an hour by its clock.
        let hour = clock() + SignedDuration::from_hours(1);
        another_leads(&store, Some(lease), hour).await;
        next(&mut done).await;
        drop(stopper);
        running.await.unwrap();
    });
}

/// Whoever has lost the lease finds out, and waits.
#[test]
fn who_has_lost_the_lease_does_nothing_more() {
    on_threads(async {
        let (_folder, store) = bed(0).await;
        let (_stopper, _duty, board) = stand(&store, clock);
        until_it_leads(&board).await;
        let seen = store.read(|tx| tx.lease("jobs")).await.unwrap();
        another_leads(&store, seen, clock()).await;
        let lost = tokio::time::timeout(Duration::from_secs(5), async {
            while board.leads() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        lost.await.unwrap();
    });
}

/// A server that says when its chore is done.
fn with_chore(
    store: &Store,
    every: SignedDuration,
    done: &mpsc::UnboundedSender<Timestamp>,
) -> (Stopper, tokio::task::JoinHandle<()>) {
    let (stopper, duty, _) = stand(store, clock);
    let done = done.clone();
    let pace = Pace {
        every: Duration::from_millis(5),
    };
    let chore = Chore {
        name: "chore",
        every,
    };
    let work = move |now| {
        let done = done.clone();
        async move { done.send(now).is_ok() }
    };
    let running = tokio::spawn(repeat(duty, chore, pace, work));
    (stopper, running)
}

#[test]
fn a_chore_is_done_at_once_by_one_server_and_again_after_a_rest() {
    on_threads(async {
        let (_folder, store) = bed(0).await;
        let (said, mut done) = mpsc::unbounded_channel();
        let day = SignedDuration::from_hours(24);
        let servers = [
            with_chore(&store, day, &said),
            with_chore(&store, day, &said),
        ];
        let first = tokio::time::timeout(Duration::from_secs(20), done.recv()).await;
        assert!(first.unwrap().unwrap() <= clock());
        let mut servers = servers.into_iter();
        // Whichever led: the other one takes over and looks for itself, and nobody does it twice.
        for (stopper, running) in servers.by_ref() {
            drop(stopper);
            running.await.unwrap();
        }
        let mut more = 0;
        while done.try_recv().is_ok() {
            more += 1;
        }
        assert!(more <= 1, "{more} more");

        let short = SignedDuration::from_millis(1);
        let (stopper, running) = with_chore(&store, short, &said);
        for _ in 0..3 {
            let again = tokio::time::timeout(Duration::from_secs(20), done.recv()).await;
            again.unwrap().unwrap();
        }
        drop(stopper);
        running.await.unwrap();
    });
}

#[test]
fn a_chore_that_failed_is_tried_again_later_and_not_at_every_turn() {
    on_threads(async {
        let (_folder, store) = bed(0).await;
        let (said, mut turns) = mpsc::unbounded_channel();
        static TURNS: Mutex<Option<mpsc::UnboundedSender<()>>> = Mutex::new(None);
        fn counting() -> Timestamp {
            if let Some(turns) = &*TURNS.lock().unwrap() {
                let _ = turns.send(());
            }
            clock()
        }
        *TURNS.lock().unwrap() = Some(said);
        let tries = Arc::new(Mutex::new(0));
        let counted = Arc::clone(&tries);
        let work = move |_| {
            *counted.lock().unwrap() += 1;
            async { false }
        };
        let chore = Chore {
            name: "chore",
            every: SignedDuration::from_millis(1),
        };
        let pace = Pace {
            every: Duration::from_millis(1),
        };
        let (stopper, duty, board) = stand(&store, counting);
        until_it_leads(&board).await;
        let running = tokio::spawn(repeat(duty, chore, pace, work));
        for _ in 0..20 {
            turns.recv().await.unwrap();
        }
        drop(stopper);
        running.await.unwrap();
        assert_eq!(*tries.lock().unwrap(), 1);
    });
}
