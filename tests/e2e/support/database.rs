//! A database of a test's own, gone when the test ends.

use std::{
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use tempfile::TempDir;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
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
            Engine::Postgres => {
                let server = std::env::var_os("VESTIBULE_TEST_POSTGRES_URL")
                    .expect(
                        "VESTIBULE_TEST_POSTGRES_URL is not set; run `make test`, or start a \
                             Postgres of your own and export its superuser URL",
                    )
                    .into_string()
                    .expect("a URL");
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
