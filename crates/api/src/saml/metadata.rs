//! Our metadata for one connection.

use actix_web::{
    HttpResponse, get,
    web::{Data, Path},
};
use vestibule_model::ConnectionId;
use vestibule_saml::{ContactKind, ContactPerson, SpMetadata};
use vestibule_store::{Reach, Tx};

use crate::{problem::Problem, saml::urls, service::Service};

/// Our metadata: entity ID, Assertion Consumer Service, single logout, and the keys that sign and
/// decrypt, the next one with them before it is used.
#[get("/saml/{connection_id}/metadata")]
pub(crate) async fn metadata(
    service: Data<Service>,
    path: Path<ConnectionId>,
) -> Result<HttpResponse, Problem> {
    let id = path.into_inner();
    let keys = service.configuration.own_keys(&service.store, id).await?;
    let keys = keys.ok_or_else(|| Problem::not_found("connection"))?;
    let signs = service.store.read(move |tx| signs_requests(tx, id)).await?;
    let public_url = &service.config.public_url;
    let (entity_id, acs_url) = (urls::entity_id(public_url, id), urls::acs(public_url, id));
    let slo_url = urls::slo(public_url, id);
    let in_use = keys.announced.get(..1).unwrap_or_default();
    let config = &service.config;
    let contact = config.service_contact.as_deref();
    let discovery_url = urls::authorize(public_url);
    let xml = SpMetadata {
        discovery_url: Some(&discovery_url),
        display_name: config.service_name.as_deref(),
        contact: contact.map(|email| ContactPerson {
            kind: ContactKind::Technical,
            name: config.service_name.as_deref(),
            email,
        }),
        slo_url: Some(&slo_url),
        signing_certificates: &keys.announced,
        encryption_certificates: in_use,
        authn_requests_signed: signs,
        ..SpMetadata::new(&entity_id, &acs_url)
    }
    .to_xml();
    Ok(HttpResponse::Ok()
        .content_type("application/samlmetadata+xml")
        .insert_header((
            "Content-Disposition",
            "inline; filename=\"vestibule-metadata.xml\"",
        ))
        .body(xml))
}

/// Whether the settings that are being prepared, else those that serve, sign AuthnRequests.
fn signs_requests(tx: &mut Tx<'_>, id: ConnectionId) -> Result<bool, Problem> {
    let connection = tx.connection(Reach::All, id)?;
    let connection = connection.ok_or_else(|| Problem::not_found("connection"))?;
    let revision = tx.named_revision(id, connection.draft.or(connection.live))?;
    Ok(revision.is_some_and(|revision| revision.settings.sign_requests))
}
