//! Clients: the applications that receive sign-ins.

use actix_web::{
    HttpResponse, delete, get, patch, post,
    web::{Data, Path, Query},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;
use utoipa::ToSchema;
use vestibule_model::{Client, ClientAuthMethod, ClientId, SigningAlgorithm};
use vestibule_session::{ClientKeys, Secret};
use vestibule_store::{Counted, Tx};

use crate::{
    audit, clock,
    extract::{Allowed, Caller, Json, PageQuery, Patch, created, double_option, ok, scope},
    limits,
    manage::Change,
    problem::Problem,
    redirect_uri::RedirectUri,
    routes::rotation::Rotation,
    service::Service,
    text,
    views::{ClientView, List},
};

/// How many URIs of one kind a client may have.
const MAX_URIS: usize = 50;
/// The longest resource indicator that is taken.
const MAX_RESOURCE: usize = 2048;

/// A client to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewClient {
    /// What people call it.
    #[schema(example = "Dashboard")]
    name: String,
    /// Where codes may be sent: https, or http for loopback; matched exactly.
    #[schema(example = json!(["https://app.example.com/callback"]))]
    redirect_uris: Vec<String>,
    /// Where a sign-in that the identity provider began goes on (`iss`, `login_hint`,
    /// `target_link_uri`; OpenID Connect Core §4). Without one, such sign-ins end here.
    #[schema(example = "https://app.example.com/login")]
    initiate_login_uri: Option<String>,
    /// Where people may be sent after they signed out; matched exactly.
    #[schema(example = json!(["https://app.example.com/signed-out"]))]
    post_logout_redirect_uris: Option<Vec<String>>,
    /// How its ID tokens are signed, and its access tokens too, because the application's own API
    /// usually verifies them with the same library: ES256 (default) or RS256.
    #[schema(value_type = Option<String>, example = "ES256")]
    id_token_signed_response_alg: Option<SigningAlgorithm>,
    /// How it says who it is: client_secret_basic (default) and client_secret_post by its secret, in
    /// either way; private_key_jwt by a key of its own; none where it can keep no secret.
    #[schema(value_type = Option<String>, example = "client_secret_basic")]
    token_endpoint_auth_method: Option<ClientAuthMethod>,
    /// Its public keys for private_key_jwt, a JWK Set: P-256, RSA of 2048 bits or more, Ed25519.
    #[schema(value_type = Option<Object>)]
    jwks: Option<Map<String, Value>>,
    /// Where its public keys are, in place of `jwks`: https, with a JWK Set that may change at any time.
    #[schema(example = "https://app.example.com/jwks.json")]
    jwks_uri: Option<String>,
    /// Whether it may begin by pushed authorization requests alone (RFC 9126).
    require_pushed_authorization_requests: Option<bool>,
    /// What its access tokens may be for (RFC 8707): absolute URIs without a fragment.
    #[schema(example = json!(["https://api.example.com"]))]
    resources: Option<Vec<String>>,
    /// Where it is told that a session of its has ended (OpenID Connect Back-Channel Logout).
    #[schema(example = "https://app.example.com/backchannel-logout")]
    backchannel_logout_uri: Option<String>,
    /// Whether it needs to be told which session that was. It always is.
    backchannel_logout_session_required: Option<bool>,
}

/// What changes of a client; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientPatch {
    /// What people call it.
    name: Option<String>,
    /// Where codes may be sent; matched exactly.
    redirect_uris: Option<Vec<String>>,
    /// Where a sign-in that the identity provider began goes on; null for none.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>)]
    initiate_login_uri: Option<Option<String>>,
    /// Where people may be sent after they signed out; matched exactly.
    post_logout_redirect_uris: Option<Vec<String>>,
    /// How its ID tokens and its access tokens are signed.
    #[schema(value_type = Option<String>)]
    id_token_signed_response_alg: Option<SigningAlgorithm>,
    /// How it says who it is. A client that has had no secret gets one by `rotate-secret`.
    #[schema(value_type = Option<String>)]
    token_endpoint_auth_method: Option<ClientAuthMethod>,
    /// Its public keys, a JWK Set; null for none.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<Object>)]
    jwks: Option<Option<Map<String, Value>>>,
    /// Where its public keys are, in place of `jwks`; null for nowhere.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>)]
    jwks_uri: Option<Option<String>>,
    /// Whether it may begin by pushed authorization requests alone.
    require_pushed_authorization_requests: Option<bool>,
    /// What its access tokens may be for.
    resources: Option<Vec<String>>,
    /// Where it is told that a session of its has ended; null for nowhere.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>)]
    backchannel_logout_uri: Option<Option<String>>,
    /// Whether it needs to be told which session that was.
    backchannel_logout_session_required: Option<bool>,
}

