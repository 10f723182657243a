//! When, and for whom, the assertion holds.

use jiff::{SignedDuration, Timestamp};
use vestibule_xmlsig::Element;

use super::{TIME_FORMAT, Written, counted, only, written_instant};
use crate::check::Check;
use crate::instant::{apart, is_ahead, is_not_later};
use crate::names::ns;
use crate::remedies::{Fix, Side};
use crate::report::Row;

/// Exactly one Conditions: the profile needs its AudienceRestriction (Core §2.5.1, Profiles
/// §4.1.4.2).
pub(crate) fn conditions(assertion: Element<'_>) -> (Row, Option<Element<'_>>) {
    match only(assertion, ns::ASSERTION, "Conditions") {
        Ok(conditions) => (Row::pass(Check::Conditions), Some(conditions)),
        Err(count) => {
            let row = Row::fail(Check::Conditions)
                .expected("exactly one Conditions")
                .received(counted(count, "Conditions"));
            (row.mend(Fix::Software), None)
        }
    }
}

/// NotBefore ≤ now < NotOnOrAfter, give or take the skew, and NotBefore before NotOnOrAfter; each
/// may be absent (Core §2.5.1.2).
pub(crate) fn window(
    conditions: Element<'_>,
    skew: SignedDuration,
    now: Timestamp,
) -> (Row, Option<Timestamp>) {
    let check = Check::ConditionsWindow;
    let (begin, end) = match (
        written_instant(conditions, "NotBefore"),
        written_instant(conditions, "NotOnOrAfter"),
    ) {
        (Ok(begin), Ok(end)) => (begin, end),
        (Err(received), _) | (_, Err(received)) => {
            let row = Row::fail(check).expected(TIME_FORMAT).received(received);
            return (row.mend(Fix::Software), None);
        }
    };
    if let (Some(begin), Some(end)) = (&begin, &end)
        && begin.at >= end.at
    {
        let (begin, end) = (begin.told(), end.told());
        let row = Row::fail(check)
            .expected("NotBefore before NotOnOrAfter")
            .received(format!("NotBefore {begin}, NotOnOrAfter {end}"));
        return (row.mend(Fix::Software), None);
    }
    if let Some(begin) = begin
        .as_ref()
        .filter(|begin| !is_not_later(begin.at, skew, now))
    {
        let (begin, ahead) = (begin.told(), apart(now, begin.at));
        let row = Row::fail(check)
            .expected(format!("NotBefore not later than {now}"))
            .received(format!("NotBefore {begin}, {ahead} in the future"));
        return (row.mend(Fix::Clock), None);
    }
    if let Some(end) = end.as_ref().filter(|end| !is_ahead(end.at, skew, now)) {
        let (end, ago) = (end.told(), apart(end.at, now));
        let row = Row::fail(check)
            .expected(format!("NotOnOrAfter later than {now}"))
            .received(format!("NotOnOrAfter {end}, {ago} ago"));
        return (row.mend(Fix::Clock), None);
    }
    let begin = begin.as_ref().map_or("none".into(), Written::told);
    let until = end.as_ref().map(|end| end.at);
    let end = end.as_ref().map_or("none".into(), Written::told);
    let received = format!("NotBefore {begin}, NotOnOrAfter {end}");
    (Row::pass(check).received(received), until)
}

/// There is an AudienceRestriction, and our entity ID is among the audiences of every one: the
/// audiences of one are alternatives, several restrictions are all required (Core §2.5.1.4,
/// Profiles §4.1.4.2).
pub(crate) fn audience(conditions: Element<'_>, sp_entity_id: &str) -> Row {
    let check = Check::Audience;
    let mut restrictions = 0_usize;
    for restriction in conditions.children_named(ns::ASSERTION, "AudienceRestriction") {
        restrictions += 1;
        let audiences = || restriction.children_named(ns::ASSERTION, "Audience");
        let ours = |audience: Element<'_>| audience.text().is_some_and(|text| text == sp_entity_id);
        if audiences().any(ours) {
            continue;
        }
        let named: Vec<String> = audiences().map(|audience| audience.deep_text()).collect();
        let received = match named.as_slice() {
            [] => "an AudienceRestriction without Audience".to_owned(),
            named => named.join(", "),
        };
        return Row::unequal(
            check,
            sp_entity_id,
            &received,
            Fix::Audience(sp_entity_id.to_owned()),
        );
    }
    if restrictions == 0 {
        return Row::fail(check)
            .expected(sp_entity_id)
            .received("no AudienceRestriction")
            .mend(Fix::Audience(sp_entity_id.to_owned()));
    }
    Row::pass(check)
        .expected(sp_entity_id)
        .received(sp_entity_id)
}

/// A condition that we do not know leaves the assertion's validity undetermined, so it is refused
/// (Core §2.5.1, §2.5.1.1).
pub(crate) fn unknown_condition(conditions: Element<'_>) -> Row {
    let known = |condition: Element<'_>| {
        condition.namespace() == Some(ns::ASSERTION)
            && matches!(
                condition.local_name(),
                "AudienceRestriction" | "OneTimeUse" | "ProxyRestriction"
            )
    };
    match conditions.children().find(|condition| !known(*condition)) {
        None => Row::pass(Check::UnknownCondition),
        Some(condition) => {
            let kind = condition
                .attribute_ns(ns::XSI, "type")
                .map_or_else(String::new, |kind| format!(" of type {kind}"));
            Row::fail(Check::UnknownCondition)
                .expected("AudienceRestriction, OneTimeUse and ProxyRestriction alone")
                .received(format!("{}{kind}", condition.local_name()))
                .mend(Fix::Said(
                    Side::IdentityProvider,
                    "Remove this condition from the application at the identity provider.",
                ))
        }
    }
}

/// OneTimeUse at most once. It is honoured by the rule that nothing is accepted twice (Core
/// §2.5.1.5).
pub(crate) fn one_time_use(conditions: Element<'_>) -> Row {
    at_most_one(Check::OneTimeUse, conditions, "OneTimeUse")
}

/// ProxyRestriction at most once, its Count a number. It restricts whoever issues assertions of
/// their own upon this one; nobody here does (Core §2.5.1.6).
pub(crate) fn proxy_restriction(conditions: Element<'_>) -> Row {
    let check = Check::ProxyRestriction;
    let counts = conditions
        .children_named(ns::ASSERTION, "ProxyRestriction")
        .filter_map(|restriction| restriction.attribute("Count"))
        .find(|count| count.is_empty() || !count.bytes().all(|digit| digit.is_ascii_digit()));
    match counts {
        None => at_most_one(check, conditions, "ProxyRestriction"),
        Some(count) => Row::fail(check)
            .expected("a Count that is a number")
            .received(count)
            .mend(Fix::Software),
    }
}

fn at_most_one(check: Check, conditions: Element<'_>, name: &str) -> Row {
    match conditions.children_named(ns::ASSERTION, name).count() {
        0 | 1 => Row::pass(check),
        count => Row::fail(check)
            .expected(format!("at most one {name}"))
            .received(counted(count, name))
            .mend(Fix::Software),
    }
}
