//! A server that is told to end says so first, and goes on answering until whoever spreads requests has seen it.

use std::time::{Duration, Instant};

use vestibule_test_idp::Style;

use crate::support::{
    database::Engine,
    process::{Signal, signal},
    server::Server,
    within,
    world::{World, ada},
};

#[test]
fn a_server_that_is_told_to_end_is_not_ready_and_answers_all_the_same() {
    let server = Server::with(Engine::Sqlite, &[("VESTIBULE_DRAIN_SECONDS", "60")]);
    let mut world = World::on(server, Style::Okta).go_live();
    world.api.get("/readyz").expect(200);
    let (pid, code) = (world.server.pid(), world.code(&ada()));
    assert!(signal(pid, Signal::TERM));
    within(Duration::from_secs(10), "it says that it ends", || {
        world.api.get("/readyz").status == 503
    });
    let ready = world.api.get("/readyz");
    assert_eq!(ready.json()["status"], "ending");
    assert_eq!(ready.header("connection"), Some("close"));
    world.api.get("/healthz").expect(200);
    // What has begun goes on, and what comes all the same is answered.
    world.exchange(&code).expect(200);
    world.exchange(&world.code(&ada())).expect(200);
    // Who is in a hurry says it twice, and does not wait for its minute.
    let told_again = Instant::now();
    assert!(world.server.terminate().success());
    assert!(told_again.elapsed() < Duration::from_secs(40));
}

#[test]
fn a_server_that_is_alone_ends_at_once() {
    let mut server = Server::start(Engine::Sqlite);
    assert!(server.terminate().success());
    assert!(
        !server
            .log_of_each()
            .concat()
            .iter()
            .any(|line| line.contains("told to end"))
    );
}
