//! Webhooks: who is told what, and by what it is known to come from us.

use jiff::SignedDuration;
use serde_json::{Value, json};
use vestibule_test_idp::{Twist, User};

use crate::support::{
    clock::Clock,
    database::Engine,
    http::Api,
    on_both,
    receiver::{Receiver, deliveries, listen, open_world, open_world_with, path},
    server::Server,
    within,
    world::{ROOT, World, ada, new_workspace, now, text},
};

const SOON: std::time::Duration = std::time::Duration::from_secs(5);

fn audit(api: &Api) -> Vec<Value> {
    let events = api.get("/v1/audit-events?limit=200").expect(200).json();
    events["data"].as_array().unwrap().clone()
}

/// The key of a workspace that may do everything there.
fn key_of(world: &World, workspace: &str) -> Api {
    let key = json!({"name": "theirs", "scopes": ["*"], "workspace_id": workspace});
    let key = world.api.post("/v1/api-keys", &key).expect(201).json();
    Api::new(&world.server.url, &text(&key, "/secret"))
}

#[track_caller]
fn refused(answer: &crate::support::http::Answer, pointer: &str) {
    assert_eq!(answer.problem(422), "invalid-value");
    assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{answer:?}");
}

on_both! {
    fn what_happens_is_told_in_its_order_and_signed(engine) {
        let (world, receiver) = (open_world(engine), Receiver::open());
        let endpoint = listen(&world.api, &receiver, json!({"description": "The CRM"}));
        let secret = text(&endpoint, "/secret");
        for (field, value) in [
            ("url", json!(receiver.url())),
            ("description", json!("The CRM")),
            ("events", json!([])),
            ("workspace_id", Value::Null),
            ("enabled", json!(true)),
            ("disabled_reason", Value::Null),
        ] {
            assert_eq!(endpoint[field], value, "{field}");
        }
        let member = world.add_member("grace@acme.example", "member");
        let grace = world.workspace_path(&format!("/members/{}", text(&member, "/id")));
        world.api.patch(&grace, &json!({"role": "admin"})).expect(200);
        world.set_plan("premier");
        let world = world.go_live();
        world.code(&ada());
        world.api.patch(&grace, &json!({"status": "deactivated"})).expect(200);
        world.api.delete(&grace).expect(204);
        world.api.delete(&world.workspace_path("")).expect(204);
        let expected = [
            "member.created",
            "member.changed",
            "member.role_changed",
            "workspace.changed",
            "workspace.plan_changed",
            "connection.draft_saved",
            "test.finished",
            "connection.enabled",
            "member.created",
            "member.signed_in",
            "member.changed",
            "member.deactivated",
            "member.deleted",
            "workspace.deleted",
        ];
        assert_eq!(receiver.kinds(expected.len()), expected);

        let all = receiver.all();
        let audit = audit(&world.api);
        for one in &all {
            assert!(one.is_signed_by(&secret), "{one:?}");
            assert_eq!(one.header("webhook-signature").split(' ').count(), 1);
            assert_eq!(one.header("content-type"), "application/json");
            let sent_at: i64 = one.header("webhook-timestamp").parse().unwrap();
            assert!((now().as_second() - sent_at).abs() < 60, "{one:?}");
            let event = one.event();
            assert_eq!(event["id"], one.id());
            assert_eq!(event["workspace_id"], world.workspace, "{event}");
            assert!(!one.body.contains(&secret) && !one.body.contains("vsk_"), "{one:?}");
            // The whole of an entry has its id; a part of it has one of its own.
            let entry = audit.iter().find(|entry| entry["id"] == event["id"]);
            if let Some(entry) = entry {
                for field in ["action", "actor", "target", "detail"] {
                    assert_eq!(event["data"][field], entry[field], "{event}");
                }
                assert_eq!(event["timestamp"], entry["at"]);
            }
        }
        let mut ids: Vec<_> = all.iter().map(|one| one.id().to_owned()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), expected.len(), "each has its own id");
        let role = all[2].event();
        assert_eq!(role["data"]["member"]["email"], "grace@acme.example");
        assert_eq!(role["data"]["member"]["role"], "admin");
        assert_eq!(all[8].event()["data"]["member"]["email"], "ada@acme.example");
        assert_eq!(all[12].event()["data"].get("member"), None, "she is gone");

        within(SOON, "all of it is noted", || {
            let done = deliveries(&world.api, &endpoint, "&state=delivered");
            done.len() == expected.len()
        });
        let log = deliveries(&world.api, &endpoint, "");
        for (one, arrived) in log.iter().zip(&all) {
            assert_eq!(one["event_id"], arrived.id());
            assert_eq!(one["event_type"], arrived.kind());
            assert_eq!((&one["attempts"], &one["last_status"]), (&json!(1), &json!(204)));
            assert!(one["delivered_at"].is_string() && one["last_reason"].is_null(), "{one}");
        }
        assert!(deliveries(&world.api, &endpoint, "&state=pending").is_empty());
    }

    fn an_endpoint_is_told_what_it_asked_for(engine) {
        let (world, receiver) = (open_world(engine), Receiver::open());
        let (other, _) = new_workspace(&world.api, "pro");
        let asked = json!({"events": ["member.created", "member.deleted"], "workspace_id": world.workspace});
        let endpoint = listen(&world.api, &receiver, asked);
        assert_eq!(endpoint["events"], json!(["member.created", "member.deleted"]));
        let elsewhere = format!("/v1/workspaces/{other}/members");
        let body = json!({"email": "bob@acme.example", "role": "member"});
        world.api.post(&elsewhere, &body).expect(201);
        let member = text(&world.add_member("grace@acme.example", "member"), "/id");
        let grace = world.workspace_path(&format!("/members/{member}"));
        world.api.patch(&grace, &json!({"name": "Grace"})).expect(200);
        // What is refused changes nothing, and tells nothing.
        let list = world.api.get(&world.workspace_path("/members")).expect(200).json();
        let root = list["data"].as_array().unwrap().iter().find(|one| one["email"] == ROOT);
        let root = world.workspace_path(&format!("/members/{}", text(root.unwrap(), "/id")));
        assert_eq!(world.api.delete(&root).problem(409), "last-admin");
        world.api.delete(&grace).expect(204);
        assert_eq!(receiver.kinds(2), ["member.created", "member.deleted"]);

        let all = json!({"events": null, "description": null});
        let changed = world.api.patch(&path(&endpoint, ""), &all).expect(200).json();
        assert_eq!((&changed["events"], &changed["secret"]), (&json!([]), &Value::Null));
        world.set_plan("growth");
        assert_eq!(receiver.kinds(4)[2..], ["workspace.changed", "workspace.plan_changed"]);
        for one in receiver.all() {
            assert_eq!(one.event()["workspace_id"], world.workspace);
        }
    }

    fn a_key_of_a_workspace_sees_and_makes_its_own_endpoints_alone(engine) {
        let (world, receiver) = (open_world(engine), Receiver::open());
        let (other, _) = new_workspace(&world.api, "pro");
        let theirs = key_of(&world, &other);
        let own = listen(&theirs, &receiver, json!({}));
        assert_eq!(own["workspace_id"], other);
        let deployment = listen(&world.api, &receiver, json!({}));
        let ours = listen(&world.api, &receiver, json!({"workspace_id": world.workspace}));
        let list = theirs.get("/v1/webhook-endpoints").expect(200).json();
        assert_eq!(list["data"].as_array().unwrap().len(), 1);
        assert_eq!(list["data"][0]["id"], own["id"]);
        assert_eq!(list["data"][0].get("secret"), None);
        let all = world.api.get("/v1/webhook-endpoints").expect(200).json();
        assert_eq!(all["data"].as_array().unwrap().len(), 3);
        let body = json!({"url": receiver.url(), "workspace_id": world.workspace});
        assert_eq!(theirs.post("/v1/webhook-endpoints", &body).problem(404), "not-found");
        for foreign in [&deployment, &ours] {
            for (method, rest) in [
                ("GET", ""),
                ("PATCH", ""),
                ("DELETE", ""),
                ("POST", "/rotate-secret"),
                ("POST", "/test"),
                ("GET", "/deliveries"),
            ] {
                let body = (method != "GET" && method != "DELETE").then(|| json!({}));
                let answer = theirs.call(method, &path(foreign, rest), body.as_ref());
                assert_eq!(answer.problem(404), "not-found", "{method} {rest}");
            }
        }
        // It goes with its workspace, and the others hear of that.
        world.api.delete(&format!("/v1/workspaces/{other}")).expect(204);
        assert_eq!(world.api.get(&path(&own, "")).problem(404), "not-found");
        assert_eq!(receiver.kinds(1), ["workspace.deleted"]);
    }

    fn what_makes_no_sense_is_refused_by_its_place(engine) {
        let (world, receiver) = (open_world(engine), Receiver::open());
        let endpoint = listen(&world.api, &receiver, json!({}));
        for (body, pointer) in [
            (json!({"events": ["member.created", "member.sneezed"]}), "/events/1"),
            (json!({"url": "http://app.example/hooks"}), "/url"),
            (json!({"url": "ftp://app.example/hooks"}), "/url"),
            (json!({"url": "https://ada:pw@app.example/hooks"}), "/url"),
            (json!({"url": "not a URL"}), "/url"),
            (json!({"url": "https://169.254.169.254/latest"}), "/url"),
            (json!({"description": " "}), "/description"),
            (json!({"enabled": "yes"}), "/enabled"),
        ] {
            refused(&world.api.patch(&path(&endpoint, ""), &body), pointer);
            let mut new = json!({"url": receiver.url()});
            new.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
            refused(&world.api.post("/v1/webhook-endpoints", &new), pointer);
        }
        let answer = world.api.post("/v1/webhook-endpoints", &json!({"uri": "x"}));
        assert_eq!(answer.problem(422), "unknown-field");
        let missing = path(&endpoint, "/deliveries?state=lost");
        assert_eq!(world.api.get(&missing).problem(422), "invalid-value");
        refused(&world.api.post(&path(&endpoint, "/replay"), &json!({})), "");
        let unchanged = world.api.get(&path(&endpoint, "")).expect(200).json();
        assert_eq!(unchanged["updated_at"], endpoint["updated_at"]);

        for _ in 1..20 {
            listen(&world.api, &receiver, json!({"enabled": false}));
        }
        let more = world.api.post("/v1/webhook-endpoints", &json!({"url": receiver.url()}));
        assert_eq!(more.problem(409), "limit-reached");
        listen(&world.api, &receiver, json!({"workspace_id": world.workspace}));
        world.api.delete(&path(&endpoint, "")).expect(204);
        listen(&world.api, &receiver, json!({}));
    }

    fn a_test_is_sent_and_what_was_sent_is_sent_again(engine) {
        let (world, receiver) = (open_world(engine), Receiver::open());
        let asked = json!({"events": ["member.created"]});
        let endpoint = listen(&world.api, &receiver, asked);
        let made = world.api.post(&path(&endpoint, "/test"), &json!({})).expect(201).json();
        assert_eq!((&made["event_type"], &made["state"]), (&json!("webhook.test"), &json!("pending")));
        let test = receiver.wait_for(1).remove(0);
        assert_eq!((test.id(), test.kind().as_str()), (&*text(&made, "/event_id"), "webhook.test"));
        assert!(test.is_signed_by(&text(&endpoint, "/secret")));

        let before = now();
        for name in ["a", "b", "c"] {
            world.add_member(&format!("{name}@acme.example"), "member");
        }
        let first: Vec<_> = receiver.wait_for(4)[1..].iter().map(|one| one.id().to_owned()).collect();
        within(SOON, "all of it is noted", || {
            deliveries(&world.api, &endpoint, "&state=delivered").len() == 4
        });
        let log = deliveries(&world.api, &endpoint, "");
        let again = path(&endpoint, &format!("/deliveries/{}/replay", text(&log[2], "/id")));
        let again = world.api.post(&again, &json!({})).expect(201).json();
        assert_eq!((&again["event_id"], &again["attempts"]), (&log[2]["event_id"], &json!(0)));
        assert_ne!(again["id"], log[2]["id"]);
        let replayed = receiver.wait_for(5).remove(4);
        assert_eq!(replayed.id(), first[1], "the receiver knows it again");
        assert_eq!(replayed.body, receiver.all()[2].body);

        within(SOON, "the replay is noted", || {
            deliveries(&world.api, &endpoint, "&state=pending").is_empty()
        });
        receiver.forget();
        let since = json!({"since": before});
        let all = world.api.post(&path(&endpoint, "/replay"), &since).expect(200).json();
        assert_eq!(all, json!({"queued": 3}), "each event once");
        let order: Vec<_> = receiver.wait_for(3).iter().map(|one| one.id().to_owned()).collect();
        assert_eq!(order, first);

        // Pages of the log.
        let page = world.api.get(&path(&endpoint, "/deliveries?limit=5")).expect(200).json();
        let cursor = text(&page, "/next_cursor");
        let next = path(&endpoint, &format!("/deliveries?limit=5&cursor={cursor}"));
        let next = world.api.get(&next).expect(200).json();
        assert_eq!(next["data"].as_array().unwrap().len(), 3);
        assert_eq!(next["next_cursor"], Value::Null);
        assert_eq!(next["data"][2]["id"], made["id"], "the oldest comes last");

        world.api.patch(&path(&endpoint, ""), &json!({"enabled": false})).expect(200);
        let refused = world.api.post(&path(&endpoint, "/test"), &json!({}));
        assert_eq!(refused.problem(409), "webhook-endpoint-disabled");
        assert!(refused.body.contains("disabled by API"), "{refused:?}");
        let unknown = path(&endpoint, "/deliveries/whd_0193/replay");
        assert_eq!(world.api.post(&unknown, &json!({})).problem(404), "not-found");
    }

    fn a_secret_before_a_rotation_signs_for_a_day(engine) {
        let (clock, begun) = (Clock::build(), now());
        let at = |hours: i64| Clock::at(begun + SignedDuration::from_hours(hours));
        let start = at(0);
        let settings = [("LD_PRELOAD", clock.preload()), (Clock::HELD_AT, &*start)];
        let mut world = open_world_with(engine, &settings);
        let receiver = Receiver::open();
        let endpoint = listen(&world.api, &receiver, json!({"events": ["member.created"]}));
        let old = text(&endpoint, "/secret");
        let rotated = world.api.post(&path(&endpoint, "/rotate-secret"), &json!({})).expect(200);
        assert_eq!(rotated.header("cache-control"), Some("no-store"));
        let rotated = rotated.json();
        let new = text(&rotated, "/secret");
        assert!(new != old && rotated["previous_secret_expires_at"].is_string(), "{rotated}");
        world.api.post(&path(&endpoint, "/test"), &json!({})).expect(201);
        let both = receiver.wait_for(1).remove(0);
        assert_eq!(both.header("webhook-signature").split(' ').count(), 2);
        assert!(both.is_signed_by(&new) && both.is_signed_by(&old));

        world.server.roll(Clock::HELD_AT, &at(23));
        world.api.post(&path(&endpoint, "/test"), &json!({})).expect(201);
        assert!(receiver.wait_for(2).remove(1).is_signed_by(&old));
        world.server.roll(Clock::HELD_AT, &at(24));
        world.api.post(&path(&endpoint, "/test"), &json!({})).expect(201);
        let one = receiver.wait_for(3).remove(2);
        assert!(one.is_signed_by(&new) && !one.is_signed_by(&old));
        assert_eq!(one.header("webhook-signature").split(' ').count(), 1);
        let shown = world.api.get(&path(&endpoint, "")).expect(200);
        for secret in [&old, &new] {
            assert!(!shown.body.contains(secret.as_str()));
            assert!(!world.server.log().contains(secret.as_str()), "a secret was logged");
        }
    }

    fn a_burst_of_refused_sign_ins_is_told_once(engine) {
        let (world, receiver) = (open_world(engine).go_live(), Receiver::open());
        listen(&world.api, &receiver, json!({"events": ["connection.sign_ins_refused"]}));
        let draft = json!({"provisioning": "invite_only"});
        let mut settings = World::draft_of(&world.idp);
        settings.as_object_mut().unwrap().extend(draft.as_object().unwrap().clone());
        world.api.put(&world.path("/draft"), &settings).expect(200);
        world.pass_test();
        world.enable().expect(200);
        for number in 0..8 {
            let stranger = User::new(format!("s{number}@acme.example"), "Stranger", "Acme");
            world.sign_in(&stranger, &Twist::default()).expect(403);
        }
        let told = receiver.wait_for(1).remove(0).event();
        assert_eq!(told["data"]["target"], world.connection);
        assert_eq!(told["data"]["detail"]["refused"], 5, "{told}");
        let audit = audit(&world.api);
        let entries = audit.iter().filter(|one| one["action"] == "connection.sign_ins_refused");
        assert_eq!(entries.count(), 1);
        assert_eq!(receiver.all().len(), 1);
    }
}

