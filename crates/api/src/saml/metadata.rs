//! Our metadata for one connection.

use actix_web::{
    HttpResponse, get,
    web::{Data, Path},
};
use vestibule_model::ConnectionId;
use vestibule_saml::SpMetadata;
use vestibule_store::Reach;

use crate::{problem::Problem, saml::urls, service::Service};

/// Our metadata: entity ID and Assertion Consumer Service. Single logout and encryption are listed
/// once they work.
#[get("/saml/{connection_id}/metadata")]
pub(crate) async fn metadata(
    service: Data<Service>,
    path: Path<ConnectionId>,
) -> Result<HttpResponse, Problem> {
    let id = path.into_inner();
    let known = service
        .store
        .read(move |tx| tx.connection(Reach::All, id).map_err(Problem::from))
        .await?;
    let connection = known.ok_or_else(|| Problem::not_found("connection"))?;
    let public_url = &service.config.public_url;
    let certificates = vestibule_xmlsig::Certificate::parse_all(
        connection.service_provider.certificate_pem.as_bytes(),
    )
    .map_err(Problem::internal)?;
    let (entity_id, acs_url) = (urls::entity_id(public_url, id), urls::acs(public_url, id));
    let xml = SpMetadata {
        signing_certificates: &certificates,
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
