//! What goes down comes back, and what was answered is still there.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use vestibule_store::{Store, StoreConfig, StoreError};

use crate::bed::{Bed, server_address, wait};
use crate::samples::*;

/// A way to the server that can be cut and mended.
struct Bridge {
    address: SocketAddr,
    up: Option<Up>,
}

struct Up {
    closing: Arc<AtomicBool>,
    ends: Arc<Mutex<Vec<TcpStream>>>,
    thread: JoinHandle<()>,
}

impl Bridge {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        Self {
            address,
            up: Some(Up::new(listener)),
        }
    }

    fn mend(&mut self) {
        self.up = Some(Up::new(TcpListener::bind(self.address).unwrap()));
    }

    fn cut(&mut self) {
        let Some(up) = self.up.take() else { return };
        up.closing.store(true, Ordering::SeqCst);
        // One last connection, so that the listener looks up.
        let _ = TcpStream::connect(self.address);
        up.thread.join().unwrap();
        for end in up.ends.lock().unwrap().iter() {
            let _ = end.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.cut();
    }
}

impl Up {
    fn new(listener: TcpListener) -> Self {
        let (closing, ends) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(Mutex::new(Vec::new())),
        );
        let (stop, kept) = (Arc::clone(&closing), Arc::clone(&ends));
        let thread = std::thread::spawn(move || {
            for near in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let (near, far) = (near.unwrap(), TcpStream::connect(server_address()).unwrap());
                for (mut from, mut to) in [
                    (near.try_clone().unwrap(), far.try_clone().unwrap()),
                    (far.try_clone().unwrap(), near.try_clone().unwrap()),
                ] {
                    std::thread::spawn(move || {
                        let _ = io::copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
                kept.lock().unwrap().extend([near, far]);
            }
        });
        Self {
            closing,
            ends,
            thread,
        }
    }
}

#[test]
fn postgres_may_go_away_and_come_back() {
    let mut bed = Bed::postgres();
    bed.write(|tx| tx.insert_workspace(&workspace("acme")))
        .unwrap();
    let mut bridge = Bridge::new();
    let url = bed
        .config()
        .database_url
        .replace(&server_address(), &bridge.address.to_string());
    let store = Store::open(StoreConfig {
        database_url: url,
        ..bed.config()
    })
    .unwrap();
    wait(store.ping()).unwrap();

    bridge.cut();
    let began = Instant::now();
    for _ in 0..50 {
        let answer = wait(store.write(|tx| tx.insert_workspace(&workspace("lost"))));
        assert!(
            matches!(answer, Err(StoreError::Unavailable(_))),
            "{answer:?}"
        );
    }
    // Refusals cost nothing: nobody waits for a server that is not there.
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );

    bridge.mend();
    let deadline = Instant::now() + Duration::from_secs(20);
    while let Err(error) = wait(store.ping()) {
        assert!(Instant::now() < deadline, "still {error}");
        std::thread::yield_now();
    }
    assert!(
        wait(store.read(|tx| tx.workspace_by_slug("acme")))
            .unwrap()
            .is_some()
    );
    assert_eq!(
        wait(store.read(|tx| tx.workspace_by_slug("lost"))),
        Ok(None)
    );
}

/// What a crash leaves: the file and its log, as they are at this moment.
fn copy_as_if_crashed(from: &str, to: &Path) {
    std::fs::create_dir_all(to.parent().unwrap()).unwrap();
    std::fs::copy(from, to).unwrap();
    std::fs::copy(format!("{from}-wal"), format!("{}-wal", to.display())).unwrap();
}

#[test]
fn a_crash_of_sqlite_keeps_what_was_answered_and_nothing_else() {
    let mut bed = Bed::sqlite();
    let conn = Scene::stored(&mut bed, "acme").connection.id;
    let won = bed.write(move |tx| tx.claim_assertion(conn, "_answered", later(1)));
    assert_eq!(won, Ok(true));
    let (wrote, has_written) = mpsc::channel();
    let (go, gone) = mpsc::channel::<()>();
    let store = bed.store();
    let writer = std::thread::spawn(move || {
        wait(store.write(move |tx| {
            let won = tx.claim_assertion(conn, "_running", later(1));
            wrote.send(()).unwrap();
            gone.recv().unwrap();
            won
        }))
    });
    has_written.recv().unwrap();

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crashed/vestibule.db");
    copy_as_if_crashed(&bed.path(), &path);
    let url = format!("sqlite://{}", path.display());
    let crashed = Store::open(StoreConfig {
        database_url: url,
        ..bed.config()
    })
    .unwrap();
    for (assertion, claimed) in [("_answered", false), ("_running", true)] {
        let answer = wait(crashed.write(move |tx| tx.claim_assertion(conn, assertion, later(1))));
        assert_eq!(answer, Ok(claimed), "{assertion}");
    }
    go.send(()).unwrap();
    assert_eq!(writer.join().unwrap(), Ok(true));
}
