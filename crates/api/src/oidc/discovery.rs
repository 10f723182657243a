//! What a client library reads first (OpenID Connect Discovery 1.0, RFC 8414), and our keys.

use actix_web::{HttpResponse, get, web::Data};
use serde_json::json;
use vestibule_model::SigningAlgorithm;
use vestibule_session::JWKS_MAX_AGE;

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
    let issuer = &service.config.public_url;
    let at = |path: &str| format!("{issuer}{path}");
    HttpResponse::Ok()
        .insert_header(("Cache-Control", "public, max-age=300"))
        .json(json!({
            "issuer": issuer,
            "authorization_endpoint": at("/oauth2/authorize"),
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
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "introspection_endpoint_auth_methods_supported": [
                "client_secret_basic", "client_secret_post"
            ],
            "revocation_endpoint_auth_methods_supported": [
                "client_secret_basic", "client_secret_post"
            ],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": SCOPES,
            "claims_supported": [
                "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "amr", "sid", "email",
                "email_verified", "name", "workspace", "connection", "role"
            ],
            "prompt_values_supported": ["none", "login", "select_account"],
            "claims_parameter_supported": false,
            "request_parameter_supported": false,
            "request_uri_parameter_supported": false,
            "authorization_response_iss_parameter_supported": true
        }))
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
