//! Entity tags: changing what one has seen and nothing newer.

use std::{sync::Barrier, thread};

use serde_json::{Value, json};

use crate::support::{
    database::Engine,
    http::Answer,
    on_both,
    world::{World, text},
};

/// What can be changed on condition: its path, where it is changed, by which method, and two bodies.
fn objects(world: &World) -> Vec<(String, String, &'static str, Value, Value)> {
    let member = text(&world.add_member("grace@acme.example", "member"), "/id");
    let domain = json!({"domain": "acme.example"});
    let domain = world.api.post(&world.workspace_path("/domains"), &domain);
    let domain = text(&domain.expect(201).json(), "/id");
    let at = |path: String| (path.clone(), path);
    let (workspace, to_workspace) = at(world.workspace_path(""));
    let (member, to_member) = at(world.workspace_path(&format!("/members/{member}")));
    let (domain, to_domain) = at(world.workspace_path(&format!("/domains/{domain}")));
    let (connection, to_connection) = at(world.path(""));
    let name = |name: &str| json!({"name": name});
    let attached = |id: &str| json!({"connection_id": id});
    let draft = World::draft_of(&world.idp);
    let client = json!({"name": "Another", "redirect_uris": ["https://app.example.com/callback"]});
    let client = world.api.post("/v1/clients", &client).expect(201).json();
    let (client, to_client) = at(format!("/v1/clients/{}", text(&client, "/client_id")));
    let hook =
        json!({"url": "https://hooks.example/", "workspace_id": world.workspace, "enabled": false});
    let hook = world
        .api
        .post("/v1/webhook-endpoints", &hook)
        .expect(201)
        .json();
    let (hook, to_hook) = at(format!("/v1/webhook-endpoints/{}", text(&hook, "/id")));
    let about = |text: &str| json!({"description": text});
    vec![
        (client, to_client, "PATCH", name("One"), name("Two")),
        (hook, to_hook, "PATCH", about("One"), about("Two")),
        (workspace, to_workspace, "PATCH", name("One"), name("Two")),
        (member, to_member, "PATCH", name("One"), name("Two")),
        (
            domain,
            to_domain,
            "PATCH",
            attached(&world.connection),
            json!({"connection_id": null}),
        ),
        (
            connection.clone(),
            to_connection,
            "PATCH",
            name("One"),
            name("Two"),
        ),
        (
            connection,
            world.path("/draft"),
            "PUT",
            draft.clone(),
            draft,
        ),
    ]
}

fn tag(answer: &Answer) -> String {
    let tag = answer.header("etag");
    tag.unwrap_or_else(|| panic!("no ETag: {answer:?}"))
        .to_owned()
}

on_both! {
    fn a_change_of_something_newer_is_refused_and_says_what_is_current(engine) {
        let world = World::new(engine);
        let api = &world.api;
        for (path, place, method, one, two) in objects(&world) {
            let seen = tag(&api.get(&path).expect(200));
            assert_eq!(tag(&api.get(&path)), seen, "{path}: it changes with what is shown alone");
            let changed = api.call_with(method, &place, &[("if-match", &seen)], Some(&one)).expect(200);
            let now = tag(&api.get(&path).expect(200));
            assert_eq!(tag(&changed), now, "{path}: {changed:?}");
            assert_ne!(now, seen, "{path}");

            let before = api.get(&path).body;
            let weak = format!("W/{now}");
            for stale in [seen.as_str(), "\"other\"", &weak, ""] {
                let refused = api.call_with(method, &place, &[("if-match", stale)], Some(&two));
                assert_eq!(refused.problem(412), "precondition-failed", "{place} {stale}");
                assert_eq!(refused.json()["current_etag"], *now, "{refused:?}");
                assert_eq!(api.get(&path).body, before, "{place} {stale}");
            }
            let list = format!("{seen}, {now}");
            api.call_with(method, &place, &[("if-match", &list)], Some(&two)).expect(200);
            api.call_with(method, &place, &[("if-match", "*")], Some(&one)).expect(200);
            api.call(method, &place, Some(&two)).expect(200);
        }
    }

    fn of_many_who_have_seen_the_same_one_changes_it(engine) {
        let world = World::new(engine);
        for (path, place, method, one, _) in objects(&world) {
            let seen = tag(&world.api.get(&path).expect(200));
            let start = Barrier::new(6);
            let answers: Vec<u16> = thread::scope(|scope| {
                let racers: Vec<_> = (0..6)
                    .map(|_| scope.spawn(|| {
                        start.wait();
                        world.api.call_with(method, &place, &[("if-match", &seen)], Some(&one)).status
                    }))
                    .collect();
                racers.into_iter().map(|racer| racer.join().unwrap()).collect()
            });
            let count = |status| answers.iter().filter(|answer| **answer == status).count();
            assert_eq!((count(200), count(412)), (1, 5), "{place}: {answers:?}");
        }
    }

    fn what_has_changed_is_not_deleted_unseen(engine) {
        let world = World::new(engine);
        for (path, place, method, one, _) in objects(&world) {
            if method == "PUT" {
                continue;
            }
            let seen = tag(&world.api.get(&path).expect(200));
            world.api.call(method, &place, Some(&one)).expect(200);
            let condition = |tag: &str| world.api.call_with("DELETE", &place, &[("if-match", tag)], None);
            // The workspace first of all; then there would be nothing left.
            assert_eq!(condition(&seen).problem(412), "precondition-failed", "{place}");
            if place != world.workspace_path("") {
                condition(&tag(&world.api.get(&path).expect(200))).expect(204);
                assert_eq!(condition(&seen).problem(404), "not-found");
            }
        }
        let whole = world.workspace_path("");
        let seen = tag(&world.api.get(&whole).expect(200));
        world.api.call_with("DELETE", &whole, &[("if-match", &seen)], None).expect(204);
    }
}

#[test]
fn who_has_it_already_gets_nothing_twice() {
    let world = World::new(Engine::Sqlite);
    let path = world.workspace_path("/members");
    let first = world.api.get(&path).expect(200);
    let known = tag(&first);
    let again = world
        .api
        .call_with("GET", &path, &[("if-none-match", &known)], None)
        .expect(304);
    assert_eq!((again.body.as_str(), tag(&again)), ("", known.clone()));
    world.add_member("ada@acme.example", "member");
    let newer = world
        .api
        .call_with("GET", &path, &[("if-none-match", &known)], None)
        .expect(200);
    assert_ne!(tag(&newer), known);
}

#[test]
fn a_condition_is_never_overlooked() {
    let world = World::new(Engine::Sqlite);
    let body = json!({"email": "ada@acme.example", "role": "member"});
    let path = world.workspace_path("/members");
    let refused = world
        .api
        .call_with("POST", &path, &[("if-match", "\"seen\"")], Some(&body));
    assert_eq!(refused.problem(400), "malformed-request");
    assert!(refused.body.contains("If-Match"), "{refused:?}");
    assert!(world.people().is_empty());
}
