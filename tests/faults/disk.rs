//! A disk that is full: what needs it is refused and says so, what only reads goes on, and nothing that was
//! answered is lost.

use std::{
    process::Command,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
};

use serde_json::json;
use vestibule_test_idp::User;

use crate::support::{
    database::Engine,
    http::send,
    world::{World, ada, text},
};

/// Whoever may write so many bytes to one file finds the disk full there; root is no exception.
fn room(world: &World, bytes: &str) {
    let done = Command::new("prlimit")
        .args(["--pid", &world.server.pid().to_string()])
        .arg(format!("--fsize={bytes}:unlimited"))
        .status();
    assert!(done.expect("prlimit runs").success());
}

/// How large the file is that SQLite writes to first.
fn log_of_writes(world: &World) -> u64 {
    let url = &world.server.database.url;
    let file = url.strip_prefix("sqlite://").expect("a file of SQLite");
    let log = std::fs::metadata(format!("{file}-wal"));
    log.expect("its write-ahead log").len()
}

#[test]
fn what_cannot_be_written_is_refused_and_what_was_answered_is_there() {
    let world = World::live(Engine::Sqlite);
    let tokens = world.exchange(&world.code(&ada())).expect(200).json();
    let refresh = text(&tokens, "/refresh_token");
    let last_name = AtomicUsize::new(0);
    let is_full = AtomicBool::new(false);

    // It fills up while it is written to.
    room(&world, &(log_of_writes(&world) + 64 * 1024).to_string());
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in 1.. {
                let name = json!({"name": format!("Acme {number}")});
                let answer = world.api.patch(&world.workspace_path(""), &name);
                if answer.status != 200 {
                    assert_eq!(answer.problem(503), "unavailable");
                    assert!(answer.header("retry-after").is_some(), "{answer:?}");
                    break;
                }
                last_name.store(number, Ordering::Relaxed);
            }
            is_full.store(true, Ordering::Relaxed);
        });
    });
    assert!(is_full.load(Ordering::Relaxed) && last_name.load(Ordering::Relaxed) > 0);
    // SQLite begins its log anew once it is copied: no room there either.
    room(&world, "4096");
    // Nobody comes in whose session cannot be kept, and no token is used up in vain.
    world.refresh(&refresh).expect(503);
    let arrived = world.sign_in(
        &User::new("eve@acme.example", "Eve", "Late"),
        &Default::default(),
    );
    assert_eq!(
        (arrived.status, arrived.header("location")),
        (503, None),
        "{arrived:?}"
    );
    // What only reads goes on.
    let url = |path: &str| format!("{}{path}", world.server.url);
    let workspace = world.api.get(&world.workspace_path("")).expect(200).json();
    let kept = format!("Acme {}", last_name.load(Ordering::Relaxed));
    assert_eq!(workspace["name"], kept.as_str());
    assert!(world.is_active(&text(&tokens, "/access_token")));
    send("GET", &url("/oauth2/jwks"), &[], "").expect(200);

    room(&world, "unlimited");
    world.refresh(&refresh).expect(200);
    world.exchange(&world.code(&ada())).expect(200);
    assert_eq!(
        world.people().len(),
        1,
        "who was refused was not half let in"
    );
    let workspace = world.api.get(&world.workspace_path("")).expect(200).json();
    assert_eq!(workspace["name"], kept.as_str());
}
