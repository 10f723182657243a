//! Clients and API keys, as they are shown; their secrets once.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vestibule_model::{ApiKey, Client, ClientAuthMethod, SigningAlgorithm};

/// An application of the SaaS company.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Client)]
pub(crate) struct ClientView {
    /// Its id.
    #[schema(example = "app_019306f4e0c07d3aa1b2c3d4e5f60718")]
    client_id: String,
    /// Its secret; shown once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    /// What people call it.
    name: String,
    /// Where codes may be sent; matched exactly.
    redirect_uris: Vec<String>,
    /// Where a sign-in that the identity provider began goes on.
    initiate_login_uri: Option<String>,
    /// Where people may be sent after they signed out; matched exactly.
    post_logout_redirect_uris: Vec<String>,
    /// How its ID tokens and its access tokens are signed: ES256 or RS256.
    #[schema(value_type = String, example = "ES256")]
    id_token_signed_response_alg: SigningAlgorithm,
    /// How it says who it is: client_secret_basic, client_secret_post, private_key_jwt or none.
    #[schema(value_type = String, example = "client_secret_basic")]
    token_endpoint_auth_method: ClientAuthMethod,
    /// Its public keys, a JWK Set.
    #[schema(value_type = Option<Object>)]
    jwks: Option<serde_json::Value>,
    /// Where its public keys are, in place of `jwks`.
    jwks_uri: Option<String>,
    /// Until when the secret before the last rotation counts; of a client that has one.
    #[schema(value_type = Option<String>, format = DateTime)]
    previous_secret_expires_at: Option<Timestamp>,
    /// Whether it may begin by pushed authorization requests alone.
    require_pushed_authorization_requests: bool,
    /// What its access tokens may be for.
    resources: Vec<String>,
    /// Where it is told that a session of its has ended.
    backchannel_logout_uri: Option<String>,
    /// Whether it needs to be told which session that was.
    backchannel_logout_session_required: bool,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl ClientView {
    pub(crate) fn new(client: Client, client_secret: Option<String>) -> Self {
        Self {
            client_id: client.id.to_string(),
            client_secret,
            name: client.name,
            redirect_uris: client.redirect_uris,
            initiate_login_uri: client.initiate_login_uri,
            post_logout_redirect_uris: client.post_logout_redirect_uris,
            id_token_signed_response_alg: client.id_token_signed_response_alg,
            token_endpoint_auth_method: client.token_endpoint_auth_method,
            // What is stored was checked before.
            jwks: client
                .jwks
                .and_then(|jwks| serde_json::from_str(&jwks).ok()),
            jwks_uri: client.jwks_uri,
            previous_secret_expires_at: client.previous_secret.map(|previous| previous.until),
            require_pushed_authorization_requests: client.require_pushed_authorization_requests,
            resources: client.resources,
            backchannel_logout_uri: client.backchannel_logout_uri,
            backchannel_logout_session_required: client.backchannel_logout_session_required,
            created_at: client.created_at,
        }
    }
}

/// A secret for management calls.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub(crate) struct ApiKeyView {
    /// Its id.
    id: String,
    /// The secret; shown once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// What people call it.
    name: String,
    /// What it may do; `*` is everything.
    scopes: Vec<&'static str>,
    /// The only workspace it may touch.
    workspace_id: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it stops working.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
    /// Until when the secret before the present one counts, where it was given another.
    #[schema(value_type = Option<String>, format = DateTime)]
    previous_secret_expires_at: Option<Timestamp>,
}

impl ApiKeyView {
    pub(crate) fn new(key: &ApiKey, secret: Option<String>) -> Self {
        Self {
            id: key.id.to_string(),
            secret,
            name: key.name.clone(),
            scopes: key.scopes.words(),
            workspace_id: key.workspace_id.map(|id| id.to_string()),
            created_at: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            previous_secret_expires_at: key.previous.as_ref().map(|previous| previous.until),
        }
    }
}
