//! What tokens say (design §5).

use serde::{Deserialize, Serialize};
use vestibule_model::{
    AuthenticationMethod, ClientId, ConnectionId, MemberId, Role, SessionId, WorkspaceId,
};

/// The claims of an access token (RFC 9068 §2.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// The issuer.
    pub iss: String,
    /// Whom it is for (RFC 9068 §3): this service, or what the application named (RFC 8707).
    pub aud: Audience,
    /// The member.
    pub sub: MemberId,
    /// The application it was issued to.
    pub client_id: ClientId,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// From when on it counts, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// When it stops to count.
    pub exp: i64,
    /// Its own id.
    pub jti: String,
    /// What the application may read, space-separated.
    pub scope: String,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The connection, for a sign-in by SAML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// What the member may do.
    pub role: Role,
    /// The session.
    pub sid: SessionId,
    /// How they proved who they are (RFC 8176, and `saml`).
    pub amr: Vec<AuthenticationMethod>,
    /// How strongly, as one word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// When they proved it.
    pub auth_time: i64,
}

/// Whom a token is for: a text, or several (RFC 7519 §4.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Audience {
    /// These, in the shorter form where it is one.
    pub(crate) fn of(mut all: Vec<String>) -> Self {
        match (all.pop(), all.is_empty()) {
            (Some(only), true) => Self::One(only),
            (last, _) => {
                all.extend(last);
                Self::Several(all)
            }
        }
    }

    /// Whether somebody is among them.
    #[must_use]
    pub fn holds(&self, audience: &str) -> bool {
        match self {
            Self::One(only) => only == audience,
            Self::Several(all) => all.iter().any(|one| one == audience),
        }
    }
}

impl AccessClaims {
    /// Whether a scope is among the granted ones.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scope.split(' ').any(|granted| granted == scope)
    }
}

/// The claims of an ID token (OpenID Connect Core §2).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdClaims {
    /// The issuer.
    pub iss: String,
    /// The application.
    pub aud: ClientId,
    /// The member; what applications key on.
    pub sub: MemberId,
    /// When it was issued.
    pub iat: i64,
    /// When it stops to count.
    pub exp: i64,
    /// When the person proved who they are.
    pub auth_time: i64,
    /// What the application sent along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// How they proved who they are.
    pub amr: Vec<AuthenticationMethod>,
    /// How strongly, as one word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// The session.
    pub sid: SessionId,
    /// The left half of the access token's hash (OpenID Connect Core §3.1.3.6).
    pub at_hash: String,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The connection, for a sign-in by SAML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// What the member may do.
    pub role: Role,
    /// The address.
    pub email: String,
    /// Whether it lies in a verified domain of the workspace.
    pub email_verified: bool,
    /// What people call the member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Personal data: ids alone.
impl std::fmt::Debug for IdClaims {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IdClaims")
            .field("sub", &self.sub)
            .field("aud", &self.aud)
            .field("sid", &self.sid)
            .finish_non_exhaustive()
    }
}
