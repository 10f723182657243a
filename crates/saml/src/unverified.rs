//! A Response that anybody may have written.

use std::fmt;

use vestibule_xmlsig::{Document, VerifyingKey};

use crate::binding::decode_base64;
use crate::check::Check;
use crate::decode_error::{DecodeError, MessageKind};
use crate::envelope::{Envelope, Issuer};
use crate::limits::Limits;
use crate::refusal::Refusal;
use crate::report::{Report, Row};
use crate::rules;
use crate::signed::SignedResponse;

/// A Response that anybody may have written. It shows what is needed to look a trip up, and
/// nothing else.
pub struct UnverifiedResponse {
    document: Document,
    limits: Limits,
    issuer: Option<String>,
    in_response_to: Option<String>,
}

impl fmt::Debug for UnverifiedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedResponse").finish_non_exhaustive()
    }
}

impl UnverifiedResponse {
    /// Reads the form value `SAMLResponse`: base64 as in RFC 2045, hardened XML, a `samlp:Response`.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] names what it is instead; a [`Refusal`] can be made of it. Bindings §3.5.4.
    pub fn decode(form_value: &str, limits: &Limits) -> Result<Self, DecodeError> {
        if form_value.len() > limits.max_encoded {
            let (bytes, max) = (form_value.len(), limits.max_encoded);
            return Err(DecodeError::TooLarge { bytes, max });
        }
        let Some(xml) = decode_base64(form_value) else {
            return Err(DecodeError::of_text(form_value));
        };
        if xml.is_empty() {
            return Err(DecodeError::Empty);
        }
        let document = Document::parse(&xml, &limits.xml)
            .map_err(|error| DecodeError::of_bytes(error, &xml))?;
        if let Some(kind) = MessageKind::of(document.root()) {
            return Err(DecodeError::NotAResponse(kind));
        }
        let issuer = match Issuer::of(document.root()) {
            Issuer::One { value, .. } => Some(value),
            _ => None,
        };
        let in_response_to = document
            .root()
            .attribute("InResponseTo")
            .map(|id| id.into_owned());
        Ok(Self {
            document,
            limits: *limits,
            issuer,
            in_response_to,
        })
    }

    /// Who it says it comes from. Anybody may have written this.
    #[must_use]
    pub fn unverified_issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Which request it says it answers. Anybody may have written this.
    #[must_use]
    pub fn unverified_in_response_to(&self) -> Option<&str> {
        self.in_response_to.as_deref()
    }

    /// Verifies every Signature on the Response and on its one assertion, each by any of `keys`.
    ///
    /// # Errors
    ///
    /// [`Refusal`]: the status is not success, something is encrypted, there is not exactly one
    /// assertion, a signature does not verify, or there is none. Core §3.2.2.2 and §5, Profiles
    /// §4.1.4.5.
    pub fn verify(self, keys: &[VerifyingKey]) -> Result<SignedResponse, Refusal> {
        let response = self.document.root();
        let mut report = Report::new();
        report.push(Row::pass(Check::ResponseFormat));
        let (status, detail) = rules::status::status(response);
        let (encryption, count) = (
            rules::shape::encryption(response),
            rules::shape::assertion_count(response),
        );
        // A failed status comes without an assertion as a rule: that is no second failure.
        let failed = status.is_failure();
        report.push(status);
        if !failed {
            report.push(encryption);
            report.push(count);
        }
        let assertion = rules::shape::assertion(response);
        let (Some(assertion), None) = (assertion, report.first_failure()) else {
            return Err(Refusal::new(report).with_status(detail));
        };

        let (row, by_response) =
            rules::signature::signature(Check::ResponseSignature, response, keys);
        report.push(row);
        let (row, by_assertion) =
            rules::signature::signature(Check::AssertionSignature, assertion, keys);
        report.push(row);
        if report.first_failure().is_none() {
            report.push(rules::signature::signed(
                by_response.as_ref(),
                by_assertion.as_ref(),
            ));
        }
        if report.first_failure().is_some() {
            return Err(Refusal::new(report));
        }

        match (by_response, by_assertion) {
            (Some(signed), own) => {
                SignedResponse::of_response(&signed, own.as_ref(), &self.limits, report)
            }
            (None, Some(signed)) => {
                let envelope = Envelope::of(response, false);
                SignedResponse::of_assertion(&signed, envelope, &self.limits, report)
            }
            (None, None) => Err(Refusal::new(report)),
        }
    }
}
