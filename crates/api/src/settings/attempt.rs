//! One sign-in, step by step.

use actix_web::{HttpResponse, get, http::StatusCode, web::Path};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use vestibule_model::{Actor, Attempt, AttemptEvent, AttemptId, AttemptStep, ConnectionId};
use vestibule_pages::{
    AttemptReport, AttemptStory, KeptResponse, ReportRow, Text, plain, refused_because, text,
};
use vestibule_saml::Outcome;

use super::{
    activity::{place, state, took},
    audit,
    operator::{Operator, Place},
    report,
};
use crate::{
    manage::{
        attempts, connection,
        names::{self, Names},
    },
    page::{self, ErrorPage},
    people::Form,
    when::{lasted, when},
};

/// The sign-in. `?response=show` shows what arrived, where it is kept.
#[get("/{connection_id}/activity/{attempt_id}")]
pub(crate) async fn show(
    operator: Operator,
    path: Path<(ConnectionId, AttemptId)>,
) -> Result<HttpResponse, ErrorPage> {
    operator.admins_only()?;
    let ((id, attempt_id), service) = (path.into_inner(), operator.service());
    let parts = connection::load(service, operator.authority(), id).await?;
    let attempt = attempts::read(service, operator.authority(), id, attempt_id).await?;
    let who = attempt.timeline.iter().filter_map(inspector);
    let who = who.chain(attempt.member_id.map(Actor::Member)).collect();
    let names = names::read(service, operator.authority(), operator.workspace().id, who).await?;
    let (findings, others): (Vec<_>, Vec<_>) = attempt
        .report
        .rows()
        .iter()
        .partition(|row| row.outcome == Outcome::Fail);
    let rows = |rows: Vec<_>| -> Vec<ReportRow> { rows.into_iter().map(report::row).collect() };
    let member = attempt.member_id.and_then(|id| names.of(id));
    let page = AttemptReport {
        frame: operator.frame_of(id, &parts.connection.name, Place::Activity),
        state: state(&attempt, operator.now()),
        why: attempt.reason.as_deref().map(refused_because),
        who: member.map(str::to_owned),
        application: names::application(service, attempt.client_id).await?,
        reference: attempt.reference.map(|reference| reference.to_string()),
        begun: when(attempt.started_at),
        took: took(&attempt),
        story: story(&attempt, &names),
        findings: rows(findings),
        others: rows(others),
        response: response(&operator, &attempt).await?,
        settings_href: operator.base(id),
        back_href: place(&operator, id),
    };
    Ok(page::rendered(StatusCode::OK, page))
}

/// Who inspected it, where a step says so.
fn inspector(event: &AttemptEvent) -> Option<Actor> {
    let by = event.detail.as_deref();
    let inspected = event.step == AttemptStep::Inspected;
    by.filter(|_| inspected)?.parse().ok()
}

fn story(attempt: &Attempt, names: &Names) -> Vec<AttemptStory> {
    let step = |event: &AttemptEvent| {
        let after = event.at.duration_since(attempt.started_at);
        AttemptStory {
            what: step(event, names),
            at: when(event.at),
            after: (event.step != AttemptStep::Left)
                .then(|| text("attempt-after").with("time", lasted(after))),
        }
    };
    attempt.timeline.iter().map(step).collect()
}

fn step(event: &AttemptEvent, names: &Names) -> Text {
    let said = Text::named(format!("step-{}", event.step.as_str().replace('_', "-")));
    let detail = event.detail.as_deref().unwrap_or_default();
    match event.step {
        AttemptStep::Refused => said.with("why", refused_because(detail)),
        AttemptStep::Inspected => {
            let who = inspector(event).map(|actor| audit::actor(&actor, names));
            said.with("who", who.unwrap_or_else(|| plain(detail)))
        }
        AttemptStep::Left
        | AttemptStep::Arrived
        | AttemptStep::Restarted
        | AttemptStep::SignedIn
        | AttemptStep::CodeRedeemed => said,
    }
}

/// What arrived: shown to who asks for it, since that somebody has seen it is written down.
async fn response(operator: &Operator, attempt: &Attempt) -> Result<KeptResponse, ErrorPage> {
    let now = operator.now();
    let Some(until) = attempt.response_until.filter(|until| *until > now) else {
        return Ok(KeptResponse::None);
    };
    if Form::of_query(operator.request()).get("response") != "show" {
        let place = place(operator, attempt.connection_id);
        return Ok(KeptResponse::Kept {
            href: format!("{place}/{}?response=show", attempt.id),
            until: when(until),
        });
    }
    let (service, authority) = (operator.service(), operator.authority());
    let kept = attempts::kept_response(service, authority, attempt, now).await?;
    Ok(kept.map_or(KeptResponse::None, |kept| KeptResponse::Shown(xml(&kept))))
}

/// The XML in a field of a form; the field itself where there is none in it.
fn xml(field: &str) -> String {
    let packed: String = field.split_ascii_whitespace().collect();
    match BASE64_STANDARD.decode(packed) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => field.to_owned(),
    }
}
