//! What Response and Assertion must carry around what they say.

use jiff::{SignedDuration, Timestamp};

use crate::check::Check;
use crate::envelope::{Envelope, Issuer};
use crate::expected::Request;
use crate::instant::{apart, is_not_later, parse_instant};
use crate::names::{ENTITY_FORMAT, MAX_ENTITY_ID, VERSION, is_ncname};
use crate::remedies::Fix;
use crate::report::Row;

/// The Version is exactly 2.0 (Core §2.3.3, §3.2.2).
pub(crate) fn version(check: Check, envelope: &Envelope) -> Row {
    Row::equal(check, VERSION, envelope.version.as_deref(), || {
        Fix::Software
    })
}

/// There is an ID, an NCName (Core §1.3.4, §2.3.3, §3.2.2).
pub(crate) fn id(check: Check, envelope: &Envelope) -> Row {
    let row = match envelope.id.as_deref() {
        Some(id) if is_ncname(id) => return Row::pass(check).received(id),
        Some(id) => Row::fail(check).received(id),
        None => Row::fail(check).received("no ID"),
    };
    row.expected("an ID that is an NCName").mend(Fix::Software)
}

/// It was issued between the request, minus the skew, and now, plus the skew (Core §2.3.3,
/// §3.2.2).
pub(crate) fn issue_instant(
    check: Check,
    envelope: &Envelope,
    request: &Request,
    skew: SignedDuration,
    now: Timestamp,
) -> Row {
    let Some(text) = envelope.issue_instant.as_deref() else {
        let row = Row::fail(check)
            .expected(super::TIME_FORMAT)
            .received("no IssueInstant");
        return row.mend(Fix::Software);
    };
    let Some(issued) = parse_instant(text) else {
        let row = Row::fail(check).expected(super::TIME_FORMAT).received(text);
        return row.mend(Fix::Software);
    };
    if !is_not_later(issued, skew, now) {
        return Row::fail(check)
            .expected(format!("not after {now}"))
            .received(format!("{issued}, {} in the future", apart(now, issued)))
            .mend(Fix::Clock);
    }
    if let Request::Ours(sent) = request
        && !is_not_later(sent.issued_at, skew, issued)
    {
        let asked = sent.issued_at;
        return Row::fail(check)
            .expected(format!("not before the request of {asked}"))
            .received(format!("{issued}, {} before it", apart(issued, asked)))
            .mend(Fix::Clock);
    }
    Row::pass(check).received(text)
}

/// A signed message names the endpoint that it arrived at; one that is not signed either does, or
/// names none (Bindings §3.5.5.2).
pub(crate) fn destination(envelope: &Envelope, acs_url: &str) -> Row {
    let check = Check::ResponseDestination;
    match envelope.destination.as_deref() {
        None if !envelope.signed => Row::pass(check)
            .expected(acs_url)
            .received("no Destination, on an unsigned Response"),
        destination => Row::equal(check, acs_url, destination, || {
            Fix::AcsUrl(acs_url.to_owned())
        }),
    }
}

/// The answer is to the request that this browser was sent away with; one that answers none is
/// unsolicited, and refused. Where no request was sent, an answer to any is refused, be it one that
/// never was (Core §3.2.2, Profiles §4.1.4.3, §4.1.5).
pub(crate) fn in_response_to(check: Check, received: Option<&str>, request: &Request) -> Row {
    match (request, received) {
        (Request::Unknown, received) => {
            let row = Row::skipped(check).expected("no request: this is an inspection");
            match received {
                Some(received) => row.received(received),
                None => row,
            }
        }
        (Request::None, None) => Row::pass(check).received("no InResponseTo"),
        (Request::None, Some(received)) => Row::fail(check)
            .expected("no InResponseTo: nothing was asked")
            .received(received)
            .mend(Fix::Answered),
        (Request::Ours(sent), None) => Row::fail(check)
            .expected(&sent.id)
            .received("no InResponseTo: the response is unsolicited")
            .mend(Fix::Unsolicited),
        (Request::Ours(sent), received) => {
            Row::equal(check, &sent.id, received, || Fix::OtherRequest)
        }
    }
}

/// The Response itself is signed, where the connection asks for it (IIP-SP13).
pub(crate) fn response_signature_required(envelope: &Envelope, required: bool) -> Row {
    let check = Check::ResponseSignatureRequired;
    match (required, envelope.signed) {
        (false, _) => Row::skipped(check).expected("not asked for by this connection"),
        (true, true) => Row::pass(check),
        (true, false) => Row::fail(check)
            .expected("a signature on the Response itself")
            .received("a signature on the assertion alone")
            .mend(Fix::SignResponse),
    }
}

/// The Issuer of the Response may be absent if the Response is not signed and the assertion not
/// encrypted; where it is present it is the expected IdP (Profiles §4.1.4.2, Errata 05).
pub(crate) fn response_issuer(envelope: &Envelope, encrypted: bool, expected: Option<&str>) -> Row {
    let check = Check::ResponseIssuer;
    match &envelope.issuer {
        Issuer::Absent if !envelope.signed && !encrypted => {
            Row::pass(check).received("no Issuer, on an unsigned Response")
        }
        issuer => self::issuer(check, issuer, expected).0,
    }
}

/// The assertion's Issuer is the expected IdP. Where none is expected yet, it is learned: only a
/// test or an inspection comes here like that (Core §2.3.3, Profiles §4.1.4.2).
pub(crate) fn assertion_issuer(
    envelope: &Envelope,
    expected: Option<&str>,
) -> (Row, Option<String>) {
    issuer(Check::AssertionIssuer, &envelope.issuer, expected)
}

/// One Issuer, of text, with the Format of entities or none (Core §2.2.5, §8.3.6).
fn issuer(check: Check, issuer: &Issuer, expected: Option<&str>) -> (Row, Option<String>) {
    let fail = |received: String| {
        let row = Row::fail(check).expected(expected.unwrap_or("one Issuer with an entity ID"));
        (row.received(received).mend(Fix::Software), None)
    };
    let (value, format) = match issuer {
        Issuer::Absent => return fail("no Issuer".to_owned()),
        Issuer::Several(count) => return fail(format!("{count} Issuer elements")),
        Issuer::NotText => return fail("an Issuer with elements inside".to_owned()),
        Issuer::One { value, format } => (value, format),
    };
    if let Some(format) = format.as_deref().filter(|format| *format != ENTITY_FORMAT) {
        let row = Row::fail(check).expected(format!("no Format, or {ENTITY_FORMAT}"));
        return (row.received(format).mend(Fix::Software), None);
    }
    if value.trim().is_empty() {
        return fail("a blank Issuer".to_owned());
    }
    if value.len() > MAX_ENTITY_ID * 4 || value.chars().count() > MAX_ENTITY_ID {
        return fail(format!("an Issuer of more than {MAX_ENTITY_ID} characters"));
    }
    let row = match expected {
        Some(expected) => Row::equal(check, expected, Some(value), || Fix::Issuer),
        None => Row::pass(check)
            .expected("any: it is learned")
            .received(value),
    };
    let value = (!row.is_failure()).then(|| value.clone());
    (row, value)
}
