//! Calls that are sent again under their `Idempotency-Key`: done once, answered the same.

use std::{collections::BTreeSet, sync::Barrier, thread, time::Duration};

use serde_json::{Value, json};

use crate::support::{
    database::Engine,
    http::{Answer, Api},
    on_both,
    simplesamlphp::key_pair,
    world::{World, text},
};

fn named(api: &Api, path: &str, key: &str, body: &Value) -> Answer {
    api.call_with("POST", path, &[("idempotency-key", key)], Some(body))
}

fn is_replay(answer: &Answer) -> bool {
    answer.header("idempotency-replayed") == Some("true")
}

/// How many changes the audit log has, of every workspace.
fn changes(world: &World) -> usize {
    let list = world
        .api
        .get("/v1/audit-events?limit=200")
        .expect(200)
        .json();
    list["data"].as_array().unwrap().len()
}

/// Every operation that keeps its answer: the path of the document, the path to call, a body, and one that
/// asks for something else. The world's connection is live; in the order in which they can be done.
fn operations(world: &World) -> Vec<(&'static str, String, Value, Value)> {
    let member = text(&world.add_member("grace@acme.example", "admin"), "/id");
    let of_member = |path: &str| world.workspace_path(&format!("/members/{member}/{path}"));
    let revisions = world.api.get(&world.path("/revisions")).expect(200).json();
    let revision = text(&revisions, "/data/0/id");
    let next = world
        .api
        .post(&world.path("/service-provider-keys"), &json!({}));
    let next = text(&next.expect(201).json(), "/id");
    let subject =
        |name_id: &str| json!({"connection_id": world.connection, "subject": {"name_id": name_id}});
    let email = |email: &str| json!({"email": email, "role": "member"});
    let link = |days: u32| json!({"connection_id": world.connection, "expires_in_hours": days});
    let certificate = || json!({"certificate": key_pair("The next").1});
    let (any, other) = (json!({}), json!({"force": true}));
    let session = |email: &str| json!({"workspace_id": world.workspace, "email": email, "amr": ["pwd", "otp"], "client_id": world.client.0});
    let client =
        |name: &str| json!({"name": name, "redirect_uris": ["https://app.example.com/callback"]});
    let key = |name: &str| json!({"name": name, "scopes": ["members:read"]});
    let rotated = world
        .api
        .post("/v1/api-keys", &key("Old"))
        .expect(201)
        .json();
    let rotated = text(&rotated, "/id");
    let hook = |url: &str| json!({"url": url, "enabled": false});
    let endpoint = world
        .api
        .post("/v1/webhook-endpoints", &hook("https://old.example/"))
        .expect(201)
        .json();
    let endpoint = text(&endpoint, "/id");
    let of =
        |path: &'static str, place: String, body: Value, other: Value| (path, place, body, other);
    vec![
        of(
            "/v1/workspaces",
            "/v1/workspaces".to_owned(),
            json!({"name": "One", "plan": "pro"}),
            json!({"name": "Two", "plan": "pro"}),
        ),
        of(
            "/v1/workspaces/{workspace_id}/members",
            world.workspace_path("/members"),
            email("one@acme.example"),
            email("two@acme.example"),
        ),
        of(
            "/v1/workspaces/{workspace_id}/invitations",
            world.workspace_path("/invitations"),
            email("three@acme.example"),
            email("four@acme.example"),
        ),
        of(
            "/v1/workspaces/{workspace_id}/members/{member_id}/password-links",
            of_member("password-links"),
            any.clone(),
            json!({"deliver": "return"}),
        ),
        of(
            "/v1/workspaces/{workspace_id}/members/{member_id}/identities",
            of_member("identities"),
            subject("grace"),
            subject("hopper"),
        ),
        of(
            "/v1/workspaces/{workspace_id}/domains",
            world.workspace_path("/domains"),
            json!({"domain": "acme.example"}),
            json!({"domain": "other.example"}),
        ),
        of(
            "/v1/workspaces/{workspace_id}/connections",
            world.workspace_path("/connections"),
            json!({"name": "One"}),
            json!({"name": "Two"}),
        ),
        of(
            "/v1/workspaces/{workspace_id}/setup-links",
            world.workspace_path("/setup-links"),
            link(24),
            link(48),
        ),
        of(
            "/v1/connections/{connection_id}/tests",
            world.path("/tests"),
            any.clone(),
            json!({"no": 1}),
        ),
        of(
            "/v1/connections/{connection_id}/certificates",
            world.path("/certificates"),
            certificate(),
            certificate(),
        ),
        of(
            "/v1/connections/{connection_id}/service-provider-keys/{key_id}/activate",
            world.path(&format!("/service-provider-keys/{next}/activate")),
            any.clone(),
            other.clone(),
        ),
        of(
            "/v1/connections/{connection_id}/service-provider-keys",
            world.path("/service-provider-keys"),
            any.clone(),
            other.clone(),
        ),
        of(
            "/v1/connections/{connection_id}/revisions/{revision_id}/restore",
            world.path(&format!("/revisions/{revision}/restore")),
            any.clone(),
            other.clone(),
        ),
        of(
            "/v1/connections/{connection_id}/disable",
            world.path("/disable"),
            other.clone(),
            any.clone(),
        ),
        of(
            "/v1/connections/{connection_id}/enable",
            world.path("/enable"),
            json!({"revision_id": revision}),
            any.clone(),
        ),
        of(
            "/v1/clients",
            "/v1/clients".to_owned(),
            client("One"),
            client("Two"),
        ),
        of(
            "/v1/api-keys",
            "/v1/api-keys".to_owned(),
            key("One"),
            key("Two"),
        ),
        of(
            "/v1/clients/{client_id}/rotate-secret",
            format!("/v1/clients/{}/rotate-secret", world.client.0),
            any.clone(),
            json!({"previous_secret_expires_in": 1}),
        ),
        of(
            "/v1/webhook-endpoints",
            "/v1/webhook-endpoints".to_owned(),
            hook("https://one.example/"),
            hook("https://two.example/"),
        ),
        of(
            "/v1/webhook-endpoints/{webhook_endpoint_id}/rotate-secret",
            format!("/v1/webhook-endpoints/{endpoint}/rotate-secret"),
            any.clone(),
            other,
        ),
        of(
            "/v1/api-keys/{api_key_id}/rotate",
            format!("/v1/api-keys/{rotated}/rotate"),
            any,
            json!({"previous_secret_expires_in": 1}),
        ),
        of(
            "/v1/sessions",
            "/v1/sessions".to_owned(),
            session("grace@acme.example"),
            session("root@acme.example"),
        ),
    ]
}

