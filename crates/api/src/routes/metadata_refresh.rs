//! Looking at a connection's metadata now, and not when it is due.

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use vestibule_model::ConnectionId;

use crate::{
    extract::{Allowed, scope},
    manage::connection,
    problem::Problem,
    routes::connections::view,
    service::Service,
    views::ConnectionView,
};

/// Fetch the connection's metadata now. A change becomes a draft, or waits where there is one of
/// yours; keys that the pinned key vouches for are added to the live revision.
#[utoipa::path(tag = "Connections", operation_id = "refreshMetadata",
    params(("connection_id" = String, Path, description = "The connection")),
    responses((status = 200, description = "The connection", body = ConnectionView)))]
#[post("/connections/{connection_id}/metadata-refresh")]
pub(crate) async fn refresh(
    caller: Allowed<scope::ConnectionsWrite>,
    service: Data<Service>,
    path: Path<ConnectionId>,
) -> Result<HttpResponse, Problem> {
    let (authority, id) = (caller.authority(), path.into_inner());
    let refreshed = connection::refresh_metadata(&service, authority, id).await?;
    Ok(HttpResponse::Ok().json(view(&service, refreshed, &[])))
}
