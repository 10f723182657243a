//! `vestibule doctor`: says of what is wrong how to mend it, whatever it is, and tells no secret.

use std::{
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::support::{
    database::{Database, Engine},
    on_all,
    redis::RedisServer,
    server::{MASTER_KEY, Server},
    world::World,
};

/// What it says of a set-up.
struct Report {
    status: i32,
    report: Value,
    text: String,
}

fn report(mut command: Command) -> Report {
    let output = command
        .args(["doctor", "--json"])
        .stdin(Stdio::null())
        .output()
        .expect("the program runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    Report {
        status: output.status.code().unwrap_or(-1),
        report: serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}\n{complained}")),
        text,
    }
}

impl Report {
    fn rows(&self, check: &str) -> Vec<&Value> {
        let rows = self.report["checks"].as_array().expect("rows").iter();
        rows.filter(|row| row["check"] == check).collect()
    }

    /// How a check came out, and what it found and says.
    #[track_caller]
    fn row(&self, check: &str, outcome: &str) -> String {
        let rows = self.rows(check);
        assert!(
            rows.iter().any(|row| row["outcome"] == outcome),
            "{check} is not {outcome}: {}",
            self.text
        );
        if matches!(outcome, "warn" | "fail") {
            for row in &rows {
                let says = |member: &str| row[member].as_str().is_some_and(|text| text.len() > 3);
                assert!(says("expected") && says("found") && says("remedy"), "{row}");
            }
        }
        json!(rows).to_string()
    }
}

/// The program alone, with these settings.
fn alone(settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
    command.env_clear().envs(settings.iter().copied());
    command
}

on_all! {
    fn a_healthy_server_is_healthy(engine) {
        let world = World::live(engine);
        let mut command = world.server.command();
        command.env("VESTIBULE_PUBLIC_URL", &world.server.url);
        let found = report(command);
        assert_eq!(found.status, 0, "{}", found.text);
        assert_eq!(found.report["healthy"], true);
        for check in ["configuration", "xml_libraries", "master_key", "database", "migrations",
            "database_writable", "sealed_values", "signing_keys", "idp_certificates",
            "sp_certificates", "discovery"] {
            found.row(check, "ok");
        }
        let sqlite = engine == Engine::Sqlite;
        found.row("clock", if sqlite { "skipped" } else { "ok" });
        found.row("redis", if engine.has_redis() { "ok" } else { "skipped" });
        found.row("mail", "skipped");
        // On loopback others cannot reach it.
        found.row("public_url", "warn");
        assert!(!found.text.contains(MASTER_KEY));
        // It is asked and not changed.
        assert_eq!(world.state(), "live");
    }
}

#[test]
fn every_wrong_setting_is_named_at_once() {
    let found = report(alone(&[
        ("VESTIBULE_LISTEN", "nowhere"),
        ("VESTIBULE_CLOCK_SKEW", "many"),
        ("VESTIBULE_LISTN", "127.0.0.1:1"),
        ("VESTIBULE_REDIS_URL", "hunter2@redis"),
        ("VESTIBULE_DATABASE_URL", "mysql://root:hunter2@localhost/x"),
    ]));
    assert_eq!(found.status, 1);
    let rows = found.row("configuration", "fail");
    for name in ["LISTEN", "CLOCK_SKEW", "LISTN", "REDIS_URL", "DATABASE_URL"] {
        assert!(
            rows.contains(&format!("VESTIBULE_{name}")),
            "{name}: {rows}"
        );
    }
    assert_eq!(found.rows("configuration").len(), 5, "{rows}");
    assert!(!found.text.contains("hunter2"), "{}", found.text);
}

