//! Where the assertion stands, before any signature is looked at.

use vestibule_xmlsig::Element;

use crate::check::Check;
use crate::names::ns;
use crate::remedies;
use crate::report::Row;

/// Nothing is encrypted: decryption is not offered, so an EncryptedAssertion is refused by name
/// (Core §2.3.4).
pub(crate) fn encryption(response: Element<'_>) -> Row {
    let encrypted = response
        .children_named(ns::ASSERTION, "EncryptedAssertion")
        .count();
    if encrypted == 0 {
        return Row::pass(Check::Encryption);
    }
    Row::fail(Check::Encryption)
        .expected("an assertion that is not encrypted")
        .received("an EncryptedAssertion")
        .remedy(remedies::encryption("assertions"))
}

/// Exactly one assertion, directly in the Response (Core §3.3.3 allows several; which of them was
/// meant would be a guess), and none anywhere else, where only an attacker would put one: in an
/// Extension, an Object, an Advice or another assertion.
pub(crate) fn assertion_count(response: Element<'_>) -> Row {
    let direct = response
        .children()
        .filter(|child| is_assertion(*child))
        .count();
    let hidden = hidden_in(response, true);
    let row = match (direct, hidden) {
        (1, 0) => return Row::pass(Check::AssertionCount),
        (0, 0) => Row::fail(Check::AssertionCount).received("no assertion").remedy(
            "The identity provider says that it succeeded and sends no assertion. Its log for this \
             application says more.",
        ),
        (direct, 0) => Row::fail(Check::AssertionCount)
            .received(format!("{direct} assertions"))
            .remedy("Have the identity provider send one assertion for this application."),
        (direct, hidden) => Row::fail(Check::AssertionCount)
            .received(format!("{direct} directly in the Response and {hidden} elsewhere"))
            .remedy(
                "An assertion stands where none belongs, as in an attempt to smuggle one in. If \
                 the identity provider itself sends it (in Advice, say), turn that off.",
            ),
    };
    row.expected("exactly one Assertion, directly in the Response")
}

fn is_assertion(element: Element<'_>) -> bool {
    matches!(element.local_name(), "Assertion" | "EncryptedAssertion")
        && element.namespace() == Some(ns::ASSERTION)
}

/// Assertions below `parent`; those directly in it are not counted if `direct` is allowed. The
/// parser bounds the depth.
fn hidden_in(parent: Element<'_>, direct: bool) -> usize {
    parent
        .children()
        .map(|child| usize::from(!direct && is_assertion(child)) + hidden_in(child, false))
        .sum()
}

/// The one assertion of a Response.
pub(crate) fn assertion(response: Element<'_>) -> Option<Element<'_>> {
    super::only(response, ns::ASSERTION, "Assertion").ok()
}
