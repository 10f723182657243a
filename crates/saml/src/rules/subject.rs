//! Whom the assertion is about.

use vestibule_xmlsig::Element;

use super::encryption::Opened;
use super::{counted, only};
use crate::check::Check;
use crate::name_id::NameId;
use crate::names::ns;
use crate::remedies::Fix;
use crate::report::Row;

/// Exactly one Subject (Core §2.3.3, §2.4.1; the profile needs one, Profiles §4.1.4.2).
pub(crate) fn subject(assertion: Element<'_>) -> (Row, Option<Element<'_>>) {
    match only(assertion, ns::ASSERTION, "Subject") {
        Ok(subject) => (Row::pass(Check::Subject), Some(subject)),
        Err(count) => {
            let row = Row::fail(Check::Subject)
                .expected("exactly one Subject")
                .received(counted(count, "Subject"))
                .mend(Fix::NameId);
            (row, None)
        }
    }
}

/// Exactly one NameID, of text alone, not blank, perhaps encrypted; no BaseID (Core §2.2.3, §2.2.4,
/// §2.4.1). Its text is taken whole, on both sides of any comment. A NameID inside a
/// SubjectConfirmation is not the subject (Core §2.4.1.1).
///
/// Where people are known by an attribute it may be absent; what is there must be in order all the
/// same. `decrypted` is what an EncryptedID held, if there is one: a NameID.
pub(crate) fn name_id(
    subject: Element<'_>,
    decrypted: Option<&Result<Opened, Row>>,
    may_be_absent: bool,
) -> (Row, Option<NameId>) {
    let fail = |received: String| {
        let row = Row::fail(Check::NameId).expected("exactly one NameID with text");
        (row.received(received).mend(Fix::NameId), None)
    };
    let identifiers = || {
        subject.children().filter(|child| {
            child.namespace() == Some(ns::ASSERTION)
                && matches!(child.local_name(), "NameID" | "BaseID" | "EncryptedID")
        })
    };
    if identifiers().any(|identifier| identifier.local_name() == "BaseID") {
        return fail("a BaseID".to_owned());
    }
    let encrypted = identifiers().any(|identifier| identifier.local_name() == "EncryptedID");
    if encrypted && identifiers().count() > 1 {
        return fail("an EncryptedID beside another identifier".to_owned());
    }
    let name_id = match (decrypted, only(subject, ns::ASSERTION, "NameID")) {
        (Some(Err(row)), _) => return (row.clone(), None),
        (Some(Ok(opened)), _) => {
            let root = opened.decrypted.document().root();
            if !root.is(ns::ASSERTION, "NameID") {
                return fail("an EncryptedID that holds something else".to_owned());
            }
            root
        }
        (None, Ok(name_id)) => name_id,
        (None, Err(0)) if may_be_absent => {
            return (Row::skipped(Check::NameId).received("no NameID"), None);
        }
        (None, Err(count)) => return fail(counted(count, "NameID")),
    };
    let name_id = match NameId::of(name_id) {
        Ok(name_id) => name_id,
        Err(received) => return fail(received.to_owned()),
    };
    // The value is personal data, and a report is kept.
    let format = NameId::format_told(Some(&name_id));
    (
        Row::pass(Check::NameId).received(format!("a NameID with {format}")),
        Some(name_id),
    )
}

/// The EncryptedID of the subject, if it has one.
pub(crate) fn encrypted_id(assertion: Element<'_>) -> Option<Element<'_>> {
    let subject = assertion.children_named(ns::ASSERTION, "Subject").next()?;
    subject.children_named(ns::ASSERTION, "EncryptedID").next()
}