on_both! {
    fn every_change_is_made_once_and_answered_the_same(engine) {
        let world = World::live(engine);
        let operations = operations(&world);
        for (index, (path, place, body, other)) in operations.iter().enumerate() {
            let key = format!("call-{index}");
            let first = named(&world.api, place, &key, body);
            assert!(matches!(first.status, 200 | 201), "{path}: {first:?}");
            assert!(!is_replay(&first), "{path}");
            let before = changes(&world);
            for _ in 0..2 {
                let again = named(&world.api, place, &key, body);
                assert!(is_replay(&again), "{path}: {again:?}");
                assert_eq!((again.status, &again.body), (first.status, &first.body), "{path}");
                assert_eq!(again.header("content-type"), first.header("content-type"), "{path}");
            }
            let reused = named(&world.api, place, &key, other);
            assert_eq!(reused.problem(422), "idempotency-key-reused", "{path}");
            assert_eq!(changes(&world), before, "{path}: nothing more was done");
        }
        // The document says of each that it takes a key, and of no other.
        let document = world.api.get("/openapi.json").expect(200).json();
        let paths = document["paths"].as_object().unwrap();
        let takes = |item: &Value| {
            let parameters = item["post"]["parameters"].as_array();
            parameters.is_some_and(|all| all.iter().any(|one| one["name"] == "Idempotency-Key"))
        };
        let documented: BTreeSet<_> = paths.iter().filter(|(_, item)| takes(item)).map(|(path, _)| path.as_str()).collect();
        assert_eq!(documented, operations.iter().map(|(path, ..)| *path).collect());
    }

    fn of_many_at_once_one_is_made_and_all_are_answered(engine) {
        let world = World::new(engine);
        let (path, body) = (world.workspace_path("/members"), json!({"email": "ada@acme.example", "role": "member"}));
        let start = Barrier::new(8);
        let answers: Vec<Answer> = thread::scope(|scope| {
            let racers: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| {
                    start.wait();
                    named(&world.api, &path, "the-same", &body)
                }))
                .collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        });
        let bodies: BTreeSet<_> = answers.iter().map(|answer| (answer.status, answer.body.as_str())).collect();
        assert_eq!(bodies.len(), 1, "{answers:?}");
        assert_eq!(answers[0].status, 201, "{answers:?}");
        assert_eq!(answers.iter().filter(|answer| !is_replay(answer)).count(), 1);
        assert_eq!(world.people().len(), 1);
    }

    fn a_caller_whose_server_died_asks_again(engine) {
        let mut world = World::new(engine);
        for (round, pause) in [0, 3, 6, 9, 12, 15].into_iter().enumerate() {
            let (path, key) = (world.workspace_path("/members"), format!("round-{round}"));
            let body = json!({"email": format!("member-{round}@acme.example"), "role": "member"});
            let headers = [("idempotency-key", key.as_str())];
            let api = world.api.clone();
            thread::scope(|scope| {
                let call = scope.spawn(|| api.try_call_with("POST", &path, &headers, Some(&body)));
                // Before, in the middle, afterwards: whichever it is.
                thread::sleep(Duration::from_millis(pause));
                world.server.kill();
                let _ = call.join().unwrap();
            });
            world.server.restart();
            world.api = world.api.at(&world.server.url);
            let answer = named(&world.api, &path, &key, &body).expect(201).json();
            let id = text(&answer, "/id");
            assert_eq!(named(&world.api, &path, &key, &body).expect(201).json()["id"], *id);
            assert_eq!(world.people().len(), round + 1);
        }
    }

    fn what_was_refused_can_be_asked_for_again(engine) {
        let world = World::new(engine);
        let (path, body) = (world.path("/enable"), json!({}));
        assert_eq!(named(&world.api, &path, "go-live", &body).problem(409), "draft-required");
        world.save_draft();
        world.pass_test();
        let live = named(&world.api, &path, "go-live", &body).expect(200);
        assert!(!is_replay(&live), "{live:?}");
        // Whatever came after: this is what that call was answered.
        world.api.post(&world.path("/disable"), &json!({"force": true})).expect(200);
        let again = named(&world.api, &path, "go-live", &body).expect(200);
        assert_eq!((is_replay(&again), again.body.as_str()), (true, live.body.as_str()));
        assert_eq!(world.state(), "disabled");
    }
}

