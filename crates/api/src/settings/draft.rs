//! Saving a configuration.

use actix_web::{HttpResponse, http::StatusCode, post, web::Path};
use vestibule_model::ConnectionId;

use super::{form::Filled, operator::Operator, overview};
use crate::{
    manage::connection,
    page::{self, ErrorPage},
    people::Form,
    problem::ProblemType,
};

/// Saves what was filled in as a new draft; what cannot be saved stands in the form again, with what is wrong.
#[post("/{connection_id}/draft")]
pub(crate) async fn save(
    operator: Operator,
    path: Path<ConnectionId>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    operator.check_form(&fields)?;
    let (service, id) = (operator.service(), path.into_inner());
    let parts = connection::load(service, operator.authority(), id).await?;
    let filled = Filled::posted(&fields);
    let base = parts.draft.as_ref().or(parts.live.as_ref());
    let new = filled.draft(base.map(|revision| &revision.settings));
    let saved = async {
        let change = connection::save_draft(service, operator.authority(), id, new);
        change.await?.make(service).await
    };
    match saved.await {
        Ok(_) => {
            let place = format!("{}?done=saved", operator.base(id));
            Ok(page::redirect(StatusCode::SEE_OTHER, place))
        }
        Err(problem) if problem.kind == ProblemType::InvalidValue => {
            let status = problem.kind.status();
            let filled = filled.refused(&problem, &parts.our_side(&service.config.public_url));
            overview::shown(&operator, parts, filled, status).await
        }
        Err(problem) => Err(problem.into()),
    }
}
