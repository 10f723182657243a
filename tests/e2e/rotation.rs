//! The keys that sign tokens change under load, and nobody notices.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use vestibule_session::verify_id_token_with_jwks;

use crate::support::{
    database::Engine,
    http::send,
    server::MASTER_KEY,
    within,
    world::{World, ada, now, text},
};

/// How long before a new key signs it is published; ten minutes unless the operator says otherwise.
const LEAD: Duration = Duration::from_secs(8);
/// How long the relying party keeps the JWKS; five minutes where the lead is ten.
const CACHED: Duration = Duration::from_secs(4);

/// An application that verifies by itself: it keeps the JWKS for as long as it may, and asks for no
/// other when it meets a key it does not know.
struct RelyingParty<'w> {
    world: &'w World,
    jwks: Mutex<Option<(Instant, Value)>>,
}

impl RelyingParty<'_> {
    fn jwks(&self) -> Value {
        let mut kept = self.jwks.lock().unwrap();
        if let Some((since, jwks)) = &*kept
            && since.elapsed() < CACHED
        {
            return jwks.clone();
        }
        let url = format!("{}/oauth2/jwks", self.world.server.url);
        let jwks = send("GET", &url, &[], "").expect(200).json();
        *kept = Some((Instant::now(), jwks.clone()));
        jwks
    }

    /// Verifies the ID token, and has each replica verify the access token.
    fn verify(&self, tokens: &Value) -> String {
        let world = self.world;
        let id_token = text(tokens, "/id_token");
        let verified = verify_id_token_with_jwks(
            &self.jwks(),
            &world.server.url,
            &world.client.0,
            &id_token,
            now(),
        );
        verified.unwrap_or_else(|error| panic!("a good ID token is refused: {error}"));
        let bearer = format!("Bearer {}", text(tokens, "/access_token"));
        for replica in [0, 1] {
            let url = format!("{}/oauth2/userinfo", world.server.replica_url(replica));
            send("GET", &url, &[("authorization", &bearer)], "").expect(200);
        }
        key_of(&id_token)
    }
}

/// The `kid` of a token.
fn key_of(token: &str) -> String {
    let header = token.split('.').next().expect("a header");
    let header = URL_SAFE_NO_PAD.decode(header).expect("base64url");
    text(&serde_json::from_slice(&header).expect("JSON"), "/kid")
}

/// `vestibule keys …`, beside the running servers.
fn keys(world: &World, arguments: &[&str]) {
    let mut command = world.server.command();
    command.arg("keys").args(arguments);
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{output:?}");
}

/// The same world with an application that asks for this algorithm.
fn with_algorithm(engine: Engine, algorithm: &str) -> World {
    let mut world = World::live(engine);
    let body = json!({
        "name": "Application",
        "redirect_uris": [crate::support::world::REDIRECT_URI],
        "id_token_signed_response_alg": algorithm,
    });
    let client = world.api.post("/v1/clients", &body).expect(201).json();
    world.client = (text(&client, "/client_id"), text(&client, "/client_secret"));
    world
}

fn rotates_unnoticed(algorithm: &str) {
    let world = with_algorithm(Engine::TwoReplicas, algorithm);
    let party = RelyingParty {
        world: &world,
        jwks: Mutex::default(),
    };
    let before = world.exchange(&world.code(&ada())).expect(200).json();
    let old = party.verify(&before);
    let over = AtomicBool::new(false);
    let seen = Mutex::new(BTreeSet::new());
    // Two people whose application renews their tokens again and again.
    let work = || {
        let mut tokens = world.exchange(&world.code(&ada())).expect(200).json();
        while !over.load(Ordering::Relaxed) {
            seen.lock().unwrap().insert(party.verify(&tokens));
            let refresh = text(&tokens, "/refresh_token");
            tokens = world.refresh(&refresh).expect(200).json();
        }
    };
    thread::scope(|scope| {
        let workers = [scope.spawn(work), scope.spawn(work)];
        let after = LEAD.as_secs().to_string();
        keys(&world, &["rotate", "--after", &after]);
        // The load has to see the new key, and to go on for a while with it.
        let started = Instant::now();
        while seen.lock().unwrap().len() < 2 && started.elapsed() < LEAD * 4 {
            thread::sleep(Duration::from_millis(50));
        }
        thread::sleep(CACHED);
        over.store(true, Ordering::Relaxed);
        for worker in workers {
            worker.join().unwrap();
        }
    });
    let seen = seen.into_inner().unwrap();
    assert!(seen.len() == 2 && seen.contains(&old), "{seen:?}");
    // A token of the old key is as good as before.
    assert_eq!(party.verify(&before), old);
}

