//! Who talks to Vestibule: the company's applications and the holders of API keys.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{ApiKeyId, ClientId, MemberId, SessionId, WorkspaceId, words};

/// An application of the SaaS company that receives sign-ins (OpenID Connect relying party).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its id, the OAuth `client_id`.
    pub id: ClientId,
    /// What people call it.
    pub name: String,
    /// Where codes may be sent; matched exactly.
    pub redirect_uris: Vec<String>,
    /// Where a sign-in that the IdP began goes on (OpenID Connect Core §4).
    pub initiate_login_uri: Option<String>,
    /// Where people may be sent after they signed out; matched exactly (RP-Initiated Logout §3).
    pub post_logout_redirect_uris: Vec<String>,
    /// How its ID tokens and its access tokens are signed (OpenID Connect Registration §2).
    pub id_token_signed_response_alg: SigningAlgorithm,
    /// How it says who it is.
    pub token_endpoint_auth_method: ClientAuthMethod,
    /// SHA-256 of its secret; of one that nobody knows where it has none.
    pub secret_hash: [u8; 32],
    /// The secret before the last rotation.
    pub previous_secret: Option<PreviousSecret>,
    /// Its public keys, as the JSON of a JWK Set (RFC 7517 §5).
    pub jwks: Option<String>,
    /// Where its public keys are, in place of `jwks` (RFC 7591 §2).
    pub jwks_uri: Option<String>,
    /// Whether it may begin by pushed authorization requests alone (RFC 9126 §6).
    pub require_pushed_authorization_requests: bool,
    /// What its access tokens may be for, beside this service itself (RFC 8707).
    pub resources: Vec<String>,
    /// Where it is told that a session of its has ended (Back-Channel Logout §2.2).
    pub backchannel_logout_uri: Option<String>,
    /// Whether it has to be told which session that was.
    pub backchannel_logout_session_required: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Client {
    /// A client with a secret, and with nothing that has to be asked for.
    #[must_use]
    pub const fn new(
        id: ClientId,
        name: String,
        redirect_uris: Vec<String>,
        secret_hash: [u8; 32],
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            name,
            redirect_uris,
            initiate_login_uri: None,
            post_logout_redirect_uris: Vec::new(),
            id_token_signed_response_alg: SigningAlgorithm::Es256,
            token_endpoint_auth_method: ClientAuthMethod::ClientSecretBasic,
            secret_hash,
            previous_secret: None,
            jwks: None,
            jwks_uri: None,
            require_pushed_authorization_requests: false,
            resources: Vec::new(),
            backchannel_logout_uri: None,
            backchannel_logout_session_required: false,
            created_at: now,
        }
    }
}

/// A secret that was replaced and counts for a while yet, so that whoever has it can change over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousSecret {
    /// SHA-256 of it.
    pub hash: [u8; 32],
    /// Until when it counts.
    pub until: Timestamp,
}

impl PreviousSecret {
    /// Its SHA-256, as long as it counts.
    #[must_use]
    pub fn hash_at(&self, now: Timestamp) -> Option<&[u8; 32]> {
        (now < self.until).then_some(&self.hash)
    }
}

words! {
    /// How a client says who it is (OpenID Connect Core §9, RFC 7591 §2).
    ClientAuthMethod {
        /// Its secret, by HTTP Basic. The body is taken as well: libraries differ in what they send
        /// unless they are told, and it is the same secret.
        ClientSecretBasic = "client_secret_basic",
        /// Its secret, in the body; by HTTP Basic as well.
        ClientSecretPost = "client_secret_post",
        /// A JWT that it signs by its own key (RFC 7523).
        PrivateKeyJwt = "private_key_jwt",
        /// Not at all: it runs where a secret cannot be kept, and PKCE proves that it began.
        None = "none",
    }
}

/// A session that has ended, of which its client has yet to be told (Back-Channel Logout 1.0).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackchannelLogout {
    /// The session; it may be gone.
    pub session_id: SessionId,
    /// Whom to tell.
    pub client_id: ClientId,
    /// The workspace; it may be gone.
    pub workspace_id: WorkspaceId,
    /// Who was signed in; they may be gone.
    pub member_id: MemberId,
    /// How many times it was tried.
    pub failures: u32,
    /// When the session ended.
    pub created_at: Timestamp,
    /// When it is tried next.
    pub next_try_at: Timestamp,
}

