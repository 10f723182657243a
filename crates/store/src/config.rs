//! Where the database is, and how it may be shown.

use std::path::PathBuf;
use std::sync::Arc;

use vestibule_model::Change;

use crate::{MasterKeys, StoreError};

/// Told what a transaction changed in the configuration, after its commit and before its answer, on
/// the thread of the archive: it must be quick.
pub type OnChange = Arc<dyn Fn(&[Change]) + Send + Sync>;

/// What the store needs to open.
#[derive(Clone)]
pub struct StoreConfig {
    /// Where the database is: `sqlite://path` or `postgres://…`.
    pub database_url: String,
    /// What secrets are sealed under: the first seals, all of them open.
    pub master_keys: MasterKeys,
    /// Threads that read beside the writer (SQLite); 1 to 64, what lies outside is moved inside.
    pub readers: usize,
    /// Connections, each with its thread (Postgres); 1 to 256, what lies outside is moved inside.
    pub connections: usize,
    /// Told of changes in the configuration.
    pub on_change: OnChange,
}

/// Neither the master keys nor the password of the database is shown.
impl std::fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoreConfig")
            .field("database_url", &self.shown_url())
            .field("readers", &self.readers)
            .field("connections", &self.connections)
            .finish_non_exhaustive()
    }
}

impl StoreConfig {
    /// The usual number of threads.
    #[must_use]
    pub fn new(database_url: impl Into<String>, master_keys: impl Into<MasterKeys>) -> Self {
        Self {
            database_url: database_url.into(),
            master_keys: master_keys.into(),
            readers: 4,
            connections: 8,
            on_change: Arc::new(|_| {}),
        }
    }

    /// The URL of the database as it may be shown: no password, no parameters.
    #[must_use]
    pub fn shown_url(&self) -> String {
        Database::parse(&self.database_url).map_or_else(
            |_| "(not a database URL)".to_owned(),
            |database| database.shown(),
        )
    }
}

/// A database URL that was understood.
#[derive(Clone)]
pub(crate) enum Database {
    Sqlite(PathBuf),
    Postgres(PostgresUrl),
}

impl Database {
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            if path.is_empty() || path.ends_with('/') || path == ":memory:" {
                return Err(config(
                    "a sqlite URL names a file: sqlite://./data/vestibule.db",
                ));
            }
            if path.contains(['?', '#', '\0']) {
                return Err(config(
                    "a sqlite URL is a path and nothing else, without parameters",
                ));
            }
            // Absolute, so that it neither moves with the working directory nor reads as a URI.
            let path = std::path::absolute(path)
                .map_err(|error| config(&format!("the path of the sqlite URL: {error}")))?;
            return Ok(Self::Sqlite(path));
        }
        PostgresUrl::parse(url).map(Self::Postgres)
    }

    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite://{}", path.display()),
            Self::Postgres(url) => url.shown(),
        }
    }
}

fn config(message: &str) -> StoreError {
    StoreError::Config(message.to_owned())
}

/// A URL of Postgres, of which only [`Self::shown`] may be shown.
#[derive(Clone)]
pub(crate) struct PostgresUrl {
    full: String,
    shown: String,
    secrets: Vec<String>,
}

