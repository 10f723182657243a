//! The OAuth endpoints as the document describes them. Their parameters are forms and query strings
//! that `oidc` reads by name, and their answers are put together there, so the shapes are said here;
//! a test asks the server for each and compares.
#![expect(
    dead_code,
    reason = "describes what the handlers of `oidc` read and write"
)]

use std::collections::BTreeMap;

use utoipa::{IntoParams, ToSchema};

/// A request to sign somebody in. Parameters that are not listed are ignored.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuthorizationRequest {
    /// Always `code`.
    #[param(example = "code")]
    response_type: String,
    /// The client's id.
    client_id: String,
    /// Where to come back to: one of the client's registered URIs, letter for letter.
    redirect_uri: String,
    /// Space-separated: openid, email, profile, saml. Others are ignored.
    #[param(example = "openid email profile")]
    scope: String,
    /// PKCE (RFC 7636): the base64url SHA-256 of the verifier.
    code_challenge: String,
    /// Always `S256`.
    #[param(example = "S256")]
    code_challenge_method: String,
    /// Comes back as it was sent.
    #[param(required = false)]
    state: String,
    /// Comes back in the ID token.
    #[param(required = false)]
    nonce: String,
    /// Whose people sign in: the workspace's id or slug. One of `workspace`, `connection` and
    /// `login_hint` has to lead to a connection.
    #[param(required = false)]
    workspace: String,
    /// Beside `workspace`: the entity ID of the IdP to sign in by. Give a SAML discovery service the
    /// URL of this request as its `return`, and it comes back with this.
    #[param(
        required = false,
        rename = "entityID",
        example = "https://idp.acme.example/saml"
    )]
    entity_id: String,
    /// The connection to sign in by.
    #[param(required = false)]
    connection: String,
    /// An e-mail address in a verified domain: it leads to the workspace that has verified it and to
    /// the connection that it is attached to, beside `workspace` to the latter alone; or what
    /// `initiate_login_uri` was called with.
    #[param(required = false)]
    login_hint: String,
    /// `none`: nothing is shown, and `login_required` or `interaction_required` comes back if the person
    /// would have to be asked;
    /// `login`: they have to authenticate anew; `select_account`: the workspace that the browser was in last
    /// is not offered. Others are ignored.
    #[param(required = false)]
    prompt: String,
    /// How many seconds ago they may have authenticated.
    #[param(required = false)]
    max_age: u32,
    /// Always `query`.
    #[param(required = false)]
    response_mode: String,
    /// What the access tokens are for (RFC 8707): URIs that are registered for the client, or the
    /// issuer; several times for several.
    #[param(required = false)]
    resource: String,
    /// An ID token of who is expected back; if somebody else signs in, `login_required` comes back.
    #[param(required = false)]
    id_token_hint: String,
    /// What `/oauth2/par` answered: then `client_id` is all that counts beside it.
    #[param(required = false)]
    request_uri: String,
}

/// An authorization request as a form: the parameters of `GET /oauth2/authorize`. At `/oauth2/par`
/// beside what says who the client is.
#[derive(ToSchema)]
pub(crate) struct AuthorizationForm {
    /// Always `code`.
    #[schema(example = "code")]
    response_type: String,
    /// The client's id.
    client_id: String,
    /// Where to come back to: one of the client's registered URIs, letter for letter.
    redirect_uri: String,
    /// Space-separated: openid, email, profile, saml. Others are ignored.
    #[schema(example = "openid email profile")]
    scope: String,
    /// PKCE (RFC 7636): the base64url SHA-256 of the verifier.
    code_challenge: String,
    /// Always `S256`.
    #[schema(example = "S256")]
    code_challenge_method: String,
    /// Comes back as it was sent.
    #[schema(required = false)]
    state: String,
    /// Comes back in the ID token.
    #[schema(required = false)]
    nonce: String,
    /// Whose people sign in: the workspace's id or slug.
    #[schema(required = false)]
    workspace: String,
    /// The connection to sign in by.
    #[schema(required = false)]
    connection: String,
    /// An e-mail address in a verified domain.
    #[schema(required = false)]
    login_hint: String,
    /// none, login or select_account.
    #[schema(required = false)]
    prompt: String,
    /// How many seconds ago they may have authenticated.
    #[schema(required = false)]
    max_age: u32,
    /// What the access tokens are for (RFC 8707); several times for several.
    #[schema(required = false)]
    resource: String,
    /// An ID token of who is expected back.
    #[schema(required = false)]
    id_token_hint: String,
}

/// The name of a pushed authorization request (RFC 9126 §2.2).
#[derive(ToSchema)]
#[schema(as = PushedAuthorizationRequest)]
pub(crate) struct PushedView {
    /// What the browser comes with, once.
    #[schema(example = "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c")]
    request_uri: String,
    /// For how many seconds.
    #[schema(example = 90)]
    expires_in: i64,
}

