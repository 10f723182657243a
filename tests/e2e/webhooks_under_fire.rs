//! Webhooks whose receivers fail, hang and lie, and servers that die: nothing is lost, nothing overtakes
//! another event of its workspace, and nobody else notices.

use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::{
    clock::Clock,
    database::Engine,
    http::try_send,
    on_both,
    process::{Signal, signal},
    receiver::{Received, Receiver, Reply, deliveries, listen, open_world, open_world_with, path},
    within,
    world::{World, new_workspace, now, text},
};

/// The first two retries, jitter included, and the time between two looks.
const TWO_RETRIES: Duration = Duration::from_secs(40);
/// A lease of a leader who is gone, and the claim of what it was at.
const TAKEN_OVER: Duration = Duration::from_secs(30);

fn add(world: &World, workspace: &str, name: &str) -> String {
    let path = format!("/v1/workspaces/{workspace}/members");
    let body = json!({"email": format!("{name}@acme.example"), "role": "member"});
    text(&world.api.post(&path, &body).expect(201).json(), "/id")
}

fn of(events: &[Received], workspace: &str) -> Vec<String> {
    let events = events.iter().map(Received::event);
    events
        .filter(|event| event["workspace_id"] == workspace)
        .map(|event| text(&event, "/data/member/email"))
        .collect()
}

fn state(world: &World, endpoint: &Value) -> Value {
    world.api.get(&path(endpoint, "")).expect(200).json()
}

fn wait_until_noted(world: &World, endpoint: &Value) {
    within(Duration::from_secs(5), "everything is noted", || {
        deliveries(&world.api, endpoint, "&state=pending").is_empty()
    });
}

