//! Ten thousand guesses: slowed down, and the owner still gets in by SSO.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;
use vestibule_test_idp::{Twist, User};

use crate::{
    local::{by_password, enrol, typed, with_password},
    support::{
        database::Engine,
        on_both,
        server::Server,
        visitor::{PASSWORD, Visitor},
        world::{World, ada, code_in},
    },
    takeover::prove,
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

/// So many visitors who stand before this page.
fn visitors(at: impl Fn() -> Visitor) -> Vec<Visitor> {
    (0..AT_ONCE).map(|_| at()).collect()
}

/// Answers by status: those that were tried, and those that were told to wait.
fn guess(
    world: &World,
    visitors: &[Visitor],
    guess: &[(&str, &str)],
    rounds: u32,
    first: u32,
) -> (u32, u32) {
    let (tried, told_to_wait) = (AtomicU32::new(0), AtomicU32::new(0));
    let next = AtomicU32::new(0);
    let (field, _) = guess.first().expect("a field");
    std::thread::scope(|scope| {
        for visitor in visitors {
            scope.spawn(|| {
                let mut form = visitor.form_with(field);
                for (field, value) in guess {
                    form = form.filled(field, value);
                }
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

/// Ten thousand times the same wrong answer, each from an address of its own: few are tried, and what
/// the server holds does not grow.
fn slowed_down(world: &World, visitors: &[Visitor], wrong: &[(&str, &str)]) {
    // The first thousand make room for what every server needs.
    guess(world, visitors, wrong, 1_000, 0);
    let before = memory(world.server.pid());
    let (tried, told_to_wait) = guess(world, visitors, wrong, GUESSES - 1_000, 1_000);
    let after = memory(world.server.pid());
    assert!(tried < 30, "{tried} guesses were tried");
    assert!(told_to_wait > GUESSES - 1_030, "{told_to_wait}");
    assert!(after < before + 16 * 1024, "from {before} to {after} KiB");
}

fn world(engine: Engine) -> World {
    let settings = [("VESTIBULE_TRUSTED_PROXIES", "127.0.0.1")];
    World::on(
        Server::with(engine, &settings),
        vestibule_test_idp::Style::Okta,
    )
}

on_both! {
    fn ten_thousand_passwords_for_one_account_are_slowed_down(engine) {
        let world = world(engine);
        with_password(&world, "ada@acme.example", "member");
        let world = world.go_live();
        let start = format!("/sign-in?workspace={}", world.workspace);
        let wrong = [("password", "a guess that is not the password"), ("email", "ada@acme.example")];
        slowed_down(&world, &visitors(|| Visitor::open(&world, &start)), &wrong);
        // The owner gets in by SSO all the same, and is not locked out for good.
        code_in(&world.sign_in(&ada(), &Twist::default()));
        let decision = world.decide("ada@acme.example", "saml");
        assert_eq!(decision["allowed"], json!(true));
    }

    fn ten_thousand_codes_for_one_account_are_slowed_down(engine) {
        let world = world(engine).go_live();
        let grace = with_password(&world, "grace@acme.example", "admin");
        let rule = |two_factor: &str| {
            let body = json!({"two_factor": two_factor});
            world.api.patch(&world.workspace_path(""), &body).expect(200);
        };
        rule("admins");
        let start = by_password(&world);
        let known = || typed(&world, &start, "grace@acme.example", PASSWORD);
        enrol(&mut known());
        // What is enrolled is asked for without the rule as well.
        rule("off");
        // Whoever guesses knows her password.
        slowed_down(&world, &visitors(known), &[("code", "000000"), ("kind", "totp")]);
        prove(&world, &json!({"id": grace}), "grace@acme.example");
        let herself = User::new("grace@acme.example", "Grace", "Hopper");
        code_in(&world.sign_in(&herself, &Twist::default()));
    }
}