/// A request to sign somebody out. Parameters that are not listed are ignored.
#[derive(IntoParams, ToSchema)]
#[schema(as = LogoutForm)]
#[into_params(parameter_in = Query)]
pub(crate) struct LogoutRequestView {
    /// An ID token of the session that ends; it may have expired.
    #[param(required = false)]
    #[schema(required = false)]
    id_token_hint: String,
    /// The client's id, where there is no hint.
    #[param(required = false)]
    #[schema(required = false)]
    client_id: String,
    /// Where to go afterwards: one of the client's registered URIs, letter for letter.
    #[param(required = false)]
    #[schema(required = false)]
    post_logout_redirect_uri: String,
    /// Comes back as it was sent.
    #[param(required = false)]
    #[schema(required = false)]
    state: String,
}

/// A code or a refresh token to be exchanged.
#[derive(ToSchema)]
pub(crate) struct TokenRequest {
    /// authorization_code or refresh_token.
    #[schema(example = "authorization_code")]
    grant_type: String,
    /// With authorization_code: the code, which works once and for 60 seconds.
    #[schema(required = false)]
    code: String,
    /// With authorization_code: as in the authorization request.
    #[schema(required = false)]
    redirect_uri: String,
    /// With authorization_code: the PKCE verifier.
    #[schema(required = false)]
    code_verifier: String,
    /// With refresh_token: the newest one, which works once.
    #[schema(required = false)]
    refresh_token: String,
    /// With refresh_token: less than what was granted (RFC 6749 §6).
    #[schema(required = false)]
    scope: String,
    /// What this access token is for (RFC 8707), within what was granted; several times for several.
    #[schema(required = false)]
    resource: String,
    /// The client's id, for who does not send HTTP Basic.
    #[schema(required = false)]
    client_id: String,
    /// The client's secret, for who does not send HTTP Basic.
    #[schema(required = false)]
    client_secret: String,
    /// A JWT that the client signed (RFC 7523), for who authenticates by private_key_jwt.
    #[schema(required = false)]
    client_assertion: String,
    /// With client_assertion: `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    #[schema(required = false)]
    client_assertion_type: String,
}

/// Tokens (RFC 6749 §5.1).
#[derive(ToSchema)]
pub(crate) struct TokenResponse {
    /// A JWT (RFC 9068).
    access_token: String,
    /// Always Bearer.
    #[schema(example = "Bearer")]
    token_type: String,
    /// For how many seconds the access token counts.
    #[schema(example = 900)]
    expires_in: i64,
    /// For the next access token; it works once.
    refresh_token: String,
    /// The ID token, where the scope holds openid.
    #[schema(required = false)]
    id_token: String,
    /// What was granted.
    scope: String,
}

/// A token to be judged or ended.
#[derive(ToSchema)]
pub(crate) struct TokenForm {
    /// An access token or a refresh token.
    token: String,
    /// Which of the two it is; found out without it.
    #[schema(required = false)]
    token_type_hint: String,
    /// The client's id, for who does not send HTTP Basic.
    #[schema(required = false)]
    client_id: String,
    /// The client's secret, for who does not send HTTP Basic.
    #[schema(required = false)]
    client_secret: String,
    /// A JWT that the client signed (RFC 7523), for who authenticates by private_key_jwt.
    #[schema(required = false)]
    client_assertion: String,
    /// With client_assertion: `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    #[schema(required = false)]
    client_assertion_type: String,
}

/// Whether a token counts (RFC 7662 §2.2). Where it does not, `active` stands alone.
#[derive(ToSchema)]
pub(crate) struct Introspection {
    /// Whether it counts now, by the policy's word and not only by its signature.
    active: bool,
    /// Bearer for an access token, else refresh_token.
    #[schema(required = false)]
    token_type: String,
    /// The member.
    #[schema(required = false)]
    sub: String,
    /// The application it was issued to.
    #[schema(required = false)]
    client_id: String,
    /// The session.
    #[schema(required = false)]
    sid: String,
    /// What was granted.
    #[schema(required = false)]
    scope: String,
    /// When it stops to count, in seconds since 1970.
    #[schema(required = false)]
    exp: i64,
    /// When it was issued; of an access token, as all that follows.
    #[schema(required = false)]
    iat: i64,
    /// The issuer.
    #[schema(required = false)]
    iss: String,
    /// The audience; an array where there are several.
    #[schema(required = false)]
    aud: String,
    /// Its own id.
    #[schema(required = false)]
    jti: String,
    /// The workspace.
    #[schema(required = false)]
    workspace: String,
    /// The connection, for a sign-in by SAML.
    #[schema(required = false)]
    connection: String,
    /// admin or member.
    #[schema(required = false)]
    role: String,
    /// How they proved who they are.
    #[schema(required = false)]
    amr: Vec<String>,
    /// How strongly, as one word.
    #[schema(required = false)]
    acr: String,
    /// When they proved it.
    #[schema(required = false)]
    auth_time: i64,
}