/// A client, to change it.
fn client(tx: &mut Tx<'_>, id: ClientId) -> Result<Client, Problem> {
    tx.client_to_change(id)?
        .ok_or_else(|| Problem::not_found("client"))
}

/// The same change, where the client is what the caller has seen.
fn if_match<T: Send + 'static>(caller: &Caller, id: ClientId, change: Change<T>) -> Change<T> {
    caller.if_match(change, move |tx| Ok(ClientView::new(client(tx, id)?, None)))
}

/// Create a client; its secret, where it has one, is shown this once.
#[utoipa::path(tag = "Clients", operation_id = "createClient", request_body = NewClient,
    responses((status = 201, description = "The client and its secret", body = ClientView)))]
#[post("/clients")]
pub(crate) async fn create(
    caller: Allowed<scope::ClientsWrite>,
    service: Data<Service>,
    body: Json<NewClient>,
) -> Result<HttpResponse, Problem> {
    caller.deployment_wide()?;
    let Json(new) = body;
    let now = clock::now();
    // One that has no secret gets the hash of one that nobody is told.
    let secret = Secret::generate().map_err(Problem::internal)?;
    let (id, name) = (ClientId::new(now), text::name("/name", &new.name)?);
    let client = Client {
        initiate_login_uri: new.initiate_login_uri,
        post_logout_redirect_uris: new.post_logout_redirect_uris.unwrap_or_default(),
        id_token_signed_response_alg: new
            .id_token_signed_response_alg
            .unwrap_or(SigningAlgorithm::Es256),
        token_endpoint_auth_method: new
            .token_endpoint_auth_method
            .unwrap_or(ClientAuthMethod::ClientSecretBasic),
        jwks: new.jwks.map(|jwks| Value::Object(jwks).to_string()),
        jwks_uri: new.jwks_uri,
        require_pushed_authorization_requests: new
            .require_pushed_authorization_requests
            .unwrap_or_default(),
        resources: new.resources.unwrap_or_default(),
        backchannel_logout_uri: new.backchannel_logout_uri,
        backchannel_logout_session_required: new
            .backchannel_logout_session_required
            .unwrap_or_default(),
        ..Client::new(id, name, new.redirect_uris, secret.hash(), now)
    };
    check(&client)?;
    let actor = caller.actor();
    let change = Change::by(move |tx| {
        limits::room_for(tx, Counted::Clients)?;
        tx.insert_client(&client)?;
        let detail = decisive(&client);
        audit::record(tx, actor, None, "client.created", client.id, &detail, now)?;
        Ok(client)
    });
    let show = move |made| {
        let shown = has_secret(&made).then(|| secret.expose().to_owned());
        created(ClientView::new(made, shown))
    };
    caller.answer(&service, change, show).await
}

const fn has_secret(client: &Client) -> bool {
    match client.token_endpoint_auth_method {
        ClientAuthMethod::ClientSecretBasic | ClientAuthMethod::ClientSecretPost => true,
        ClientAuthMethod::PrivateKeyJwt | ClientAuthMethod::None => false,
    }
}

/// What the audit log says of a client: what decides something, and no secret.
fn decisive(client: &Client) -> Value {
    json!({
        "redirect_uris": client.redirect_uris,
        "initiate_login_uri": client.initiate_login_uri,
        "post_logout_redirect_uris": client.post_logout_redirect_uris,
        "id_token_signed_response_alg": client.id_token_signed_response_alg,
        "token_endpoint_auth_method": client.token_endpoint_auth_method,
        "jwks": client.jwks,
        "jwks_uri": client.jwks_uri,
        "require_pushed_authorization_requests": client.require_pushed_authorization_requests,
        "resources": client.resources,
        "backchannel_logout_uri": client.backchannel_logout_uri,
    })
}

