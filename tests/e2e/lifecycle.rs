//! The program starts, walks its demo and ends in order.

use std::time::{Duration, Instant};

use crate::support::{database::Engine, http::send, server::Server};

#[test]
fn sigterm_ends_it_in_order_while_keys_are_still_being_made() {
    for _ in 0..3 {
        let mut server = Server::start(Engine::Sqlite);
        send("GET", &format!("{}/healthz", server.url), &[], "").expect(200);
        let status = server.terminate();
        assert_eq!(status.code(), Some(0), "{status:?}\n{}", server.log());
        server.log_with("\"message\":\"stopped\"");
    }
}

#[test]
fn the_demo_walks_through_the_main_job_and_ends() {
    let server = Server::start(Engine::Sqlite);
    let started = Instant::now();
    let output = server
        .command()
        .env_remove("VESTIBULE_DATABASE_URL")
        .args([
            "demo",
            "--exit",
            "--port",
            "0",
            "--idp-port",
            "0",
            "--application-port",
            "0",
        ])
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{printed}\n{output:?}");
    assert!(printed.contains("The whole main job holds."), "{printed}");
    assert!(started.elapsed() < Duration::from_secs(120));
}

#[test]
fn a_setting_that_cannot_be_used_is_named_at_start() {
    let server = Server::start(Engine::Sqlite);
    for (name, value) in [
        ("VESTIBULE_CLOCK_SKEW", "soon"),
        ("VESTIBULE_CLOKC_SKEW", "180"),
    ] {
        let output = server
            .command()
            .arg("serve")
            .env(name, value)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(name) && said.contains("expected"), "{said}");
    }
    let wrong_key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let output = server
        .command()
        .arg("serve")
        .env("VESTIBULE_LISTEN", "127.0.0.1:0")
        .env("VESTIBULE_MASTER_KEY", wrong_key)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("master key") && !said.contains(wrong_key),
        "{said}"
    );
    assert_eq!(output.status.code(), Some(1));
}
