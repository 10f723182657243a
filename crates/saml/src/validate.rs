//! From a signed Response to an assertion that every rule let pass.

use jiff::Timestamp;
use vestibule_xmlsig::Element;

use crate::attributes::Attributes;
use crate::check::Check;
use crate::envelope::{Envelope, Issuer};
use crate::expected::{Expected, Identifier, Purpose};
use crate::instant::parse_instant;
use crate::name_id::NameId;
use crate::refusal::Refusal;
use crate::report::{Report, Row};
use crate::rules::encryption::Opened;
use crate::rules::shape::Found;
use crate::rules::{
    attributes, authn, conditions, confirmation, identifier, lints, message, shape, subject,
};
use crate::signed::{Root, SignedResponse};
use crate::verified::{Facts, Said, Signed, VerifiedAssertion};

impl SignedResponse {
    /// Holds it against what is expected, at the instant `now`. Every rule is looked at, also after
    /// one has failed, so that a report names all there is to mend; and what an admin should know
    /// besides is told.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if any rule fails. Profiles §4.1.4.2 and §4.1.4.3, Core §2 and §3.2.2.
    pub fn validate<P: Purpose>(
        self,
        expected: &Expected<P>,
        now: Timestamp,
    ) -> Result<VerifiedAssertion<P>, Refusal> {
        let Self {
            document,
            root,
            envelope,
            signed,
            uses_sha1,
            encrypted_id,
            mut report,
        } = self;
        let assertion = match root {
            Root::Assertion => Some(document.root()),
            Root::Response => match shape::assertion(document.root()) {
                Some(Found::Clear(assertion)) => Some(assertion),
                _ => None,
            },
        };
        let facts = assertion.and_then(|assertion| {
            let inner = Envelope::of(assertion, true);
            let known = expected.idp_entity_id.as_deref();
            let (row, idp) = message::assertion_issuer(&inner, known);
            // Where the IdP is being learned, both issuers must name the same.
            let learned = known.or(idp.as_deref());
            let encrypted = signed.encrypted;
            response_rules(&envelope, encrypted, expected, learned, &mut report, now);
            envelope_rules(&inner, expected, &mut report, now);
            report.push(row);
            let encrypted_id = encrypted_id.as_ref();
            let read = assertion_rules(assertion, encrypted_id, expected, &mut report, now);
            lint(
                &read,
                &inner,
                &signed,
                uses_sha1,
                expected,
                &mut report,
                now,
            );
            let mut said = read.said()?;
            // What a signed Response answers, its assertion answers too.
            said.unsolicited &= !envelope.signed || envelope.in_response_to.is_none();
            Some(Facts {
                idp_entity_id: idp?,
                assertion_id: inner.id?,
                signed,
                said,
            })
        });
        match facts {
            Some(facts) if report.first_failure().is_none() => {
                Ok(VerifiedAssertion::new(facts, report.complete()))
            }
            _ => Err(Refusal::new(report)),
        }
    }
}

/// The rules of the Response around the assertion.
fn response_rules<P: Purpose>(
    envelope: &Envelope,
    encrypted: bool,
    expected: &Expected<P>,
    idp_entity_id: Option<&str>,
    report: &mut Report,
    now: Timestamp,
) {
    let (request, parts) = (&expected.request, &expected.parts);
    let required = parts.require_signed_response;
    report.push(message::response_signature_required(envelope, required));
    report.push(message::version(Check::Version, envelope));
    report.push(message::id(Check::ResponseId, envelope));
    let (check, skew) = (Check::IssueInstant, parts.clock_skew);
    report.push(message::issue_instant(check, envelope, request, skew, now));
    report.push(message::destination(envelope, &parts.acs_url));
    let answers = envelope.in_response_to.as_deref();
    report.push(message::in_response_to(
        Check::InResponseTo,
        answers,
        request,
    ));
    report.push(message::response_issuer(envelope, encrypted, idp_entity_id));
}

/// The rules of what the assertion carries around what it says, its issuer apart.
fn envelope_rules<P: Purpose>(
    envelope: &Envelope,
    expected: &Expected<P>,
    report: &mut Report,
    now: Timestamp,
) {
    let (request, skew) = (&expected.request, expected.parts.clock_skew);
    report.push(message::version(Check::AssertionVersion, envelope));
    report.push(message::id(Check::AssertionId, envelope));
    let check = Check::AssertionIssueInstant;
    report.push(message::issue_instant(check, envelope, request, skew, now));
}

/// What could be read of an assertion, rule by rule.
struct Read {
    name_id: Option<NameId>,
    /// Whether a NameID may be absent, and nothing is wrong with it.
    name_id_done: bool,
    identifier: Option<(String, String)>,
    by_attribute: bool,
    confirmed_until: Option<Timestamp>,
    unsolicited: bool,
    conditions_until: Option<Timestamp>,
    authn: Option<authn::Authn>,
    authn_instant: Option<Timestamp>,
    session_not_on_or_after: Option<Timestamp>,
    attributes: Option<Attributes>,
}

