//! What came of the sign-ins through a connection: numbers, and the list.

use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, web::Path};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::Offset};
use vestibule_model::{Actor, Attempt, AttemptOutcome, ConnectionId};
use vestibule_pages::{
    ActivityFilter, ActivityNumbers, AttemptRow, AttemptState, DayCount, Input, Notice, Pick,
    SignInActivity, Text, refused_because, text,
};
use vestibule_store::{Activity, ActivityOf, Page, PageRequest};

use super::operator::{Operator, Place};
use crate::{
    manage::{
        activity, attempts,
        certificates::{self, ConnectionCertificate},
        connection,
        names::{self, Names},
    },
    page::{self, ErrorPage},
    people::Form,
    problem::ProblemType,
    when::{date, lasted, when},
};

/// How many sign-ins a page lists.
const LISTED: u32 = 50;
/// How many days the numbers are about.
const DAYS: u16 = 30;
/// How long a browser may stay at the identity provider.
const AWAY: SignedDuration = SignedDuration::from_mins(30);

/// The numbers, and the sign-ins that are asked for.
#[get("/{connection_id}/activity")]
pub(crate) async fn show(
    operator: Operator,
    path: Path<ConnectionId>,
) -> Result<HttpResponse, ErrorPage> {
    operator.admins_only()?;
    let (id, service) = (path.into_inner(), operator.service());
    let parts = connection::load(service, operator.authority(), id).await?;
    let wish = Wish::of(operator.request());
    let request = PageRequest {
        cursor: wish.after.clone(),
        limit: LISTED,
    };
    let (authority, outcome) = (operator.authority(), wish.outcome);
    let found = attempts::search(service, authority, id, outcome, &wish.text, request).await;
    let mut frame = operator.frame_of(id, &parts.connection.name, Place::Activity);
    let (found, status, error) = match found {
        Ok(found) => (found, StatusCode::OK, None),
        Err(problem) if problem.kind == ProblemType::InvalidValue && !wish.text.is_empty() => {
            let wrong = text("activity-text-wrong").with("found", &wish.text);
            frame.error = Some(Notice {
                title: text("activity-text-wrong-title"),
                text: wrong.clone(),
            });
            let nothing = Page {
                items: Vec::new(),
                next_cursor: None,
            };
            (nothing, problem.kind.status(), Some(wrong))
        }
        Err(problem) => return Err(problem.into()),
    };
    let numbers = match wish.is_everything() {
        true => Some(numbers(&operator, id).await?),
        false => None,
    };
    let who = found.items.iter().filter_map(|one| one.member_id);
    let who = who.map(Actor::Member).collect();
    let names = names::read(service, operator.authority(), operator.workspace().id, who).await?;
    let place = place(&operator, id);
    let row = |one: Attempt| row(&one, &names, &place, operator.now());
    let page = SignInActivity {
        frame,
        numbers,
        more_href: found
            .next_cursor
            .as_deref()
            .map(|cursor| wish.href(&place, Some(cursor))),
        newest_href: wish.after.as_ref().map(|_| wish.href(&place, None)),
        attempts: found.items.into_iter().map(row).collect(),
        filter: ActivityFilter {
            outcomes: wish.outcomes(),
            clear_href: wish.is_narrowed().then(|| place.clone()),
            text: Input {
                value: wish.text,
                error,
            },
            action: place.clone(),
        },
        audit_href: format!("{place}/audit"),
    };
    Ok(page::rendered(status, page))
}

/// Where these pages begin.
pub(super) fn place(operator: &Operator, id: ConnectionId) -> String {
    format!("{}/activity", operator.base(id))
}

/// What somebody wants to see, as the address of the page says it.
struct Wish {
    outcome: Option<AttemptOutcome>,
    text: String,
    after: Option<String>,
}

impl Wish {
    fn of(request: &HttpRequest) -> Self {
        let query = Form::of_query(request);
        Self {
            outcome: query.get("outcome").parse().ok(),
            text: query.get("text").trim().to_owned(),
            after: Some(query.get("after").to_owned()).filter(|after| !after.is_empty()),
        }
    }

