//! What becomes of trips and of requests when the server does.

use std::net::TcpListener;
use std::sync::{Arc, mpsc};
use std::time::Instant;

use vestibule_state::{Limits, Redis, ShortLived, StateError};

use crate::bed::{Bed, PATIENCE, SMALL, at, lonely_trip, parked, parked_id};
use crate::server::{Server, free_port};

fn is_out_of_reach<T>(answer: &Result<T, StateError>) -> bool {
    matches!(answer, Err(StateError::Unavailable(_)))
}

fn wait_until_back(bed: &Bed, state: &dyn ShortLived) {
    bed.until("the server is back", async || state.ping().await.ok());
}

/// Each of many requests at once is told so, long before patience ends.
fn assert_all_are_refused(bed: &Bed, state: &Arc<dyn ShortLived>) {
    let began = Instant::now();
    let tasks: Vec<_> = (0..200)
        .map(|_| {
            let state = state.clone();
            bed.runtime()
                .spawn(async move { state.begin(lonely_trip(at(0)), at(0)).await })
        })
        .collect();
    for task in tasks {
        let answer = bed.wait(task).unwrap();
        assert!(is_out_of_reach(&answer), "{answer:?}");
    }
    for _ in 0..1_000 {
        let answer = bed.wait(state.ping());
        assert!(is_out_of_reach(&answer), "{answer:?}");
    }
    assert!(began.elapsed() < PATIENCE, "{:?}", began.elapsed());
}

#[test]
fn an_emptied_server_has_no_trips_and_works() {
    let server = Server::start(&[]);
    let bed = Bed::on(server.url());
    let state = bed.open(SMALL);
    let trip = lonely_trip(at(0));
    bed.wait(state.begin(trip.clone(), at(0))).unwrap();
    let id = parked_id();
    bed.wait(state.park(id.clone(), parked(&trip.id, "x"), at(0)))
        .unwrap();
    server.run(&["FLUSHALL"]);
    server.run(&["SCRIPT", "FLUSH"]);
    assert_eq!(bed.wait(state.find(&trip.id, at(1))), Ok(None));
    assert_eq!(bed.wait(state.finish(&trip.id, at(1))), Ok(None));
    assert_eq!(bed.wait(state.unpark(&id, at(1))), Ok(None));
    bed.wait(state.begin(trip.clone(), at(1))).unwrap();
    assert_eq!(bed.wait(state.finish(&trip.id, at(1))), Ok(Some(trip)));
}

#[test]
fn a_killed_server_is_out_of_reach_and_comes_back() {
    let mut server = Server::start(&[]);
    let bed = Bed::on(server.url());
    let state = bed.open(SMALL);
    let trip = lonely_trip(at(0));
    bed.wait(state.begin(trip.clone(), at(0))).unwrap();
    server.kill();
    assert_all_are_refused(&bed, &state);
    server.restart();
    wait_until_back(&bed, &*state);
    assert_eq!(bed.wait(state.find(&trip.id, at(1))), Ok(None));
    bed.wait(state.begin(trip.clone(), at(1))).unwrap();
    assert_eq!(bed.wait(state.finish(&trip.id, at(1))), Ok(Some(trip)));
}

#[test]
fn a_frozen_server_is_out_of_reach_and_comes_back() {
    let server = Server::start(&[]);
    let bed = Bed::on(server.url());
    let state = bed.open(Limits::default());
    let trip = lonely_trip(at(0));
    bed.wait(state.begin(trip.clone(), at(0))).unwrap();
    server.freeze();
    assert_all_are_refused(&bed, &state);
    // A server that takes the connection and says nothing is out of reach for a new handle too.
    let late = bed.open(Limits::default());
    assert_all_are_refused(&bed, &late);
    server.thaw();
    for state in [&state, &late] {
        wait_until_back(&bed, &**state);
    }
    assert_eq!(bed.wait(late.finish(&trip.id, at(1))), Ok(Some(trip)));
}

#[test]
fn during_an_outage_one_caller_waits_and_the_others_do_not() {
    // It takes connections and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", silent.local_addr().unwrap());
    let bed = Bed::in_process();
    let (taken, has_taken) = mpsc::channel();
    std::thread::spawn(move || {
        let mut held = Vec::new();
        while let Ok((connection, _)) = silent.accept() {
            held.push(connection);
            if taken.send(()).is_err() {
                return;
            }
        }
    });
    let state = Arc::new(Redis::open(&url, "vestibule", SMALL).unwrap());
    assert!(is_out_of_reach(&bed.wait(state.ping())));
    has_taken.recv_timeout(PATIENCE).unwrap();

    // Those that come too early for another attempt are refused; the one that makes it waits.
    let waiting = bed.until("another attempt", async || {
        let state = state.clone();
        let ping = tokio::spawn(async move { state.ping().await });
        loop {
            match has_taken.try_recv() {
                Ok(()) => return Some(ping),
                Err(_) if ping.is_finished() => return None,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    });
    for _ in 0..100 {
        assert!(is_out_of_reach(&bed.wait(state.ping())));
    }
    assert!(!waiting.is_finished(), "the others waited for it");
    assert!(is_out_of_reach(&bed.wait(waiting).unwrap()));
}

#[test]
fn a_handle_opened_before_the_server_starts_works_once_it_has() {
    let port = free_port();
    let bed = Bed::on(format!("redis://127.0.0.1:{port}"));
    let state = bed.open(SMALL);
    assert_all_are_refused(&bed, &state);
    let _server = Server::start_on(port, &[]).expect("the port is still free");
    wait_until_back(&bed, &*state);
    bed.wait(state.begin(lonely_trip(at(0)), at(0))).unwrap();
}

#[test]
fn the_password_opens_the_server_and_shows_in_no_error() {
    let server = Server::start(&["--requirepass", "hunter2@/:#?"]);
    let bed = Bed::in_process();
    let open = |password: &str| {
        let url = format!("redis://{password}127.0.0.1:{}", server.port());
        Redis::open(&url, "vestibule", SMALL).unwrap()
    };
    let right = open(":hunter2%40%2F%3A%23%3F@");
    assert_eq!(bed.wait(right.ping()), Ok(()));
    assert!(!format!("{right:?}").contains("hunter2"));
    for wrong in [open(""), open(":hunter3@"), open("hunter3:hunter2@")] {
        let error = bed.wait(wrong.ping()).unwrap_err();
        let StateError::Unavailable(text) = &error else {
            panic!("{error:?}")
        };
        assert!(text.contains("password"), "{text}");
        assert!(
            !text.contains("hunter2") && !text.contains(":hunter3"),
            "{text}"
        );
    }
}

#[test]
fn a_namespace_that_could_be_mistaken_is_refused() {
    for namespace in ["", "{a}", "a b", "ä", "*", &"x".repeat(65)] {
        let opened = Redis::open("redis://127.0.0.1", namespace, SMALL);
        assert!(matches!(opened, Err(StateError::Config(_))), "{namespace}");
    }
}
