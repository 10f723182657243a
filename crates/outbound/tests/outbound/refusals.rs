//! What is refused is not connected to.

use vestibule_outbound::{Limits, Outbound, OutboundError, Reach, Validators};

use crate::{door, server::Server};

fn refusal(door: &Outbound, url: &str) -> OutboundError {
    let error = door.get(url, &Validators::default()).unwrap_err();
    assert!(error.is_refusal(), "{url}: {error}");
    error
}

#[test]
fn every_spelling_of_loopback_is_refused_and_nobody_comes() {
    let server = Server::document("<secret/>");
    let door = Outbound::new(Reach::internet(), Limits::default());
    let port = server.address.port();
    for (host, reason) in [
        ("127.0.0.1", "refused: 127.0.0.1 is a loopback address"),
        ("127.1", "refused: 127.0.0.1 is a loopback address"),
        ("2130706433", "refused: 127.0.0.1 is a loopback address"),
        ("0x7f.0.0.1", "refused: 127.0.0.1 is a loopback address"),
        ("0177.0.0.1", "refused: 127.0.0.1 is a loopback address"),
        ("127.0.0.1.", "refused: 127.0.0.1 is a loopback address"),
        ("１２７.0.0.1", "refused: 127.0.0.1 is a loopback address"),
        ("0.0.0.0", "refused: 0.0.0.0 is an unspecified address"),
        ("[::1]", "refused: ::1 is a loopback address"),
        ("[::]", "refused: :: is an unspecified address"),
        (
            "[::ffff:127.0.0.1]",
            "refused: ::ffff:127.0.0.1 is an IPv6 address with an IPv4 address in it",
        ),
        (
            "localhost",
            "refused: localhost resolves to a loopback address",
        ),
        (
            "LOCALHOST",
            "refused: localhost resolves to a loopback address",
        ),
    ] {
        let error = refusal(&door, &format!("http://{host}:{port}/metadata"));
        assert_eq!(error.to_string(), reason, "{host}");
    }
    assert_eq!(server.visits(), 0);
}

#[test]
fn the_networks_behind_the_firewall_are_refused_by_name() {
    let door = Outbound::new(Reach::internet(), Limits::default());
    for (url, reason) in [
        (
            "http://169.254.169.254/latest/meta-data/",
            "refused: 169.254.169.254 is a cloud's metadata service",
        ),
        (
            "https://[::ffff:10.0.0.1]/",
            "refused: ::ffff:10.0.0.1 is an IPv6 address with an IPv4 address in it",
        ),
        (
            "https://10.0.0.1/",
            "refused: 10.0.0.1 is a private address",
        ),
        (
            "https://[fe80::1]/",
            "refused: fe80::1 is a link-local address",
        ),
        (
            "https://[fd00::1]/",
            "refused: fd00::1 is a unique-local address",
        ),
        (
            "https://224.0.0.1/",
            "refused: 224.0.0.1 is a multicast address",
        ),
        (
            "https://[64:ff9b::7f00:1]/",
            "refused: 64:ff9b::7f00:1 is an IPv6 address with an IPv4 address in it",
        ),
    ] {
        assert_eq!(refusal(&door, url).to_string(), reason, "{url}");
    }
}

#[test]
fn a_redirect_to_what_is_forbidden_is_refused_and_nobody_comes() {
    let secret = Server::document("<secret/>");
    for (location, reason) in [
        (
            secret.url(),
            "refused after redirect 1: refused: 127.0.0.1 is a loopback address",
        ),
        (
            format!("http://localhost:{}/", secret.address.port()),
            "refused after redirect 1: refused: localhost resolves to a loopback address",
        ),
        (
            format!("//127.1:{}/", secret.address.port()),
            "refused after redirect 1: refused: 127.0.0.1 is a loopback address",
        ),
        (
            "http://169.254.169.254/latest".to_owned(),
            "refused after redirect 1: refused: 169.254.169.254 is a cloud's metadata service",
        ),
    ] {
        let server = Server::redirecting(302, &location);
        let error = refusal(&door(&[&server]), &server.url());
        assert_eq!(error.to_string(), reason, "{location}");
        assert_eq!((server.visits(), secret.visits()), (1, 0), "{location}");
    }
}

#[test]
fn a_second_redirect_is_looked_at_as_the_first_was() {
    let secret = Server::document("<secret/>");
    let second = Server::redirecting(307, &secret.url());
    let first = Server::redirecting(301, &second.url());
    let error = refusal(&door(&[&first, &second]), &first.url());
    assert!(
        matches!(error, OutboundError::Redirect { number: 2, .. }),
        "{error}"
    );
    assert_eq!((second.visits(), secret.visits()), (1, 0));
}

#[test]
fn a_redirect_to_no_web_page_is_not_followed() {
    for (location, error) in [
        ("file:///etc/passwd", OutboundError::NotAUrl),
        ("gopher://127.0.0.1/", OutboundError::NotAUrl),
        ("http://ada:pw@idp.example/", OutboundError::Credentials),
        ("http://", OutboundError::RedirectToNowhere),
    ] {
        let server = Server::redirecting(302, location);
        let answer = door(&[&server]).get(&server.url(), &Validators::default());
        assert_eq!(answer, Err(error), "{location}");
    }
}
