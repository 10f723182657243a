//! Sign-in attempts, and what strayed to a connection: for support.

use actix_web::{
    HttpResponse, get,
    web::{Data, Path, Query},
};
use serde::Deserialize;
use utoipa::IntoParams;
use vestibule_model::{AttemptId, AttemptOutcome, ConnectionId, MemberId, Reference, Scope};
use vestibule_store::AttemptFilter;

use crate::{
    clock,
    extract::{Allowed, PageQuery, scope},
    manage::attempts::{self, Referred},
    problem::Problem,
    service::Service,
    views::{AttemptView, List, ReferenceView, StrayView},
};

/// Which attempts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AttemptQuery {
    /// Only those that ended like this: signed_in, refused or pending.
    #[param(value_type = Option<String>)]
    outcome: Option<AttemptOutcome>,
    /// Only those of this member.
    #[param(value_type = Option<String>)]
    member_id: Option<MemberId>,
    /// Only the one with this reference, however it is typed.
    #[param(value_type = Option<String>)]
    reference: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many at most: 1 to 200, 50 by default.
    limit: Option<u32>,
}

/// List a connection's sign-in attempts, the newest first. Those that went to the identity provider
/// and have not come back are `pending`.
#[utoipa::path(tag = "Support", operation_id = "listSignInAttempts",
    params(("connection_id" = String, Path, description = "The connection"), AttemptQuery),
    responses((status = 200, description = "A part of the list", body = List<AttemptView>)))]
#[get("/connections/{connection_id}/sign-in-attempts")]
pub(crate) async fn list(
    caller: Allowed<scope::ConnectionsRead>,
    service: Data<Service>,
    path: Path<ConnectionId>,
    query: Query<AttemptQuery>,
) -> Result<HttpResponse, Problem> {
    let (id, query) = (path.into_inner(), query.into_inner());
    let reference = query.reference.map(|text| {
        text.parse::<Reference>()
            .map_err(|error| Problem::invalid("reference", error.to_string(), text))
    });
    let filter = AttemptFilter {
        outcome: query.outcome,
        member_id: query.member_id,
        reference: reference.transpose()?,
    };
    let request = PageQuery {
        cursor: query.cursor,
        limit: query.limit,
    };
    let request = request.request()?;
    let page = attempts::list(&service, caller.authority(), id, filter, request).await?;
    Ok(HttpResponse::Ok().json(List::of(page, AttemptView::from)))
}

/// Read a sign-in attempt: its timeline and every check. Where the workspace has responses kept, keys
/// with the scope `responses:read` see the response as it arrived; that is audited.
#[utoipa::path(tag = "Support", operation_id = "getSignInAttempt",
    params(("connection_id" = String, Path, description = "The connection"),
           ("attempt_id" = String, Path, description = "The attempt")),
    responses((status = 200, description = "The attempt", body = AttemptView)))]
#[get("/connections/{connection_id}/sign-in-attempts/{attempt_id}")]
pub(crate) async fn read(
    caller: Allowed<scope::ConnectionsRead>,
    service: Data<Service>,
    path: Path<(ConnectionId, AttemptId)>,
) -> Result<HttpResponse, Problem> {
    let ((id, attempt_id), now) = (path.into_inner(), clock::now());
    let attempt = attempts::read(&service, caller.authority(), id, attempt_id).await?;
    let response = match caller.may(Scope::ResponsesRead) {
        true => attempts::kept_response(&service, caller.authority(), &attempt, now).await?,
        false => None,
    };
    let mut view = AttemptView::from(attempt);
    view.show_response(response);
    Ok(HttpResponse::Ok().json(view))
}

/// List what arrived at a connection within a day and belongs to no sign-in that began here, the
/// newest first: at most fifty. Anybody can send such things.
#[utoipa::path(tag = "Support", operation_id = "listStrayResponses",
    params(("connection_id" = String, Path, description = "The connection")),
    responses((status = 200, description = "All of them", body = List<StrayView>)))]
#[get("/connections/{connection_id}/stray-responses")]
pub(crate) async fn list_strays(
    caller: Allowed<scope::ConnectionsRead>,
    service: Data<Service>,
    path: Path<ConnectionId>,
) -> Result<HttpResponse, Problem> {
    let (id, now) = (path.into_inner(), clock::now());
    let strays = attempts::strays(&service, caller.authority(), id, now).await?;
    Ok(HttpResponse::Ok().json(List {
        data: strays.into_iter().map(StrayView::from).collect(),
        next_cursor: None,
    }))
}

/// Find what a person reads out, whatever the connection: the sign-in attempt with this reference, or
/// what belongs to none.
#[utoipa::path(tag = "Support", operation_id = "findSignInReference",
    params(("reference" = String, Path, description = "The reference, however it is typed")),
    responses((status = 200, description = "What it stands for", body = ReferenceView)))]
#[get("/sign-in-references/{reference}")]
pub(crate) async fn by_reference(
    caller: Allowed<scope::ConnectionsRead>,
    service: Data<Service>,
    path: Path<String>,
) -> Result<HttpResponse, Problem> {
    let unknown = |_cause| Problem::not_found("sign-in reference");
    let reference: Reference = path.parse().map_err(unknown)?;
    let authority = caller.authority();
    let found = attempts::by_reference(&service, authority, reference, clock::now()).await?;
    Ok(HttpResponse::Ok().json(match found {
        Referred::Attempt(attempt) => ReferenceView::from(*attempt),
        Referred::Stray(stray) => ReferenceView::from(stray),
    }))
}