/// Whether a client can be as it is described.
fn check(client: &Client) -> Result<(), Problem> {
    let wrong_number = |field: &str, least: usize, uris: &[String]| {
        let fits = (least..=MAX_URIS).contains(&uris.len());
        let expected = format!("{least} to {MAX_URIS} URIs");
        (!fits).then(|| Problem::invalid(field, expected, uris.len().to_string()))
    };
    let lists = [
        ("/redirect_uris", 1, &client.redirect_uris),
        (
            "/post_logout_redirect_uris",
            0,
            &client.post_logout_redirect_uris,
        ),
        ("/resources", 0, &client.resources),
    ];
    for (field, least, uris) in lists {
        if let Some(problem) = wrong_number(field, least, uris) {
            return Err(problem);
        }
    }
    let numbered = |field: &'static str, uris: &[String]| {
        let numbered = uris.iter().cloned().enumerate();
        numbered
            .map(|(index, uri)| (format!("/{field}/{index}"), uri))
            .collect::<Vec<_>>()
    };
    let single = |field: &str, uri: &Option<String>| {
        uri.iter()
            .map(|uri| (format!("/{field}"), uri.clone()))
            .collect::<Vec<_>>()
    };
    let shortened = |uri: &str| uri.chars().take(100).collect::<String>();
    let uris = [
        numbered("redirect_uris", &client.redirect_uris),
        numbered(
            "post_logout_redirect_uris",
            &client.post_logout_redirect_uris,
        ),
        single("initiate_login_uri", &client.initiate_login_uri),
        single("backchannel_logout_uri", &client.backchannel_logout_uri),
        single("jwks_uri", &client.jwks_uri),
    ];
    for (pointer, uri) in uris.concat() {
        RedirectUri::check(&uri)
            .map_err(|expected| Problem::invalid(&pointer, expected, shortened(&uri)))?;
    }
    for (pointer, uri) in numbered("resources", &client.resources) {
        if !is_resource(&uri) {
            let expected = "an absolute URI without a fragment (RFC 8707)";
            return Err(Problem::invalid(&pointer, expected, shortened(&uri)));
        }
    }
    // RFC 7591 §2.
    if client.jwks.is_some() && client.jwks_uri.is_some() {
        let expected = "nothing beside jwks: one of the two says which keys the client has";
        return Err(Problem::invalid("/jwks_uri", expected, "both"));
    }
    let jwks = client.jwks.as_deref().map(serde_json::from_str::<Value>);
    if let Some(jwks) = jwks.transpose().map_err(Problem::internal)? {
        ClientKeys::parse(&jwks).map_err(|error| {
            let expected = "a JWK Set with the public keys of the client (RFC 7517)";
            Problem::invalid("/jwks", expected, error.to_string())
        })?;
    } else if client.token_endpoint_auth_method == ClientAuthMethod::PrivateKeyJwt
        && client.jwks_uri.is_none()
    {
        let expected = "the public keys of the client, which private_key_jwt verifies by, here or \
                        at /jwks_uri";
        return Err(Problem::invalid("/jwks", expected, "nothing"));
    }
    Ok(())
}

fn is_resource(uri: &str) -> bool {
    let plain = |c: char| !c.is_control() && !c.is_whitespace();
    uri.len() <= MAX_RESOURCE
        && uri.chars().all(plain)
        && Url::parse(uri).is_ok_and(|url| url.fragment().is_none())
}

/// List clients.
#[utoipa::path(tag = "Clients", operation_id = "listClients", params(PageQuery),
    responses((status = 200, description = "A part of the list", body = List<ClientView>)))]
#[get("/clients")]
pub(crate) async fn list(
    caller: Allowed<scope::ClientsRead>,
    service: Data<Service>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    caller.deployment_wide()?;
    let request = query.into_inner().request()?;
    let page = service
        .store
        .read(move |tx| tx.list_clients(&request).map_err(Problem::from))
        .await?;
    Ok(HttpResponse::Ok().json(List::of(page, |client| ClientView::new(client, None))))
}

/// Read a client.
#[utoipa::path(tag = "Clients", operation_id = "getClient",
    params(("client_id" = String, Path, description = "The client")),
    responses((status = 200, description = "The client", body = ClientView)))]
#[get("/clients/{client_id}")]
pub(crate) async fn read(
    caller: Allowed<scope::ClientsRead>,
    service: Data<Service>,
    path: Path<ClientId>,
) -> Result<HttpResponse, Problem> {
    caller.deployment_wide()?;
    let id = path.into_inner();
    let found = service
        .store
        .read(move |tx| tx.client(id).map_err(Problem::from))
        .await?;
    let client = found.ok_or_else(|| Problem::not_found("client"))?;
    Ok(HttpResponse::Ok().json(ClientView::new(client, None)))
}

/// Change a client. What its sessions were granted before stays granted.
#[utoipa::path(tag = "Clients", operation_id = "updateClient", request_body = ClientPatch,
    params(("client_id" = String, Path, description = "The client")),
    responses((status = 200, description = "The client", body = ClientView)))]
#[patch("/clients/{client_id}")]
pub(crate) async fn update(
    caller: Allowed<scope::ClientsWrite>,
    service: Data<Service>,
    path: Path<ClientId>,
    body: Patch<ClientPatch>,
) -> Result<HttpResponse, Problem> {
    caller.deployment_wide()?;
    let (actor, id, now) = (caller.actor(), path.into_inner(), clock::now());
    let Patch(patch) = body;
    let change = Change::by(move |tx| {
        let before = client(tx, id)?;
        let after = patched(before.clone(), patch)?;
        check(&after)?;
        if after != before {
            tx.update_client(&after)?;
            let detail = json!({"before": decisive(&before), "after": decisive(&after)});
            audit::record(tx, actor, None, "client.changed", id, &detail, now)?;
        }
        Ok(after)
    });
    let changed = if_match(&caller, id, change).make(&service).await?;
    Ok(HttpResponse::Ok().json(ClientView::new(changed, None)))
}

