//! A backup that is made while people sign in, put into a fresh place, is the whole of what was acknowledged.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    process::Command,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    time::Duration,
};

use serde_json::{Value, json};
use vestibule_test_idp::{SpRegistration, Twist};

use crate::support::{
    browser::Browser,
    database::{Database, Engine},
    on_both,
    postgres::program,
    within,
    world::{REDIRECT_URI, World, ada, code_in, now, text},
};

const START: &str = "http://127.0.0.1:9/start";

/// A live connection whose IdP may begin a sign-in: such an assertion can be sent again to whoever has forgotten
/// its trip, and then the claim alone refuses it.
fn world(engine: Engine) -> World {
    let mut world = World::new(engine);
    let body = json!({"name": "Application", "redirect_uris": [REDIRECT_URI], "initiate_login_uri": START});
    let client = world.api.post("/v1/clients", &body).expect(201).json();
    world.client = (text(&client, "/client_id"), text(&client, "/client_secret"));
    let mut draft = World::draft_of(&world.idp);
    draft["idp_initiated"] = json!("restart");
    world.api.put(&world.path("/draft"), &draft).expect(200);
    world.pass_test();
    world.enable().expect(200);
    world
}

/// Whoever signs in stops when this is dropped, however that comes about.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Makes a backup of the database beside the server, as docs/operations.md says, and puts it into a fresh place.
fn backed_up_and_restored(world: &World, engine: Engine) -> Database {
    let database = Database::new(engine);
    let folder = database.folder.path().to_owned();
    if engine == Engine::Sqlite {
        let copy = folder.join("vestibule.db");
        let made = world
            .server
            .command()
            .arg("backup")
            .arg(&copy)
            .arg("--json")
            .output();
        let made = made.expect("the program runs");
        assert!(made.status.success(), "{made:?}");
        let said: Value = serde_json::from_slice(&made.stdout).expect("JSON");
        let facts = fs::metadata(&copy).expect("the copy");
        assert_eq!(said["bytes"], facts.len());
        assert_eq!(
            facts.permissions().mode() & 0o777,
            0o600,
            "others cannot read it"
        );
        let beside = fs::read_dir(&folder).expect("a folder").count();
        assert_eq!(beside, 1, "nothing is left beside it");
        return database;
    }
    let dump = folder.join("vestibule.dump");
    let run = |name: &str, arguments: &[&str]| {
        let done = Command::new(program(name)).args(arguments).output();
        let done = done.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(done.status.success(), "{done:?}");
    };
    let file = format!("--file={}", dump.display());
    run(
        "pg_dump",
        &["--format=custom", &file, &world.server.database.url],
    );
    let into = format!("--dbname={}", database.url);
    let dump = dump.display().to_string();
    run(
        "pg_restore",
        &["--exit-on-error", "--no-owner", &into, &dump],
    );
    database
}

on_both! {
    fn a_backup_is_made_beside_sign_ins_and_restored_into_a_fresh_place(engine) {
        let mut world = world(engine);
        // Somebody who was signed in by then, and an assertion that was used.
        let tokens = world.exchange(&world.code(&ada())).expect(200).json();
        let sp = SpRegistration::new(&world.entity_id, &world.acs_url);
        let unasked = world.idp.respond_unsolicited(&sp, None, &ada(), &Twist::default(), now()).unwrap();
        let authorize = world.authorize_with(&[("connection", &world.connection)]);
        let mut browser = Browser::default();
        browser.deliver(&unasked.acs_url, &unasked.saml_response).expect(303);
        code_in(&browser.get(&authorize));

        // Two others sign in all the while.
        let (over, signed_in) = (AtomicBool::new(false), AtomicU32::new(0));
        let database = std::thread::scope(|scope| {
            let _over = Over(&over);
            for _ in 0..2 {
                scope.spawn(|| while !over.load(Ordering::Relaxed) {
                    world.exchange(&world.code(&ada())).expect(200);
                    signed_in.fetch_add(1, Ordering::Relaxed);
                });
            }
            let more_than = |number| within(Duration::from_secs(20), "people sign in", || {
                signed_in.load(Ordering::Relaxed) > number
            });
            more_than(2);
            let database = backed_up_and_restored(&world, engine);
            // They were not held up.
            more_than(signed_in.load(Ordering::Relaxed) + 1);
            database
        });

        world.server.kill();
        world.server.database = database;
        world.server.restart();
        world.exchange(&world.code(&ada())).expect(200);
        world.refresh(&text(&tokens, "/refresh_token")).expect(200);
        // Verified and set aside once more, and then refused: somebody has used it.
        let mut again = Browser::default();
        again.deliver(&unasked.acs_url, &unasked.saml_response).expect(303);
        let replayed = again.get(&authorize);
        assert_eq!(replayed.status, 400, "{replayed:?}");
        let attempts = world.api.get(&world.path("/sign-in-attempts")).expect(200).json();
        assert_eq!(attempts["data"][0]["reason"], "replayed", "{attempts}");

        let verified = world.server.command().args(["audit", "verify", "--json"]).output().unwrap();
        assert!(verified.status.success(), "{verified:?}");
        let verified: Value = serde_json::from_slice(&verified.stdout).unwrap();
        assert_eq!(verified["ok"], true, "{verified}");
        assert!(verified["entries"].as_u64() > Some(3), "{verified}");
    }
}