on_both! {
    fn a_receiver_that_fails_for_one_workspace_holds_up_nobody_else(engine) {
        let (world, receiver) = (open_world(engine), Receiver::open());
        let (healthy, other) = (Receiver::open(), new_workspace(&world.api, "pro").0);
        let asked = json!({"events": ["member.created"]});
        let endpoint = listen(&world.api, &receiver, asked.clone());
        listen(&world.api, &healthy, asked);
        // The first event of the world's workspace fails in three ways; then it is taken.
        let (ours, tries) = (world.workspace.clone(), AtomicUsize::new(0));
        receiver.answer(move |one| {
            if one.event()["workspace_id"] != ours {
                return Reply::Status(200);
            }
            match tries.fetch_add(1, Ordering::SeqCst) {
                0 => Reply::Status(500),
                1 => Reply::BreakOff,
                _ => Reply::Flood,
            }
        });
        let names = ["a", "b", "c"].map(|name| {
            add(&world, &world.workspace, name);
            add(&world, &other, name);
            format!("{name}@acme.example")
        });
        assert_eq!(of(&healthy.wait_for(6), &world.workspace), names);
        within(Duration::from_secs(30), "the other workspace is told", || {
            of(&receiver.all(), &other) == names
        });
        // However often it was tried by now: nothing has overtaken it.
        assert!(of(&receiver.all(), &world.workspace).iter().all(|who| who == "a@acme.example"));
        let first = &deliveries(&world.api, &endpoint, "&state=pending")[0];
        within(Duration::from_secs(30), "it is noted", || {
            let first = &deliveries(&world.api, &endpoint, "&state=pending")[0];
            let again = first["attempts"].as_u64() > Some(1);
            (first["last_status"] == 500 || again) && first["next_try_at"].is_string()
        });
        assert_eq!(first["event_type"], "member.created");

        within(TWO_RETRIES, "it is tried again", || of(&receiver.all(), &world.workspace).len() == 5);
        let [a, b, c] = names;
        let expected = [a.clone(), a.clone(), a, b, c];
        assert_eq!(of(&receiver.all(), &world.workspace), expected, "in order, across retries");
        let ids: Vec<_> = receiver.all().iter().filter(|one| one.body.contains("a@acme") && one.event()["workspace_id"] == *world.workspace).map(|one| one.id().to_owned()).collect();
        assert_eq!(ids.iter().filter(|id| **id == ids[0]).count(), 3, "the same id each time");
        wait_until_noted(&world, &endpoint);
        let log = deliveries(&world.api, &endpoint, "");
        let attempts: Vec<_> = log.iter().filter(|one| one["workspace_id"] == world.workspace).map(|one| one["attempts"].clone()).collect();
        assert_eq!(attempts, [3, 1, 1]);
    }

    fn a_receiver_that_hangs_takes_its_time_alone(engine) {
        let (world, hanging, healthy) = (open_world(engine), Receiver::open(), Receiver::open());
        let stuck = listen(&world.api, &hanging, json!({}));
        hanging.answer(|_| Reply::Hang(Duration::from_secs(15)));
        let others: Vec<_> = (0..6).map(|_| new_workspace(&world.api, "pro").0).collect();
        hanging.wait_for(4);
        listen(&world.api, &healthy, json!({"events": ["member.created"]}));
        let started = Instant::now();
        for other in &others {
            add(&world, other, "a");
        }
        healthy.wait_for(others.len());
        assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
        within(Duration::from_secs(15), "it is given up after ten seconds", || {
            let log = deliveries(&world.api, &stuck, "&state=pending");
            log.iter().any(|one| one["last_reason"] == "no complete answer within 10 s")
        });
    }

    fn a_redirect_is_not_followed(engine) {
        let (world, receiver, secret) = (open_world(engine), Receiver::open(), Receiver::open());
        let endpoint = listen(&world.api, &receiver, json!({}));
        let elsewhere = secret.url();
        receiver.answer(move |_| Reply::Redirect(elsewhere.clone()));
        add(&world, &world.workspace, "a");
        within(Duration::from_secs(5), "it is noted", || {
            let log = deliveries(&world.api, &endpoint, "");
            log[0]["last_status"] == 302
        });
        let log = deliveries(&world.api, &endpoint, "");
        assert_eq!(log[0]["last_reason"], "it redirects (HTTP status 302), which is not followed");
        assert!(secret.all().is_empty());
    }

    fn gone_disables_at_once_and_what_waited_comes_in_its_order(engine) {
        let (world, receiver) = (open_world(engine), Receiver::open());
        let endpoint = listen(&world.api, &receiver, json!({"events": ["member.created"]}));
        receiver.answer(|_| Reply::Status(410));
        add(&world, &world.workspace, "a");
        within(Duration::from_secs(5), "it is disabled", || state(&world, &endpoint)["enabled"] == false);
        let disabled = state(&world, &endpoint);
        let reason = text(&disabled, "/disabled_reason");
        assert!(reason.contains("410") && disabled["disabled_at"].is_string(), "{disabled}");
        let audit = world.api.get("/v1/audit-events?limit=5").expect(200).json();
        let entry = &audit["data"][0];
        assert_eq!(
            (&entry["action"], &entry["actor"], &entry["target"], &entry["detail"]["reason"]),
            (&json!("webhook_endpoint.disabled"), &json!("system"), &endpoint["id"], &json!(reason))
        );
        for name in ["b", "c", "d"] {
            add(&world, &world.workspace, name);
        }
        let waiting = deliveries(&world.api, &endpoint, "&state=pending");
        assert_eq!(waiting.len(), 4);
        assert!(waiting.iter().all(|one| one["next_try_at"].is_null()), "{waiting:?}");
        receiver.forget();
        receiver.answer(|_| Reply::Status(200));
        // One that the receiver need not have any more.
        let skip = format!("/deliveries/{}/skip", text(&waiting[1], "/id"));
        let skipped = world.api.post(&path(&endpoint, &skip), &json!({})).expect(200).json();
        assert_eq!((&skipped["state"], &skipped["delivered_at"]), (&json!("skipped"), &Value::Null));
        let enabled = world.api.patch(&path(&endpoint, ""), &json!({"enabled": true})).expect(200).json();
        assert_eq!((&enabled["enabled"], &enabled["disabled_reason"]), (&json!(true), &Value::Null));
        let came = of(&receiver.wait_for(3), &world.workspace);
        assert_eq!(came, ["a@acme.example", "c@acme.example", "d@acme.example"]);
        wait_until_noted(&world, &endpoint);
    }

    fn what_holds_up_a_workspace_can_be_skipped(engine) {
        let (world, receiver) = (open_world(engine), Receiver::open());
        let endpoint = listen(&world.api, &receiver, json!({"events": ["member.created"]}));
        receiver.answer(|one| Reply::Status(if one.body.contains("poison") { 400 } else { 200 }));
        for name in ["poison", "a"] {
            add(&world, &world.workspace, name);
        }
        within(Duration::from_secs(5), "it fails", || {
            deliveries(&world.api, &endpoint, "")[0]["last_status"] == 400
        });
        let poison = text(&deliveries(&world.api, &endpoint, "")[0], "/id");
        let skip = path(&endpoint, &format!("/deliveries/{poison}/skip"));
        world.api.post(&skip, &json!({})).expect(200);
        within(Duration::from_secs(3), "the next one comes", || {
            of(&receiver.all(), &world.workspace).contains(&"a@acme.example".to_owned())
        });
        wait_until_noted(&world, &endpoint);
    }

    fn after_three_days_of_failures_an_endpoint_is_disabled_and_says_why(engine) {
        let (clock, begun) = (Clock::build(), now());
        let at = |seconds: i64| Clock::at(begun + SignedDuration::from_secs(seconds));
        let start = at(0);
        let settings = [("LD_PRELOAD", clock.preload()), (Clock::HELD_AT, &*start)];
        let mut world = open_world_with(engine, &settings);
        let receiver = Receiver::open();
        let endpoint = listen(&world.api, &receiver, json!({"events": ["member.created"]}));
        receiver.answer(|_| Reply::Status(503));
        let kept = Receiver::open();
        let healthy = listen(&world.api, &kept, json!({"events": ["member.created"]}));
        add(&world, &world.workspace, "a");
        add(&world, &world.workspace, "b");
        receiver.wait_for(1);
        // Later than each wait with all its jitter, and earlier than the one after.
        let hour = 3_600;
        let mut later = 0;
        for (tries, wait) in [6, 34, 133, 661, 2_000, hour + 400, 4 * hour, 7 * hour].into_iter().chain([14 * hour; 4]).enumerate() {
            within(Duration::from_secs(5), "the failure is noted", || {
                let log = deliveries(&world.api, &endpoint, "");
                log[0]["next_try_at"].is_string() && log[0]["attempts"] == tries + 1
            });
            assert_eq!(state(&world, &endpoint)["enabled"], true);
            later += wait;
            world.server.roll(Clock::HELD_AT, &at(later));
            receiver.wait_for(tries + 2);
        }
        within(Duration::from_secs(5), "it is disabled", || state(&world, &endpoint)["enabled"] == false);
        let disabled = state(&world, &endpoint);
        let reason = text(&disabled, "/disabled_reason");
        assert!(reason.starts_with("failing since ") && reason.ends_with("HTTP status 503"), "{reason}");
        assert_eq!(state(&world, &healthy)["enabled"], true);
        assert_eq!(of(&kept.all(), &world.workspace), ["a@acme.example", "b@acme.example"]);

        // Nothing was thrown away.
        receiver.forget();
        receiver.answer(|_| Reply::Status(200));
        world.api.patch(&path(&endpoint, ""), &json!({"enabled": true})).expect(200);
        let came = of(&receiver.wait_for(2), &world.workspace);
        assert_eq!(came, ["a@acme.example", "b@acme.example"]);
    }

    fn killed_between_a_change_and_its_delivery_exactly_what_was_committed_is_told(engine) {
        let mut world = open_world(engine);
        let receiver = Receiver::open();
        let address = receiver.address;
        let endpoint = listen(&world.api, &receiver, json!({"events": ["member.created"]}));
        let numbers = AtomicUsize::new(0);
        // Some are under way when the server dies, and some are taken that are not noted yet.
        let killer = world.server.killer();
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| add_until_it_dies(&world, &numbers, 100));
            }
            receiver.wait_for(20);
            drop(killer);
        });
        world.server.kill_and_restart();
        // And once more, while nobody listens.
        let before = receiver.all();
        drop(receiver);
        let (killer, some) = (world.server.killer(), numbers.load(Ordering::Relaxed) + 20);
        thread::scope(|scope| {
            scope.spawn(|| add_until_it_dies(&world, &numbers, 100));
            within(Duration::from_secs(20), "some are made", || {
                numbers.load(Ordering::Relaxed) > some
            });
            drop(killer);
        });
        let receiver = Receiver::at(address);
        world.server.kill_and_restart();

        let mut members = Vec::new();
        let mut cursor = String::new();
        loop {
            let list = world.workspace_path(&format!("/members?limit=200{cursor}"));
            let list = world.api.get(&list).expect(200).json();
            members.extend(list["data"].as_array().unwrap().iter().map(|one| text(one, "/id")));
            match list["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        // All but the admin, who was there before the endpoint was.
        members.remove(0);
        within(TAKEN_OVER, "everything is told", || {
            deliveries(&world.api, &endpoint, "&state=pending").is_empty()
        });
        let told = |one: &Received| text(&one.event(), "/data/target");
        let all: Vec<_> = before.iter().chain(&receiver.all()).map(told).collect();
        let mut first = Vec::new();
        for id in &all {
            if !first.contains(id) {
                first.push(id.clone());
            }
        }
        let mut sorted = first.clone();
        sorted.sort();
        members.sort();
        assert_eq!(sorted, members, "exactly what was committed");
        // What comes twice is what was under way when a server died: one for each death.
        assert!(all.len() - first.len() <= 2, "{} of {}", all.len() - first.len(), all.len());
        let log = world.api.get(&path(&endpoint, "/deliveries?limit=200")).expect(200).json();
        let log: Vec<_> = log["data"].as_array().unwrap().iter().rev().map(|one| text(one, "/event_id")).collect();
        let order: Vec<_> = receiver.all().iter().map(|one| one.id().to_owned()).collect();
        let positions: Vec<_> = order.iter().filter_map(|id| log.iter().position(|known| known == id)).collect();
        assert!(positions.is_sorted(), "in order");
    }
}

