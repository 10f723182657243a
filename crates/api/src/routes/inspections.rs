//! Inspections: a captured response, held against a connection.

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use vestibule_model::{AttemptId, ConnectionId, RevisionId};

use crate::{
    clock,
    extract::{Allowed, Json, scope},
    inspection::{Captured, Premises, Question, inspect},
    problem::Problem,
    service::Service,
    views::InspectionView,
};

/// What is to be inspected: a response, or an attempt whose response is kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewInspection {
    /// The value of the form field SAMLResponse, as the browser posted it: base64.
    saml_response: Option<String>,
    /// A sign-in attempt of this connection whose response is kept.
    #[schema(value_type = Option<String>)]
    attempt_id: Option<AttemptId>,
    /// Against which revision; the live one where it is absent, else the draft.
    #[schema(value_type = Option<String>)]
    revision_id: Option<RevisionId>,
    /// As if it arrived at that time; now where it is absent.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
}

/// Hold a captured response against a connection: the report that a sign-in would get, and what the
/// policy would say. Nobody is signed in. What answers no request of ours and could still be used for
/// a sign-in is used up by it. Everything is audited.
#[utoipa::path(tag = "Support", operation_id = "inspectResponse", request_body = NewInspection,
    params(("connection_id" = String, Path, description = "The connection")),
    responses((status = 200, description = "What would come of it", body = InspectionView)))]
#[post("/connections/{connection_id}/inspections")]
pub(crate) async fn create(
    caller: Allowed<scope::ConnectionsInspect>,
    service: Data<Service>,
    path: Path<ConnectionId>,
    body: Json<NewInspection>,
) -> Result<HttpResponse, Problem> {
    let (connection_id, Json(asked), now) = (path.into_inner(), body, clock::now());
    // Whether there is such a connection comes before what is asked of it.
    let reach = caller.reach();
    service
        .store
        .read(move |tx| {
            let connection = tx.connection(reach, connection_id)?;
            connection.ok_or_else(|| Problem::not_found("connection"))
        })
        .await?;
    let captured = match (asked.saml_response, asked.attempt_id) {
        (Some(saml_response), None) => Captured::Response(saml_response),
        (None, Some(attempt_id)) => Captured::Attempt(attempt_id),
        (given, _) => {
            let found = if given.is_some() { "both" } else { "neither" };
            let expected = "either a saml_response or an attempt_id";
            return Err(Problem::invalid("/saml_response", expected, found));
        }
    };
    let question = Question {
        reach,
        actor: caller.actor(),
        connection_id,
        revision_id: asked.revision_id,
        at: asked.at.unwrap_or(now),
        captured,
    };
    let premises = Premises {
        public_url: service.config.public_url.clone(),
        clock_skew: service.config.clock_skew,
        rules: service.rules.clone(),
    };
    let inspection = inspect(&service.store, &premises, question, now).await?;
    Ok(HttpResponse::Ok().json(InspectionView::from(inspection)))
}
