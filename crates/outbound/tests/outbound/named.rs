//! The one server that somebody names, and the secret that goes to no other.

use vestibule_outbound::{NamedServer, OutboundError, PATIENT};

use crate::server::Server;

const SECRET: &[(&str, &str)] = &[("authorization", "Bearer hunter2")];

#[test]
fn a_secret_leaves_this_machine_by_tls_alone() {
    for url in [
        "http://sso.example.com",
        "http://10.0.0.1/",
        "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
    ] {
        let refused = NamedServer::new(url, PATIENT).err();
        assert_eq!(refused, Some(OutboundError::Plain), "{url}");
    }
    for url in [
        "https://sso.example.com",
        "http://localhost:1",
        "http://[::1]:1/x",
    ] {
        assert!(NamedServer::new(url, PATIENT).is_ok(), "{url}");
    }
    assert!(NamedServer::new("ftp://sso.example.com", PATIENT).is_err());
}

#[test]
fn a_redirect_takes_the_secret_nowhere() {
    let other = Server::document("{}");
    let first = Server::redirecting(302, &other.url());
    let server = NamedServer::new(&first.url(), PATIENT).unwrap();
    let reply = server.send("GET", "/v1/clients", SECRET, b"").unwrap();
    assert_eq!((reply.status, other.visits()), (302, 0));
    assert!(first.heads()[0].starts_with("GET /v1/clients HTTP/1.1"));
    // Nor does a path that names another server.
    let path = format!("//{}/v1/clients", other.address);
    assert!(server.send("GET", &path, SECRET, b"").is_err());
    assert_eq!(other.visits(), 0);
}

#[test]
fn an_answer_is_bounded_and_says_its_version() {
    let server = Server::document("{\"a\": 1}");
    let whole = NamedServer::new(&server.url(), PATIENT).unwrap();
    let reply = whole.send("GET", "/", SECRET, b"").unwrap();
    assert_eq!(reply.etag.as_deref(), Some("\"1\""));
    let limits = vestibule_outbound::Limits {
        max_bytes: 7,
        ..PATIENT
    };
    let short = NamedServer::new(&server.url(), limits).unwrap();
    let refused = short.send("GET", "/", SECRET, b"").err();
    assert_eq!(refused, Some(OutboundError::TooLarge { max: 7 }));
}
