//! Setup links of a connection: made by an admin, shown once, taken back.

use actix_web::{HttpResponse, get, http::StatusCode, post, web::Path};
use vestibule_model::{Actor, ConnectionId, SetupLink, SetupLinkId, SetupLinkState};
use vestibule_pages::{Input, Notice, Pick, SetupLinkRow, SetupLinks, text};
use vestibule_store::PageRequest;

use super::{
    operator::{Operator, Place},
    wrong,
};
use crate::{
    manage::connection,
    page::{self, ErrorPage},
    people::Form,
    problem::{Problem, ProblemType},
    setup::{self, Wanted},
    when::when,
};

/// How many are listed.
const LISTED: u32 = 100;

/// The links.
#[get("/{connection_id}/links")]
pub(crate) async fn show(
    operator: Operator,
    path: Path<ConnectionId>,
) -> Result<HttpResponse, ErrorPage> {
    operator.admins_only()?;
    shown(
        &operator,
        path.into_inner(),
        Filled::default(),
        StatusCode::OK,
    )
    .await
}

/// Makes one, and shows its URL this once.
#[post("/{connection_id}/links")]
pub(crate) async fn make(
    operator: Operator,
    path: Path<ConnectionId>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    operator.check_form(&fields)?;
    let (id, member) = (path.into_inner(), operator.admins_only()?.member.clone());
    let given = |name: &str| Some(fields.get(name).trim().to_owned()).filter(|v| !v.is_empty());
    let wanted = Wanted {
        connection_id: id,
        name: given("name"),
        allow_enable: fields.get("allow_enable") == "true",
        expires_in_hours: fields.get("hours").parse().ok(),
        return_url: given("return_url"),
    };
    let mut filled = Filled {
        name: fields.get("name").to_owned(),
        return_url: fields.get("return_url").to_owned(),
        hours: wanted.expires_in_hours,
        allow_enable: wanted.allow_enable,
        ..Filled::default()
    };
    let (service, now) = (operator.service().clone(), operator.now());
    let made = operator.service().store.write(move |tx| {
        let actor = Actor::Member(member.id);
        setup::make(tx, &service.config, member.workspace_id, wanted, actor, now)
    });
    let status = match made.await {
        Ok(made) => {
            filled = Filled {
                made: Some(made.url),
                ..Filled::default()
            };
            StatusCode::CREATED
        }
        Err(problem) if problem.kind == ProblemType::InvalidValue => {
            let status = problem.kind.status();
            filled.problem = Some(problem);
            status
        }
        Err(problem) => return Err(problem.into()),
    };
    shown(&operator, id, filled, status).await
}

/// Takes one back.
#[post("/{connection_id}/links/revoke")]
pub(crate) async fn revoke(
    operator: Operator,
    path: Path<ConnectionId>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    operator.check_form(&fields)?;
    let (id, member) = (path.into_inner(), operator.admins_only()?.member.clone());
    let link_id: Result<SetupLinkId, _> = fields.get("id").parse();
    let link_id = link_id.map_err(|_unknown| Problem::not_found("setup link"))?;
    let now = operator.now();
    let revoked = operator.service().store.write(move |tx| {
        let actor = Actor::Member(member.id);
        setup::revoke(tx, (member.workspace_id, link_id), actor, now)
    });
    revoked.await?;
    let place = format!("{}/links?done=link-revoked", operator.base(id));
    Ok(page::redirect(StatusCode::SEE_OTHER, place))
}

/// What the form was filled with, and what came of it.
#[derive(Default)]
struct Filled {
    name: String,
    return_url: String,
    hours: Option<i64>,
    allow_enable: bool,
    made: Option<String>,
    problem: Option<Problem>,
}

impl Filled {
    /// A field with what the problem says about it.
    fn input(&self, value: &str, pointer: &str) -> Input {
        let wrong = self.problem.as_ref().map(wrong::fields).unwrap_or_default();
        let about = wrong.into_iter().find(|(wrong, _)| wrong == pointer);
        Input {
            value: value.to_owned(),
            error: about.map(|(_, said)| said),
        }
    }
}

async fn shown(
    operator: &Operator,
    id: ConnectionId,
    filled: Filled,
    status: StatusCode,
) -> Result<HttpResponse, ErrorPage> {
    let parts = connection::load(operator.service(), operator.authority(), id).await?;
    let workspace_id = operator.workspace().id;
    let listed = operator
        .service()
        .store
        .read(move |tx| tx.list_setup_links(workspace_id, &PageRequest::first(LISTED)))
        .await?;
    let base = operator.base(id);
    let mut frame = operator.frame_of(id, &parts.connection.name, Place::Links);
    if filled.problem.is_some() {
        frame.error = Some(Notice::named("not-saved"));
    }
    let now = operator.now();
    let of_this = listed
        .items
        .into_iter()
        .filter(|link| link.connection_id == id);
    let hours = filled.hours.unwrap_or(setup::USUAL_HOURS);
    let pick = |value: &'static str, label| Pick {
        value,
        label: text(label),
        chosen: value.parse() == Ok(hours),
    };
    let page = SetupLinks {
        frame,
        links: of_this.map(|link| row(link, now)).collect(),
        name: filled.input(&filled.name, "/name"),
        return_url: filled.input(&filled.return_url, "/return_url"),
        made: filled.made,
        action: format!("{base}/links"),
        revoke: format!("{base}/links/revoke"),
        hours: vec![
            pick("24", "links-day"),
            pick("168", "links-week"),
            pick("720", "links-month"),
        ],
        allow_enable: filled.allow_enable,
    };
    Ok(page::rendered(status, page))
}

fn row(link: SetupLink, now: jiff::Timestamp) -> SetupLinkRow {
    let state = link.state(now);
    SetupLinkRow {
        id: link.id.to_string(),
        state: text(match state {
            SetupLinkState::Open => "link-state-open",
            SetupLinkState::Expired => "link-state-expired",
            SetupLinkState::Revoked => "link-state-revoked",
        }),
        open: state == SetupLinkState::Open,
        name: link.name,
        allow_enable: link.allow_enable,
        expires: when(link.expires_at),
        opened: link.opened_at.map(when),
        used: link.used_at.map(when),
    }
}
