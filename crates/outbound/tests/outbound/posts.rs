//! What is handed over, and how little of the answer is taken.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use vestibule_outbound::{Limits, Outbound, OutboundError, Reach};

use crate::{door, door_within, server::Server};

const HEADERS: &[(&str, &str)] = &[("webhook-id", "evt_1"), ("webhook-signature", "v1,x v1,y")];

fn post(door: &Outbound, url: &str) -> Result<u16, OutboundError> {
    let headers: Vec<_> = HEADERS.iter().map(|(n, v)| (*n, (*v).to_owned())).collect();
    door.post(url, &headers, b"{\"a\":1}")
}

#[test]
fn a_post_brings_its_headers_and_takes_the_status_alone() {
    for status in [200, 204, 400, 410, 500] {
        let server = Server::with(move |_, stream| {
            // What is left unread would reset the connection; mostly nothing is.
            stream.set_read_timeout(Some(Duration::from_millis(100)))?;
            let _ = stream.read(&mut [0; 7]);
            write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n")
        });
        assert_eq!(post(&door(&[&server]), &server.url()), Ok(status));
        let head = server.heads()[0].to_ascii_lowercase();
        assert!(head.starts_with("post /metadata http/1.1"), "{head}");
        for line in [
            "content-type: application/json",
            "content-length: 7",
            "user-agent: vestibule",
            "webhook-id: evt_1",
            "webhook-signature: v1,x v1,y",
        ] {
            assert!(head.contains(line), "{line}: {head}");
        }
        assert!(!head.contains("cookie") && !head.contains("authorization"));
    }
}

#[test]
fn a_redirect_is_an_answer_and_nobody_comes_to_where_it_leads() {
    let secret = Server::document("<secret/>");
    for status in [301, 302, 303, 307, 308] {
        let server = Server::redirecting(status, &secret.url());
        let door = door(&[&server, &secret]);
        assert_eq!(post(&door, &server.url()), Ok(status));
    }
    assert_eq!(secret.visits(), 0);
}

#[test]
fn a_body_without_end_is_not_waited_for() {
    let server = Server::with(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 X\r\nContent-Length: 1000000000000\r\n\r\n")?;
        loop {
            stream.write_all(&[b'x'; 65_536])?;
        }
    });
    let started = Instant::now();
    assert_eq!(post(&door(&[&server]), &server.url()), Ok(200));
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[test]
fn whoever_says_nothing_is_given_up() {
    let server = Server::with(|_, _| {
        std::thread::sleep(Duration::from_secs(5));
        Ok(())
    });
    let limits = Limits {
        total: Duration::from_secs(1),
        ..Limits::default()
    };
    let answer = post(&door_within(&[&server], limits), &server.url());
    assert_eq!(answer, Err(OutboundError::TimedOut { seconds: 1 }));
}

#[test]
fn a_post_goes_nowhere_behind_the_firewall() {
    let server = Server::document("x");
    let closed = Outbound::new(Reach::internet(), Limits::default());
    let port = server.address.port();
    for url in [
        server.url(),
        format!("http://localhost:{port}/"),
        format!("https://2130706433:{port}/"),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
        "https://10.0.0.1/".to_owned(),
    ] {
        let error = post(&closed, &url).unwrap_err();
        assert!(error.is_refusal(), "{url}: {error}");
    }
    assert_eq!(server.visits(), 0);
}
