//! One closure is one transaction: all of it or nothing, answered when it is final.

use std::future::Future;
use std::pin::pin;
use std::sync::{LazyLock, mpsc};
use std::task::{Context, Poll, Waker};

use tokio::runtime::{Builder, Runtime};
use vestibule_model::{Workspace, WorkspaceId};
use vestibule_store::{PageRequest, Reach, Store, StoreError, Tx};

use crate::bed::{Bed, wait};
use crate::on_both;
use crate::samples::*;

/// Sends a closure that waits for the word to go on, and waits until it runs. Holds the only writer
/// of SQLite; on Postgres, one of the connections.
fn hold(
    store: &Store,
) -> (
    mpsc::Sender<()>,
    std::thread::JoinHandle<Result<(), StoreError>>,
) {
    let (begun, has_begun) = mpsc::channel();
    let (go, gone) = mpsc::channel();
    let store = store.clone();
    let thread = std::thread::spawn(move || {
        wait(store.write(move |_tx| {
            begun.send(()).unwrap();
            gone.recv().unwrap();
            Ok::<_, StoreError>(())
        }))
    });
    has_begun.recv().unwrap();
    (go, thread)
}

/// Where the time-outs of futures live that a test polls by hand; none of them is awaited.
static TIMERS: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime")
});

fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    let _timers = TIMERS.enter();
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Another workspace of the same slug, and of nothing else that is the same.
fn twin(slug: &str) -> Workspace {
    Workspace {
        external_id: None,
        ..workspace(slug)
    }
}

fn missing(bed: &mut Bed, id: WorkspaceId) -> bool {
    bed.read(move |tx| tx.workspace(Reach::All, id))
        .unwrap()
        .is_none()
}

on_both! {
    fn an_error_leaves_nothing_behind(bed) {
        let acme = workspace("acme");
        let id = acme.id;
        let answer = bed.write(move |tx| -> Result<(), _> {
            tx.insert_workspace(&acme)?;
            assert!(tx.workspace(Reach::All, acme.id)?.is_some());
            Err(StoreError::Overloaded)
        });
        assert_eq!(answer, Err(StoreError::Overloaded));
        assert!(missing(bed, id));
    }

    fn a_panic_is_an_error_and_leaves_nothing_behind(bed) {
        let acme = workspace("acme");
        let id = acme.id;
        // More often than there are threads: none of them may die of it.
        for _ in 0..9 {
            let acme = acme.clone();
            let answer = bed.write(move |tx| -> Result<(), _> {
                tx.insert_workspace(&acme)?;
                panic!("a closure of this test panics");
            });
            assert_eq!(answer, Err(StoreError::Panicked));
            let answer = bed.read(|_tx| -> Result<(), StoreError> {
                panic!("a closure of this test panics");
            });
            assert_eq!(answer, Err(StoreError::Panicked));
        }
        assert!(missing(bed, id));
        assert_eq!(bed.write(move |tx| tx.insert_workspace(&acme)), Ok(()));
    }

    fn a_statement_that_failed_undoes_the_transaction_though_the_closure_says_ok(bed) {
        let acme = Scene::stored(bed, "acme").workspace;
        let (twin, fresh) = (twin("acme"), workspace("fresh"));
        let id = fresh.id;
        let answer = bed.write(move |tx| {
            tx.insert_workspace(&fresh)?;
            assert!(tx.insert_workspace(&twin).is_err());
            Ok(())
        });
        assert_eq!(answer, Err(StoreError::Conflict { what: "workspace.slug" }));
        assert!(missing(bed, id) && !missing(bed, acme.id));
    }

    fn a_closure_may_answer_with_an_error_of_its_own(bed) {
        #[derive(Debug, PartialEq)]
        enum Own {
            Refused,
            Store(StoreError),
        }
        impl From<StoreError> for Own {
            fn from(error: StoreError) -> Self {
                Self::Store(error)
            }
        }
        let store = bed.store();
        assert_eq!(wait(store.write(|_tx| Err::<(), _>(Own::Refused))), Err(Own::Refused));
        let acme = workspace("acme");
        wait(store.write(move |tx| tx.insert_workspace(&acme))).unwrap();
        let twin = twin("acme");
        assert_eq!(
            wait(store.write(move |tx| Ok::<_, Own>(tx.insert_workspace(&twin)?))),
            Err(Own::Store(StoreError::Conflict { what: "workspace.slug" }))
        );
    }

    fn a_reading_closure_cannot_write(bed) {
        let acme = workspace("acme");
        let id = acme.id;
        let answer = bed.read(move |tx| tx.insert_workspace(&acme));
        assert!(matches!(answer, Err(StoreError::Statement(_))), "{answer:?}");
        assert!(missing(bed, id));
    }

    fn a_reading_closure_sees_one_moment(bed) {
        let scene = Scene::stored(bed, "acme");
        let id = scene.workspace.id;
        let (store, other) = (bed.store(), bed.store());
        let (seen, renamed) = (mpsc::channel(), mpsc::channel());
        let reader = std::thread::spawn(move || {
            wait(store.read(move |tx: &mut Tx<'_>| {
                let before = tx.workspace(Reach::All, id)?;
                seen.0.send(()).unwrap();
                renamed.1.recv().unwrap();
                Ok::<_, StoreError>((before, tx.workspace(Reach::All, id)?))
            }))
        });
        seen.1.recv().unwrap();
        let mut renamed_workspace = scene.workspace.clone();
        renamed_workspace.name = "Renamed".to_owned();
        wait(other.write(move |tx| tx.update_workspace(&renamed_workspace))).unwrap();
        renamed.0.send(()).unwrap();
        let (before, after) = reader.join().unwrap().unwrap();
        assert_eq!(before, Some(scene.workspace));
        assert_eq!(before, after);
        let now = bed.read(move |tx| tx.workspace(Reach::All, id)).unwrap().unwrap();
        assert_eq!(now.name, "Renamed");
    }

    fn a_future_that_is_dropped_leaves_no_transaction_open(bed) {
        let store = bed.store();
        let acme = workspace("acme");
        let id = acme.id;
        // Dropped while it runs: it goes on to its end and is committed.
        let (begun, has_begun) = mpsc::channel();
        let (go, gone) = mpsc::channel::<()>();
        {
            let mut running = pin!(store.write(move |tx| {
                begun.send(()).unwrap();
                gone.recv().unwrap();
                tx.insert_workspace(&acme)
            }));
            assert!(poll(running.as_mut()).is_pending());
            has_begun.recv().unwrap();
        }
        go.send(()).unwrap();
        drop(store);
        // Closing waits for it.
        bed.close();
        assert!(!missing(bed, id));
    }
}

