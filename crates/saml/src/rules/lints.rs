//! What an admin should know though nothing is refused for it. No rule of acceptance stands here.

use jiff::{SignedDuration, Timestamp};

use crate::attributes::Attributes;
use crate::check::Check;
use crate::expected::{CertificateFacts, Request};
use crate::instant::apart;
use crate::learned::{Learned, SignedPart};
use crate::name_id::NameId;
use crate::remedies::Fix;
use crate::report::Row;
use crate::verified::Signed;

/// Longer than any browser takes.
const LONG: SignedDuration = SignedDuration::from_hours(1);
/// How long before its end a certificate is spoken of.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Formats under which an address is no surprise (Core §8.3.1, §8.3.2).
const MAY_BE_EMAIL: [&str; 2] = [
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
];

/// SHA-1 in what encrypts. Where a signature has it, that is refused.
pub(crate) fn weak_algorithm(uses_sha1: bool) -> Row {
    if uses_sha1 {
        return Row::warn(Check::WeakAlgorithm)
            .expected("RSA-OAEP with SHA-256")
            .received("RSA-OAEP with SHA-1, which does no harm there")
            .mend(Fix::EncryptionAlgorithm);
    }
    Row::pass(Check::WeakAlgorithm)
}

/// An address under a format that says otherwise: it changes when the person's address does.
pub(crate) fn name_id_format(name_id: Option<&NameId>) -> Row {
    let check = Check::NameIdFormat;
    let Some(name_id) = name_id else {
        return Row::skipped(check);
    };
    let looks_like_email = name_id
        .value
        .split_once('@')
        .is_some_and(|(local, domain)| {
            let plain = |text: &str| !text.is_empty() && !text.contains(['@', ' ', '/', '!']);
            plain(local) && plain(domain) && domain.contains('.')
        });
    match name_id.format.as_deref() {
        Some(format) if looks_like_email && !MAY_BE_EMAIL.contains(&format) => Row::warn(check)
            .expected("the format emailAddress, for what looks like an e-mail address")
            .received(format)
            .mend(Fix::NameIdFormat),
        _ => Row::pass(check),
    }
}

/// Without it, only this service's own limits end the session.
pub(crate) fn session_end(session_not_on_or_after: Option<Timestamp>) -> Row {
    match session_not_on_or_after {
        Some(_) => Row::pass(Check::SessionEnd),
        None => Row::warn(Check::SessionEnd)
            .expected("a SessionNotOnOrAfter")
            .received("none")
            .mend(Fix::SessionEnd),
    }
}

/// The later of Conditions and confirmation, from when the assertion was issued.
pub(crate) fn validity(issued: Timestamp, until: Timestamp) -> Row {
    if until.duration_since(issued) > LONG {
        return Row::warn(Check::Validity)
            .expected("at most an hour")
            .received(apart(issued, until))
            .mend(Fix::Validity);
    }
    Row::pass(Check::Validity)
}

/// What is signed only by the Response around it loses its signature outside it.
pub(crate) fn signed_part(part: SignedPart) -> Row {
    match part {
        SignedPart::Response => Row::warn(Check::SignedPart)
            .expected("an assertion that is signed itself")
            .received("only the Response is signed")
            .mend(Fix::SignAssertion),
        SignedPart::Assertion | SignedPart::Both => Row::pass(Check::SignedPart),
    }
}

/// How far the clock of the IdP is off at least: an answer is given neither before the request nor
/// after it has arrived. More than half of what is allowed warns.
pub(crate) fn clock_offset(
    issued: Timestamp,
    request: &Request,
    skew: SignedDuration,
    now: Timestamp,
) -> Row {
    let check = Check::ClockOffset;
    let much = skew.max(SignedDuration::ZERO) / 2;
    let warn = |received: String| {
        Row::warn(check)
            .expected(format!("at most {} s", much.as_secs()))
            .received(received)
            .mend(Fix::Clock)
    };
    if issued.duration_since(now) > much {
        return warn(format!("at least {} fast", apart(now, issued)));
    }
    match request {
        Request::Ours(sent) if sent.issued_at.duration_since(issued) > much => {
            warn(format!("at least {} slow", apart(issued, sent.issued_at)))
        }
        _ => Row::pass(check),
    }
}

/// The certificate of the key that signed; of several around one key, the one that lasts longest.
pub(crate) fn certificate_expiry(
    signed: &Signed,
    certificates: &[CertificateFacts],
    now: Timestamp,
) -> Row {
    let check = Check::CertificateExpiry;
    let last = certificates
        .iter()
        .filter(|certificate| certificate.key == signed.by)
        .map(|certificate| certificate.not_after)
        .max();
    let Some(end) = last else {
        return Row::skipped(check);
    };
    if end.duration_since(now) > SOON {
        return Row::pass(check);
    }
    let received = if end > now {
        format!("it ends on {end}, in {}", apart(now, end))
    } else {
        format!("it ended on {end}, {} ago", apart(end, now))
    };
    Row::warn(check)
        .expected("a certificate of the signing key for 30 days more")
        .received(received)
        .mend(Fix::CertificateEnds)
}

/// What a response shows of its IdP, also when a rule has refused it: all of it signed.
pub(crate) struct Seen<'s> {
    pub(crate) issuer: Option<&'s str>,
    pub(crate) name_id: Option<&'s NameId>,
    pub(crate) signed: &'s Signed,
    pub(crate) attributes: Option<&'s Attributes>,
}

/// What is no longer as the passed test saw it.
pub(crate) fn drift(learned: Option<&Learned>, seen: &Seen<'_>) -> Row {
    let check = Check::Drift;
    let Some(learned) = learned else {
        return Row::skipped(check);
    };
    let (mut was, mut is) = (Vec::new(), Vec::new());
    let mut compare = |what: &str, before: &str, after: &str| {
        if before != after {
            was.push(format!("{what} {before}"));
            is.push(format!("{what} {after}"));
        }
    };
    let signed = seen.signed;
    if let Some(issuer) = seen.issuer {
        compare("issuer", &learned.issuer, issuer);
    }
    let format = NameId::format_told(seen.name_id);
    compare("NameID format", &learned.name_id_format, format);
    compare("signed is", learned.signed.told(), signed.part.told());
    let algorithm = signed.algorithm.to_string();
    compare("signature algorithm", &learned.algorithm, &algorithm);
    if learned.key != signed.by {
        let (before, after) = (learned.key.to_string(), signed.by.to_string());
        compare("signing key", &before, &after);
    }
    let told = |encrypted| if encrypted { "yes" } else { "no" };
    compare(
        "encrypted:",
        told(learned.encrypted),
        told(signed.encrypted),
    );
    if let Some(attributes) = seen.attributes {
        let gone: Vec<&str> = learned
            .attributes
            .iter()
            .map(String::as_str)
            .filter(|name| attributes.get(name).is_none())
            .collect();
        if !gone.is_empty() {
            compare("attributes with", &gone.join(", "), "none of these");
        }
    }
    if was.is_empty() {
        return Row::pass(check);
    }
    Row::warn(check)
        .expected(format!("as in the passed test: {}", was.join("; ")))
        .received(format!("now: {}", is.join("; ")))
        .mend(Fix::Drift)
}
