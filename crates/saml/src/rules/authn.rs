//! How and when somebody was authenticated.

use jiff::{SignedDuration, Timestamp};
use vestibule_xmlsig::Element;

use super::{TIME_FORMAT, Written, counted, only, written_instant};
use crate::check::Check;
use crate::instant::{apart, is_ahead, is_not_later};
use crate::names::ns;
use crate::remedies::Fix;
use crate::report::Row;

/// What is kept of an authentication.
pub(crate) struct Authn {
    pub(crate) session_index: Option<String>,
    pub(crate) context_class: Option<String>,
}

/// At least one AuthnStatement, each with its AuthnContext (Core §2.7.2, Profiles §4.1.4.2). Of
/// several, the first names session and context; all of them bound the session.
pub(crate) fn statement(assertion: Element<'_>) -> (Row, Option<Authn>) {
    let fail = |received: String| {
        let row = Row::fail(Check::AuthnStatement)
            .expected("an AuthnStatement with one AuthnContext")
            .received(received)
            .mend(Fix::AuthnStatement);
        (row, None)
    };
    let mut first = None;
    for statement in statements(assertion) {
        match only(statement, ns::ASSERTION, "AuthnContext") {
            Ok(context) => {
                first.get_or_insert((statement, context));
            }
            Err(count) => return fail(counted(count, "AuthnContext")),
        }
    }
    let Some((statement, context)) = first else {
        return fail("no AuthnStatement".to_owned());
    };
    let context_class = context
        .children_named(ns::ASSERTION, "AuthnContextClassRef")
        .find_map(|class| class.text())
        .map(|class| class.trim().to_owned())
        .filter(|class| !class.is_empty());
    let row = Row::pass(Check::AuthnStatement).received(
        context_class
            .as_deref()
            .unwrap_or("an AuthnContext without a class"),
    );
    let session_index = statement
        .attribute("SessionIndex")
        .map(|index| index.into_owned());
    (
        row,
        Some(Authn {
            session_index,
            context_class,
        }),
    )
}

/// The class of the AuthnContext is one of those that are asked for, compared exactly (IIP-SP07).
pub(crate) fn context(authn: Option<&Authn>, required: &[String]) -> Row {
    let check = Check::AuthnContext;
    let (false, Some(authn)) = (required.is_empty(), authn) else {
        return Row::skipped(check);
    };
    let class = authn.context_class.as_deref();
    let row = if class.is_some_and(|class| required.iter().any(|one| one == class)) {
        Row::pass(check)
    } else {
        Row::fail(check).mend(Fix::AuthnContext)
    };
    row.expected(required.join(", or "))
        .received(class.unwrap_or("an AuthnContext without a class"))
}

/// Every AuthnInstant is there, and not later than now plus the skew (Core §2.7.2); where a fresh
/// sign-in was asked for, not before that either (Core §3.4.1, ForceAuthn). The first statement's is
/// the one that counts.
pub(crate) fn instants(
    assertion: Element<'_>,
    authn_after: Option<Timestamp>,
    skew: SignedDuration,
    now: Timestamp,
) -> (Row, Option<Timestamp>) {
    let check = Check::AuthnInstant;
    let mut first = None;
    for statement in statements(assertion) {
        let written = match written_instant(statement, "AuthnInstant") {
            Ok(Some(written)) => written,
            Ok(None) => {
                let row = Row::fail(check)
                    .expected(TIME_FORMAT)
                    .received("no AuthnInstant");
                return (row.mend(Fix::Software), None);
            }
            Err(received) => {
                let row = Row::fail(check).expected(TIME_FORMAT).received(received);
                return (row.mend(Fix::Software), None);
            }
        };
        let at = written.at;
        if !is_not_later(at, skew, now) {
            let row = Row::fail(check)
                .expected(format!("not after {now}"))
                .received(format!("{at}, {} in the future", apart(now, at)));
            return (row.mend(Fix::Clock), None);
        }
        if let Some(after) = authn_after.filter(|after| !is_not_later(*after, skew, at)) {
            let row = Row::fail(check)
                .expected(format!("a sign-in not before {after}, as was asked for"))
                .received(format!("{at}, {} before that", apart(at, after)));
            return (row.mend(Fix::FreshSignIn), None);
        }
        first.get_or_insert(written);
    }
    match first {
        Some(first) => (Row::pass(check).received(first.told()), Some(first.at)),
        None => (Row::skipped(check), None),
    }
}

/// No SessionNotOnOrAfter has passed; the earliest bounds the session (Core §2.7.2, Profiles
/// §4.1.4.3).
pub(crate) fn session_expiry(
    assertion: Element<'_>,
    skew: SignedDuration,
    now: Timestamp,
) -> (Row, Option<Timestamp>) {
    let check = Check::SessionExpiry;
    let mut earliest: Option<Written<'_>> = None;
    for statement in statements(assertion) {
        match written_instant(statement, "SessionNotOnOrAfter") {
            Ok(None) => {}
            Ok(Some(end)) if is_ahead(end.at, skew, now) => {
                if earliest.as_ref().is_none_or(|earlier| end.at < earlier.at) {
                    earliest = Some(end);
                }
            }
            Ok(Some(end)) => {
                let (end, ago) = (end.told(), apart(end.at, now));
                let row = Row::fail(check)
                    .expected(format!("SessionNotOnOrAfter later than {now}"))
                    .received(format!("SessionNotOnOrAfter {end}, {ago} ago"));
                return (row.mend(Fix::Clock), None);
            }
            Err(received) => {
                let row = Row::fail(check).expected(TIME_FORMAT).received(received);
                return (row.mend(Fix::Software), None);
            }
        }
    }
    let received = earliest
        .as_ref()
        .map_or("no end of session".into(), Written::told);
    let row = Row::pass(check).received(received);
    (row, earliest.map(|end| end.at))
}

fn statements(assertion: Element<'_>) -> impl Iterator<Item = Element<'_>> {
    assertion.children_named(ns::ASSERTION, "AuthnStatement")
}
