//! A Response that anybody may have written.

use std::fmt;

use vestibule_xmlsig::{Document, Element};

use crate::binding::decode_base64;
use crate::check::Check;
use crate::decode_error::{DecodeError, MessageKind};
use crate::envelope::{Envelope, Issuer};
use crate::keys::Keys;
use crate::limits::Limits;
use crate::names::ns;
use crate::refusal::Refusal;
use crate::report::{Report, Row};
use crate::rules;
use crate::rules::shape::Found;
use crate::signed::SignedResponse;

/// A Response that anybody may have written. It shows what is needed to look a trip up, and
/// nothing else.
pub struct UnverifiedResponse {
    document: Document,
    limits: Limits,
    encoded: usize,
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
            encoded: form_value.len(),
            issuer,
            in_response_to,
        })
    }

    /// How long the form value was, in bytes: what it takes to verify it grows with that, at most.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        self.encoded
    }

    /// Who it says it comes from. Anybody may have written this.
    #[must_use]
    pub fn unverified_issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Whether something in it is encrypted, so that keys of ours will be asked for. Anybody may have
    /// written this.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        let mut elements = self.document.root().descendants();
        elements.any(|element| element.is(ns::XENC, "EncryptedData"))
    }

    /// Which request it says it answers. Anybody may have written this.
    #[must_use]
    pub fn unverified_in_response_to(&self) -> Option<&str> {
        self.in_response_to.as_deref()
    }

    /// Verifies every Signature on the Response and on its one assertion, each by any of the keys,
    /// and decrypts the assertion where it is encrypted.
    ///
    /// An EncryptedAssertion under a signed Response is taken from the bytes that were digested and
    /// counts as signed; a signature inside must verify too. Under an unsigned Response what was
    /// decrypted needs a signature of its own, which is verified on its own bytes. Under a Response
    /// whose signature is broken nothing is decrypted.
    ///
    /// # Errors
    ///
    /// [`Refusal`]: the status is not success, there is not exactly one assertion, a signature does
    /// not verify, there is none, or what is encrypted cannot be opened. Core §2.3.4, §3.2.2.2, §5
    /// and §6, Profiles §4.1.4.5.
    pub fn verify<'k>(self, keys: impl Into<Keys<'k>>) -> Result<SignedResponse, Refusal> {
        let keys = keys.into();
        let response = self.document.root();
        let mut report = Report::new();
        report.push(Row::pass(Check::ResponseFormat));
        let (status, detail) = rules::status::status(response);
        // A failed status comes without an assertion as a rule: that is no second failure.
        let failed = status.is_failure();
        report.push(status);
        let found = rules::shape::assertion(response);
        if !failed {
            if matches!(found, Some(Found::Clear(_))) {
                report.push(Row::pass(Check::Encryption));
            }
            report.push(rules::shape::assertion_count(response));
        }
        match found {
            Some(found) if report.first_failure().is_none() => match found {
                Found::Clear(assertion) => self.verify_clear(assertion, &keys, report),
                Found::Encrypted(encrypted) => self.verify_encrypted(encrypted, &keys, report),
            },
            _ => Err(Refusal::new(report).with_status(detail)),
        }
    }

    fn verify_clear(
        &self,
        assertion: Element<'_>,
        keys: &Keys<'_>,
        mut report: Report,
    ) -> Result<SignedResponse, Refusal> {
        let response = self.document.root();
        let (row, by_response) =
            rules::signature::signature(Check::ResponseSignature, response, keys.verifying);
        report.push(row);
        let (row, by_assertion) =
            rules::signature::signature(Check::AssertionSignature, assertion, keys.verifying);
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
                SignedResponse::of_response(&signed, own.as_ref(), keys, &self.limits, report)
            }
            (None, Some(signed)) => {
                let envelope = Envelope::of(response, false);
                SignedResponse::of_assertion(&signed, envelope, keys, &self.limits, report)
            }
            (None, None) => Err(Refusal::new(report)),
        }
    }

    fn verify_encrypted(
        &self,
        encrypted: Element<'_>,
        keys: &Keys<'_>,
        mut report: Report,
    ) -> Result<SignedResponse, Refusal> {
        let response = self.document.root();
        let (row, by_response) =
            rules::signature::around_encrypted(Check::ResponseSignature, response, keys.verifying);
        report.push(row);
        if report.first_failure().is_some() {
            return Err(Refusal::new(report));
        }
        match by_response {
            Some(signed) => SignedResponse::of_response(&signed, None, keys, &self.limits, report),
            None => {
                let envelope = Envelope::of(response, false);
                SignedResponse::of_encrypted(encrypted, None, envelope, keys, &self.limits, report)
            }
        }
    }
}