#[test]
fn work_that_nobody_waits_for_any_more_is_not_begun() {
    let mut bed = Bed::sqlite();
    let store = bed.store();
    let (go, held) = hold(&store);
    let acme = workspace("acme");
    let id = acme.id;
    {
        let mut abandoned = pin!(store.write(move |tx| tx.insert_workspace(&acme)));
        assert!(poll(abandoned.as_mut()).is_pending());
    }
    go.send(()).unwrap();
    held.join().unwrap().unwrap();
    assert!(missing(&mut bed, id));
}

#[test]
fn a_full_lane_says_so_at_once_and_loses_nothing_that_it_took() {
    let mut bed = Bed::sqlite();
    let store = bed.store();
    let (go, held) = hold(&store);
    let mut waiting = Vec::new();
    let refused = loop {
        let mut future = Box::pin(store.write(|_tx| Ok::<_, StoreError>(())));
        match poll(future.as_mut()) {
            Poll::Pending => waiting.push(future),
            Poll::Ready(answer) => break answer,
        }
    };
    assert_eq!(refused, Err(StoreError::Overloaded));
    assert_eq!(waiting.len(), 4096);
    // Readers have a lane of their own.
    assert!(
        bed.read(|tx| tx.list_clients(&PageRequest::first(1)))
            .is_ok()
    );
    go.send(()).unwrap();
    held.join().unwrap().unwrap();
    assert!(waiting.into_iter().all(|future| wait(future).is_ok()));
}

/// Counts the commits in a write-ahead log: a frame that ends a transaction carries the size of the
/// database in its header (sqlite.org/fileformat2.html §4.1).
fn commits(wal: &[u8]) -> usize {
    let number = |at: usize| u32::from_be_bytes(wal[at..at + 4].try_into().unwrap());
    let frame = 24 + usize::try_from(number(8)).unwrap();
    let salt = &wal[16..24];
    wal[32..]
        .chunks_exact(frame)
        .filter(|frame| frame[8..16] == *salt && frame[4..8] != [0; 4])
        .count()
}

#[test]
fn writes_that_wait_share_a_commit() {
    let mut bed = Bed::sqlite();
    let store = bed.store();
    let wal = format!("{}-wal", bed.path());
    let before = commits(&std::fs::read(&wal).unwrap());
    let (go, held) = hold(&store);
    let mut waiting: Vec<_> = (0..200)
        .map(|n| {
            let workspace = workspace(&format!("w{n}"));
            // Every tenth fails: it must not take its neighbours along.
            Box::pin(store.write(move |tx| {
                tx.insert_workspace(&workspace)?;
                if n % 10 == 0 {
                    Err(StoreError::Stopped)
                } else {
                    Ok(())
                }
            }))
        })
        .collect();
    assert!(
        waiting
            .iter_mut()
            .all(|future| poll(future.as_mut()).is_pending())
    );
    go.send(()).unwrap();
    held.join().unwrap().unwrap();
    let answers: Vec<_> = waiting.into_iter().map(wait).collect();
    for (n, answer) in answers.iter().enumerate() {
        assert_eq!(answer.is_err(), n % 10 == 0, "{n}");
    }
    assert_eq!(bed.count("workspaces"), 180);
    let commits = commits(&std::fs::read(&wal).unwrap()) - before;
    // 200 writes and one that held them up, in groups of 128 or of 10 ms.
    assert!((1..=40).contains(&commits), "{commits} commits");
}

