//! Where things are kept. What may hold a secret does not show it.

use std::path::PathBuf;

use vestibule_jobs::Bell;
use vestibule_outbound::Mailer;

/// Which database.
#[derive(Clone)]
pub enum Database {
    /// A file.
    Sqlite(PathBuf),
    /// A server; the URL holds a password.
    Postgres(String),
}

impl Database {
    /// The URL as the store takes it.
    #[must_use]
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite://{}", path.display()),
            Self::Postgres(url) => url.clone(),
        }
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(_) => f.write_str("postgres://…"),
        }
    }
}

/// Where the master key comes from.
#[derive(Clone)]
pub enum MasterKeySource {
    /// Given in the environment.
    Value(String),
    /// In a file that must be there.
    File(PathBuf),
    /// In a file that is made when it is not there (SQLite alone).
    MadeAt(PathBuf),
}

impl std::fmt::Debug for MasterKeySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Value(_) => f.write_str("Value(…)"),
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::MadeAt(path) => write!(f, "MadeAt({})", path.display()),
        }
    }
}

/// Where replicas share short-lived state; the URL may hold a password.
#[derive(Clone)]
pub struct RedisUrl(pub(super) String);

impl RedisUrl {
    /// The URL as the client library takes it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("redis://…")
    }
}

/// How mail is sent.
#[derive(Debug, Clone)]
pub struct MailSettings {
    pub(super) mailer: Mailer,
    pub(super) bell: Bell,
}

impl MailSettings {
    /// What sends it.
    #[must_use]
    pub const fn mailer(&self) -> &Mailer {
        &self.mailer
    }

    /// What wakes whoever sends it; of all copies of these settings the same.
    #[must_use]
    pub const fn bell(&self) -> &Bell {
        &self.bell
    }
}
