//! Our own keys of a connection: the one in use, the next, and those that still decrypt.

use jiff::Timestamp;
use serde_json::json;
use vestibule_model::{
    Connection, ConnectionId, KeyStage, ServiceProviderKey, ServiceProviderKeyId,
};
use vestibule_policy::plan_gate;
use vestibule_store::Tx;
use vestibule_xmlsig::Certificate;

use crate::{
    audit,
    manage::{Authority, Change},
    problem::{Problem, ProblemType},
    saml::own_certificate,
    service::Service,
};

/// How many keys there may be beside the one in use: each is tried on what does not say whose it is.
const MOST: usize = 4;

/// A key of ours.
pub(crate) struct OwnKey {
    /// Its id and stage; none: it is the one in use.
    pub(crate) beside: Option<(ServiceProviderKeyId, KeyStage)>,
    pub(crate) certificate: Certificate,
}

/// All keys of a connection, the one in use first.
fn keys(tx: &mut Tx<'_>, connection: &Connection) -> Result<Vec<OwnKey>, Problem> {
    let mut keys = vec![OwnKey {
        beside: None,
        certificate: own_certificate(&connection.service_provider.certificate_pem)?,
    }];
    for key in tx.service_provider_keys(connection.id)? {
        keys.push(OwnKey {
            beside: Some((key.id, key.stage)),
            certificate: own_certificate(&key.certificate_pem)?,
        });
    }
    Ok(keys)
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

/// Our own keys of a connection: the one in use, the next, and previous ones.
///
/// # Errors
/// `not-found`.
pub(crate) async fn list(
    service: &Service,
    authority: Authority,
    id: ConnectionId,
) -> Result<Vec<OwnKey>, Problem> {
    let read = move |tx: &mut Tx<'_>| {
        let (connection, _) = authority.connection(tx, id)?;
        keys(tx, &connection)
    };
    service.store.read(read).await
}

/// Makes the next key. Our metadata announce it, so that the IdP can trust it before it is used.
///
/// # Errors
/// `conflict` where there is no room for it; `plan-upgrade-required`, `not-found`.
pub(crate) async fn create(
    service: &Service,
    authority: Authority,
    id: ConnectionId,
    now: Timestamp,
) -> Result<Change<OwnKey>, Problem> {
    // Before a key is taken from the pool: is there room for it at all?
    let (asks, rules) = (authority.clone(), service.rules.clone());
    let read = move |tx: &mut Tx<'_>| {
        let (_, workspace) = asks.connection(tx, id)?;
        plan_gate(workspace.plan, &rules)?;
        has_room(tx, id)
    };
    service.store.read(read).await?;
    let (key, certificate) = service.key_pool.take_for(id, now).await?;
    let private_key = key.to_pkcs8_der();
    let rules = service.rules.clone();
    let write = move |tx: &mut Tx<'_>| {
        let (connection, workspace) = authority.connection_to_change(tx, id)?;
        plan_gate(workspace.plan, &rules)?;
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
        let (actor, scope) = (authority.actor(), Some(workspace.id));
        audit::record(tx, actor, scope, action, id, &detail, now)?;
        Ok(OwnKey {
            beside: Some((key.id, key.stage)),
            certificate,
        })
    };
    Ok(Change::by(write))
}

/// Puts the next key, or a previous one, into use; the one that was in use becomes a previous one, under
/// a new id, and still decrypts. All keys, as [`list`] gives them.
///
/// # Errors
/// `plan-upgrade-required`; `not-found`.
pub(crate) fn activate(
    service: &Service,
    authority: Authority,
    id: ConnectionId,
    key_id: ServiceProviderKeyId,
    now: Timestamp,
) -> Change<Vec<OwnKey>> {
    let rules = service.rules.clone();
    let write = move |tx: &mut Tx<'_>| {
        let (mut connection, workspace) = authority.connection_to_change(tx, id)?;
        plan_gate(workspace.plan, &rules)?;
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
        let (actor, scope) = (authority.actor(), Some(workspace.id));
        audit::record(tx, actor, scope, action, id, &detail, now)?;
        connection.service_provider.certificate_pem = key.certificate_pem;
        keys(tx, &connection)
    };
    Change::by(write)
}

/// Deletes the next key or a previous one: what is encrypted for it is no longer decrypted. Works on
/// every plan.
///
/// # Errors
/// `not-found`.
pub(crate) fn delete(
    authority: Authority,
    id: ConnectionId,
    key_id: ServiceProviderKeyId,
    now: Timestamp,
) -> Change<()> {
    let write = move |tx: &mut Tx<'_>| {
        let (connection, workspace) = authority.connection_to_change(tx, id)?;
        let (key, certificate) = one(tx, &connection, key_id)?;
        tx.delete_service_provider_key(id, key_id)?;
        let fingerprint = certificate.fingerprint_sha256();
        let detail = json!({"stage": key.stage.as_str(), "fingerprint": fingerprint});
        let action = "connection.service_provider_key_deleted";
        let (actor, scope) = (authority.actor(), Some(workspace.id));
        audit::record(tx, actor, scope, action, id, &detail, now)?;
        Ok(())
    };
    Change::by(write)
}
