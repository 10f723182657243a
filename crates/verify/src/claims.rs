//! What an access token says.

use std::time::{Duration, SystemTime};

use serde::Deserialize;

/// The claims of an access token that was verified (RFC 9068 §2.2). Nothing else makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claims {
    /// The member (`mem_…`), for good: what to key on.
    pub subject: String,
    /// The application that got the token.
    pub client_id: String,
    /// Whom it is for.
    pub audience: Vec<String>,
    /// The workspace (`ws_…`).
    pub workspace: String,
    /// The connection, for a sign-in by SAML.
    pub connection: Option<String>,
    /// What the member may do; by introspection, what they may do now.
    pub role: Role,
    /// The session, which can be revoked.
    pub session: String,
    /// How they proved who they are (RFC 8176, and `saml`).
    pub amr: Vec<String>,
    /// How strongly, as one word.
    pub acr: Option<String>,
    /// When they proved it.
    pub auth_time: SystemTime,
    /// When the token was issued.
    pub issued_at: SystemTime,
    /// When it stops to count.
    pub expires_at: SystemTime,
    /// The token's own id.
    pub token_id: String,
    /// What the application was granted, space-separated.
    pub scope: String,
}

impl Claims {
    /// Whether a scope was granted.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scope.split(' ').any(|granted| granted == scope)
    }

    /// Whether a second factor was shown, or something that counts as one (RFC 8176). A sign-in by SAML
    /// leaves that to the identity provider: see `acr`.
    #[must_use]
    pub fn has_second_factor(&self) -> bool {
        const COUNT: [&str; 4] = ["otp", "hwk", "swk", "mfa"];
        self.amr
            .iter()
            .any(|method| COUNT.contains(&method.as_str()))
    }
}

/// What a member may do in their workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Looks after the workspace.
    Admin,
    /// Uses it.
    Member,
}

/// The claims as they stand in a token. A role that is not known fails: nobody may guess what it allows.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Said {
    pub(crate) iss: String,
    pub(crate) aud: Audience,
    pub(crate) exp: i64,
    pub(crate) iat: i64,
    #[serde(default)]
    pub(crate) nbf: Option<i64>,
    pub(crate) client_id: String,
    sub: String,
    jti: String,
    scope: String,
    workspace: String,
    #[serde(default)]
    connection: Option<String>,
    role: Role,
    sid: String,
    amr: Vec<String>,
    #[serde(default)]
    acr: Option<String>,
    auth_time: i64,
}

/// A text, or several (RFC 7519 §4.1.3).
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    pub(crate) fn all(self) -> Vec<String> {
        match self {
            Self::One(only) => vec![only],
            Self::Several(all) => all,
        }
    }
}

impl From<Said> for Claims {
    fn from(said: Said) -> Self {
        Self {
            subject: said.sub,
            client_id: said.client_id,
            audience: said.aud.all(),
            workspace: said.workspace,
            connection: said.connection,
            role: said.role,
            session: said.sid,
            amr: said.amr,
            acr: said.acr,
            auth_time: time(said.auth_time),
            issued_at: time(said.iat),
            expires_at: time(said.exp),
            token_id: said.jti,
            scope: said.scope,
        }
    }
}

/// Seconds since 1970; what cannot be a time is the beginning.
fn time(seconds: i64) -> SystemTime {
    let since = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
    let time = SystemTime::UNIX_EPOCH.checked_add(since);
    time.unwrap_or(SystemTime::UNIX_EPOCH)
}

/// The time as seconds since 1970.
pub(crate) fn seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}
