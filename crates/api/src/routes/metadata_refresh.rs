//! Looking at a connection's metadata now, and not when it is due.

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use vestibule_model::ConnectionId;
use vestibule_policy::plan_gate;

use crate::{
    extract::{Allowed, scope},
    metadata,
    problem::{Problem, ProblemType},
    routes::connections::{parts, view, within_reach},
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
    let (caller, id) = (caller.into_caller(), path.into_inner());
    let (service_in, asks) = (service.clone(), caller.clone());
    let source = service
        .store
        .read(move |tx| {
            let (_, workspace) = within_reach(tx, &asks, id)?;
            plan_gate(workspace.plan, &service_in.rules)?;
            tx.metadata_source(id)?.ok_or_else(|| {
                let kind = ProblemType::MetadataSourceRequired;
                Problem::new(kind, kind.explanation())
            })
        })
        .await?;
    metadata::refresh(&service, source, caller.actor()).await??;
    let shown = service
        .store
        .read(move |tx| {
            let (connection, workspace) = within_reach(tx, &caller, id)?;
            parts(tx, connection, &workspace)
        })
        .await?;
    Ok(HttpResponse::Ok().json(view(&service, shown, &[])))
}