impl PostgresUrl {
    fn parse(url: &str) -> Result<Self, StoreError> {
        let rest = url
            .strip_prefix("postgres://")
            .or_else(|| url.strip_prefix("postgresql://"))
            .ok_or_else(|| config("a database URL begins with sqlite:// or postgres://"))?;
        let (authority, tail) = match rest.find(['/', '?']) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        // What is not encoded would be read as a host or a database, and libpq would show it.
        if authority.matches('@').count() > 1 || tail.contains('@') || url.contains('\0') {
            return Err(config(
                "in a postgres URL, @ : / ? in the name and the password are percent-encoded",
            ));
        }
        let (login, host) = match authority.split_once('@') {
            Some((login, host)) => (Some(login), host),
            None => (None, authority),
        };
        let mut secrets = Vec::new();
        let user = login.map(|login| match login.split_once(':') {
            Some((user, password)) => {
                secrets.push(password.to_owned());
                user
            }
            None => login,
        });
        let (path, parameters) = tail.split_once('?').unwrap_or((tail, ""));
        secrets.extend(
            parameters
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .filter(|(name, _)| name.contains("password"))
                .map(|(_, value)| value.to_owned()),
        );
        secrets.retain(|secret| !secret.is_empty());
        let shown = match user {
            Some(user) => format!("postgres://{user}@{host}{path}"),
            None => format!("postgres://{host}{path}"),
        };
        // A server that has gone away must not hold a thread for the minutes that TCP waits.
        let mut full = url.to_owned();
        for (name, value) in [
            ("connect_timeout", "5"),
            ("tcp_user_timeout", "15000"),
            ("keepalives_idle", "30"),
        ] {
            if !parameters
                .split('&')
                .any(|pair| pair.starts_with(&format!("{name}=")))
            {
                full.push(if full.contains('?') { '&' } else { '?' });
                full.push_str(&format!("{name}={value}"));
            }
        }
        Ok(Self {
            full,
            shown,
            secrets,
        })
    }

    /// The URL as libpq takes it.
    pub(crate) fn expose(&self) -> &str {
        &self.full
    }

    pub(crate) fn shown(&self) -> String {
        self.shown.clone()
    }

    /// A message of libpq without the password, should it ever repeat it.
    pub(crate) fn redact(&self, message: &str) -> String {
        self.secrets
            .iter()
            .fold(message.trim().replace('\n', " "), |text, secret| {
                text.replace(secret, "…")
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MasterKey;

    fn postgres(url: &str) -> PostgresUrl {
        match Database::parse(url).unwrap() {
            Database::Postgres(url) => url,
            Database::Sqlite(_) => panic!("not postgres"),
        }
    }

    #[test]
    fn shows_a_postgres_url_without_its_secrets() {
        for (url, shown) in [
            (
                "postgres://ada:hunter2@db:5433/vb?sslmode=require",
                "postgres://ada@db:5433/vb",
            ),
            ("postgresql://ada@db/vb", "postgres://ada@db/vb"),
            (
                "postgres://db/vb?user=ada&password=hunter2",
                "postgres://db/vb",
            ),
            ("postgres:///vb?host=/run/postgresql", "postgres:///vb"),
        ] {
            let config = StoreConfig::new(url, MasterKey::generate().unwrap());
            assert_eq!(config.shown_url(), shown);
            assert!(!format!("{config:?}").contains("hunter2"));
        }
        let url = postgres("postgres://ada:hunter2@db/vb?password=hunter3");
        assert_eq!(
            url.redact("bad \"hunter2\"\nor hunter3\n"),
            "bad \"…\" or …"
        );
    }

    #[test]
    fn bounds_the_time_that_a_connection_may_take() {
        assert_eq!(
            postgres("postgres://ada@db/vb?connect_timeout=1").expose(),
            "postgres://ada@db/vb?connect_timeout=1&tcp_user_timeout=15000&keepalives_idle=30"
        );
    }

    #[test]
    fn refuses_what_it_does_not_understand_without_repeating_it() {
        for url in [
            "",
            "mysql://hunter2",
            "hunter2.db",
            "sqlite://",
            "sqlite://:memory:",
            "sqlite://data/",
            "sqlite://hunter2.db?mode=rwc",
            "postgres://ada:hun@ter2@db/vb",
            "postgres://ada:hunter2/@db/vb",
            "postgres://ada:hunter2?@db/vb",
        ] {
            let config = StoreConfig::new(url, MasterKey::generate().unwrap());
            assert!(!format!("{config:?}").contains("hunter2"), "{config:?}");
            let Err(error) = Database::parse(url) else {
                panic!("took {url}")
            };
            assert!(matches!(error, StoreError::Config(_)), "{url}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_sqlite_path_becomes_absolute() {
        let Ok(Database::Sqlite(path)) = Database::parse("sqlite://./data/vestibule.db") else {
            panic!("not sqlite")
        };
        assert!(path.is_absolute() && path.ends_with("data/vestibule.db"));
        let shown = Database::parse("sqlite:///var/vb.db").unwrap().shown();
        assert_eq!(shown, "sqlite:///var/vb.db");
    }
}
