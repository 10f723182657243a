//! What stands between the program and a service, and counts the ways there and back.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

/// A way to a service on which each question that follows an answer is counted.
pub(crate) struct Counted {
    /// The URL of the service, by this way.
    pub(crate) url: String,
    ways: Arc<AtomicUsize>,
}

impl Counted {
    /// The way to the service at this URL. It is there as long as the program of the test is.
    pub(crate) fn to(url: &str) -> Self {
        let parsed = url::Url::parse(url).expect("a URL");
        let service = format!(
            "{}:{}",
            parsed.host_str().expect("a host"),
            parsed.port().expect("a port")
        );
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let own = listener.local_addr().expect("its address").to_string();
        let ways = Arc::new(AtomicUsize::new(0));
        let (count, target) = (Arc::clone(&ways), service.clone());
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(&target).expect("the service answers");
                carry(client, server, &count);
            }
        });
        Self {
            url: url.replacen(&service, &own, 1),
            ways,
        }
    }

    /// How many ways there and back there have been.
    pub(crate) fn ways(&self) -> usize {
        self.ways.load(Ordering::Relaxed)
    }
}

/// Carries bytes both ways. Whoever asks again before they are answered has not waited.
fn carry(client: TcpStream, server: TcpStream, ways: &Arc<AtomicUsize>) {
    let answered = Arc::new(AtomicBool::new(true));
    let twin = |stream: &TcpStream| stream.try_clone().expect("a handle");
    let (asking, asked) = (
        (twin(&client), twin(&server), Arc::clone(ways)),
        Arc::clone(&answered),
    );
    thread::spawn(move || {
        let (mut from, mut to, ways) = asking;
        relay(&mut from, &mut to, || {
            if asked.swap(false, Ordering::Relaxed) {
                ways.fetch_add(1, Ordering::Relaxed);
            }
        });
    });
    thread::spawn(move || {
        let (mut from, mut to) = (server, client);
        relay(&mut from, &mut to, || {
            answered.store(true, Ordering::Relaxed);
        });
    });
}

fn relay(from: &mut TcpStream, to: &mut TcpStream, mut each: impl FnMut()) {
    let _ = to.set_nodelay(true);
    let mut part = [0; 16 * 1024];
    while let Ok(read) = from.read(&mut part) {
        if read == 0 {
            break;
        }
        each();
        if to.write_all(&part[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