/// Makes members until the server is gone, but not more than that.
fn add_until_it_dies(world: &World, numbers: &AtomicUsize, most: usize) {
    let url = format!("{}{}", world.server.url, world.workspace_path("/members"));
    let headers = [
        ("authorization", world.api.authorization()),
        ("content-type", "application/json"),
    ];
    for _ in 0..most {
        let number = numbers.fetch_add(1, Ordering::Relaxed);
        let body = json!({"email": format!("m{number}@acme.example"), "role": "member"});
        match try_send("POST", &url, &headers, body.to_string()) {
            Ok(answer) => drop(answer.expect(201)),
            Err(_) => return,
        }
    }
}

#[test]
fn two_replicas_send_each_event_once_and_each_workspace_in_order() {
    const EACH: usize = 25;
    let (world, receiver) = (open_world(Engine::TwoReplicas), Receiver::open());
    let endpoint = listen(&world.api, &receiver, json!({"events": ["member.created"]}));
    let workspaces: Vec<_> = (0..4).map(|_| new_workspace(&world.api, "pro").0).collect();
    receiver.wait_for(workspaces.len());
    receiver.forget();
    let shared = Arc::new(world.workspace.clone());
    thread::scope(|scope| {
        for (writer, workspace) in workspaces.iter().enumerate() {
            let (world, shared) = (&world, Arc::clone(&shared));
            scope.spawn(move || {
                for number in 0..EACH {
                    add(world, workspace, &format!("m{number}"));
                    // And all of them in one workspace, where their order is that of the commits.
                    add(world, &shared, &format!("m{writer}-{number}"));
                }
            });
        }
    });
    let all = receiver.wait_for(2 * EACH * workspaces.len());
    wait_until_noted(&world, &endpoint);
    let expected: Vec<_> = (0..EACH).map(|n| format!("m{n}@acme.example")).collect();
    for workspace in &workspaces {
        assert_eq!(of(&all, workspace), expected, "each once, in order");
    }
    let together = of(&all, &shared);
    for writer in 0..workspaces.len() {
        let own = format!("m{writer}-");
        let own: Vec<_> = together
            .iter()
            .filter(|name| name.starts_with(&own))
            .collect();
        let expected: Vec<_> = (0..EACH)
            .map(|n| format!("m{writer}-{n}@acme.example"))
            .collect();
        assert_eq!(own, expected.iter().collect::<Vec<_>>());
    }
    assert_eq!(receiver.all().len(), 2 * EACH * workspaces.len(), "once");
}