#[test]
fn a_key_of_another_caller_is_another() {
    let world = World::new(Engine::Sqlite);
    let secret = |name: &str| {
        let body = json!({"name": name, "scopes": ["members:write"]});
        let made = world.api.post("/v1/api-keys", &body).expect(201).json();
        text(&made, "/secret")
    };
    let apis = ["one", "two"].map(|name| Api::new(&world.server.url, &secret(name)));
    let path = world.workspace_path("/members");
    for (index, api) in apis.iter().enumerate() {
        let body = json!({"email": format!("{index}@acme.example"), "role": "member"});
        let made = named(api, &path, "a-key", &body).expect(201);
        assert!(!is_replay(&made), "{made:?}");
    }
    // Without a key of ours nothing was ever answered.
    let body = json!({"email": "0@acme.example", "role": "member"});
    let stranger = Api::new(&world.server.url, "vsk_nobody");
    assert_eq!(
        named(&stranger, &path, "a-key", &body).problem(401),
        "unauthorized"
    );
}

#[test]
fn what_is_no_key_is_refused_before_anything_is_done() {
    let world = World::new(Engine::Sqlite);
    let path = world.workspace_path("/members");
    let body = json!({"email": "ada@acme.example", "role": "member"});
    let long = "k".repeat(256);
    for key in ["", " ", "two words", &long] {
        let refused = named(&world.api, &path, key, &body);
        assert_eq!(refused.problem(400), "malformed-request", "{key:?}");
        assert!(refused.body.contains("Idempotency-Key"), "{refused:?}");
    }
    let twice = [("idempotency-key", "one"), ("idempotency-key", "two")];
    let refused = world.api.call_with("POST", &path, &twice, Some(&body));
    assert_eq!(refused.problem(400), "malformed-request");
    assert!(world.people().is_empty());
    named(&world.api, &path, &"k".repeat(255), &body).expect(201);
}
