//! The audit log.

use actix_web::{
    HttpResponse, get,
    web::{Data, Query},
};

use crate::{
    extract::{Allowed, PageQuery, scope},
    manage::audit_events,
    problem::Problem,
    service::Service,
    views::{AuditEventView, List},
};

/// List audit events, the newest first.
#[utoipa::path(tag = "Audit", operation_id = "listAuditEvents", params(PageQuery),
    responses((status = 200, description = "A part of the list", body = List<AuditEventView>)))]
#[get("/audit-events")]
pub(crate) async fn list(
    caller: Allowed<scope::AuditRead>,
    service: Data<Service>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let request = query.into_inner().request()?;
    let page = audit_events::list(&service, caller.authority(), request).await?;
    Ok(HttpResponse::Ok().json(List::of(page, AuditEventView::from)))
}
