//! What comes back, and how much of it is taken.

use std::io::Write as _;
use std::time::Duration;

use vestibule_outbound::{Document, Fetched, Limits, Outbound, OutboundError, Reach, Validators};

use crate::{door, door_within, server::Server};

fn get(server: &Server) -> Result<Fetched, OutboundError> {
    door(&[server]).get(&server.url(), &Validators::default())
}

#[track_caller]
fn document(fetched: Fetched) -> Document {
    match fetched {
        Fetched::Document(document) => document,
        Fetched::NotModified => panic!("not modified"),
    }
}

#[test]
fn a_document_comes_with_its_version() {
    let server = Server::document("<x/>");
    let document = document(get(&server).unwrap());
    assert_eq!(document.bytes, b"<x/>");
    assert_eq!(document.validators.etag.as_deref(), Some("\"1\""));
    let empty = Document {
        bytes: Vec::new(),
        validators: Validators::default(),
    };
    // FIPS 180-4 of nothing.
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(empty.sha256(), nothing);
    assert_ne!(document.sha256(), nothing);
    let head = &server.heads()[0].to_ascii_lowercase();
    assert!(head.starts_with("get /metadata http/1.1"), "{head}");
    assert!(head.contains("user-agent: vestibule"), "{head}");
    for absent in [
        "cookie",
        "authorization",
        "accept-encoding",
        "if-none-match",
    ] {
        assert!(!head.contains(absent), "{head}");
    }
}

#[test]
fn a_version_that_is_known_need_not_come_again() {
    let server = Server::with(|head, stream| {
        let known = head.to_ascii_lowercase().contains("if-none-match: \"1\"");
        let status = if known { "304 Not Modified" } else { "200 OK" };
        write!(
            stream,
            "HTTP/1.1 {status}\r\nETag: \"1\"\r\nContent-Length: 0\r\n\r\n"
        )
    });
    let first = document(get(&server).unwrap());
    let again = door(&[&server]).get(&server.url(), &first.validators);
    assert_eq!(again, Ok(Fetched::NotModified));
    // A server that says so without being asked has said nothing.
    let liar = Server::saying("HTTP/1.1 304 Not Modified\r\n\r\n");
    assert_eq!(get(&liar), Err(OutboundError::Status { status: 304 }));
}

#[test]
fn redirects_are_followed_five_times() {
    let last = Server::document("<x/>");
    let mut chain = vec![last];
    for status in [301, 302, 303, 307, 308] {
        let next = chain[chain.len() - 1].url();
        chain.push(Server::redirecting(status, &next));
    }
    let all: Vec<_> = chain.iter().collect();
    let first = &chain[5];
    let fetched = door(&all).get(&first.url(), &Validators::default());
    assert_eq!(document(fetched.unwrap()).bytes, b"<x/>");

    let sixth = Server::redirecting(302, &first.url());
    let all: Vec<_> = chain.iter().chain([&sixth]).collect();
    let error = door(&all).get(&sixth.url(), &Validators::default());
    assert_eq!(error, Err(OutboundError::TooManyRedirects { max: 5 }));
    assert_eq!(chain[0].visits(), 1, "the last was not asked again");
}

#[test]
fn a_circle_of_redirects_ends() {
    let server = Server::redirecting(302, "/metadata");
    assert_eq!(
        get(&server),
        Err(OutboundError::TooManyRedirects { max: 5 })
    );
    assert_eq!(server.visits(), 6);
    let nowhere = Server::saying("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(get(&nowhere), Err(OutboundError::RedirectToNowhere));
}

#[test]
fn an_answer_that_is_too_large_is_cut_off() {
    let limits = Limits {
        max_bytes: 100_000,
        ..Limits::default()
    };
    let said = Server::saying("HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n");
    let endless = Server::with(|_, stream| {
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        )?;
        loop {
            write!(stream, "4000\r\n{}\r\n", "x".repeat(0x4000))?;
        }
    });
    let unframed = Server::with(|_, stream| {
        write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
        loop {
            stream.write_all(&[b'x'; 4096])?;
        }
    });
    for server in [&said, &endless, &unframed] {
        let error = door_within(&[server], limits).get(&server.url(), &Validators::default());
        assert_eq!(error, Err(OutboundError::TooLarge { max: 100_000 }));
    }
    let exact = Server::document(&"x".repeat(100_000));
    let fetched = door_within(&[&exact], limits).get(&exact.url(), &Validators::default());
    assert_eq!(document(fetched.unwrap()).bytes.len(), 100_000);
    let head = Server::saying(format!(
        "HTTP/1.1 200 OK\r\nX: {}\r\n\r\n",
        "x".repeat(20_000)
    ));
    assert_eq!(get(&head), Err(OutboundError::Protocol));
}

#[test]
fn an_answer_that_does_not_end_in_time_is_given_up() {
    let limits = Limits {
        total: Duration::from_secs(1),
        ..Limits::default()
    };
    let silent = Server::with(|_, stream| {
        // Until the other side has had enough.
        std::io::copy(stream, &mut std::io::sink()).map(drop)
    });
    let dripping = Server::with(|_, stream| {
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")?;
        loop {
            stream.write_all(b"x")?;
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    for server in [&silent, &dripping] {
        let error = door_within(&[server], limits).get(&server.url(), &Validators::default());
        assert_eq!(error, Err(OutboundError::TimedOut { seconds: 1 }));
    }
}

#[test]
fn what_is_no_document_is_named() {
    for (answer, error) in [
        (
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
            OutboundError::Status { status: 404 },
        ),
        (
            "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
            OutboundError::Status { status: 500 },
        ),
        (
            "HTTP/1.1 206 Partial Content\r\nContent-Length: 1\r\n\r\nx",
            OutboundError::Status { status: 206 },
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
            OutboundError::Encoded,
        ),
        ("SSH-2.0-OpenSSH_9.2\r\n", OutboundError::Protocol),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx",
            OutboundError::Protocol,
        ),
    ] {
        assert_eq!(get(&Server::saying(answer)), Err(error), "{answer}");
    }
}

#[test]
fn who_is_not_there_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let door = Outbound::new(Reach::private_too(), Limits::default());
    let error = door.get(&format!("http://{address}/"), &Validators::default());
    let host = "127.0.0.1".to_owned();
    assert_eq!(error, Err(OutboundError::Unreachable { host }));
    let error = door.get("https://nobody.invalid/", &Validators::default());
    let host = "nobody.invalid".to_owned();
    assert_eq!(error, Err(OutboundError::Unresolved { host }));
    // Plain HTTP where TLS should be.
    let plain = Server::document("<x/>");
    let url = plain.url().replacen("http", "https", 1);
    let error = door.get(&url, &Validators::default());
    let host = "127.0.0.1".to_owned();
    assert_eq!(error, Err(OutboundError::Tls { host }));
}
