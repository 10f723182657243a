//! A Response whose assertion one of the given keys signed.

use std::fmt;

use jiff::Timestamp;
use vestibule_xmlsig::{Document, Element, KeyFingerprint, SignedBytes};

use crate::check::Check;
use crate::envelope::Envelope;
use crate::expected::{Expected, Purpose};
use crate::limits::Limits;
use crate::refusal::Refusal;
use crate::report::{Report, Row};
use crate::rules::{
    attributes, authn, conditions, confirmation, message, shape, signature, status, subject,
};
use crate::verified::{Facts, Said, VerifiedAssertion};

/// A Response whose assertion one of the given keys signed, and of which nothing is known yet:
/// neither whom it is meant for nor whether it still holds. What is read of it is read from the
/// bytes that were digested.
pub struct SignedResponse {
    /// Parsed from signed bytes: the Response, or the assertion alone.
    document: Document,
    /// Of the Response; signed or not, as it says.
    envelope: Envelope,
    key: KeyFingerprint,
    report: Report,
}

impl fmt::Debug for SignedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedResponse")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl SignedResponse {
    /// From a signed Response. Status and assertion are looked for again, in the signed bytes; if
    /// the assertion has a signature of its own, it must be the very assertion that stands there.
    pub(crate) fn of_response(
        signed: &SignedBytes,
        own: Option<&SignedBytes>,
        limits: &Limits,
        mut report: Report,
    ) -> Result<Self, Refusal> {
        let refuse = |mut report: Report, row: Row| {
            report.replace(row);
            Err(Refusal::new(report))
        };
        let Ok(document) = signed.parse(&limits.xml) else {
            return refuse(report, signature::unreadable(Check::ResponseSignature));
        };
        let response = document.root();
        let (row, detail) = status::status(response);
        if row.is_failure() {
            report.replace(row);
            return Err(Refusal::new(report).with_status(detail));
        }
        let count = shape::assertion_count(response);
        let assertion = match shape::assertion(response) {
            Some(assertion) if !count.is_failure() => assertion,
            _ => return refuse(report, count),
        };
        if let Some(own) = own {
            let Ok(own) = own.parse(&limits.xml) else {
                return refuse(report, signature::unreadable(Check::AssertionSignature));
            };
            if let Some(row) = signature::same_assertion(assertion, own.root()) {
                return refuse(report, row);
            }
        }
        let envelope = Envelope::of(response, true);
        Ok(Self {
            document,
            envelope,
            key: signed.key(),
            report,
        })
    }

    /// From a signed assertion in a Response that is not signed.
    pub(crate) fn of_assertion(
        signed: &SignedBytes,
        envelope: Envelope,
        limits: &Limits,
        mut report: Report,
    ) -> Result<Self, Refusal> {
        match signed.parse(&limits.xml) {
            Ok(document) => Ok(Self {
                document,
                envelope,
                key: signed.key(),
                report,
            }),
            Err(_) => {
                report.replace(signature::unreadable(Check::AssertionSignature));
                Err(Refusal::new(report))
            }
        }
    }

    /// Holds it against what is expected, at the instant `now`. Every rule is looked at, also after
    /// one has failed, so that a report names all there is to mend.
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
            envelope,
            key,
            mut report,
        } = self;
        let root = document.root();
        let assertion = if envelope.signed {
            shape::assertion(root)
        } else {
            Some(root)
        };
        let facts = assertion.and_then(|assertion| {
            let inner = Envelope::of(assertion, true);
            let (row, idp) = message::assertion_issuer(&inner, expected.idp_entity_id.as_deref());
            // Where the IdP is being learned, both issuers must name the same.
            let learned = expected.idp_entity_id.as_deref().or(idp.as_deref());
            response_rules(&envelope, expected, learned, &mut report, now);
            envelope_rules(&inner, expected, &mut report, now);
            report.push(row);
            let facts = assertion_rules(assertion, expected, &mut report, now)?;
            Some(Facts {
                idp_entity_id: idp?,
                assertion_id: inner.id?,
                signed_by: key,
                said: facts,
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
    expected: &Expected<P>,
    idp_entity_id: Option<&str>,
    report: &mut Report,
    now: Timestamp,
) {
    let (request, skew) = (expected.request.as_ref(), expected.clock_skew);
    report.push(message::response_signature_required(
        envelope,
        expected.require_signed_response,
    ));
    report.push(message::version(Check::Version, envelope));
    report.push(message::id(Check::ResponseId, envelope));
    report.push(message::issue_instant(
        Check::IssueInstant,
        envelope,
        request,
        skew,
        now,
    ));
    report.push(message::destination(envelope, &expected.acs_url));
    let answers = envelope.in_response_to.as_deref();
    report.push(message::in_response_to(
        Check::InResponseTo,
        answers,
        request,
    ));
    report.push(message::response_issuer(envelope, idp_entity_id));
}

/// The rules of what the assertion carries around what it says, its issuer apart.
fn envelope_rules<P: Purpose>(
    envelope: &Envelope,
    expected: &Expected<P>,
    report: &mut Report,
    now: Timestamp,
) {
    let (request, skew) = (expected.request.as_ref(), expected.clock_skew);
    report.push(message::version(Check::AssertionVersion, envelope));
    report.push(message::id(Check::AssertionId, envelope));
    let check = Check::AssertionIssueInstant;
    report.push(message::issue_instant(check, envelope, request, skew, now));
}

/// The rules of what the assertion says. It comes back only if every part of it could be read.
fn assertion_rules<P: Purpose>(
    assertion: Element<'_>,
    expected: &Expected<P>,
    report: &mut Report,
    now: Timestamp,
) -> Option<Said> {
    let (request, skew) = (expected.request.as_ref(), expected.clock_skew);
    let (row, subject) = subject::subject(assertion);
    report.push(row);
    let (mut name_id, mut confirmed_until) = (None, None);
    if let Some(subject) = subject {
        let (row, value) = subject::name_id(subject);
        report.push(row);
        name_id = value;
        let (row, bearers) = confirmation::bearer(subject);
        report.push(row);
        let acs_url = &expected.acs_url;
        let judgement = confirmation::judge(&bearers, acs_url, request, skew, now);
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
        report.push(conditions::audience(conditions, &expected.sp_entity_id));
        report.push(conditions::unknown_condition(conditions));
        report.push(conditions::one_time_use(conditions));
        report.push(conditions::proxy_restriction(conditions));
    }

    let (row, authn) = authn::statement(assertion);
    report.push(row);
    let (row, authn_instant) = authn::instants(assertion, skew, now);
    report.push(row);
    let (row, session_not_on_or_after) = authn::session_expiry(assertion, skew, now);
    report.push(row);
    let (row, attributes) = attributes::attributes(assertion);
    report.push(row);

    let (authn, confirmed_until) = (authn?, confirmed_until?);
    Some(Said {
        name_id: name_id?,
        attributes: attributes?,
        authn_instant: authn_instant?,
        session_index: authn.session_index,
        session_not_on_or_after,
        authn_context_class: authn.context_class,
        expires_at: conditions_until.map_or(confirmed_until, |end| end.min(confirmed_until)),
    })
}
