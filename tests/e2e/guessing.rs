//! Ten thousand guesses: slowed down, and the owner still gets in by SSO.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;
use vestibule_test_idp::Twist;

use crate::support::{
    database::Engine,
    on_both,
    server::Server,
    visitor::{PASSWORD, Visitor, set_password},
    world::{World, ada, code_in, text},
};

/// How many guesses, from as many addresses.
const GUESSES: u32 = 10_000;
const AT_ONCE: usize = 4;

/// What the server holds, in KiB.
fn memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("its status");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    kib.and_then(|kib| kib.parse().ok()).expect("a number")
}

/// Answers by status: those that were tried, and those that were told to wait.
fn guess(world: &World, field: &str, rounds: u32, first: u32) -> (u32, u32) {
    let (tried, told_to_wait) = (AtomicU32::new(0), AtomicU32::new(0));
    let next = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let start = format!("/sign-in?workspace={}", world.workspace);
                let visitor = Visitor::open(world, &start);
                let form = visitor
                    .form_with(field)
                    .filled("email", "ada@acme.example")
                    .filled(field, "a guess that is not the password");
                let fields: Vec<_> = form.fields.iter().map(|(k, v)| (&**k, &**v)).collect();
                let url = format!("{}{}", world.server.url, form.action);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= rounds {
                        break;
                    }
                    let number = first + number;
                    let [_, b, c, d] = number.to_be_bytes();
                    let from = format!("100.{b}.{c}.{d}");
                    let mut browser = visitor.browser.clone();
                    let answer = browser.post_with(&url, &fields, &[("x-forwarded-for", &from)]);
                    match answer.status {
                        403 | 409 => tried.fetch_add(1, Ordering::Relaxed),
                        429 => {
                            let wait = answer.header("retry-after").expect("how long");
                            assert!(wait.parse::<u32>().expect("seconds") >= 1);
                            told_to_wait.fetch_add(1, Ordering::Relaxed)
                        }
                        other => panic!("{other}: {answer:?}"),
                    };
                }
            });
        }
    });
    (tried.into_inner(), told_to_wait.into_inner())
}

fn attacked(engine: Engine) -> World {
    let settings = [("VESTIBULE_TRUSTED_PROXIES", "127.0.0.1")];
    let world = World::on(
        Server::with(engine, &settings),
        vestibule_test_idp::Style::Okta,
    );
    let ada_id = text(&world.add_member("ada@acme.example", "member"), "/id");
    set_password(&world, &ada_id, PASSWORD);
    world
}

on_both! {
    fn ten_thousand_guesses_at_one_account_are_slowed_down(engine) {
        let world = attacked(engine);
        let world = world.go_live();
        // The first thousand make room for what every server needs.
        guess(&world, "password", 1_000, 0);
        let before = memory(world.server.pid());
        let (tried, told_to_wait) = guess(&world, "password", GUESSES - 1_000, 1_000);
        let after = memory(world.server.pid());
        assert!(tried < 30, "{tried} guesses were tried");
        assert!(told_to_wait > GUESSES - 1_030, "{told_to_wait}");
        assert!(after < before + 16 * 1024, "from {before} to {after} KiB");
        // The owner gets in by SSO all the same.
        code_in(&world.sign_in(&ada(), &Twist::default()));
        // And whoever knows the password waits a while, and is not locked out for good.
        let decision = world.decide("ada@acme.example", "saml");
        assert_eq!(decision["allowed"], json!(true));
    }
}