/// The client with what the patch says.
fn patched(client: Client, patch: ClientPatch) -> Result<Client, Problem> {
    let name = patch.name.as_deref();
    let name = name.map(|name| text::name("/name", name)).transpose()?;
    Ok(Client {
        name: name.unwrap_or(client.name),
        redirect_uris: patch.redirect_uris.unwrap_or(client.redirect_uris),
        initiate_login_uri: patch
            .initiate_login_uri
            .unwrap_or(client.initiate_login_uri),
        post_logout_redirect_uris: patch
            .post_logout_redirect_uris
            .unwrap_or(client.post_logout_redirect_uris),
        id_token_signed_response_alg: patch
            .id_token_signed_response_alg
            .unwrap_or(client.id_token_signed_response_alg),
        token_endpoint_auth_method: patch
            .token_endpoint_auth_method
            .unwrap_or(client.token_endpoint_auth_method),
        jwks: match patch.jwks {
            None => client.jwks,
            Some(jwks) => jwks.map(|jwks| Value::Object(jwks).to_string()),
        },
        jwks_uri: patch.jwks_uri.unwrap_or(client.jwks_uri),
        require_pushed_authorization_requests: patch
            .require_pushed_authorization_requests
            .unwrap_or(client.require_pushed_authorization_requests),
        resources: patch.resources.unwrap_or(client.resources),
        backchannel_logout_uri: patch
            .backchannel_logout_uri
            .unwrap_or(client.backchannel_logout_uri),
        backchannel_logout_session_required: patch
            .backchannel_logout_session_required
            .unwrap_or(client.backchannel_logout_session_required),
        ..client
    })
}

/// Give a client a new secret, which is shown this once; the old one counts beside it for a while.
#[utoipa::path(tag = "Clients", operation_id = "rotateClientSecret", request_body = Rotation,
    params(("client_id" = String, Path, description = "The client")),
    responses((status = 200, description = "The client and its new secret", body = ClientView)))]
#[post("/clients/{client_id}/rotate-secret")]
pub(crate) async fn rotate_secret(
    caller: Allowed<scope::ClientsWrite>,
    service: Data<Service>,
    path: Path<ClientId>,
    body: Json<Rotation>,
) -> Result<HttpResponse, Problem> {
    caller.deployment_wide()?;
    let (actor, id, now) = (caller.actor(), path.into_inner(), clock::now());
    let Json(rotation) = body;
    let secret = Secret::generate().map_err(Problem::internal)?;
    let hash = secret.hash();
    let change = Change::by(move |tx| {
        let mut client = client(tx, id)?;
        if !has_secret(&client) {
            let expected = "client_secret_basic or client_secret_post: others have no secret";
            let found = client.token_endpoint_auth_method.to_string();
            return Err(Problem::invalid(
                "/token_endpoint_auth_method",
                expected,
                found,
            ));
        }
        client.previous_secret = rotation.of(client.secret_hash, now)?;
        let until = client
            .previous_secret
            .as_ref()
            .map(|previous| previous.until);
        client.secret_hash = hash;
        tx.update_client(&client)?;
        let detail = json!({"previous_secret_expires_at": until});
        audit::record(tx, actor, None, "client.secret_rotated", id, &detail, now)?;
        Ok(client)
    });
    let show = move |rotated| ok(ClientView::new(rotated, Some(secret.expose().to_owned())));
    caller.answer(&service, change, show).await
}

/// Delete a client, and end its sessions.
#[utoipa::path(tag = "Clients", operation_id = "deleteClient",
    params(("client_id" = String, Path, description = "The client")),
    responses((status = 204, description = "It is gone")))]
#[delete("/clients/{client_id}")]
pub(crate) async fn delete(
    caller: Allowed<scope::ClientsWrite>,
    service: Data<Service>,
    path: Path<ClientId>,
) -> Result<HttpResponse, Problem> {
    caller.deployment_wide()?;
    let (actor, id, now) = (caller.actor(), path.into_inner(), clock::now());
    let change = Change::by(move |tx| {
        if !tx.delete_client(id)? {
            return Err(Problem::not_found("client"));
        }
        audit::record(tx, actor, None, "client.deleted", id, &json!({}), now)?;
        Ok(())
    });
    if_match(&caller, id, change).make(&service).await?;
    Ok(HttpResponse::NoContent().finish())
}
