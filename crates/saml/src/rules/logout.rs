//! The rules of accepting a logout message. Where they are those of a Response, they are the same
//! functions.

use jiff::{SignedDuration, Timestamp};
use vestibule_xmlsig::Element;

use super::encryption::Opened;
use super::{TIME_FORMAT, instant, message, status, subject};
use crate::check::Check;
use crate::envelope::Envelope;
use crate::expected::Request;
use crate::instant::{apart, is_ahead, is_not_later};
use crate::logout_refusal::{LogoutCheck, LogoutRefusal};
use crate::name_id::NameId;
use crate::names::{ns, status as codes};
use crate::report::Row;
use crate::verified_logout::LogoutOutcome;

/// How long a request without NotOnOrAfter holds: it comes from a browser that was sent here at
/// once.
const HOLDS: SignedDuration = SignedDuration::from_mins(10);
/// How long any request holds, whatever it says: its ID is remembered until then.
const HOLDS_AT_MOST: SignedDuration = SignedDuration::from_hours(24);
/// The sessions that one request may name. IdPs name one, or all of one person.
const MAX_SESSION_INDEXES: usize = 64;

/// What every message carries, as it was found to be right.
pub(crate) struct Carried {
    pub(crate) id: String,
    pub(crate) issued_at: Timestamp,
}

/// Version, ID, IssueInstant, Destination, Issuer and, for an answer, InResponseTo (Core §3.2.1,
/// §3.2.2, Profiles §4.4.4).
pub(crate) fn envelope(
    root: Element<'_>,
    idp_entity_id: &str,
    slo_url: &str,
    sent: &Request,
    skew: SignedDuration,
    now: Timestamp,
) -> Result<Carried, LogoutRefusal> {
    let envelope = Envelope::of(root, true);
    let unless = LogoutRefusal::unless;
    unless(
        LogoutCheck::Version,
        message::version(Check::Version, &envelope),
    )?;
    unless(LogoutCheck::Id, message::id(Check::ResponseId, &envelope))?;
    unless(
        LogoutCheck::IssueInstant,
        message::issue_instant(Check::IssueInstant, &envelope, sent, skew, now),
    )?;
    unless(
        LogoutCheck::Destination,
        message::destination(&envelope, slo_url),
    )?;
    unless(
        LogoutCheck::Issuer,
        message::response_issuer(&envelope, false, Some(idp_entity_id)),
    )?;
    if matches!(sent, Request::Ours(_)) {
        let answers = envelope.in_response_to.as_deref();
        let row = message::in_response_to(Check::InResponseTo, answers, sent);
        unless(LogoutCheck::InResponseTo, row)?;
    }
    let issued_at = time(root, "IssueInstant", LogoutCheck::IssueInstant)?;
    match (envelope.id, issued_at) {
        (Some(id), Some(issued_at)) => Ok(Carried { id, issued_at }),
        _ => Err(LogoutRefusal::new(LogoutCheck::Id, "an ID", "no ID")),
    }
}

/// When a request ends: at its NotOnOrAfter, or soon after its issue where it has none (Core
/// §3.7.1). It is over by then, give or take the skew, or refused.
pub(crate) fn expiry(
    request: Element<'_>,
    issued_at: Timestamp,
    skew: SignedDuration,
    now: Timestamp,
) -> Result<Timestamp, LogoutRefusal> {
    let after = |age: SignedDuration| issued_at.checked_add(age).unwrap_or(Timestamp::MAX);
    let named = time(request, "NotOnOrAfter", LogoutCheck::NotOnOrAfter)?;
    if let Some(end) = named.filter(|end| !is_ahead(*end, skew, now)) {
        return Err(LogoutRefusal::new(
            LogoutCheck::NotOnOrAfter,
            format!("NotOnOrAfter later than {now}"),
            format!("NotOnOrAfter {end}, {} ago", apart(end, now)),
        ));
    }
    let (oldest, end) = match named {
        None => (HOLDS, after(HOLDS)),
        Some(end) => (HOLDS_AT_MOST, end.min(after(HOLDS_AT_MOST))),
    };
    if is_not_later(now, skew, after(oldest)) {
        return Ok(end);
    }
    Err(LogoutRefusal::new(
        LogoutCheck::IssueInstant,
        format!("an IssueInstant of the last {} min", oldest.as_secs() / 60),
        format!("{issued_at}, {} ago", apart(issued_at, now)),
    ))
}

