//! The audit log of the workspace.

use actix_web::{HttpResponse, get, http::StatusCode, web::Path};
use serde_json::Value;
use vestibule_model::{Actor, AuditEvent, ConnectionId};
use vestibule_pages::{AuditLog, AuditRow, Text, audited, plain, text};
use vestibule_store::{AuditFilter, PageRequest};

use super::{
    activity::place,
    operator::{Operator, Place},
};
use crate::{
    manage::{
        audit_events, connection,
        names::{self, Names},
    },
    page::{self, ErrorPage},
    people::Form,
    when::when,
};

/// How many entries a page lists.
const LISTED: u32 = 50;

/// The entries.
#[get("/{connection_id}/activity/audit")]
pub(crate) async fn show(
    operator: Operator,
    path: Path<ConnectionId>,
) -> Result<HttpResponse, ErrorPage> {
    operator.admins_only()?;
    let (id, service) = (path.into_inner(), operator.service());
    let parts = connection::load(service, operator.authority(), id).await?;
    let after = Form::of_query(operator.request()).get("after").to_owned();
    let request = PageRequest {
        cursor: Some(after).filter(|after| !after.is_empty()),
        limit: LISTED,
    };
    let is_further = request.cursor.is_some();
    let all = AuditFilter::default();
    let found = audit_events::list(service, operator.authority(), all, request).await?;
    let targets = found.items.iter().filter_map(|one| one.target.parse().ok());
    let actors = found.items.iter().map(|one| one.actor.clone());
    let who = actors.chain(targets).collect();
    let names = names::read(service, operator.authority(), operator.workspace().id, who).await?;
    let back_href = place(&operator, id);
    let here = format!("{back_href}/audit");
    let page = AuditLog {
        frame: operator.frame_of(id, &parts.connection.name, Place::Activity),
        // A cursor is base64 for URLs.
        more_href: found
            .next_cursor
            .map(|cursor| format!("{here}?after={cursor}")),
        newest_href: is_further.then_some(here),
        entries: found.items.iter().map(|one| row(one, &names)).collect(),
        back_href,
    };
    Ok(page::rendered(StatusCode::OK, page))
}

fn row(event: &AuditEvent, names: &Names) -> AuditRow {
    AuditRow {
        what: audited(&event.action),
        who: actor(&event.actor, names),
        about: names
            .of(&event.target)
            .filter(|_| event.target != event.actor.to_string())
            .map(str::to_owned),
        target: event.target.clone(),
        at: when(event.at),
        detail: detail(&event.detail),
    }
}

/// Who it was, in words.
pub(super) fn actor(actor: &Actor, names: &Names) -> Text {
    let name = |id: String| names.of(&id).map_or(id, str::to_owned);
    match actor {
        Actor::Member(id) => names
            .of(id)
            .map_or_else(|| text("actor-member-gone"), plain),
        Actor::ApiKey(id) => text("actor-api-key").with("name", name(id.to_string())),
        Actor::SetupLink(id) => text("actor-setup-link").with("name", name(id.to_string())),
        Actor::Operator => text("actor-operator"),
        Actor::System => text("actor-system"),
    }
}

/// What else is kept, in lines; none where that is nothing.
fn detail(json: &str) -> Option<String> {
    let read: Value = serde_json::from_str(json).ok()?;
    let is_empty = read.as_object().is_some_and(serde_json::Map::is_empty);
    (!is_empty).then(|| format!("{read:#}"))
}
