//! Our own keys of a connection: the one in use, the next, and those that still decrypt.

use actix_web::{
    HttpResponse, delete, get, post,
    web::{Data, Path},
};
use serde_json::json;
use vestibule_model::{
    Connection, ConnectionId, KeyStage, ServiceProviderKey, ServiceProviderKeyId,
};
use vestibule_policy::plan_gate;
use vestibule_store::Tx;
use vestibule_xmlsig::Certificate;

use crate::{
    audit, clock,
    extract::{Allowed, scope},
    problem::{Problem, ProblemType},
    routes::connections::{to_change, within_reach},
    saml::own_certificate,
    service::Service,
    views::{List, ServiceProviderKeyView},
};

/// How many keys there may be beside the one in use: each is tried on what does not say whose it is.
const MOST: usize = 4;

/// All keys of a connection, the one in use first.
fn keys(tx: &mut Tx<'_>, connection: &Connection) -> Result<List<ServiceProviderKeyView>, Problem> {
    let in_use = own_certificate(&connection.service_provider.certificate_pem)?;
    let mut data = vec![ServiceProviderKeyView::new(None, "active", &in_use)];
    for key in tx.service_provider_keys(connection.id)? {
        let certificate = own_certificate(&key.certificate_pem)?;
        let stage = key.stage.as_str();
        data.push(ServiceProviderKeyView::new(
            Some(key.id),
            stage,
            &certificate,
        ));
    }
    Ok(List {
        data,
        next_cursor: None,
    })
}

/// The key of this id beside the one in use.
fn one(
    tx: &mut Tx<'_>,
    connection: &Connection,
    id: ServiceProviderKeyId,
) -> Result<(ServiceProviderKey, Certificate), Problem> {
    let keys = tx.service_provider_keys(connection.id)?;
    let key = keys.into_iter().find(|key| key.id == id);
    let key = key.ok_or_else(|| Problem::not_found("service provider key"))?;
    let certificate = own_certificate(&key.certificate_pem)?;
    Ok((key, certificate))
}

/// Refuses another key where there is a next one, or where there are many.
fn has_room(tx: &mut Tx<'_>, id: ConnectionId) -> Result<(), Problem> {
    let keys = tx.service_provider_keys(id)?;
    let next = keys.iter().find(|key| key.stage == KeyStage::Next);
    let detail = match next {
        Some(next) => format!("there is a next key: activate or delete {} first", next.id),
        None if keys.len() >= MOST => {
            format!("there are {} previous keys: delete one first", keys.len())
        }
        None => return Ok(()),
    };
    let conflict = Problem::new(ProblemType::Conflict, detail);
    Err(conflict.with("field", "service_provider_key.next"))
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
    let (caller, id) = (caller.into_caller(), path.into_inner());
    let shown = service
        .store
        .read(move |tx| {
            let (connection, _) = within_reach(tx, &caller, id)?;
            keys(tx, &connection)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
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
    let (caller, id, now) = (caller.into_caller(), path.into_inner(), clock::now());
    // Before a key is taken from the pool: is there room for it at all?
    let (asks, service_in) = (caller.clone(), service.clone());
    service
        .store
        .read(move |tx| {
            let (_, workspace) = within_reach(tx, &asks, id)?;
            plan_gate(workspace.plan, &service_in.rules)?;
            has_room(tx, id)
        })
        .await?;
    let (key, certificate) = service.key_pool.take_for(id, now).await?;
    let private_key = key.to_pkcs8_der();
    let service_in = service.clone();
    let made = service
        .store
        .write(move |tx| {
            let (connection, workspace) = to_change(tx, &caller, id)?;
            plan_gate(workspace.plan, &service_in.rules)?;
            has_room(tx, id)?;
            let key = ServiceProviderKey {
                id: ServiceProviderKeyId::new(now),
                workspace_id: connection.workspace_id,
                connection_id: id,
                stage: KeyStage::Next,
                certificate_pem: certificate.to_pem(),
                created_at: now,
            };
            tx.insert_service_provider_key(&key, &private_key)?;
            let detail = json!({"key": key.id, "fingerprint": certificate.fingerprint_sha256()});
            let action = "connection.service_provider_key_created";
            let (actor, scope) = (caller.actor(), Some(workspace.id));
            audit::record(tx, actor, scope, action, id, &detail, now)?;
            let stage = key.stage.as_str();
            let shown = ServiceProviderKeyView::new(Some(key.id), stage, &certificate);
            Ok::<_, Problem>(shown)
        })
        .await?;
    Ok(HttpResponse::Created().json(made))
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
    let (caller, (id, key_id)) = (caller.into_caller(), path.into_inner());
    let (now, service_in) = (clock::now(), service.clone());
    let shown = service
        .store
        .write(move |tx| {
            let (mut connection, workspace) = to_change(tx, &caller, id)?;
            plan_gate(workspace.plan, &service_in.rules)?;
            let (key, certificate) = one(tx, &connection, key_id)?;
            let before = own_certificate(&connection.service_provider.certificate_pem)?;
            let replaced = ServiceProviderKey {
                id: ServiceProviderKeyId::new(now),
                stage: KeyStage::Previous,
                certificate_pem: before.to_pem(),
                created_at: before.not_before(),
                ..key.clone()
            };
            tx.use_service_provider_key(&connection, &key, &replaced)?;
            let detail = json!({
                "fingerprint": certificate.fingerprint_sha256(),
                "before": before.fingerprint_sha256(),
            });
            let action = "connection.service_provider_key_activated";
            let (actor, scope) = (caller.actor(), Some(workspace.id));
            audit::record(tx, actor, scope, action, id, &detail, now)?;
            connection.service_provider.certificate_pem = key.certificate_pem;
            keys(tx, &connection)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
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
    let (caller, (id, key_id)) = (caller.into_caller(), path.into_inner());
    let now = clock::now();
    service
        .store
        .write(move |tx| {
            let (connection, workspace) = to_change(tx, &caller, id)?;
            let (key, certificate) = one(tx, &connection, key_id)?;
            tx.delete_service_provider_key(id, key_id)?;
            let fingerprint = certificate.fingerprint_sha256();
            let detail = json!({"stage": key.stage.as_str(), "fingerprint": fingerprint});
            let action = "connection.service_provider_key_deleted";
            let (actor, scope) = (caller.actor(), Some(workspace.id));
            audit::record(tx, actor, scope, action, id, &detail, now)?;
            Ok::<_, Problem>(())
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
