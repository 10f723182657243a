//! What enabling a connection would do to whom, before it does.

use actix_web::{
    HttpResponse, get,
    web::{Data, Path, Query},
};
use serde::Deserialize;
use utoipa::IntoParams;
use vestibule_model::{ConnectionId, RevisionId};

use crate::{
    extract::{Allowed, scope},
    manage::preflight,
    problem::Problem,
    service::Service,
    views::PreflightView,
};

/// Which revision would be enabled.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PreflightQuery {
    /// Which revision; the draft where it is absent, else the last live one.
    #[param(value_type = Option<String>)]
    revision_id: Option<RevisionId>,
}

/// Say what enabling would do: who has to sign in by SSO, whom that shuts out, who keeps a way in. It
/// changes nothing, and works on every plan and before the test.
#[utoipa::path(tag = "Connections", operation_id = "preflightEnable",
    params(("connection_id" = String, Path, description = "The connection"), PreflightQuery),
    responses((status = 200, description = "What it would do", body = PreflightView)))]
#[get("/connections/{connection_id}/enable-preflight")]
pub(crate) async fn read(
    caller: Allowed<scope::ConnectionsRead>,
    service: Data<Service>,
    path: Path<ConnectionId>,
    query: Query<PreflightQuery>,
) -> Result<HttpResponse, Problem> {
    let (id, wanted) = (path.into_inner(), query.revision_id);
    let said = preflight::read(&service, caller.authority(), id, wanted).await?;
    Ok(HttpResponse::Ok().json(PreflightView::from(&said)))
}