    fn is_narrowed(&self) -> bool {
        self.outcome.is_some() || !self.text.is_empty()
    }

    fn is_everything(&self) -> bool {
        !self.is_narrowed() && self.after.is_none()
    }

    /// The address that says the same, from another place of the list on.
    fn href(&self, place: &str, after: Option<&str>) -> String {
        let outcome = self.outcome.map_or("", AttemptOutcome::as_str);
        let all = [
            ("outcome", outcome),
            ("text", &self.text),
            ("after", after.unwrap_or_default()),
        ];
        let given: Vec<_> = all.iter().filter(|(_, value)| !value.is_empty()).collect();
        match serde_urlencoded::to_string(&given) {
            Ok(query) if !query.is_empty() => format!("{place}?{query}"),
            _ => place.to_owned(),
        }
    }

    fn outcomes(&self) -> Vec<Pick> {
        let pick = |outcome: Option<AttemptOutcome>, label| Pick {
            value: outcome.map_or("", AttemptOutcome::as_str),
            label: text(label),
            chosen: outcome == self.outcome,
        };
        vec![
            pick(None, "activity-all"),
            pick(Some(AttemptOutcome::SignedIn), "activity-succeeded"),
            pick(Some(AttemptOutcome::Refused), "activity-failed"),
            pick(Some(AttemptOutcome::Pending), "activity-pending"),
        ]
    }
}

async fn numbers(operator: &Operator, id: ConnectionId) -> Result<ActivityNumbers, ErrorPage> {
    let (service, now) = (operator.service(), operator.now());
    let of = ActivityOf::Connection(id);
    let found = activity::read(service, operator.authority(), of, DAYS, now).await?;
    let certificates = certificates::list(service, operator.authority(), id).await?;
    Ok(in_words(found, &certificates, now))
}

fn in_words(
    found: Activity,
    certificates: &[ConnectionCertificate],
    now: Timestamp,
) -> ActivityNumbers {
    let left = certificates.iter().map(|known| known.days_left(now));
    let days = found.days.into_iter().map(|(day, ended)| DayCount {
        date: day_in_words(day),
        succeeded: ended.succeeded,
        failed: ended.failed,
    });
    ActivityNumbers {
        last_24_hours: (found.last_24_hours.succeeded, found.last_24_hours.failed),
        days: days.collect(),
        median: found.median.map(lasted),
        worst: found.worst.map(lasted),
        last_sign_in: found.last_success_at.map(when),
        certificate_days: left.min(),
        is_complete: found.is_complete,
    }
}

fn day_in_words(day: Date) -> Text {
    let midnight = Offset::UTC.to_timestamp(day.to_datetime(jiff::civil::Time::midnight()));
    // A day of ours is one that can be told.
    midnight.map_or_else(
        |_| vestibule_pages::plain(day.to_string()),
        |at| date(at).text,
    )
}

/// How a sign-in stands by now.
pub(super) fn state(attempt: &Attempt, now: Timestamp) -> AttemptState {
    match attempt.outcome {
        AttemptOutcome::SignedIn => AttemptState::SignedIn,
        AttemptOutcome::Refused => AttemptState::Refused,
        AttemptOutcome::Pending if now.duration_since(attempt.finished_at) > AWAY => {
            AttemptState::Gone
        }
        AttemptOutcome::Pending => AttemptState::UnderWay,
    }
}

/// How long it took, once it has come to an end.
pub(super) fn took(attempt: &Attempt) -> Option<Text> {
    let time = attempt.finished_at.duration_since(attempt.started_at);
    (attempt.outcome != AttemptOutcome::Pending).then(|| lasted(time))
}

fn row(attempt: &Attempt, names: &Names, place: &str, now: Timestamp) -> AttemptRow {
    let who = attempt.member_id.and_then(|id| names.of(id));
    AttemptRow {
        href: format!("{place}/{}", attempt.id),
        state: state(attempt, now),
        who: who.map(str::to_owned),
        why: attempt.reason.as_deref().map(refused_because),
        begun: when(attempt.started_at),
        reference: attempt.reference.map(|reference| reference.to_string()),
        took: took(attempt).map(|time| text("activity-took").with("time", time)),
    }
}