#[test]
fn a_commit_that_fails_is_an_error_for_the_whole_group() {
    let mut bed = Bed::sqlite();
    // A constraint that SQLite looks at when it commits, planted behind the store's back.
    bed.sql(
        "CREATE TABLE late (parent TEXT REFERENCES workspaces (id) DEFERRABLE INITIALLY DEFERRED);
         CREATE TRIGGER late AFTER INSERT ON workspaces WHEN NEW.slug = 'bad'
         BEGIN INSERT INTO late VALUES ('nobody'); END;",
    );
    let store = bed.store();
    // Which of them share a group is a matter of milliseconds: again until all three do.
    let shared = (0..100).any(|_| {
        bed.sql("DELETE FROM workspaces");
        let (go, held) = hold(&store);
        let mut waiting: Vec<_> = ["good", "bad"]
            .map(|slug| {
                let workspace = workspace(slug);
                Box::pin(store.write(move |tx| tx.insert_workspace(&workspace)))
            })
            .into();
        assert!(
            waiting
                .iter_mut()
                .all(|future| poll(future.as_mut()).is_pending())
        );
        go.send(()).unwrap();
        let failed =
            |answer: &Result<(), StoreError>| matches!(answer, Err(StoreError::Unavailable(_)));
        let held = failed(&held.join().unwrap());
        let answers: Vec<_> = waiting.into_iter().map(wait).collect();
        assert!(failed(&answers[1]), "{answers:?}");
        held && failed(&answers[0])
    });
    assert!(shared, "never one group");
    assert_eq!(bed.count("workspaces"), 0);
    let good = workspace("good");
    assert_eq!(bed.write(move |tx| tx.insert_workspace(&good)), Ok(()));
}

#[test]
fn a_connection_that_was_cut_comes_back_by_itself() {
    let mut bed = Bed::postgres();
    bed.write(|tx| tx.insert_workspace(&workspace("acme")))
        .unwrap();
    // Nothing may be running on them while they are cut.
    for _ in 0..3 {
        bed.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'vestibule'",
        );
        for _ in 0..8 {
            wait(bed.store().ping()).unwrap();
            assert!(
                bed.read(|tx| tx.workspace_by_slug("acme"))
                    .unwrap()
                    .is_some()
            );
        }
    }
}

#[test]
fn a_connection_that_is_cut_in_the_middle_is_unavailable_and_leaves_nothing() {
    let mut bed = Bed::postgres();
    let raw = bed.config();
    let answer = bed.write(move |tx| {
        tx.insert_workspace(&workspace("acme"))?;
        use diesel::prelude::*;
        let mut conn = PgConnection::establish(&raw.database_url).unwrap();
        diesel::connection::SimpleConnection::batch_execute(
            &mut conn,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'vestibule'",
        )
        .unwrap();
        tx.insert_workspace(&workspace("other"))
    });
    assert!(
        matches!(answer, Err(StoreError::Unavailable(_))),
        "{answer:?}"
    );
    assert_eq!(bed.read(|tx| tx.workspace_by_slug("acme")), Ok(None));
}

#[test]
fn a_statement_that_waits_too_long_for_a_lock_is_unavailable() {
    let mut bed = Bed::postgres();
    let scene = Scene::stored(&mut bed, "acme");
    let id = scene.workspace.id;
    let (locked, has_locked) = mpsc::channel();
    let (go, gone) = mpsc::channel::<()>();
    let store = bed.store();
    let holder = std::thread::spawn(move || {
        wait(store.write(move |tx| {
            tx.lock_workspace(id)?;
            locked.send(()).unwrap();
            gone.recv().unwrap();
            Ok::<_, StoreError>(())
        }))
    });
    has_locked.recv().unwrap();
    let answer = bed.write(move |tx| tx.lock_workspace(id));
    assert!(
        matches!(answer, Err(StoreError::Unavailable(_))),
        "{answer:?}"
    );
    go.send(()).unwrap();
    holder.join().unwrap().unwrap();
    assert_eq!(bed.write(move |tx| tx.lock_workspace(id)), Ok(true));
}
