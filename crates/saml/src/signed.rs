//! A Response whose assertion one of the given keys signed.

use std::fmt;

use vestibule_xmlsig::{Document, Element, SignedBytes};

use crate::check::Check;
use crate::envelope::Envelope;
use crate::keys::Keys;
use crate::learned::SignedPart;
use crate::limits::Limits;
use crate::refusal::Refusal;
use crate::report::{Report, Row};
use crate::rules::encryption::{self, Opened};
use crate::rules::shape::{self, Found};
use crate::rules::{signature, status, subject};
use crate::verified::Signed;

/// A Response whose assertion one of the given keys signed, and of which nothing is known yet:
/// neither whom it is meant for nor whether it still holds. What is read of it is read from the
/// bytes that were digested, or decrypted from such bytes.
pub struct SignedResponse {
    /// Parsed from signed bytes, or decrypted from them: the Response, or the assertion alone.
    pub(crate) document: Document,
    pub(crate) root: Root,
    /// Of the Response; signed or not, as it says.
    pub(crate) envelope: Envelope,
    pub(crate) signed: Signed,
    /// Whether SHA-1 is in what was encrypted.
    pub(crate) uses_sha1: bool,
    /// What the EncryptedID of the subject held, if it has one.
    pub(crate) encrypted_id: Option<Result<Opened, Row>>,
    pub(crate) report: Report,
}

/// What the root of a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Root {
    /// The Response, with the assertion in it.
    Response,
    /// The assertion.
    Assertion,
}

impl fmt::Debug for SignedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedResponse")
            .field("key", &self.signed.by)
            .finish_non_exhaustive()
    }
}

fn refuse(mut report: Report, row: Row) -> Refusal {
    report.replace(row);
    Refusal::new(report)
}

impl SignedResponse {
    /// From a signed Response. Status and assertion are looked for again, in the signed bytes; if
    /// the assertion has a signature of its own, it must be the very assertion that stands there.
    pub(crate) fn of_response(
        signed: &SignedBytes,
        own: Option<&SignedBytes>,
        keys: &Keys<'_>,
        limits: &Limits,
        mut report: Report,
    ) -> Result<Self, Refusal> {
        let Ok(document) = signed.parse(&limits.xml) else {
            let row = signature::unreadable(Check::ResponseSignature);
            return Err(refuse(report, row));
        };
        let response = document.root();
        let (row, detail) = status::status(response);
        if row.is_failure() {
            report.replace(row);
            return Err(Refusal::new(report).with_status(detail));
        }
        let count = shape::assertion_count(response);
        let found = match shape::assertion(response) {
            Some(found) if !count.is_failure() => found,
            _ => return Err(refuse(report, count)),
        };
        let envelope = Envelope::of(response, true);
        let assertion = match found {
            Found::Clear(assertion) => assertion,
            Found::Encrypted(encrypted) => {
                return Self::of_encrypted(encrypted, Some(signed), envelope, keys, limits, report);
            }
        };
        if let Some(own) = own {
            let Ok(own) = own.parse(&limits.xml) else {
                let row = signature::unreadable(Check::AssertionSignature);
                return Err(refuse(report, row));
            };
            if let Some(row) = signature::same_assertion(assertion, own.root()) {
                return Err(refuse(report, row));
            }
        }
        let facts = Signed {
            part: match own {
                Some(_) => SignedPart::Both,
                None => SignedPart::Response,
            },
            by: signed.key(),
            algorithm: signed.algorithm(),
            encrypted: false,
        };
        let encrypted_id = encrypted_id(assertion, keys, limits);
        Ok(Self {
            document,
            root: Root::Response,
            envelope,
            signed: facts,
            uses_sha1: false,
            encrypted_id,
            report,
        }
        .told())
    }