impl Read {
    /// All of it; none if a part is missing that must be there.
    fn said(self) -> Option<Said> {
        let (authn, confirmed_until) = (self.authn?, self.confirmed_until?);
        if !self.name_id_done || self.by_attribute != self.identifier.is_some() {
            return None;
        }
        Some(Said {
            name_id: self.name_id,
            identifier: self.identifier,
            attributes: self.attributes?,
            unsolicited: self.unsolicited,
            authn_instant: self.authn_instant?,
            session_index: authn.session_index,
            session_not_on_or_after: self.session_not_on_or_after,
            authn_context_class: authn.context_class,
            expires_at: self
                .conditions_until
                .map_or(confirmed_until, |end| end.min(confirmed_until)),
        })
    }
}

/// The rules of what the assertion says.
fn assertion_rules<P: Purpose>(
    assertion: Element<'_>,
    encrypted_id: Option<&Result<Opened, Row>>,
    expected: &Expected<P>,
    report: &mut Report,
    now: Timestamp,
) -> Read {
    let (request, parts) = (&expected.request, &expected.parts);
    let skew = parts.clock_skew;
    let by_attribute = matches!(parts.identifier, Identifier::Attribute(_));
    let (row, subject) = subject::subject(assertion);
    report.push(row);
    let (mut name_id, mut name_id_done, mut confirmed_until) = (None, false, None);
    let mut unsolicited = false;
    if let Some(subject) = subject {
        let (row, value) = subject::name_id(subject, encrypted_id, by_attribute);
        name_id_done = value.is_some() || (by_attribute && !row.is_failure());
        report.push(row);
        name_id = value;
        let (row, bearers) = confirmation::bearer(subject);
        report.push(row);
        let judgement = confirmation::judge(&bearers, &parts.acs_url, request, skew, now);
        unsolicited = judgement.unsolicited;
        judgement.rows.into_iter().for_each(|row| report.push(row));
        confirmed_until = judgement.not_on_or_after;
    }

    let (row, element) = conditions::conditions(assertion);
    report.push(row);
    let mut conditions_until = None;
    if let Some(conditions) = element {
        let (row, end) = conditions::window(conditions, skew, now);
        report.push(row);
        conditions_until = end;
        report.push(conditions::audience(conditions, &parts.sp_entity_id));
        report.push(conditions::unknown_condition(conditions));
        report.push(conditions::one_time_use(conditions));
        report.push(conditions::proxy_restriction(conditions));
    }

    let (row, authn) = authn::statement(assertion);
    report.push(row);
    let (row, authn_instant) = authn::instants(assertion, parts.authn_after, skew, now);
    report.push(row);
    let (row, session_not_on_or_after) = authn::session_expiry(assertion, skew, now);
    report.push(row);
    let (row, attributes) = attributes::attributes(assertion);
    report.push(row);

    let mut known_by = None;
    if let Some(attributes) = &attributes {
        let (row, value) = identifier::identifier(attributes, &parts.identifier);
        report.push(row);
        known_by = value;
        report.push(identifier::scope(attributes, &parts.allowed_scopes));
    }
    let required = &parts.required_authn_context;
    report.push(authn::context(authn.as_ref(), required));
    Read {
        name_id,
        name_id_done,
        identifier: known_by,
        by_attribute,
        confirmed_until,
        unsolicited,
        conditions_until,
        authn,
        authn_instant,
        session_not_on_or_after,
        attributes,
    }
}

/// What an admin should know besides.
fn lint<P: Purpose>(
    read: &Read,
    envelope: &Envelope,
    signed: &Signed,
    uses_sha1: bool,
    expected: &Expected<P>,
    report: &mut Report,
    now: Timestamp,
) {
    let parts = &expected.parts;
    report.push(lints::weak_algorithm(uses_sha1));
    report.push(lints::name_id_format(read.name_id.as_ref()));
    if read.authn.is_some() {
        report.push(lints::session_end(read.session_not_on_or_after));
    }
    let issued = envelope.issue_instant.as_deref().and_then(parse_instant);
    let until = read.confirmed_until.max(read.conditions_until);
    if let (Some(issued), Some(until)) = (issued, until) {
        report.push(lints::validity(issued, until));
    }
    report.push(lints::signed_part(signed.part));
    if let Some(issued) = issued {
        let (request, skew) = (&expected.request, parts.clock_skew);
        report.push(lints::clock_offset(issued, request, skew, now));
    }
    let certificates = &parts.certificates;
    report.push(lints::certificate_expiry(signed, certificates, now));
    let seen = lints::Seen {
        issuer: match &envelope.issuer {
            Issuer::One { value, .. } => Some(value),
            _ => None,
        },
        name_id: read.name_id.as_ref(),
        signed,
        attributes: read.attributes.as_ref(),
    };
    report.push(lints::drift(parts.learned.as_ref(), &seen));
}
