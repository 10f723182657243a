//! The audit log.

use actix_web::{
    HttpResponse, get,
    web::{Bytes, Data, Query},
};
use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use serde::Deserialize;
use tracing::warn;
use utoipa::IntoParams;
use vestibule_model::{Actor, EventId, WorkspaceId};
use vestibule_store::{AuditFilter, Reach};

use crate::{
    extract::{Allowed, PageQuery, scope},
    manage::audit_events,
    problem::Problem,
    service::Service,
    views::{AuditEventView, JsonLines, List},
};

/// How many entries are read at a time for an export.
const AT_ONCE: i64 = 500;

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Only those of this workspace.
    #[param(value_type = Option<String>)]
    workspace_id: Option<WorkspaceId>,
    /// Only what this one did: the id of an API key, a member or a setup link, `operator` or `system`.
    actor: Option<String>,
    /// Only those of this action.
    #[param(example = "connection.enabled")]
    action: Option<String>,
    /// Only what was done to this.
    target: Option<String>,
    /// Only those from this time on.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Only those from before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
}

impl AuditQuery {
    fn filter(self) -> Result<AuditFilter, Problem> {
        let actor = self.actor.map(|text| {
            text.parse::<Actor>()
                .map_err(|error| Problem::invalid("actor", error.to_string(), text))
        });
        Ok(AuditFilter {
            workspace_id: self.workspace_id,
            actor: actor.transpose()?,
            action: self.action,
            target: self.target,
            since: self.since,
            until: self.until,
        })
    }
}

/// Which entries, and which page of them. (Query strings know no nesting.)
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditPageQuery {
    /// Only those of this workspace.
    #[param(value_type = Option<String>)]
    workspace_id: Option<WorkspaceId>,
    /// Only what this one did: the id of an API key, a member or a setup link, `operator` or `system`.
    actor: Option<String>,
    /// Only those of this action.
    #[param(example = "connection.enabled")]
    action: Option<String>,
    /// Only what was done to this.
    target: Option<String>,
    /// Only those from this time on.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Only those from before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many at most: 1 to 200, 50 by default.
    limit: Option<u32>,
}

/// List audit events, the newest first.
#[utoipa::path(tag = "Audit", operation_id = "listAuditEvents", params(AuditPageQuery),
    responses((status = 200, description = "A part of the list", body = List<AuditEventView>)))]
#[get("/audit-events")]
pub(crate) async fn list(
    caller: Allowed<scope::AuditRead>,
    service: Data<Service>,
    query: Query<AuditPageQuery>,
) -> Result<HttpResponse, Problem> {
    let AuditPageQuery {
        workspace_id,
        actor,
        action,
        target,
        since,
        until,
        cursor,
        limit,
    } = query.into_inner();
    let asked = AuditQuery {
        workspace_id,
        actor,
        action,
        target,
        since,
        until,
    };
    let filter = asked.filter()?;
    let request = PageQuery { cursor, limit }.request()?;
    let page = audit_events::list(&service, caller.authority(), filter, request).await?;
    Ok(HttpResponse::Ok().json(List::of(page, AuditEventView::from)))
}

/// Export audit events, the oldest first: one JSON object a line, all of them, however many there are. An
/// answer that ends without its last chunk is not whole: ask again, with `since` set to the time of its last
/// line.
#[utoipa::path(tag = "Audit", operation_id = "exportAuditEvents", params(AuditQuery),
    responses((status = 200, description = "A line for each", body = JsonLines,
        content_type = "application/x-ndjson")))]
#[get("/audit-events/export")]
pub(crate) async fn export(
    caller: Allowed<scope::AuditRead>,
    service: Data<Service>,
    query: Query<AuditQuery>,
) -> Result<HttpResponse, Problem> {
    let filter = query.into_inner().filter()?;
    let reach = caller.reach();
    let mut export = Export {
        service,
        reach,
        filter,
        after: None,
        is_over: false,
    };
    // What fails at once is told as a problem; later there is no status left to tell it by.
    let first = export.next().await?.map(Ok);
    let others = stream::try_unfold(export, |mut export| async move {
        let lines = export.next().await?;
        Ok::<_, actix_web::Error>(lines.map(|lines| (lines, export)))
    });
    let lines = stream::iter(first).chain(others);
    Ok(HttpResponse::Ok()
        .content_type("application/x-ndjson")
        .insert_header((
            "Content-Disposition",
            "attachment; filename=\"audit-events.ndjson\"",
        ))
        .streaming(lines))
}

/// An export on its way: it goes on as the receiver takes it.
struct Export {
    service: Data<Service>,
    reach: Reach,
    filter: AuditFilter,
    after: Option<EventId>,
    is_over: bool,
}

impl Export {
    async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        if self.is_over {
            return Ok(None);
        }
        let (filter, after) = (self.filter.clone(), self.after);
        let read = audit_events::after(&self.service, self.reach, filter, after, AT_ONCE).await;
        let events = read.inspect_err(|problem| {
            let cause = problem.cause.as_deref();
            warn!(%problem, cause, "an export of the audit log ended before its end");
        })?;
        let Some(last) = events.last() else {
            return Ok(None);
        };
        self.after = Some(last.id);
        self.is_over = i64::try_from(events.len()).is_ok_and(|count| count < AT_ONCE);
        let mut lines = Vec::new();
        for event in events {
            serde_json::to_writer(&mut lines, &AuditEventView::from(event))
                .map_err(Problem::internal)?;
            lines.push(b'\n');
        }
        Ok(Some(lines.into()))
    }
}