    /// From a signed assertion in a Response that is not signed.
    pub(crate) fn of_assertion(
        signed: &SignedBytes,
        envelope: Envelope,
        keys: &Keys<'_>,
        limits: &Limits,
        report: Report,
    ) -> Result<Self, Refusal> {
        let Ok(document) = signed.parse(&limits.xml) else {
            let row = signature::unreadable(Check::AssertionSignature);
            return Err(refuse(report, row));
        };
        let facts = Signed {
            part: SignedPart::Assertion,
            by: signed.key(),
            algorithm: signed.algorithm(),
            encrypted: false,
        };
        let encrypted_id = encrypted_id(document.root(), keys, limits);
        Ok(Self {
            document,
            root: Root::Assertion,
            envelope,
            signed: facts,
            uses_sha1: false,
            encrypted_id,
            report,
        }
        .told())
    }

    /// From an EncryptedAssertion: out of the bytes of a signed Response, or out of one that nobody
    /// signed, where what was decrypted must be signed itself. It stays a document of its own: moved
    /// into another tree, its namespaces would no longer be those that were signed.
    pub(crate) fn of_encrypted(
        encrypted: Element<'_>,
        by_response: Option<&SignedBytes>,
        envelope: Envelope,
        keys: &Keys<'_>,
        limits: &Limits,
        mut report: Report,
    ) -> Result<Self, Refusal> {
        let vouched = by_response.is_some();
        let check = Check::Encryption;
        let opened = match encryption::open(check, encrypted, keys, vouched, &limits.xml) {
            Ok(opened) => opened,
            Err(row) => return Err(refuse(report, row)),
        };
        let failed = || encryption::failed(check, encrypted, keys);
        let root = opened.decrypted.document().root();
        if !shape::is_assertion(root) {
            return Err(refuse(report, failed()));
        }
        let lone = shape::is_lone_assertion(root);
        let (row, own) = signature::signature(Check::AssertionSignature, root, keys.verifying);
        let signed = signature::signed(by_response, own.as_ref());
        // Whoever may change a ciphertext learns nothing of what it became: not even that it became
        // an assertion.
        let good = lone && !row.is_failure() && !signed.is_failure();
        if opened.is_malleable() && !good {
            return Err(refuse(report, failed()));
        }
        if !lone {
            return Err(refuse(report, shape::assertion_inside()));
        }
        report.replace(opened.row());
        report.push(row);
        if report.first_failure().is_none() {
            report.push(signed);
        }
        let by = by_response.or(own.as_ref());
        let Some(by) = by.filter(|_| report.first_failure().is_none()) else {
            return Err(Refusal::new(report));
        };
        let facts = Signed {
            part: match (by_response, &own) {
                (Some(_), Some(_)) => SignedPart::Both,
                (Some(_), None) => SignedPart::Response,
                (None, _) => SignedPart::Assertion,
            },
            by: by.key(),
            algorithm: by.algorithm(),
            encrypted: true,
        };
        let uses_sha1 = opened.uses_sha1();
        let document = match own {
            None => opened.decrypted.into_document(),
            Some(own) => match own.parse(&limits.xml) {
                Ok(document) => document,
                Err(_) => {
                    let row = signature::unreadable(Check::AssertionSignature);
                    return Err(refuse(report, row));
                }
            },
        };
        let encrypted_id = encrypted_id(document.root(), keys, limits);
        Ok(Self {
            document,
            root: Root::Assertion,
            envelope,
            signed: facts,
            uses_sha1,
            encrypted_id,
            report,
        }
        .told())
    }

    /// Tells how the EncryptedID was encrypted, unless something worse has been told already.
    fn told(mut self) -> Self {
        if let Some(Ok(opened)) = &self.encrypted_id {
            self.uses_sha1 |= opened.uses_sha1();
            let told = self.report.row(Check::Encryption);
            if told.is_none_or(|row| row.side.is_none()) {
                self.report.replace(opened.row());
            }
        }
        self
    }
}

/// Only ever of a signed assertion, so a signature vouches for the ciphertext.
fn encrypted_id(
    assertion: Element<'_>,
    keys: &Keys<'_>,
    limits: &Limits,
) -> Option<Result<Opened, Row>> {
    let encrypted = subject::encrypted_id(assertion)?;
    Some(encryption::open(
        Check::NameId,
        encrypted,
        keys,
        true,
        &limits.xml,
    ))
}
