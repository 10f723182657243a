//! What can go wrong in the archive.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// Why the archive could not do what was asked. No variant holds a secret or a value of a row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The settings do not make sense.
    #[error("database settings: {0}")]
    Config(String),
    /// The database cannot be reached, or gave up; what was asked did not happen, unless the text
    /// says that the outcome is unknown.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// More work is waiting than can be done soon; nothing happened.
    #[error("the database is overloaded")]
    Overloaded,
    /// The store was closed.
    #[error("the store is closed")]
    Stopped,
    /// Something else has a value that must be unique.
    #[error("{what} is taken")]
    Conflict {
        /// What must be unique (`workspace.slug`).
        what: &'static str,
    },
    /// Something that the new value refers to does not exist, or no more.
    #[error("something that this refers to does not exist")]
    Dangling,
    /// A row that this program cannot have written.
    #[error("inconsistent row in {table}: column {column} of {row}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The primary key.
        row: String,
    },
    /// A value that a database cannot keep: a NUL character, or a key of more than 1024 bytes.
    #[error("{table}.{column} holds a NUL character or is too long")]
    Unstorable {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// A cursor that no list has given out.
    #[error("the cursor is not one of this list")]
    BadCursor,
    /// The database was sealed under another master key.
    #[error("the master key is not the one that this database was sealed under")]
    WrongMasterKey,
    /// A sealed value was changed or moved.
    #[error("the sealed value {table}/{row}/{column} does not open")]
    Sealed {
        /// The table.
        table: &'static str,
        /// The primary key.
        row: String,
        /// The column.
        column: &'static str,
    },
    /// No randomness could be had, or the cipher failed.
    #[error("the cryptographic library failed")]
    Crypto,
    /// The database has a migration that this program does not know, and no longer what it needs.
    #[error(
        "the database has schema version {version}, on which this program is too old to run; run a newer program"
    )]
    SchemaTooNew {
        /// The newest version found.
        version: String,
    },
    /// The database lacks a migration.
    #[error("the database lacks schema version {missing}; run the migrations first")]
    SchemaBehind {
        /// The first version that is missing.
        missing: String,
    },
    /// A migration failed.
    #[error("migration failed: {0}")]
    Migration(String),
    /// The closure panicked; what it had done is undone.
    #[error("a database closure panicked")]
    Panicked,
    /// The database refused a statement.
    #[error("the database refused a statement: {0}")]
    Statement(String),
}

/// What is unique: the name of the constraint (Postgres), the columns (SQLite), the word for callers.
const UNIQUE: &[(&str, &str, &str)] = &[
    ("workspaces_slug", "workspaces.slug", "workspace.slug"),
    (
        "workspaces_external_id",
        "workspaces.external_id",
        "workspace.external_id",
    ),
    (
        "members_in_workspace",
        "members.workspace_id, members.id",
        "member.id",
    ),
    ("members_pkey", "members.id", "member.id"),
    (
        "members_email_key",
        "members.workspace_id, members.email_key",
        "member.email",
    ),
    (
        "members_external_id",
        "members.workspace_id, members.external_id",
        "member.external_id",
    ),
    (
        "identities_subject",
        "identities.connection_id, identities.subject_hash",
        "identity.subject",
    ),
    (
        "domains_domain",
        "domains.workspace_id, domains.domain",
        "domain.domain",
    ),
    ("domains_verified", "domains.domain", "domain.verified"),
    (
        "connections_one_default",
        "connections.workspace_id",
        "connection.default",
    ),
    (
        "revisions_number",
        "revisions.connection_id, revisions.number",
        "revision.number",
    ),
    (
        "service_provider_keys_one_next",
        "service_provider_keys.connection_id",
        "service_provider_key.next",
    ),
    (
        "test_runs_start_token",
        "test_runs.start_token_hash",
        "test.start_token",
    ),
    (
        "passkeys_credential",
        "passkeys.credential_id",
        "passkey.credential",
    ),
    (
        "password_links_token",
        "password_links.token_hash",
        "password_link.token",
    ),
    (
        "browser_sessions_session",
        "browser_sessions.session_id",
        "browser_session.session",
    ),
    (
        "setup_links_token",
        "setup_links.token_hash",
        "setup_link.token",
    ),
    (
        "setup_sessions_link",
        "setup_sessions.link_id",
        "setup_session.link",
    ),
    ("api_keys_secret", "api_keys.secret_hash", "api_key.secret"),
];

impl StoreError {
    /// Reads an error of diesel's. Its details, which quote values, are left behind.
    pub(crate) fn from_diesel(error: &DieselError) -> Self {
        match error {
            DieselError::DatabaseError(kind, info) => match kind {
                DatabaseErrorKind::UniqueViolation => {
                    let name = info.constraint_name().unwrap_or_default();
                    let columns = info.message().rsplit(": ").next().unwrap_or_default();
                    let what = UNIQUE
                        .iter()
                        .find(|unique| unique.0 == name || unique.1 == columns)
                        .map_or("id", |unique| unique.2);
                    Self::Conflict { what }
                }
                DatabaseErrorKind::ForeignKeyViolation => Self::Dangling,
                DatabaseErrorKind::ClosedConnection => {
                    Self::Unavailable("the connection broke".to_owned())
                }
                _ if is_passing(info.message()) => Self::Unavailable(info.message().to_owned()),
                _ => Self::Statement(info.message().to_owned()),
            },
            DieselError::DeserializationError(_) => {
                Self::Statement("a column has a value of another type".to_owned())
            }
            other => Self::Statement(other.to_string()),
        }
    }
}

/// What Postgres says to one of several transactions that wait for each other (40P01).
pub(crate) const DEADLOCK: &str = "deadlock detected";

/// Whether a database says that it gave up for now: busy, full, told to stop, out of time.
fn is_passing(message: &str) -> bool {
    [
        "database is locked",
        "database table is locked",
        "database or disk is full",
        "disk I/O error",
        "canceling statement due to",
        DEADLOCK,
        "terminating connection",
        "the database system is",
        "too many clients already",
        "server closed the connection",
        "during recovery",
    ]
    .iter()
    .any(|known| message.contains(known))
}
