//! Going live: what that does to whom, and the word of whoever decides it.

use actix_web::{HttpResponse, get, http::StatusCode, post, web::Path};
use vestibule_model::{ConnectionId, ConnectionState, MemberId};
use vestibule_pages::{Enable, Notice, PreflightAdmin, Text, text};
use vestibule_policy::WaysIn;

use super::operator::{Operator, Place};
use crate::{
    manage::{
        connection::{self, ConnectionParts},
        preflight::{self, EnablePreflight},
    },
    page::{self, ErrorPage},
    people::Form,
    problem::{Problem, ProblemType},
};

/// How many of each are named.
const NAMED: usize = 100;

/// What enabling would do.
#[get("/{connection_id}/enable")]
pub(crate) async fn question(
    operator: Operator,
    path: Path<ConnectionId>,
) -> Result<HttpResponse, ErrorPage> {
    let id = path.into_inner();
    may(&operator)?;
    let here = format!("{}/enable", operator.base(id));
    if let Some(away) = operator.ask_again(&here).await? {
        return Ok(away);
    }
    let parts = connection::load(operator.service(), operator.authority(), id).await?;
    let is_live = parts.state(&operator.service().rules) == ConnectionState::Live;
    if is_live && parts.draft.is_none() {
        return Ok(page::redirect(StatusCode::SEE_OTHER, operator.base(id)));
    }
    shown(&operator, id, None, StatusCode::OK).await
}

/// Enables it, once the workspace's name was typed.
#[post("/{connection_id}/enable")]
pub(crate) async fn enable(
    operator: Operator,
    path: Path<ConnectionId>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    operator.check_form(&fields)?;
    let (service, id) = (operator.service(), path.into_inner());
    may(&operator)?;
    let here = format!("{}/enable", operator.base(id));
    if let Some(away) = operator.ask_again(&here).await? {
        return Ok(away);
    }
    let parts = connection::load(service, operator.authority(), id).await?;
    let is_live = parts.state(&service.rules) == ConnectionState::Live;
    if !is_live && let Some(error) = not_confirmed(&operator, &fields) {
        return shown(&operator, id, Some(error), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    // A link never acknowledges that everybody is locked out.
    let acknowledged =
        operator.admin().is_some() && fields.get("acknowledge_lockout_risk") == "true";
    let wanted = connection::Enable {
        revision_id: None,
        acknowledge_lockout_risk: Some(acknowledged),
    };
    let enabled = connection::enable(service, operator.authority(), id, wanted, operator.now());
    match enabled.make(service).await {
        Ok(_) => {
            let place = format!("{}?done=enabled", operator.base(id));
            Ok(page::redirect(StatusCode::SEE_OTHER, place))
        }
        Err(problem) if is_for_the_page(problem.kind) => {
            let status = problem.kind.status();
            shown(&operator, id, Some(refused(&problem)), status).await
        }
        Err(problem) => Err(problem.into()),
    }
}

fn is_for_the_page(kind: ProblemType) -> bool {
    matches!(kind, ProblemType::TestRequired | ProblemType::LockoutRisk)
}

fn refused(problem: &Problem) -> Notice {
    Notice {
        title: text("not-confirmed-title"),
        text: Text::named(format!("problem-{}-page", problem.kind.slug())),
    }
}

/// Whether they may do it at all.
fn may(operator: &Operator) -> Result<(), ErrorPage> {
    if operator.may_enable() {
        return Ok(());
    }
    let page = ErrorPage::named(StatusCode::FORBIDDEN, "link-may-not-enable");
    Err(operator.with_way_back(page))
}

/// The name of the workspace, typed: nobody does this by accident.
pub(super) fn not_confirmed(operator: &Operator, fields: &Form) -> Option<Notice> {
    let (name, typed) = (&operator.workspace().name, fields.get("workspace").trim());
    (typed != name.trim()).then(|| {
        Notice::named("not-confirmed")
            .with("name", name)
            .with("typed", typed)
    })
}

async fn shown(
    operator: &Operator,
    id: ConnectionId,
    error: Option<Notice>,
    status: StatusCode,
) -> Result<HttpResponse, ErrorPage> {
    let (service, authority) = (operator.service(), operator.authority());
    let parts = connection::load(service, authority.clone(), id).await?;
    let found = preflight::read(service, authority, id, None).await?;
    let mut page = view(operator, &parts, &found);
    if error.is_some() {
        page.frame.error = error;
    }
    Ok(page::rendered(status, page))
}

fn view(operator: &Operator, parts: &ConnectionParts, found: &EnablePreflight) -> Enable {
    let id = parts.connection.id;
    let base = operator.base(id);
    let said = &found.said;
    let named = |ids: &[MemberId]| -> Vec<String> {
        let members = ids.iter().filter_map(|id| found.members.get(id));
        members
            .take(NAMED)
            .map(|member| member.email.to_string())
            .collect()
    };
    let ways = said.keeps_way_in.iter().filter_map(|kept| {
        let member = found.members.get(&kept.member_id)?;
        Some(PreflightAdmin {
            email: member.email.to_string(),
            ways: ways_of(kept.ways),
        })
    });
    let sees_members = operator.admin().is_some();
    let revision = parts.draft.as_ref().or(parts.live.as_ref());
    let tested = revision.is_none_or(|revision| revision.passed_test.is_some());
    let is_live = parts.state(&operator.service().rules) == ConnectionState::Live;
    Enable {
        frame: operator.frame_of(id, &parts.connection.name, Place::Elsewhere),
        action: format!("{base}/enable"),
        test: (!tested).then(|| format!("{base}/tests")),
        confirm: (!is_live).then(|| operator.workspace().name.clone()),
        affected: said.affected.len(),
        shut_out_total: said.shut_out.len(),
        keeps_way_in_total: said.keeps_way_in.len(),
        lacks_second_factor_total: said.admins_without_second_factor.len(),
        shut_out: if sees_members {
            named(&said.shut_out)
        } else {
            Vec::new()
        },
        keeps_way_in: if sees_members {
            ways.take(NAMED).collect()
        } else {
            Vec::new()
        },
        lacks_second_factor: if sees_members {
            named(&said.admins_without_second_factor)
        } else {
            Vec::new()
        },
        acknowledge: said.lockout_risk && sees_members,
        sees_members,
        back_href: base,
    }
}

fn ways_of(ways: WaysIn) -> Vec<Text> {
    let known = [
        (ways.password, "way-password"),
        (ways.passkey, "way-passkey"),
    ];
    let mut said: Vec<Text> = known
        .into_iter()
        .filter(|(has, _)| *has)
        .map(|(_, label)| text(label))
        .collect();
    if said.is_empty() {
        said.push(text("way-internal-service"));
    }
    said
}
