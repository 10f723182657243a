//! Where the assertion stands, before any signature is looked at.

use vestibule_xmlsig::Element;

use crate::check::Check;
use crate::names::ns;
use crate::remedies::{Fix, Side};
use crate::report::Row;

/// Exactly one assertion, directly in the Response (Core §3.3.3 allows several; which of them was
/// meant would be a guess), and none anywhere else, where only an attacker would put one: in an
/// Extension, an Object, an Advice or another assertion.
pub(crate) fn assertion_count(response: Element<'_>) -> Row {
    let direct = response
        .children()
        .filter(|child| is_any_assertion(*child))
        .count();
    let hidden = hidden_in(response, true);
    let row = match (direct, hidden) {
        (1, 0) => return Row::pass(Check::AssertionCount),
        (0, 0) => Row::fail(Check::AssertionCount).received("no assertion").mend(said(
            "The identity provider says that it succeeded and sends no assertion. Its log for this \
             application says more.",
        )),
        (direct, 0) => Row::fail(Check::AssertionCount)
            .received(format!("{direct} assertions"))
            .mend(said("Have the identity provider send one assertion for this application.")),
        (direct, hidden) => Row::fail(Check::AssertionCount)
            .received(format!("{direct} directly in the Response and {hidden} elsewhere"))
            .mend(said(
                "An assertion stands where none belongs, as in an attempt to smuggle one in. If \
                 the identity provider itself sends it (in Advice, say), turn that off.",
            )),
    };
    row.expected("exactly one Assertion, directly in the Response")
}

const fn said(text: &'static str) -> Fix {
    Fix::Said(Side::IdentityProvider, text)
}

fn is_any_assertion(element: Element<'_>) -> bool {
    element.is(ns::ASSERTION, "Assertion") || element.is(ns::ASSERTION, "EncryptedAssertion")
}

/// Assertions below `parent`; those directly in it are not counted if `direct` is allowed. The
/// parser bounds the depth.
fn hidden_in(parent: Element<'_>, direct: bool) -> usize {
    parent
        .children()
        .map(|child| usize::from(!direct && is_any_assertion(child)) + hidden_in(child, false))
        .sum()
}

/// The one assertion of a Response, encrypted or not.
pub(crate) enum Found<'d> {
    /// In the clear.
    Clear(Element<'d>),
    /// An EncryptedAssertion (Core §2.3.4).
    Encrypted(Element<'d>),
}

/// The one assertion of a Response that has exactly one.
pub(crate) fn assertion(response: Element<'_>) -> Option<Found<'_>> {
    let clear = super::only(response, ns::ASSERTION, "Assertion");
    let encrypted = super::only(response, ns::ASSERTION, "EncryptedAssertion");
    match (clear, encrypted) {
        (Ok(assertion), Err(0)) => Some(Found::Clear(assertion)),
        (Err(0), Ok(encrypted)) => Some(Found::Encrypted(encrypted)),
        _ => None,
    }
}

/// Whether it is an assertion in the clear.
pub(crate) fn is_assertion(element: Element<'_>) -> bool {
    element.is(ns::ASSERTION, "Assertion")
}

/// Whether it holds no other assertion, encrypted or not.
pub(crate) fn is_lone_assertion(assertion: Element<'_>) -> bool {
    hidden_in(assertion, false) == 0
}

/// What to say of one that does.
pub(crate) fn assertion_inside() -> Row {
    Row::fail(Check::AssertionCount)
        .expected("exactly one Assertion")
        .received("an encrypted assertion with another assertion inside")
        .mend(Fix::Software)
}
