//! Clients: the applications that receive sign-ins.

use actix_web::{
    HttpResponse, delete, get, post,
    web::{Data, Path, Query},
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use vestibule_model::{Client, ClientId, SigningAlgorithm};
use vestibule_session::Secret;

use crate::{
    audit, clock,
    extract::{Allowed, Json, PageQuery, created, scope},
    manage::Change,
    problem::Problem,
    redirect_uri::RedirectUri,
    service::Service,
    text,
    views::{ClientView, List},
};

/// How many redirect URIs a client may have.
const MAX_REDIRECT_URIS: usize = 50;

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
}

/// Create a client; its secret is shown this once.
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
    if new.redirect_uris.is_empty() || new.redirect_uris.len() > MAX_REDIRECT_URIS {
        let expected = format!("1 to {MAX_REDIRECT_URIS} URLs");
        let found = new.redirect_uris.len().to_string();
        return Err(Problem::invalid("/redirect_uris", expected, found));
    }
    let post_logout = new.post_logout_redirect_uris.unwrap_or_default();
    if post_logout.len() > MAX_REDIRECT_URIS {
        let expected = format!("at most {MAX_REDIRECT_URIS} URLs");
        let found = post_logout.len().to_string();
        return Err(Problem::invalid(
            "/post_logout_redirect_uris",
            expected,
            found,
        ));
    }
    let numbered = |field: &'static str, uris: &[String]| {
        let numbered = uris.iter().cloned().enumerate();
        numbered
            .map(|(index, uri)| (format!("/{field}/{index}"), uri))
            .collect::<Vec<_>>()
    };
    let mut uris = numbered("redirect_uris", &new.redirect_uris);
    uris.extend(numbered("post_logout_redirect_uris", &post_logout));
    uris.extend(
        new.initiate_login_uri
            .iter()
            .map(|uri| ("/initiate_login_uri".to_owned(), uri.clone())),
    );
    for (pointer, uri) in uris {
        RedirectUri::check(&uri).map_err(|expected| {
            let found: String = uri.chars().take(100).collect();
            Problem::invalid(&pointer, expected, found)
        })?;
    }
    let secret = Secret::generate().map_err(Problem::internal)?;
    let client = Client {
        id: ClientId::new(now),
        name: text::name("/name", &new.name)?,
        redirect_uris: new.redirect_uris,
        initiate_login_uri: new.initiate_login_uri,
        post_logout_redirect_uris: post_logout,
        id_token_signed_response_alg: new
            .id_token_signed_response_alg
            .unwrap_or(SigningAlgorithm::Es256),
        secret_hash: secret.hash(),
        created_at: now,
    };
    let actor = caller.actor();
    let change = Change::by(move |tx| {
        tx.insert_client(&client)?;
        let detail = json!({
            "redirect_uris": client.redirect_uris,
            "initiate_login_uri": client.initiate_login_uri,
            "post_logout_redirect_uris": client.post_logout_redirect_uris,
            "id_token_signed_response_alg": client.id_token_signed_response_alg,
        });
        audit::record(tx, actor, None, "client.created", client.id, &detail, now)?;
        Ok(client)
    });
    let show = move |made| created(ClientView::new(made, Some(secret.expose().to_owned())));
    caller.answer(&service, change, show).await
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
    service
        .store
        .write(move |tx| {
            if !tx.delete_client(id)? {
                return Err(Problem::not_found("client"));
            }
            audit::record(tx, actor, None, "client.deleted", id, &json!({}), now)?;
            Ok(())
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