/// The process that leads: its number begins the name of the lease's holder.
fn leader(world: &World) -> u32 {
    let asked = "SELECT holder FROM leases WHERE name = 'jobs'";
    let output = Command::new("psql")
        .args(["--no-psqlrc", "--tuples-only", "--no-align", "--dbname"])
        .args([&world.server.database.url, "--command", asked])
        .output()
        .unwrap();
    let holder = String::from_utf8(output.stdout).unwrap();
    holder.split('-').next().unwrap().parse().unwrap()
}

#[test]
fn when_the_leader_dies_another_replica_takes_over() {
    let (world, receiver) = (open_world(Engine::TwoReplicas), Receiver::open());
    let endpoint = listen(&world.api, &receiver, json!({"events": ["member.created"]}));
    add(&world, &world.workspace, "a");
    receiver.wait_for(1);
    // It dies while one is under way, which nobody knows whether it was taken.
    receiver.answer(|_| Reply::Hang(Duration::from_secs(5)));
    add(&world, &world.workspace, "b");
    receiver.wait_for(2);
    assert!(signal(leader(&world), Signal::KILL));
    receiver.answer(|_| Reply::Status(200));
    add(&world, &world.workspace, "c");
    within(TAKEN_OVER, "the other one goes on", || {
        receiver.all().len() == 4
    });
    let came = of(&receiver.all(), &world.workspace);
    let [a, b, c] = ["a", "b", "c"].map(|name| format!("{name}@acme.example"));
    assert_eq!(came, [a, b.clone(), b, c]);
    wait_until_noted(&world, &endpoint);
}