#[test]
fn keys_rotate_under_load_and_nobody_notices() {
    rotates_unnoticed("ES256");
}

#[test]
fn keys_rotate_under_load_and_nobody_notices_with_rs256() {
    rotates_unnoticed("RS256");
}

#[test]
fn tokens_of_a_compromised_key_are_refused_and_sessions_go_on() {
    let world = World::live(Engine::TwoReplicas);
    let tokens = world.exchange(&world.code(&ada())).expect(200).json();
    let bearer = format!("Bearer {}", text(&tokens, "/access_token"));
    keys(&world, &["rotate", "--compromised"]);
    for replica in [0, 1] {
        let url = format!("{}/oauth2/userinfo", world.server.replica_url(replica));
        within(Duration::from_secs(5), "the old key counts no more", || {
            send("GET", &url, &[("authorization", &bearer)], "").status == 401
        });
    }
    let events = world.api.get("/v1/audit-events").expect(200).json();
    let actions: Vec<_> = events["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| &event["action"])
        .collect();
    let count = |action| actions.iter().filter(|found| **found == action).count();
    // One of each algorithm: made at the first start, withdrawn, and made anew.
    assert_eq!(count("signing_key.withdrawn"), 2, "{actions:?}");
    assert_eq!(count("signing_key.created"), 4, "{actions:?}");
    let renewed = world
        .refresh(&text(&tokens, "/refresh_token"))
        .expect(200)
        .json();
    let bearer = format!("Bearer {}", text(&renewed, "/access_token"));
    let url = format!("{}/oauth2/userinfo", world.server.url);
    send("GET", &url, &[("authorization", &bearer)], "").expect(200);
}

#[test]
fn the_master_key_changes_while_people_sign_in() {
    const NEW: &str = "YW5vdGhlciBrZXkgb2YgdGhlIHRlc3RzLCAzMiBieXQ=";
    let mut world = World::live(Engine::TwoReplicas);
    let tokens = world.exchange(&world.code(&ada())).expect(200).json();
    let mut refresh = text(&tokens, "/refresh_token");
    let mut goes_on = |world: &World| {
        // A test's start link is sealed as well: it is shown as long as the test is pending.
        let test = world
            .api
            .post(&world.path("/tests"), &json!({}))
            .expect(201)
            .json();
        let shown = world
            .api
            .get(&world.path(&format!("/tests/{}", text(&test, "/id"))));
        assert_eq!(shown.expect(200).json()["start_url"], test["start_url"]);
        world.exchange(&world.code(&ada())).expect(200);
        let tokens = world.refresh(&refresh).expect(200).json();
        refresh = text(&tokens, "/refresh_token");
    };
    for keys in [format!("{MASTER_KEY},{NEW}"), format!("{NEW},{MASTER_KEY}")] {
        world.server.roll("VESTIBULE_MASTER_KEY", &keys);
        goes_on(&world);
    }
    keys(&world, &["reseal"]);
    goes_on(&world);
    world.server.roll("VESTIBULE_MASTER_KEY", NEW);
    goes_on(&world);

    let mut with_the_old_one = world.server.command();
    with_the_old_one.env("VESTIBULE_MASTER_KEY", MASTER_KEY);
    let refused = with_the_old_one
        .args(["keys", "list"])
        .output()
        .expect("the program runs");
    assert!(!refused.status.success(), "{refused:?}");
}