/// Exactly one NameID, of text alone, not blank, or what the one EncryptedID decrypts to; no BaseID
/// (Core §3.7.1).
pub(crate) fn name_id(
    request: Element<'_>,
    decrypted: Option<&Result<Opened, Row>>,
) -> Result<NameId, LogoutRefusal> {
    let identifiers = request
        .children()
        .filter(|child| {
            child.namespace() == Some(ns::ASSERTION)
                && matches!(child.local_name(), "NameID" | "BaseID" | "EncryptedID")
        })
        .count();
    if identifiers > 1 {
        return Err(LogoutRefusal::new(
            LogoutCheck::NameId,
            "exactly one NameID or EncryptedID",
            format!("{identifiers} identifiers"),
        ));
    }
    let (row, name_id) = subject::name_id(request, decrypted, false);
    LogoutRefusal::unless(LogoutCheck::NameId, row)?;
    name_id.ok_or_else(|| LogoutRefusal::new(LogoutCheck::NameId, "a NameID", "none"))
}

/// The sessions that are named, none or a few, each a text that is not blank (Core §3.7.1).
pub(crate) fn session_indexes(request: Element<'_>) -> Result<Vec<String>, LogoutRefusal> {
    let refuse = |received: &str| {
        let expected = format!("at most {MAX_SESSION_INDEXES} SessionIndex elements with text");
        LogoutRefusal::new(LogoutCheck::SessionIndex, expected, received)
    };
    let mut indexes = Vec::new();
    for index in request.children_named(ns::PROTOCOL, "SessionIndex") {
        if indexes.len() == MAX_SESSION_INDEXES {
            return Err(refuse("more"));
        }
        let text = index
            .text()
            .ok_or_else(|| refuse("one with elements inside"))?;
        if text.trim().is_empty() {
            return Err(refuse("a blank one"));
        }
        indexes.push(text.into_owned());
    }
    Ok(indexes)
}

/// What the status says: any is an answer, but there has to be one (Core §3.2.2.1, §3.7.3.2).
pub(crate) fn outcome(response: Element<'_>) -> Result<LogoutOutcome, LogoutRefusal> {
    let (row, detail) = status::status(response);
    let partial = codes::PARTIAL_LOGOUT.trim_start_matches(codes::PREFIX);
    match detail {
        // Some put it first instead of under Success.
        Some(detail) if detail.code == partial || detail.nested.as_deref() == Some(partial) => {
            Ok(LogoutOutcome::Partial)
        }
        Some(detail) => Ok(LogoutOutcome::Failed(detail)),
        None => {
            LogoutRefusal::unless(LogoutCheck::Status, row)?;
            let codes = response
                .children_named(ns::PROTOCOL, "Status")
                .flat_map(|status| status.children_named(ns::PROTOCOL, "StatusCode"))
                .flat_map(|code| code.children_named(ns::PROTOCOL, "StatusCode"));
            let mut values = codes.filter_map(|code| code.attribute("Value"));
            Ok(if values.any(|value| value == codes::PARTIAL_LOGOUT) {
                LogoutOutcome::Partial
            } else {
                LogoutOutcome::Complete
            })
        }
    }
}

fn time(
    element: Element<'_>,
    attribute: &'static str,
    check: LogoutCheck,
) -> Result<Option<Timestamp>, LogoutRefusal> {
    instant(element, attribute).map_err(|received| LogoutRefusal::new(check, TIME_FORMAT, received))
}
