//! What a client library reads first (OpenID Connect Discovery 1.0, RFC 8414), and our keys.

use actix_web::{HttpResponse, get, web::Data};
use serde_json::{Value, json};
use vestibule_model::{ClientAuthMethod, SigningAlgorithm};
use vestibule_session::{ACR_VALUES, CLIENT_ALGORITHMS, JWKS_MAX_AGE};

use crate::{
    clock,
    oidc::SCOPES,
    openapi::oauth::{JsonWebKeySet, ProviderMetadata},
    service::Service,
};

/// Read the metadata of the provider; it lists what works and nothing else.
#[utoipa::path(tag = "OpenID Connect", operation_id = "getOpenidConfiguration", security(()),
    responses((status = 200, description = "The metadata", body = ProviderMetadata)))]
#[get("/.well-known/openid-configuration")]
pub(crate) async fn configuration(service: Data<Service>) -> HttpResponse {
    shown(&service)
}

/// Read the same metadata where OAuth clients look for it (RFC 8414 §3).
#[utoipa::path(tag = "OpenID Connect", operation_id = "getOauthConfiguration", security(()),
    responses((status = 200, description = "The metadata", body = ProviderMetadata)))]
#[get("/.well-known/oauth-authorization-server")]
pub(crate) async fn oauth_configuration(service: Data<Service>) -> HttpResponse {
    shown(&service)
}

fn shown(service: &Service) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("Cache-Control", "public, max-age=300"))
        .json(metadata(&service.config.public_url))
}

fn metadata(issuer: &str) -> Value {
    let at = |path: &str| format!("{issuer}{path}");
    let confidential = [
        ClientAuthMethod::ClientSecretBasic,
        ClientAuthMethod::ClientSecretPost,
        ClientAuthMethod::PrivateKeyJwt,
    ];
    json!({
        "issuer": issuer,
        "authorization_endpoint": at("/oauth2/authorize"),
        "pushed_authorization_request_endpoint": at("/oauth2/par"),
        "token_endpoint": at("/oauth2/token"),
        "userinfo_endpoint": at("/oauth2/userinfo"),
        "jwks_uri": at("/oauth2/jwks"),
        "introspection_endpoint": at("/oauth2/introspect"),
        "revocation_endpoint": at("/oauth2/revoke"),
        "end_session_endpoint": at("/oauth2/logout"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": SigningAlgorithm::ALL,
        "token_endpoint_auth_methods_supported": ClientAuthMethod::ALL,
        "token_endpoint_auth_signing_alg_values_supported": CLIENT_ALGORITHMS,
        "introspection_endpoint_auth_methods_supported": confidential,
        "introspection_endpoint_auth_signing_alg_values_supported": CLIENT_ALGORITHMS,
        "revocation_endpoint_auth_methods_supported": ClientAuthMethod::ALL,
        "revocation_endpoint_auth_signing_alg_values_supported": CLIENT_ALGORITHMS,
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": SCOPES,
        "acr_values_supported": ACR_VALUES,
        "claim_types_supported": ["normal"],
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash",
            "email", "email_verified", "name", "workspace", "connection", "role"
        ],
        "prompt_values_supported": ["none", "login", "select_account"],
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "require_pushed_authorization_requests": false,
        "authorization_response_iss_parameter_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true
    })
}

/// Read the public keys that verify our tokens (RFC 7517). They may be kept for five minutes.
#[utoipa::path(tag = "OpenID Connect", operation_id = "getJwks", security(()),
    responses((status = 200, description = "The keys", body = JsonWebKeySet)))]
#[get("/oauth2/jwks")]
pub(crate) async fn jwks(service: Data<Service>) -> HttpResponse {
    let max_age = format!("public, max-age={}", JWKS_MAX_AGE.as_secs());
    HttpResponse::Ok()
        .insert_header(("Cache-Control", max_age))
        .json(service.keys.ring().jwks(clock::now()))
}
