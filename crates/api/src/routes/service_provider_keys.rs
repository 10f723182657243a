//! Our own keys of a connection: the one in use, the next, and those that still decrypt.

use actix_web::{
    HttpResponse, delete, get, post,
    web::{Data, Path},
};
use vestibule_model::{ConnectionId, ServiceProviderKeyId};

use crate::{
    clock,
    extract::{Allowed, created, ok, scope},
    manage::service_provider_keys::{self as keys, OwnKey},
    problem::Problem,
    service::Service,
    views::{List, ServiceProviderKeyView},
};

fn shown(keys: &[OwnKey]) -> List<ServiceProviderKeyView> {
    List {
        data: keys.iter().map(ServiceProviderKeyView::from).collect(),
        next_cursor: None,
    }
}

/// List our own keys of a connection: the one in use, the next, and previous ones.
#[utoipa::path(tag = "Connections", operation_id = "listServiceProviderKeys",
    params(("connection_id" = String, Path, description = "The connection")),
    responses((status = 200, description = "All of them", body = List<ServiceProviderKeyView>)))]
#[get("/connections/{connection_id}/service-provider-keys")]
pub(crate) async fn list(
    caller: Allowed<scope::ConnectionsRead>,
    service: Data<Service>,
    path: Path<ConnectionId>,
) -> Result<HttpResponse, Problem> {
    let all = keys::list(&service, caller.authority(), path.into_inner()).await?;
    Ok(HttpResponse::Ok().json(shown(&all)))
}

/// Make the next key. Our metadata announce it, so that the IdP can trust it before it is used.
#[utoipa::path(tag = "Connections", operation_id = "createServiceProviderKey",
    params(("connection_id" = String, Path, description = "The connection")),
    responses((status = 201, description = "The key", body = ServiceProviderKeyView)))]
#[post("/connections/{connection_id}/service-provider-keys")]
pub(crate) async fn create(
    caller: Allowed<scope::ConnectionsWrite>,
    service: Data<Service>,
    path: Path<ConnectionId>,
) -> Result<HttpResponse, Problem> {
    let (id, now) = (path.into_inner(), clock::now());
    let change = keys::create(&service, caller.authority(), id, now).await?;
    let show = |made| created(ServiceProviderKeyView::from(&made));
    caller.answer(&service, change, show).await
}

/// Put a key into use: it signs from now on, and our metadata ask for what is encrypted for it. The
/// one that was in use becomes a previous one, under a new id, and still decrypts. A previous key can
/// be put into use again.
#[utoipa::path(tag = "Connections", operation_id = "activateServiceProviderKey",
    params(("connection_id" = String, Path, description = "The connection"),
           ("key_id" = String, Path, description = "The next key, or a previous one")),
    responses((status = 200, description = "All keys", body = List<ServiceProviderKeyView>)))]
#[post("/connections/{connection_id}/service-provider-keys/{key_id}/activate")]
pub(crate) async fn activate(
    caller: Allowed<scope::ConnectionsWrite>,
    service: Data<Service>,
    path: Path<(ConnectionId, ServiceProviderKeyId)>,
) -> Result<HttpResponse, Problem> {
    let ((id, key_id), now) = (path.into_inner(), clock::now());
    let change = keys::activate(&service, caller.authority(), id, key_id, now);
    let show = |all: Vec<_>| ok(shown(&all));
    caller.answer(&service, change, show).await
}

/// Delete the next key or a previous one: what is encrypted for it is no longer decrypted. Works on
/// every plan.
#[utoipa::path(tag = "Connections", operation_id = "deleteServiceProviderKey",
    params(("connection_id" = String, Path, description = "The connection"),
           ("key_id" = String, Path, description = "The next key, or a previous one")),
    responses((status = 204, description = "It is gone")))]
#[delete("/connections/{connection_id}/service-provider-keys/{key_id}")]
pub(crate) async fn delete(
    caller: Allowed<scope::ConnectionsWrite>,
    service: Data<Service>,
    path: Path<(ConnectionId, ServiceProviderKeyId)>,
) -> Result<HttpResponse, Problem> {
    let ((id, key_id), now) = (path.into_inner(), clock::now());
    let change = keys::delete(caller.authority(), id, key_id, now);
    change.make(&service).await?;
    Ok(HttpResponse::NoContent().finish())
}
