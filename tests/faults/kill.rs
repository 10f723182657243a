//! A server that is killed at any moment: what it answered is there, what was used stays used.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::json;
use vestibule_test_idp::{PostForm, Twist, User};

use crate::support::{
    browser::Browser,
    database::Engine,
    http::{form, try_send},
    within,
    world::{REDIRECT_URI, VERIFIER, World, answer_of, code_in, text},
};

/// What the server has answered, and so has to stand by.
#[derive(Default)]
struct Answered {
    /// Members that were made: path and name.
    members: Mutex<Vec<(String, String)>>,
    /// Codes that were not exchanged yet when the server was killed.
    codes: Mutex<Vec<String>>,
    /// Codes that were exchanged, and the refresh tokens that came of them.
    exchanged: Mutex<Vec<(String, String)>>,
    /// Responses that were accepted, and the browsers that brought them.
    accepted: Mutex<Vec<(Browser, PostForm)>>,
}

/// Makes members until the server is gone.
fn write_members(world: &World, answered: &Answered, numbers: &AtomicUsize) {
    let path = world.workspace_path("/members");
    let url = format!("{}{path}", world.server.url);
    loop {
        let number = numbers.fetch_add(1, Ordering::Relaxed);
        let name = format!("Member {number}");
        let body =
            json!({"email": format!("m{number}@acme.example"), "role": "member", "name": name});
        let headers = [
            ("authorization", world.api.authorization()),
            ("content-type", "application/json"),
        ];
        let Ok(answer) = try_send("POST", &url, &headers, body.to_string()) else {
            return;
        };
        let id = text(&answer.expect(201).json(), "/id");
        let made = (format!("{path}/{id}"), name);
        answered.members.lock().unwrap().push(made);
    }
}

/// Signs people in until the server is gone; every second code is exchanged.
fn sign_in(world: &World, answered: &Answered, numbers: &AtomicUsize) -> Option<()> {
    let token_url = format!("{}/oauth2/token", world.server.url);
    loop {
        let number = numbers.fetch_add(1, Ordering::Relaxed);
        let user = User::new(format!("p{number}@acme.example"), "Person", "Acme");
        let mut browser = Browser::default();
        let leaving = browser.try_get(&world.authorize_url()).ok()?;
        let form_post = answer_of(
            &world.idp,
            leaving.expect(302).location(),
            &user,
            &Twist::default(),
        );
        let arrived = browser
            .try_deliver(&form_post.acs_url, &form_post.saml_response)
            .ok()?;
        let code = code_in(&arrived);
        answered.accepted.lock().unwrap().push((browser, form_post));
        if number.is_multiple_of(2) {
            answered.codes.lock().unwrap().push(code);
            continue;
        }
        let (id, secret) = &world.client;
        let fields = [
            ("client_id", id.as_str()),
            ("client_secret", secret),
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ];
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let tokens = try_send("POST", &token_url, &headers, form(&fields)).ok()?;
        let tokens = tokens.expect(200).json();
        let refresh = text(&tokens, "/refresh_token");
        answered.exchanged.lock().unwrap().push((code, refresh));
    }
}

/// Lets the server work until it has signed so many people in, kills it in the middle of the rest,
/// and starts it again.
fn burst(world: &mut World, answered: &Answered, numbers: &AtomicUsize, sign_ins: usize) {
    let killer = world.server.killer();
    let here = &*world;
    let enough = || answered.accepted.lock().unwrap().len() >= sign_ins;
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| write_members(here, answered, numbers));
            scope.spawn(|| sign_in(here, answered, numbers));
        }
        // Killed when it goes, so that the workers end whatever happens here.
        let _killer = killer;
        within(Duration::from_secs(20), "people are signed in", enough);
    });
    world.server.kill_and_restart();
}

fn check(world: &World, answered: Answered) {
    let Answered {
        members,
        codes,
        exchanged,
        accepted,
    } = answered;
    let members = members.into_inner().unwrap();
    let (codes, exchanged) = (codes.into_inner().unwrap(), exchanged.into_inner().unwrap());
    let accepted = accepted.into_inner().unwrap();
    for (path, name) in &members {
        assert_eq!(
            world.api.get(path).expect(200).json()["name"],
            name.as_str()
        );
    }
    for (code, refresh) in &exchanged {
        assert!(
            world.is_active(refresh),
            "an answered refresh token is lost"
        );
        assert_eq!(
            world.exchange(code).expect(400).json()["error"],
            "invalid_grant"
        );
    }
    for code in &codes {
        world.exchange(code).expect(200);
        assert_eq!(
            world.exchange(code).expect(400).json()["error"],
            "invalid_grant"
        );
    }
    for (mut browser, form) in accepted {
        let again = browser.deliver(&form.acs_url, &form.saml_response);
        assert_eq!(again.status, 400, "accepted twice: {again:?}");
    }
}

fn killed_in_bursts(engine: Engine) {
    let mut world = World::live(engine);
    let numbers = AtomicUsize::new(0);
    for sign_ins in [1, 5, 12, 25] {
        let answered = Answered::default();
        burst(&mut world, &answered, &numbers, sign_ins);
        check(&world, answered);
    }
}

#[test]
fn sqlite_stands_by_what_it_answered() {
    killed_in_bursts(Engine::Sqlite);
}

#[test]
fn postgres_and_redis_stand_by_what_they_answered() {
    killed_in_bursts(Engine::PostgresAndRedis);
}