words! {
    /// How tokens are signed (RFC 7518 §3.1).
    SigningAlgorithm {
        /// ECDSA with P-256 and SHA-256; what holds where nothing else is asked for.
        Es256 = "ES256",
        /// RSA PKCS #1 v1.5 with SHA-256, for applications whose library knows nothing else.
        Rs256 = "RS256",
    }
}

words! {
    /// What an API key may do; one word per resource and kind of access.
    Scope {
        /// Read workspaces.
        WorkspacesRead = "workspaces:read",
        /// Create, change and delete workspaces.
        WorkspacesWrite = "workspaces:write",
        /// Read members and their identities.
        MembersRead = "members:read",
        /// Create, change and delete members.
        MembersWrite = "members:write",
        /// Vouch that a SAML subject is a member (P10).
        IdentitiesProve = "identities:prove",
        /// Read the domains that workspaces claim.
        DomainsRead = "domains:read",
        /// Claim, verify, attach and delete domains.
        DomainsWrite = "domains:write",
        /// Read connections, revisions, tests and sign-in attempts.
        ConnectionsRead = "connections:read",
        /// Save, test, enable and disable connections.
        ConnectionsWrite = "connections:write",
        /// Hold a captured response against a connection, and see what a sign-in would get.
        ConnectionsInspect = "connections:inspect",
        /// Read responses that were kept as they arrived: they are full of personal data.
        ResponsesRead = "responses:read",
        /// Ask for sign-in decisions.
        DecisionsRead = "decisions:read",
        /// Mint sessions for people who signed in elsewhere.
        SessionsMint = "sessions:mint",
        /// Read sessions.
        SessionsRead = "sessions:read",
        /// Revoke sessions.
        SessionsWrite = "sessions:write",
        /// Read clients.
        ClientsRead = "clients:read",
        /// Create and delete clients.
        ClientsWrite = "clients:write",
        /// Read API keys (never their secrets).
        ApiKeysRead = "api-keys:read",
        /// Create and delete API keys.
        ApiKeysWrite = "api-keys:write",
        /// Read the audit log.
        AuditRead = "audit:read",
        /// Read webhook endpoints (never their secrets) and what was delivered to them.
        WebhooksRead = "webhooks:read",
        /// Create, change, test and delete webhook endpoints, and deliver again.
        WebhooksWrite = "webhooks:write",
    }
}

/// A scope that is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a scope")]
pub struct ScopeParseError(pub String);

/// A set of scopes; `*` is all of them, also those that a later release adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scopes {
    /// Every scope.
    All,
    /// These.
    Only(BTreeSet<Scope>),
}

impl Scopes {
    /// Reads scopes from their words.
    ///
    /// # Errors
    /// [`ScopeParseError`] names the first word that is not a scope.
    pub fn parse<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, ScopeParseError> {
        let mut only = BTreeSet::new();
        let mut all = false;
        for word in words {
            if word == "*" {
                all = true;
            } else {
                only.insert(word.parse().or(Err(ScopeParseError(word.to_owned())))?);
            }
        }
        Ok(if all { Self::All } else { Self::Only(only) })
    }

    /// Whether this scope is among them.
    #[must_use]
    pub fn allows(&self, scope: Scope) -> bool {
        match self {
            Self::All => true,
            Self::Only(only) => only.contains(&scope),
        }
    }

    /// Whether every scope of `other` is among these.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (Self::Only(_), Self::All) => false,
            (Self::Only(these), Self::Only(those)) => those.is_subset(these),
        }
    }

    /// The words, as they are stored and shown.
    #[must_use]
    pub fn words(&self) -> Vec<&'static str> {
        match self {
            Self::All => vec!["*"],
            Self::Only(only) => only.iter().map(|scope| scope.as_str()).collect(),
        }
    }
}

/// A secret for management calls; only its hash is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// The only workspace it may touch, where it is bound to one.
    pub workspace_id: Option<WorkspaceId>,
    /// SHA-256 of the secret.
    pub secret_hash: [u8; 32],
    /// The secret that it had before, where that was given time to be replaced everywhere.
    pub previous: Option<PreviousSecret>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}

impl ApiKey {
    /// Whether the secret with this SHA-256 opens anything at that time: the present one, or the one
    /// before while it counts, of a key that has not expired.
    #[must_use]
    pub fn counts(&self, hash: &[u8; 32], now: Timestamp) -> bool {
        let previous = self.previous.as_ref().and_then(|it| it.hash_at(now));
        let is_one = self.secret_hash == *hash || previous == Some(hash);
        is_one && self.expires_at.is_none_or(|end| now < end)
    }
}