#[test]
fn before_the_first_start_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("data/vestibule.db");
    let url = format!("sqlite://{}", database.display());
    let settings = [
        ("VESTIBULE_DATABASE_URL", url.as_str()),
        ("VESTIBULE_LISTEN", "127.0.0.1:9"),
    ];
    let found = report(alone(&settings));
    assert_eq!(found.status, 0, "{}", found.text);
    for check in ["master_key", "data_folder", "discovery"] {
        found.row(check, "warn");
    }
    found.row("database", "skipped");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_wrong_key_a_lost_key_and_an_open_key_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("vestibule.db");
    let url = format!("sqlite://{}", database.display());
    let made = |settings: &[(&str, &str)]| {
        let mut all = vec![("VESTIBULE_DATABASE_URL", url.as_str())];
        all.extend_from_slice(settings);
        alone(&all)
    };
    assert!(made(&[]).arg("migrate").output().unwrap().status.success());
    let key = folder.path().join("vestibule.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let open = report(made(&[]));
    assert!(open.row("master_key", "fail").contains("chmod 600"));
    let other = STANDARD.encode([7; 32]);
    let wrong = report(made(&[("VESTIBULE_MASTER_KEY", &other)]));
    assert_eq!(wrong.status, 1);
    wrong.row("master_key", "ok");
    wrong.row("sealed_values", "fail");
    assert!(!wrong.text.contains(&other));
    let broken = report(made(&[("VESTIBULE_MASTER_KEY", "hunter2")]));
    broken.row("master_key", "fail");
    assert!(!broken.text.contains("hunter2"), "{}", broken.text);
    std::fs::remove_file(&key).unwrap();
    let lost = report(made(&[]));
    assert_eq!(lost.status, 1);
    assert!(lost.row("master_key", "fail").contains("backup"));
    assert!(!key.exists(), "no other key is made over it");
}

#[test]
fn a_database_that_is_behind_that_is_away_and_that_is_something_else() {
    let database = Database::new(Engine::Postgres);
    let settings = |url: &str| {
        alone(&[
            ("VESTIBULE_DATABASE_URL", url),
            ("VESTIBULE_MASTER_KEY", MASTER_KEY),
        ])
    };
    let empty = report(settings(&database.url));
    assert_eq!(empty.status, 0, "{}", empty.text);
    assert!(
        empty
            .row("migrations", "warn")
            .contains("vestibule migrate")
    );
    empty.row("sealed_values", "skipped");
    empty.row("clock", "ok");
    let away = report(settings("postgres://root:hunter2@127.0.0.1:9/x"));
    assert_eq!(away.status, 1);
    away.row("database", "fail");
    assert!(!away.text.contains("hunter2"), "{}", away.text);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vestibule.db");
    std::fs::write(
        &file,
        "no database, but long enough to be looked at as if it were one",
    )
    .unwrap();
    let other = report(settings(&format!("sqlite://{}", file.display())));
    assert_eq!(other.status, 1);
    other.row("database", "fail");
}

#[test]
fn a_redis_that_evicts_that_is_away_and_a_server_that_is_somebody_else() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("v.db").display());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("127.0.0.1:{}", listener.local_addr().unwrap().port());
    let away = report(alone(&[
        ("VESTIBULE_DATABASE_URL", url.as_str()),
        ("VESTIBULE_REDIS_URL", "redis://:hunter2@127.0.0.1:9"),
        ("VESTIBULE_SMTP_URL", "smtp://ada:hunter2@127.0.0.1:9"),
        ("VESTIBULE_MAIL_FROM", "sso@example.com"),
        ("VESTIBULE_LISTEN", &silent),
    ]));
    assert_eq!(away.status, 1);
    away.row("redis", "fail");
    away.row("mail", "fail");
    away.row("discovery", "warn");
    assert!(!away.text.contains("hunter2"), "{}", away.text);
    let redis = RedisServer::start();
    redis.tell(&["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"]);
    let evicts = report(alone(&[
        ("VESTIBULE_DATABASE_URL", &url),
        ("VESTIBULE_REDIS_URL", &redis.url()),
    ]));
    assert!(evicts.row("redis", "warn").contains("noeviction"));
    // Another Vestibule, under another name.
    let server = Server::start(Engine::Sqlite);
    let mut command = server.command();
    let port = server.url.rsplit_once(':').unwrap().1;
    command.env("VESTIBULE_PUBLIC_URL", format!("http://localhost:{port}"));
    let other = report(command);
    assert_eq!(other.status, 1);
    assert!(
        other.row("discovery", "fail").contains("issuer"),
        "{}",
        other.text
    );
}
