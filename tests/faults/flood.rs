//! A flood of responses at one workspace: it waits behind itself, what is too much is sent away at once, and everybody
//! else is answered meanwhile.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use vestibule_test_idp::Style;

use crate::support::{
    database::Engine,
    http::{form, send, try_send},
    scrape::{LISTEN, Scrape},
    server::Server,
    within,
    world::{World, ada, new_workspace, text},
};

/// How many post at a time: their messages are twice as many bytes as may wait for one connection.
const FLOODING: usize = 128;
/// How many people sign in meanwhile.
const QUIET: usize = 3;
/// What a server may hold then, in bytes: bodies under way, those that wait, and itself.
const MEMORY: f64 = 400e6;

/// A form with as large a response as is read, of as many elements as there may be.
fn large() -> String {
    let status =
        "<a:Status xmlns:a='urn:oasis:names:tc:SAML:2.0:protocol' Value='x'/>".repeat(5_200);
    let response =
        format!("<p:Response xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol'>{status}</p:Response>");
    form(&[("SAMLResponse", &STANDARD.encode(response))])
}

/// Posts until it is told to stop; how often it was answered how.
fn flood(acs: &str, body: &str, stop: &AtomicBool, answers: &Mutex<BTreeMap<u16, usize>>) {
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    while !stop.load(Ordering::Relaxed) {
        let answer = try_send("POST", acs, &headers, body).expect("an answer");
        if answer.status == 503 {
            assert_eq!(answer.header("retry-after"), Some("5"));
        }
        *answers
            .lock()
            .expect("nobody panics")
            .entry(answer.status)
            .or_default() += 1;
    }
}

#[test]
fn one_workspace_s_flood_waits_behind_itself_and_nobody_else_does() {
    let server = Server::with(Engine::Sqlite, &[LISTEN]);
    let world = World::on(server, Style::Okta).go_live();
    let (_, other) = new_workspace(&world.api, "pro");
    let acs = text(&other, "/service_provider/acs_url");
    let (body, stop) = (large(), AtomicBool::new(false));
    let answers = Mutex::<BTreeMap<u16, usize>>::default();
    let count = |status: u16| {
        let answers = answers.lock().expect("nobody panics");
        answers.get(&status).copied()
    };
    thread::scope(|scope| {
        for _ in 0..FLOODING {
            scope.spawn(|| flood(&acs, &body, &stop, &answers));
        }
        let done = thread::Builder::new().spawn_scoped(scope, || {
            within(Duration::from_secs(30), "the flood is too much", || {
                count(503).is_some()
            });
            for _ in 0..QUIET {
                let tokens = world.exchange(&world.code(&ada())).expect(200).json();
                assert!(world.is_active(&text(&tokens, "/access_token")));
                for path in ["/healthz", "/readyz", "/oauth2/jwks"] {
                    send("GET", &format!("{}{path}", world.server.url), &[], "").expect(200);
                }
            }
            let scrape = Scrape::of(&world.server);
            assert!(scrape.sum("vestibule_saml_responses_waiting", &[]) > 0.0);
            assert!(scrape.sum("vestibule_saml_responses_refused_total", &[]) > 0.0);
            let memory = scrape.sum("process_resident_memory_bytes", &[]);
            assert!(memory < MEMORY, "{memory} bytes");
        });
        let done = done.expect("a thread").join();
        stop.store(true, Ordering::Relaxed);
        done.expect("whoever is not of the flood is answered");
    });
    let answers = answers.into_inner().expect("nobody panics");
    let seen: Vec<_> = answers.keys().copied().collect();
    // Its connection is not live; or it is sent away before anybody looks.
    assert_eq!(seen, [403, 503], "{answers:?}");
    within(Duration::from_secs(30), "nobody waits any more", || {
        Scrape::of(&world.server).sum("vestibule_saml_responses_waiting", &[]) == 0.0
    });
    world.exchange(&world.code(&ada())).expect(200);
}
