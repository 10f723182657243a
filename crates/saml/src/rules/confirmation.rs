//! Who may present the assertion.

use jiff::{SignedDuration, Timestamp};
use vestibule_xmlsig::Element;

use super::message::in_response_to;
use super::{TIME_FORMAT, counted, only, written_instant};
use crate::check::Check;
use crate::expected::Request;
use crate::instant::{apart, is_ahead};
use crate::names::{BEARER, ns};
use crate::remedies::{Fix, Side};
use crate::report::Row;

/// The SubjectConfirmationData of every bearer confirmation. There is at least one; others may
/// stand beside it and are of no use to us (Profiles §4.1.4.2). An Address is not compared: proxies
/// and IPv6 make it say nothing.
pub(crate) fn bearer(subject: Element<'_>) -> (Row, Vec<Element<'_>>) {
    let check = Check::SubjectConfirmation;
    let mut bearers = Vec::new();
    let mut others = Vec::new();
    for confirmation in subject.children_named(ns::ASSERTION, "SubjectConfirmation") {
        let method = confirmation.attribute("Method").unwrap_or_default();
        if method == BEARER {
            match only(confirmation, ns::ASSERTION, "SubjectConfirmationData") {
                Ok(data) => bearers.push(data),
                Err(count) => others.push(format!(
                    "a bearer confirmation with {}",
                    counted(count, "SubjectConfirmationData")
                )),
            }
        } else {
            others.push(method.into_owned());
        }
    }
    if !bearers.is_empty() {
        return (Row::pass(check).received(BEARER), bearers);
    }
    let received = match others.as_slice() {
        [] => "no SubjectConfirmation".to_owned(),
        others => others.join(", "),
    };
    let row = Row::fail(check)
        .expected(format!("{BEARER} with SubjectConfirmationData"))
        .received(received)
        .mend(Fix::Said(
            Side::IdentityProvider,
            "Set the application at the identity provider to Web Browser SSO (bearer).",
        ));
    (row, bearers)
}

/// What the three rules say of the confirmations.
pub(crate) struct Judgement {
    pub(crate) rows: [Row; 3],
    /// Until when some confirmation that satisfies all of them does.
    pub(crate) not_on_or_after: Option<Timestamp>,
    /// Whether one of those answers no request.
    pub(crate) unsolicited: bool,
}

/// One confirmation must satisfy all three rules by itself. The report shows that one, else the
/// first of those that come nearest.
pub(crate) fn judge(
    bearers: &[Element<'_>],
    acs_url: &str,
    request: &Request,
    skew: SignedDuration,
    now: Timestamp,
) -> Judgement {
    let mut best: Option<(usize, [Row; 3])> = None;
    let mut until: Option<Timestamp> = None;
    let mut unsolicited = false;
    for data in bearers {
        let (window, not_on_or_after) = window(*data, skew, now);
        let answers = data.attribute("InResponseTo");
        let rows = [
            recipient(*data, acs_url),
            window,
            in_response_to(Check::ConfirmationInResponseTo, answers.as_deref(), request),
        ];
        let failures = rows.iter().filter(|row| row.is_failure()).count();
        if failures == 0 {
            until = until.max(not_on_or_after);
            unsolicited |= answers.is_none();
        }
        if best.as_ref().is_none_or(|(fewest, _)| failures < *fewest) {
            best = Some((failures, rows));
        }
    }
    let rows = best.map_or_else(
        || {
            [
                Check::Recipient,
                Check::ConfirmationWindow,
                Check::ConfirmationInResponseTo,
            ]
            .map(Row::skipped)
        },
        |(_, rows)| rows,
    );
    Judgement {
        rows,
        not_on_or_after: until,
        unsolicited,
    }
}

/// The Recipient is the ACS URL that the message arrived at (Profiles §4.1.4.2).
fn recipient(data: Element<'_>, acs_url: &str) -> Row {
    let recipient = data.attribute("Recipient");
    Row::equal(Check::Recipient, acs_url, recipient.as_deref(), || {
        Fix::AcsUrl(acs_url.to_owned())
    })
}

/// There is a NotOnOrAfter that has not come, and no NotBefore (Profiles §4.1.4.2).
fn window(data: Element<'_>, skew: SignedDuration, now: Timestamp) -> (Row, Option<Timestamp>) {
    let check = Check::ConfirmationWindow;
    if let Some(not_before) = data.attribute("NotBefore") {
        let row = Row::fail(check)
            .expected("no NotBefore in a bearer confirmation")
            .received(format!("NotBefore=\"{not_before}\""));
        return (row.mend(Fix::Software), None);
    }
    match written_instant(data, "NotOnOrAfter") {
        Err(received) => {
            let row = Row::fail(check).expected(TIME_FORMAT).received(received);
            (row.mend(Fix::Software), None)
        }
        Ok(None) => {
            let row = Row::fail(check)
                .expected("a NotOnOrAfter")
                .received("no NotOnOrAfter");
            (row.mend(Fix::Software), None)
        }
        Ok(Some(end)) if !is_ahead(end.at, skew, now) => {
            let (end, ago) = (end.told(), apart(end.at, now));
            let row = Row::fail(check)
                .expected(format!("NotOnOrAfter later than {now}"))
                .received(format!("NotOnOrAfter {end}, {ago} ago"));
            (row.mend(Fix::Clock), None)
        }
        Ok(Some(end)) => {
            let row = Row::pass(check).received(format!("NotOnOrAfter {}", end.told()));
            (row, Some(end.at))
        }
    }
}