#[test]
fn nothing_leads_behind_the_firewall() {
    let world = World::new(Engine::Sqlite);
    let secret = Receiver::open();
    let port = secret.address.port();
    for url in [
        secret.url(),
        format!("https://127.0.0.1:{port}/hooks"),
        format!("https://localhost:{port}/hooks"),
        format!("http://localhost:{port}/hooks"),
        format!("https://2130706433:{port}/hooks"),
        format!("https://[::ffff:127.0.0.1]:{port}/hooks"),
        "https://10.0.0.1/".to_owned(),
        "https://192.168.1.1/".to_owned(),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
        "https://[fd00::1]/".to_owned(),
    ] {
        let body = json!({"url": url});
        refused(&world.api.post("/v1/webhook-endpoints", &body), "/url");
    }
    assert!(secret.all().is_empty());
}

#[test]
fn an_endpoint_that_was_made_when_private_networks_were_open_leads_nowhere_when_they_are_not() {
    let mut world = open_world(Engine::Sqlite);
    let receiver = Receiver::open();
    let endpoint = listen(&world.api, &receiver, json!({}));
    world.server.roll("VESTIBULE_OUTBOUND_ALLOW_PRIVATE", "off");
    world.add_member("grace@acme.example", "member");
    within(SOON, "it was tried", || {
        let log = deliveries(&world.api, &endpoint, "");
        log[0]["last_reason"] == "refused: 127.0.0.1 is a loopback address"
    });
    assert!(receiver.all().is_empty());
    let log = deliveries(&world.api, &endpoint, "&state=pending");
    assert!(log[0]["next_try_at"].is_string() && log[0]["last_status"].is_null());
}

#[test]
fn an_api_key_needs_the_scopes_of_webhooks() {
    let server = Server::start(Engine::Sqlite);
    let reader = server.api(&["webhooks:read"]);
    reader.get("/v1/webhook-endpoints").expect(200);
    let body = json!({"url": "https://app.example.com/"});
    let refused = reader.post("/v1/webhook-endpoints", &body);
    assert_eq!(refused.problem(403), "insufficient-scope");
    assert_eq!(refused.json()["required_scope"], "webhooks:write");
}
