//! How long the first byte of each page takes, and how large the page is with its style and scripts, on the
//! embedded default: `cargo bench -p vestibule-api --features demo --bench pages`
//!
//! One browser asks over one connection on loopback, as a person would: nothing is waited for but the
//! server. The floor is `/healthz`, which does nothing, by the same connection in the same run.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a bench prints, and fails by panicking"
)]

#[path = "../../../tests/e2e/support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "it serves the end-to-end tests, which need more of it"
)]
mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use serde_json::json;
use support::{
    browser::Browser,
    database::Engine,
    html,
    visitor::{PASSWORD, Visitor, set_password},
    world::{World, text},
};

const WARM: usize = 20;
const ROUNDS: usize = 200;

fn main() {
    let world = World::live(Engine::Sqlite);
    let link = setup_link(&world);
    let admin = signed_in(&world);
    let connection = format!("/settings/sso/{}", world.connection);
    let test = world.api.get(&world.path("/tests")).expect(200).json();
    let report = format!("{connection}/tests/{}", text(&test, "/data/0/id"));
    let own = |path: &str| format!("{connection}{path}");
    let nobody = Browser::default();
    let flow = Visitor::open(&world, "/sign-in");
    let flow_path = flow.at.replacen(&world.server.url, "", 1);
    let pages = [
        (&nobody, "/healthz".to_owned()),
        (&flow.browser, flow_path),
        (&nobody, "/sign-in/forgot".to_owned()),
        (&nobody, "/nothing-here".to_owned()),
        (&admin, "/account".to_owned()),
        (&admin, "/account/totp".to_owned()),
        (&admin, own("")),
        (&admin, own("/guide")),
        (&admin, own("/guide/okta/values")),
        (&admin, own("/guide/okta/paste")),
        (&admin, report),
        (&admin, own("/links")),
        (&admin, own("/activity")),
        (&admin, own("/activity/audit")),
        (&admin, own("/disable")),
        (&link, format!("/setup/sso/{}", world.connection)),
    ];
    println!(
        "First byte of each page in µs, {ROUNDS} rounds; bytes of the page, and with all that it loads.\n"
    );
    println!(
        "{:<44} {:>6} {:>8} {:>8} {:>8} {:>8}",
        "page", "status", "median", "99 %", "bytes", "in all"
    );
    let mut assets = BTreeMap::new();
    for (browser, path) in &pages {
        let measured = measure(&world, browser, path);
        let in_all = measured.body.len() + loaded(&world, &measured.body, &mut assets);
        // Ids say nothing here.
        let shown = path.replace(&world.connection, "…");
        let shown = shown.split("test_").next().unwrap_or_default();
        println!(
            "{:<44} {:>6} {:>8.0} {:>8.0} {:>8} {:>8}",
            shown.chars().take(44).collect::<String>(),
            measured.status,
            micros(measured.times[ROUNDS / 2]),
            micros(measured.times[ROUNDS * 99 / 100]),
            measured.body.len(),
            in_all
        );
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// An admin who has just signed in with a password.
fn signed_in(world: &World) -> Browser {
    let grace = "grace@acme.example";
    let member = world.add_member(grace, "admin");
    set_password(world, &text(&member, "/id"), PASSWORD);
    let sign_in = format!("/sign-in?workspace={}&return_to=/account", world.workspace);
    let mut visitor = Visitor::open(world, &sign_in);
    visitor.fill(&[("password", PASSWORD), ("email", grace)]);
    assert!(visitor.at.ends_with("/account"), "{}", visitor.at);
    visitor.browser
}

/// A browser in which a setup link is open.
fn setup_link(world: &World) -> Browser {
    let body = json!({"connection_id": world.connection});
    let path = world.workspace_path("/setup-links");
    let link = world.api.post(&path, &body).expect(201).json();
    let mut visitor = Visitor::open(world, &text(&link, "/url"));
    let form = html::forms(&visitor.page.body).remove(0);
    visitor.send(form, &[]);
    visitor.browser
}

struct Measured {
    status: u16,
    body: String,
    /// Sorted.
    times: Vec<Duration>,
}

fn measure(world: &World, browser: &Browser, path: &str) -> Measured {
    let url = format!("{}{path}", world.server.url);
    let host = world.server.url.trim_start_matches("http://");
    let cookies = browser.cookies_for(&url, true);
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\nCookie: {cookies}\r\n\r\n"
    );
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut times = Vec::with_capacity(ROUNDS);
    let mut last = (0, String::new());
    for round in 0..WARM + ROUNDS {
        let (time, status, body) = ask(&mut stream, &request);
        if round >= WARM {
            times.push(time);
        }
        last = (status, body);
    }
    times.sort_unstable();
    Measured {
        status: last.0,
        body: last.1,
        times,
    }
}

/// One request: the time to the first byte, the status and the body.
fn ask(stream: &mut TcpStream, request: &str) -> (Duration, u16, String) {
    let begun = Instant::now();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let mut part = [0; 64 * 1024];
    let mut first = None;
    loop {
        let read = stream.read(&mut part).unwrap();
        assert!(read > 0, "the server has hung up: {request}");
        first = first.or_else(|| Some(begun.elapsed()));
        answer.extend_from_slice(&part[..read]);
        let text = String::from_utf8_lossy(&answer);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| {
                line.to_lowercase()
                    .strip_prefix("content-length:")?
                    .trim()
                    .parse()
                    .ok()
            })
            .unwrap_or(0);
        if body.len() >= length {
            let status = head.split(' ').nth(1).unwrap().parse().unwrap();
            return (first.unwrap(), status, body.to_owned());
        }
    }
}

/// The bytes of the files that a page loads.
fn loaded(world: &World, page: &str, known: &mut BTreeMap<String, usize>) -> usize {
    let paths: BTreeSet<&str> = page
        .split('"')
        .filter(|value| value.starts_with("/assets/"))
        .collect();
    let sizes = paths.into_iter().map(|path| {
        *known.entry(path.to_owned()).or_insert_with(|| {
            let url = format!("{}{path}", world.server.url);
            Browser::default().get(&url).body.len()
        })
    });
    sizes.sum()
}
