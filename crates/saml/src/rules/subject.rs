//! Whom the assertion is about.

use vestibule_xmlsig::Element;

use super::{counted, only};
use crate::check::Check;
use crate::name_id::NameId;
use crate::names::ns;
use crate::remedies;
use crate::report::Row;

/// Exactly one Subject (Core §2.3.3, §2.4.1; the profile needs one, Profiles §4.1.4.2).
pub(crate) fn subject(assertion: Element<'_>) -> (Row, Option<Element<'_>>) {
    match only(assertion, ns::ASSERTION, "Subject") {
        Ok(subject) => (Row::pass(Check::Subject), Some(subject)),
        Err(count) => {
            let row = Row::fail(Check::Subject)
                .expected("exactly one Subject")
                .received(counted(count, "Subject"))
                .remedy(remedies::name_id());
            (row, None)
        }
    }
}

/// Exactly one NameID, of text alone, not blank; no BaseID and no EncryptedID (Core §2.2.3,
/// §2.4.1). Its text is taken whole, on both sides of any comment. A NameID inside a
/// SubjectConfirmation is not the subject (Core §2.4.1.1).
pub(crate) fn name_id(subject: Element<'_>) -> (Row, Option<NameId>) {
    let fail = |received: String| {
        let row = Row::fail(Check::NameId).expected("exactly one NameID with text");
        (row.received(received).remedy(remedies::name_id()), None)
    };
    let identifiers = || {
        subject.children().filter(|child| {
            child.namespace() == Some(ns::ASSERTION)
                && matches!(child.local_name(), "NameID" | "BaseID" | "EncryptedID")
        })
    };
    if identifiers().any(|identifier| identifier.local_name() == "EncryptedID") {
        let row = Row::fail(Check::NameId)
            .expected("a NameID that is not encrypted")
            .received("an EncryptedID")
            .remedy(remedies::encryption("the NameID"));
        return (row, None);
    }
    if identifiers().any(|identifier| identifier.local_name() == "BaseID") {
        return fail("a BaseID".to_owned());
    }
    let name_id = match only(subject, ns::ASSERTION, "NameID") {
        Ok(name_id) => name_id,
        Err(count) => return fail(counted(count, "NameID")),
    };
    let name_id = match NameId::of(name_id) {
        Ok(name_id) => name_id,
        Err(received) => return fail(received.to_owned()),
    };
    // The value is personal data, and a report is kept.
    let format = name_id.format.as_deref().unwrap_or("no format");
    (
        Row::pass(Check::NameId).received(format!("a NameID with {format}")),
        Some(name_id),
    )
}
