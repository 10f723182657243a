//! A database of a test's own, gone when the test ends.

use std::{
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use tempfile::TempDir;

/// What a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// SQLite, short-lived state in the process: the embedded default.
    Sqlite,
    /// Postgres, short-lived state in the process.
    Postgres,
    /// Postgres and Redis.
    PostgresAndRedis,
    /// Two servers on one Postgres and one Redis; each connection goes to the other of the two.
    TwoReplicas,
}

impl Engine {
    /// Whether short-lived state is in Redis.
    pub(crate) fn has_redis(self) -> bool {
        matches!(self, Self::PostgresAndRedis | Self::TwoReplicas)
    }

    pub(crate) fn replicas(self) -> usize {
        if self == Self::TwoReplicas { 2 } else { 1 }
    }
}

/// What `make test` starts for the tests, named by this variable.
#[expect(
    clippy::disallowed_methods,
    reason = "`tests/with-services` names the services by variables"
)]
pub(crate) fn service(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set; run `make test`, or put `tests/with-services` before the command")
    })
}

/// A database of a test's own.
pub(crate) struct Database {
    pub(crate) url: String,
    /// Where the server's files live, whichever the database.
    pub(crate) folder: TempDir,
    postgres: Option<(String, String)>,
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

impl Database {
    pub(crate) fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        match engine {
            Engine::Sqlite => {
                let url = format!("sqlite://{}", folder.path().join("vestibule.db").display());
                Self {
                    url,
                    folder,
                    postgres: None,
                }
            }
            Engine::Postgres | Engine::PostgresAndRedis | Engine::TwoReplicas => {
                let server = service("VESTIBULE_TEST_POSTGRES_URL");
                let number = NUMBER.fetch_add(1, Ordering::Relaxed);
                let name = format!("e2e_{}_{number}", std::process::id());
                psql(&server, &format!("CREATE DATABASE {name}"));
                let (base, _) = server.rsplit_once('/').expect("a URL with a database");
                let url = format!("{base}/{name}");
                Self {
                    url,
                    folder,
                    postgres: Some((server, name)),
                }
            }
        }
    }
}

impl Database {
    /// The database of a server that the test itself has started, gone together with it.
    pub(crate) fn at(url: String) -> Self {
        Self {
            url,
            folder: tempfile::tempdir().expect("a temporary folder"),
            postgres: None,
        }
    }
}

impl Database {
    /// Runs statements behind the server's back.
    pub(crate) fn sql(&self, statements: &str) {
        let Some(path) = self.url.strip_prefix("sqlite://") else {
            return psql(&self.url, statements);
        };
        // The library of a language that the tests need anyway.
        let program =
            "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])";
        let output = Command::new("python3")
            .args(["-c", program, path, statements])
            .output()
            .expect("python3 runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.postgres {
            psql(
                server,
                &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            );
        }
    }
}

fn psql(server: &str, statement: &str) {
    let output = Command::new("psql")
        .args([
            "--no-psqlrc",
            "--quiet",
            "--dbname",
            server,
            "--command",
            statement,
        ])
        .output()
        .expect("psql runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
