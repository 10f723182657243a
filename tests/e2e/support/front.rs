//! What stands before replicas: each connection goes to the next of them, and where one is gone to
//! the one after.

use std::{
    io,
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

/// A front for replicas, until it is dropped.
pub(crate) struct Front {
    pub(crate) address: SocketAddr,
    replicas: Arc<Mutex<Vec<SocketAddr>>>,
    closed: Arc<AtomicBool>,
}

impl Front {
    pub(crate) fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let front = Self {
            address: listener.local_addr().expect("its address"),
            replicas: Arc::default(),
            closed: Arc::default(),
        };
        let (replicas, closed) = (Arc::clone(&front.replicas), Arc::clone(&front.closed));
        let next = AtomicUsize::new(0);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if closed.load(Ordering::Relaxed) {
                    break;
                }
                let replicas = replicas.lock().expect("the replicas").clone();
                let first = next.fetch_add(1, Ordering::Relaxed);
                let server = (0..replicas.len())
                    .map(|n| replicas[(first + n) % replicas.len()])
                    .find_map(|replica| TcpStream::connect(replica).ok());
                if let Some(server) = server {
                    join(client, server);
                }
            }
        });
        front
    }

    pub(crate) fn add(&self, replica: SocketAddr) {
        self.replicas.lock().expect("the replicas").push(replica);
    }
}

/// Carries bytes both ways, each way on a thread of its own.
fn join(client: TcpStream, server: TcpStream) {
    let halves = (
        client.try_clone().expect("a handle"),
        server.try_clone().expect("a handle"),
    );
    for (mut from, mut to) in [(client, server), (halves.1, halves.0)] {
        thread::spawn(move || {
            // Whichever side ends or breaks, the other is told.
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Write);
        });
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}
