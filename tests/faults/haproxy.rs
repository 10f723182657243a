//! Two servers behind a real HAProxy, each request at the other of them: any step on any replica, and one
//! that is told to end under load takes nobody's request with it.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use vestibule_test_idp::{Style, Twist, User};

use crate::support::{
    browser::Browser,
    database::{Database, Engine, service},
    haproxy::Haproxy,
    nginx::free_port,
    server::Server,
    world::{World, ada, code_in},
};

/// How long a server may take that was told to end.
const DRAINED_WITHIN: Duration = Duration::from_secs(10);

fn scene() -> (Haproxy, World) {
    let port = free_port();
    let url = format!("http://127.0.0.1:{port}");
    let redis = service("VESTIBULE_TEST_REDIS_URL");
    let settings = [
        ("VESTIBULE_REDIS_URL", redis.as_str()),
        ("VESTIBULE_PUBLIC_URL", url.as_str()),
    ];
    let database = Database::new(Engine::TwoReplicas);
    let mut server = Server::without_front(database, 2, &settings);
    let address = |index| {
        let url = server.replica_url(index);
        url.trim_start_matches("http://").to_owned()
    };
    let haproxy = Haproxy::start(port, &[address(0), address(1)]);
    server.url = url;
    (haproxy, World::on(server, Style::Okta).go_live())
}

/// A browser's way from authorize to tokens; whichever server answers, it goes on.
fn whole_way(world: &World, user: &User) {
    let mut browser = Browser::default();
    let start = world.authorize_url();
    let form = world.visit_idp(&mut browser, &start, &world.idp, user, &Twist::default());
    let arrived = browser.deliver(&form.acs_url, &form.saml_response);
    let tokens = world.exchange(&code_in(&arrived)).expect(200).json();
    let fresh = tokens["refresh_token"].as_str().expect("a refresh token");
    world.refresh(fresh).expect(200);
}

#[test]
fn any_step_goes_to_any_server() {
    let (_haproxy, world) = scene();
    for _ in 0..10 {
        whole_way(&world, &ada());
    }
    // Round and round: each of them has had its part of every step.
    let log = world.server.log_of_each();
    for route in [
        "/oauth2/authorize",
        "/saml/{connection_id}/acs",
        "/oauth2/token",
    ] {
        let parts: Vec<_> = log
            .iter()
            .map(|lines| lines.iter().filter(|line| line.contains(route)).count())
            .collect();
        assert!(parts.iter().all(|count| *count > 0), "{route}: {parts:?}");
    }
}

#[test]
fn a_server_that_is_told_to_end_under_load_takes_no_request_with_it() {
    let (_haproxy, mut world) = scene();
    let (done, ended) = (AtomicUsize::new(0), AtomicBool::new(false));
    let server = world.server.take_first();
    let world = &world;
    let took = thread::scope(|scope| {
        for number in 0..4 {
            let (done, ended) = (&done, &ended);
            scope.spawn(move || {
                let user = User::new(format!("p{number}@acme.example"), "Per", "Son");
                while !ended.load(Ordering::Relaxed) {
                    // Each answer is held against the one that it has to be: no 5xx, no broken connection.
                    whole_way(world, &user);
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let far_enough = |count: usize| {
            while done.load(Ordering::Relaxed) < count {
                thread::sleep(Duration::from_millis(20));
            }
        };
        far_enough(8);
        let begun = Instant::now();
        let status = server.terminate();
        let took = begun.elapsed();
        assert!(status.success(), "{status}");
        far_enough(done.load(Ordering::Relaxed) + 8);
        ended.store(true, Ordering::Relaxed);
        took
    });
    assert!(took < DRAINED_WITHIN, "{took:?}");
}
