//! A workspace keeps an admin (P6): whoever asks, by whatever door, however many at once.

use std::{sync::Barrier, thread};

use serde_json::{Value, json};
use vestibule_test_idp::{Twist, User};

use crate::support::{
    browser::Browser,
    http::Answer,
    on_all, on_both,
    world::{ROOT, World, code_in, text},
};

fn member_path(world: &World, id: &str) -> String {
    world.workspace_path(&format!("/members/{id}"))
}

/// So many admins, and no other; their ids.
fn admins(world: &World, how_many: usize) -> Vec<String> {
    let made: Vec<_> = (0..how_many)
        .map(|number| {
            let made = world.add_member(&format!("admin{number}@acme.example"), "admin");
            text(&made, "/id")
        })
        .collect();
    let path = world.workspace_path(&format!("/members?email={ROOT}"));
    let root = text(&world.api.get(&path).expect(200).json(), "/data/0/id");
    world.api.delete(&member_path(world, &root)).expect(204);
    made
}

fn active_admins(world: &World) -> Vec<String> {
    let path = world.workspace_path("/members?role=admin&status=active");
    let list = world.api.get(&path).expect(200).json();
    let list = list["data"].as_array().unwrap().iter();
    list.map(|member| text(member, "/id")).collect()
}

/// Vouches that this address, as the test IdP's NameID, is that member.
fn prove(world: &World, member: &str, email: &str) -> Value {
    let path = member_path(world, member) + "/identities";
    let format = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
    let body = json!({
        "connection_id": world.connection,
        "subject": {"name_id": email, "format": format},
    });
    world.api.post(&path, &body).expect(201).json()
}

/// All of it at once.
fn together<T: Send>(work: Vec<Box<dyn FnOnce() -> T + Send + '_>>) -> Vec<T> {
    let start = Barrier::new(work.len());
    thread::scope(|scope| {
        let threads: Vec<_> = work
            .into_iter()
            .map(|each| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    each()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    })
}

/// What takes an admin away.
fn take(world: &World, number: usize, id: &str) -> Answer {
    let path = member_path(world, id);
    match number % 3 {
        0 => world.api.patch(&path, &json!({"role": "member"})),
        1 => world.api.patch(&path, &json!({"status": "deactivated"})),
        _ => world.api.delete(&path),
    }
}

on_all! {
    fn of_many_who_are_taken_away_at_once_one_stays(engine) {
        const ADMINS: usize = 6;
        let world = World::new(engine);
        let ids = admins(&world, ADMINS);
        let world = &world;
        let mut work: Vec<Box<dyn FnOnce() -> Answer + Send>> = Vec::new();
        for (number, id) in ids.iter().enumerate() {
            work.push(Box::new(move || take(world, number, id)));
        }
        let answers = together(work);
        let refused: Vec<_> = answers.iter().filter(|answer| answer.status == 409).collect();
        assert_eq!(refused.len(), 1, "{answers:?}");
        assert_eq!(refused[0].problem(409), "last-admin");
        assert!(answers.iter().all(|answer| answer.status == 409 || answer.status < 300), "{answers:?}");
        assert_eq!(active_admins(world).len(), 1);
    }

    fn of_many_whom_a_mapping_demotes_at_once_one_stays(engine) {
        const ADMINS: usize = 5;
        let world = World::new(engine);
        let mut draft = World::draft_of(&world.idp);
        draft["role_mapping"] = json!({"attributes": ["groups"], "member": ["staff"]});
        world.api.put(&world.path("/draft"), &draft).expect(200);
        world.pass_test();
        world.enable().expect(200);
        let ids = admins(&world, ADMINS);
        let world = &world;
        let mut work: Vec<Box<dyn FnOnce() -> Answer + Send>> = Vec::new();
        for (number, id) in ids.iter().enumerate() {
            // Two of them are demoted by request, at the same time.
            if number < 2 {
                work.push(Box::new(move || take(world, 0, id)));
                continue;
            }
            let email = format!("admin{number}@acme.example");
            prove(world, id, &email);
            let user = User::new(email, "An", "Admin").in_groups(["staff"]);
            let mut browser = Browser::default();
            let start = world.authorize_url();
            let form = world.visit_idp(&mut browser, &start, &world.idp, &user, &Twist::default());
            work.push(Box::new(move || browser.deliver(&form.acs_url, &form.saml_response)));
        }
        let answers = together(work);
        // A mapping refuses nobody: who is the last one comes in as what they were.
        for answer in &answers[2..] {
            code_in(answer);
        }
        assert_eq!(active_admins(world).len(), 1, "{answers:?}");
        let log = world.api.get("/v1/audit-events?limit=200").expect(200).json();
        let changed = log["data"].as_array().unwrap().iter().filter(|event| event["action"] == "member.role_changed");
        let demoted = answers[..2].iter().filter(|answer| answer.status == 200).count();
        assert_eq!(changed.count() + demoted, ADMINS - 1);
    }
}

on_both! {
    fn the_last_way_in_of_the_last_admin_is_not_unlinked(engine) {
        let world = World::live(engine);
        let ids = admins(&world, 1);
        let link = prove(&world, &ids[0], "admin0@acme.example");
        assert_eq!(link["proven_by"], "application");
        assert_eq!(link["proven_keys"].as_array().unwrap().len(), 1);
        let path = member_path(&world, &ids[0]) + "/identities/" + &text(&link, "/id");
        assert_eq!(world.api.delete(&path).problem(409), "last-admin");
        let other = text(&world.add_member("other@acme.example", "admin"), "/id");
        // An invited or deactivated admin is nobody; this one is active.
        world.api.patch(&member_path(&world, &other), &json!({"status": "deactivated"})).expect(200);
        assert_eq!(world.api.delete(&path).problem(409), "last-admin");
        world.api.patch(&member_path(&world, &other), &json!({"status": "active"})).expect(200);
        world.api.delete(&path).expect(204);
    }

    fn the_last_admin_is_neither_demoted_nor_removed_nor_deactivated(engine) {
        let world = World::live(engine);
        let ids = admins(&world, 1);
        for how in 0..3 {
            assert_eq!(take(&world, how, &ids[0]).problem(409), "last-admin", "{how}");
        }
        assert_eq!(active_admins(&world), ids);
    }
}
