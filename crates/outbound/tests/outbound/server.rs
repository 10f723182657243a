//! A server of a few lines: it says the same to whoever comes, and counts them.

use std::io::{BufRead as _, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Listens until the test ends.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    visits: Arc<AtomicUsize>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers each request, whose head it gets, by writing to the connection.
    pub(crate) fn with(
        answer: impl Fn(&str, &mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            visits: Arc::default(),
            heads: Arc::default(),
        };
        let (visits, heads) = (Arc::clone(&server.visits), Arc::clone(&server.heads));
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { break };
                visits.fetch_add(1, Ordering::SeqCst);
                let (answer, heads) = (Arc::clone(&answer), Arc::clone(&heads));
                std::thread::spawn(move || {
                    let mut reader = BufReader::new(stream.try_clone().unwrap());
                    let mut head = String::new();
                    while reader.read_line(&mut head).is_ok_and(|count| count > 2) {}
                    heads.lock().unwrap().push(head.clone());
                    // Whoever asked may have gone.
                    let _ = answer(&head, &mut stream);
                });
            }
        });
        server
    }

    /// Answers with these bytes.
    pub(crate) fn saying(answer: impl Into<String>) -> Self {
        let answer = answer.into();
        Self::with(move |_, stream| stream.write_all(answer.as_bytes()))
    }

    /// Answers with a document.
    pub(crate) fn document(body: &str) -> Self {
        Self::saying(format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nETag: \"1\"\r\nLast-Modified: Tue, 24 Nov 2026 09:00:00 GMT\r\n\r\n{body}",
            body.len()
        ))
    }

    /// Redirects to this place.
    pub(crate) fn redirecting(status: u16, location: &str) -> Self {
        Self::saying(format!(
            "HTTP/1.1 {status} Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
        ))
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/metadata", self.address)
    }

    /// How many connections were accepted.
    pub(crate) fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }

    /// What was asked.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}
