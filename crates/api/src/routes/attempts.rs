//! Sign-in attempts, and what strayed to a connection: for support.

use actix_web::{
    HttpResponse, get,
    web::{Data, Path, Query},
};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use vestibule_model::{AttemptId, AttemptOutcome, ConnectionId, MemberId, Reference, Scope};
use vestibule_store::AttemptFilter;

use crate::{
    audit, clock,
    extract::{Allowed, PageQuery, scope},
    problem::Problem,
    routes::connections::within_reach,
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
    let (caller, id, query) = (caller.into_caller(), path.into_inner(), query.into_inner());
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
    let page = service
        .store
        .read(move |tx| {
            within_reach(tx, &caller, id)?;
            Ok::<_, Problem>(tx.list_attempts(id, &filter, &request)?)
        })
        .await?;
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
    let (caller, (id, attempt_id), now) = (caller.into_caller(), path.into_inner(), clock::now());
    let asks = caller.clone();
    let attempt = service
        .store
        .read(move |tx| {
            within_reach(tx, &asks, id)?;
            let attempt = tx.attempt(id, attempt_id)?;
            attempt.ok_or_else(|| Problem::not_found("sign-in attempt"))
        })
        .await?;
    let is_kept = attempt.response_until.is_some_and(|until| until > now);
    let workspace_id = attempt.workspace_id;
    let mut view = AttemptView::from(attempt);
    if is_kept && caller.may(Scope::ResponsesRead) {
        let response = service
            .store
            .write(move |tx| {
                let response = tx.kept_response(attempt_id, now)?;
                if response.is_some() {
                    let (actor, scope) = (caller.actor(), Some(workspace_id));
                    let (action, detail) = ("attempt.response_read", json!({}));
                    audit::record(tx, actor, scope, action, attempt_id, &detail, now)?;
                }
                Ok::<_, Problem>(response)
            })
            .await?;
        view.show_response(response);
    }
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
    let (caller, id, now) = (caller.into_caller(), path.into_inner(), clock::now());
    service
        .store
        .read(move |tx| within_reach(tx, &caller, id).map(drop))
        .await?;
    let strays = service.state.strays(id, now).await?;
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
    let unknown = || Problem::not_found("sign-in reference");
    let (caller, now) = (caller.into_caller(), clock::now());
    let reference: Reference = path.parse().map_err(|_cause| unknown())?;
    let reach = caller.reach();
    let attempt = service
        .store
        .read(move |tx| {
            tx.attempt_by_reference(reach, reference)
                .map_err(Problem::from)
        })
        .await?;
    if let Some(attempt) = attempt {
        return Ok(HttpResponse::Ok().json(ReferenceView::from(attempt)));
    }
    let stray = service.state.find_stray(reference, now).await?;
    let stray = stray.ok_or_else(unknown)?;
    let connection_id = stray.connection_id;
    let seen = service
        .store
        .read(move |tx| {
            let connection = tx.connection(reach, connection_id)?;
            Ok::<_, Problem>(connection.is_some())
        })
        .await?;
    match seen {
        true => Ok(HttpResponse::Ok().json(ReferenceView::from(stray))),
        false => Err(unknown()),
    }
}
