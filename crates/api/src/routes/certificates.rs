//! The certificates of a connection's IdP: which are trusted, until when, and when each was last of
//! use; adding the next, retiring one.

use actix_web::{
    HttpResponse, delete, get, post,
    web::{Data, Path, Query},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use vestibule_model::ConnectionId;

use crate::{
    clock,
    extract::{Allowed, Json, created, ok, scope},
    manage::certificates::{self, Added},
    problem::Problem,
    service::Service,
    views::{ConnectionCertificateView, List},
};

/// The next certificate of the IdP.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCertificate {
    /// PEM; bare base64 is understood too.
    certificate: String,
}

/// Whether to retire a certificate that is in use.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RetireQuery {
    /// Needed when no other certificate has verified a sign-in in the last 30 days.
    force: Option<bool>,
}

/// List the certificates of a connection's IdP: those of the live revision, else of the draft.
#[utoipa::path(tag = "Connections", operation_id = "listCertificates",
    params(("connection_id" = String, Path, description = "The connection")),
    responses((status = 200, description = "All of them", body = List<ConnectionCertificateView>)))]
#[get("/connections/{connection_id}/certificates")]
pub(crate) async fn list(
    caller: Allowed<scope::ConnectionsRead>,
    service: Data<Service>,
    path: Path<ConnectionId>,
) -> Result<HttpResponse, Problem> {
    let (id, now) = (path.into_inner(), clock::now());
    let all = certificates::list(&service, caller.authority(), id).await?;
    let shown = all
        .iter()
        .map(|each| ConnectionCertificateView::new(each, now));
    Ok(HttpResponse::Ok().json(List {
        data: shown.collect(),
        next_cursor: None,
    }))
}

/// Add the IdP's next certificate.
///
/// On a live connection it counts at once, in a new revision that needs no test of its own: it can
/// break nothing that works. Otherwise it makes a new draft. A new certificate of a key that is
/// trusted already takes the place of the older; one that is there already changes nothing (200).
#[utoipa::path(tag = "Connections", operation_id = "addCertificate", request_body = NewCertificate,
    params(("connection_id" = String, Path, description = "The connection")),
    responses((status = 201, description = "The certificate", body = ConnectionCertificateView),
              (status = 200, description = "It was there", body = ConnectionCertificateView)))]
#[post("/connections/{connection_id}/certificates")]
pub(crate) async fn add(
    caller: Allowed<scope::ConnectionsWrite>,
    service: Data<Service>,
    path: Path<ConnectionId>,
    body: Json<NewCertificate>,
) -> Result<HttpResponse, Problem> {
    let (id, Json(new), now) = (path.into_inner(), body, clock::now());
    let authority = caller.authority();
    let change = certificates::add(&service, authority, id, new.certificate, now);
    let show = move |added: Added| {
        let shown = ConnectionCertificateView::new(&added.certificate, now);
        match added.was_there {
            false => created(shown),
            true => ok(shown),
        }
    };
    caller.answer(&service, change, show).await
}

/// Retire a certificate of the IdP. Works on every plan.
///
/// On a live connection it counts no longer at once, in a new revision; otherwise there is a new
/// draft without it. The only one cannot be retired, and the only one that has verified a sign-in in
/// the last 30 days on `force=true` alone. The answer is what was retired; `in_draft` says whether
/// the draft still takes it.
#[utoipa::path(tag = "Connections", operation_id = "retireCertificate",
    params(("connection_id" = String, Path, description = "The connection"),
           ("fingerprint_sha256" = String, Path, description = "SHA-256 of the certificate, lower-case hex"),
           RetireQuery),
    responses((status = 200, description = "What was retired, and the revision without it",
               body = ConnectionCertificateView)))]
#[delete("/connections/{connection_id}/certificates/{fingerprint_sha256}")]
pub(crate) async fn retire(
    caller: Allowed<scope::ConnectionsWrite>,
    service: Data<Service>,
    path: Path<(ConnectionId, String)>,
    query: Query<RetireQuery>,
) -> Result<HttpResponse, Problem> {
    let (id, fingerprint) = path.into_inner();
    let (force, now) = (query.force.unwrap_or(false), clock::now());
    let authority = caller.authority();
    let change = certificates::retire(authority, id, fingerprint, force, now);
    let retired = change.make(&service).await?;
    Ok(HttpResponse::Ok().json(ConnectionCertificateView::new(&retired, now)))
}