#[test]
fn a_backup_replaces_nothing_and_needs_the_key() {
    let world = World::new(Engine::Sqlite);
    let folder = tempfile::tempdir().unwrap();
    let refused = |file: &std::path::Path, environment: &[(&str, &str)]| {
        let mut command = world.server.command();
        command.arg("backup").arg(file).arg("--json");
        let output = command.envs(environment.iter().copied()).output().unwrap();
        assert!(!output.status.success(), "{output:?}");
        let said: Value = serde_json::from_slice(&output.stderr).expect("a problem");
        (text(&said, "/code"), text(&said, "/detail"))
    };
    let there = folder.path().join("there.db");
    fs::write(&there, "mine").unwrap();
    let (_, detail) = refused(&there, &[]);
    assert!(detail.contains("it is there already"), "{detail}");
    assert_eq!(fs::read_to_string(&there).unwrap(), "mine");

    let another = "YW5vdGhlciBrZXkgb2YgdGhlIHRlc3RzLCAzMiBieXQ=";
    let fresh = folder.path().join("fresh.db");
    refused(&fresh, &[("VESTIBULE_MASTER_KEY", another)]);
    refused(&folder.path().join("no/folder.db"), &[]);
    let nowhere = format!("sqlite://{}", folder.path().join("nowhere.db").display());
    let (_, detail) = refused(&fresh, &[("VESTIBULE_DATABASE_URL", &nowhere)]);
    assert!(detail.contains("there is no database"), "{detail}");
    let postgres = "postgres://ada:hunter2@127.0.0.1:9/x";
    let (code, detail) = refused(&fresh, &[("VESTIBULE_DATABASE_URL", postgres)]);
    assert_eq!(code, "not-sqlite");
    assert!(
        detail.contains("pg_dump") && !detail.contains("hunter2"),
        "{detail}"
    );
    // Whatever failed has left nothing.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_server_is_asked_how_it_is_by_its_own_program() {
    let mut server = crate::support::server::Server::start(Engine::Sqlite);
    let address = server.url.trim_start_matches("http://").to_owned();
    let asked = |more: &[&str], listen: &str| {
        let mut command = server.command();
        command
            .env("VESTIBULE_LISTEN", listen)
            .arg("healthcheck")
            .args(more);
        command.output().unwrap().status.success()
    };
    assert!(asked(&[], &address));
    assert!(asked(&["--ready"], &address));
    assert!(asked(&["--address", &address], "127.0.0.1:9"));
    assert!(!asked(&[], "127.0.0.1:9"));
    let everywhere = format!("0.0.0.0:{}", address.rsplit(':').next().unwrap());
    assert!(asked(&[], &everywhere));
    server.terminate();
    let mut command = server.command();
    command.env("VESTIBULE_LISTEN", &address).arg("healthcheck");
    assert!(!command.output().unwrap().status.success());
}
