//! The secrets of API keys: recognised, replaced without a gap, and known to be in use.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::{
    database::Engine,
    http::Api,
    on_both,
    world::{World, text},
};

fn made(world: &World, scopes: &[&str]) -> (String, String) {
    let body = json!({"name": "A key", "scopes": scopes});
    let made = world.api.post("/v1/api-keys", &body).expect(201).json();
    (text(&made, "/id"), text(&made, "/secret"))
}

fn with(world: &World, secret: &str) -> Api {
    Api::new(&world.server.url, secret)
}

fn rotate(world: &World, id: &str, body: &Value) -> Value {
    let path = format!("/v1/api-keys/{id}/rotate");
    world.api.post(&path, body).expect(200).json()
}

on_both! {
    fn a_secret_is_replaced_while_the_one_before_still_counts(engine) {
        let world = World::new(engine);
        let (id, first) = made(&world, &["workspaces:read"]);
        let counts = |secret: &str| match with(&world, secret).get("/v1/workspaces").status {
            200 => true,
            401 => false,
            other => panic!("{other}"),
        };
        let rotated = rotate(&world, &id, &json!({}));
        let second = text(&rotated, "/secret");
        assert_eq!((&rotated["id"], &rotated["name"]), (&json!(id), &json!("A key")));
        assert!(rotated["previous_secret_expires_at"].is_string(), "{rotated}");
        assert_eq!((counts(&first), counts(&second)), (true, true));

        // One that was replaced earlier ends there.
        let third = text(&rotate(&world, &id, &json!({"previous_secret_expires_in": 60})), "/secret");
        assert_eq!([&first, &second, &third].map(|secret| counts(secret)), [false, true, true]);
        let last = rotate(&world, &id, &json!({"previous_secret_expires_in": 0}));
        assert_eq!(last["previous_secret_expires_at"], Value::Null);
        let fourth = text(&last, "/secret");
        assert_eq!([&second, &third, &fourth].map(|secret| counts(secret)), [false, false, true]);
        let shown = world.api.get(&format!("/v1/api-keys/{id}")).expect(200);
        assert!(!shown.body.contains("\"secret\"") && !shown.body.contains("vsk_"), "{shown:?}");
        world.api.delete(&format!("/v1/api-keys/{id}")).expect(204);
        assert!(!counts(&fourth));
    }

    fn when_a_key_was_last_used_is_known(engine) {
        let world = World::new(engine);
        let (id, secret) = made(&world, &["workspaces:read"]);
        let path = format!("/v1/api-keys/{id}");
        let last_used = || world.api.get(&path).expect(200).json()["last_used_at"].clone();
        assert_eq!(last_used(), Value::Null);
        // A call that it may not make is a use as well: somebody has it.
        with(&world, &secret).get("/v1/clients").expect(403);
        let started = Instant::now();
        while last_used() == Value::Null {
            assert!(started.elapsed() < Duration::from_secs(20), "nobody noted it");
            sleep(Duration::from_millis(20));
        }
    }

    fn a_key_gives_no_secret_to_one_that_may_do_more(engine) {
        let world = World::new(engine);
        let (strong, secret) = made(&world, &["*"]);
        let (_, weak) = made(&world, &["api-keys:write"]);
        let path = format!("/v1/api-keys/{strong}/rotate");
        let refused = with(&world, &weak).post(&path, &json!({}));
        assert_eq!(refused.problem(403), "insufficient-scope");
        with(&world, &secret).get("/v1/workspaces").expect(200);
        let long = world.api.post(&path, &json!({"previous_secret_expires_in": 2_592_001}));
        assert_eq!(long.problem(422), "invalid-value");
        assert_eq!(long.json()["errors"][0]["pointer"], "/previous_secret_expires_in");
        let unknown = "/v1/api-keys/key_00000000000070008000000000000000/rotate";
        assert_eq!(world.api.post(unknown, &json!({})).problem(404), "not-found");
    }
}

#[test]
fn a_key_that_was_copied_badly_is_told_from_one_that_is_unknown() {
    let world = World::new(Engine::Sqlite);
    let (id, secret) = made(&world, &["workspaces:read"]);
    assert!(
        secret.starts_with("vsk_") && secret.len() == 55,
        "a shape that scanners find"
    );
    let detail = |secret: &str| {
        let refused = with(&world, secret).get("/v1/workspaces");
        assert_eq!(refused.problem(401), "unauthorized");
        text(&refused.json(), "/detail")
    };
    let short: String = secret.chars().take(54).collect();
    let bare = secret.trim_start_matches("vsk_").to_owned();
    for wrong in [short, format!("{secret}a"), bare] {
        assert!(detail(&wrong).contains("no whole API key"), "{wrong}");
    }
    world.api.delete(&format!("/v1/api-keys/{id}")).expect(204);
    assert!(detail(&secret).contains("unknown"), "it was a key once");
}
