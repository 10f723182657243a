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

#[path = "shared/wire.rs"]
#[expect(dead_code, reason = "another bench posts forms and reads headers")]
mod wire;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::json;
use support::{
    browser::Browser,
    database::Engine,
    html,
    visitor::{PASSWORD, Visitor, set_password},
    world::{World, text},
};
use wire::Wire;

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
    let mut wire = Wire::to(host);
    let headers = [("Accept", "text/html"), ("Cookie", cookies.as_str())];
    let mut times = Vec::with_capacity(ROUNDS);
    let mut last = (0, String::new());
    for round in 0..WARM + ROUNDS {
        let answer = wire.get(path, &headers);
        if round >= WARM {
            times.push(answer.first_byte);
        }
        last = (answer.status, answer.body);
    }
    times.sort_unstable();
    Measured {
        status: last.0,
        body: last.1,
        times,
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