/// Who signed in (OpenID Connect Core §5.3.2).
#[derive(ToSchema)]
pub(crate) struct Userinfo {
    /// The member; never reused.
    #[schema(example = "mem_01970000000070008000000000000000")]
    sub: String,
    /// The workspace.
    workspace: String,
    /// admin or member.
    role: String,
    /// The connection, for a sign-in by SAML.
    #[schema(required = false)]
    connection: String,
    /// The address, with the scope email.
    #[schema(required = false)]
    email: String,
    /// Whether it lies in a verified domain of the workspace, with the scope email.
    #[schema(required = false)]
    email_verified: bool,
    /// What people call them, with the scope profile.
    #[schema(required = false)]
    name: String,
    /// What the identity provider asserted, with the scope saml.
    #[schema(required = false)]
    saml: UserinfoSaml,
}

/// What the identity provider asserted, word for word.
#[derive(ToSchema)]
pub(crate) struct UserinfoSaml {
    /// The NameID.
    name_id: String,
    /// Its format; null where the assertion names none.
    name_id_format: Option<String>,
    /// Every attribute with its values.
    attributes: BTreeMap<String, Vec<String>>,
}

/// An error of an OAuth endpoint (RFC 6749 §5.2).
#[derive(ToSchema)]
#[schema(as = OAuthError)]
pub(crate) struct OAuthErrorView {
    /// A word of the specification.
    #[schema(example = "invalid_grant")]
    error: String,
    /// What is wrong, for a developer to read.
    error_description: String,
}

/// The public keys that verify tokens (RFC 7517 §5).
#[derive(ToSchema)]
pub(crate) struct JsonWebKeySet {
    /// Each key; one that signs from soon on is here before it does.
    keys: Vec<JsonWebKey>,
}

/// A public key (RFC 7517 §4, RFC 7518 §6).
#[derive(ToSchema)]
pub(crate) struct JsonWebKey {
    /// EC or RSA.
    #[schema(example = "EC")]
    kty: String,
    /// Its id, which a token names in its header.
    kid: String,
    /// Always sig.
    r#use: String,
    /// The algorithm it is for.
    #[schema(example = "ES256")]
    alg: String,
    /// The curve of an EC key.
    #[schema(required = false, example = "P-256")]
    crv: String,
    /// Of an EC key.
    #[schema(required = false)]
    x: String,
    /// Of an EC key.
    #[schema(required = false)]
    y: String,
    /// The modulus of an RSA key.
    #[schema(required = false)]
    n: String,
    /// The exponent of an RSA key.
    #[schema(required = false)]
    e: String,
}

/// The metadata of the provider (OpenID Connect Discovery 1.0 §3, RFC 8414 §2).
#[derive(ToSchema)]
pub(crate) struct ProviderMetadata {
    issuer: String,
    authorization_endpoint: String,
    pushed_authorization_request_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
    introspection_endpoint: String,
    revocation_endpoint: String,
    /// Where to send people to sign out.
    end_session_endpoint: String,
    response_types_supported: Vec<String>,
    response_modes_supported: Vec<String>,
    grant_types_supported: Vec<String>,
    subject_types_supported: Vec<String>,
    id_token_signing_alg_values_supported: Vec<String>,
    token_endpoint_auth_methods_supported: Vec<String>,
    token_endpoint_auth_signing_alg_values_supported: Vec<String>,
    introspection_endpoint_auth_methods_supported: Vec<String>,
    introspection_endpoint_auth_signing_alg_values_supported: Vec<String>,
    revocation_endpoint_auth_methods_supported: Vec<String>,
    revocation_endpoint_auth_signing_alg_values_supported: Vec<String>,
    code_challenge_methods_supported: Vec<String>,
    scopes_supported: Vec<String>,
    acr_values_supported: Vec<String>,
    claim_types_supported: Vec<String>,
    claims_supported: Vec<String>,
    prompt_values_supported: Vec<String>,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    require_pushed_authorization_requests: bool,
    authorization_response_iss_parameter_supported: bool,
    backchannel_logout_supported: bool,
    backchannel_logout_session_supported: bool,
}

/// Whether the server lives.
#[derive(ToSchema)]
pub(crate) struct Health {
    /// ok.
    #[schema(example = "ok")]
    status: String,
}

/// Whether the server can serve.
#[derive(ToSchema)]
pub(crate) struct Readiness {
    /// ready, degraded (no sign-in can begin, sessions go on), unavailable, or ending.
    #[schema(example = "ready")]
    status: String,
    /// ok, does not answer, or, where the server ends, not asked.
    #[schema(example = "ok")]
    database: String,
    /// The place where pending sign-ins are kept: ok, does not answer, or not asked.
    #[schema(example = "ok")]
    short_lived_state: String,
}
