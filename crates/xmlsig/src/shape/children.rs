//! Reading a part of a signature child by child.

use crate::algorithm::DSIG_NS;
use crate::element::Element;
use crate::verify_error::{VerifyError, excerpt};

#[cold]
pub(super) fn structure(
    parent: &'static str,
    expected: &'static str,
    found: Option<Element<'_>>,
) -> VerifyError {
    let found = found.map(|element| excerpt(element.local_name()));
    VerifyError::Structure {
        parent,
        expected,
        found,
    }
}

/// The child elements of a part of the signature, taken one after the other.
pub(super) struct Children<'d> {
    parent: &'static str,
    next: Option<Element<'d>>,
}

impl<'d> Children<'d> {
    /// Nothing may stand between them but white space.
    pub(super) fn of(element: Element<'d>, parent: &'static str) -> Result<Self, VerifyError> {
        let stray = element.child_nodes().any(|child| {
            child.is_comment()
                || (child.is_text() && !child.content().bytes().all(|b| b.is_ascii_whitespace()))
        });
        if stray {
            return Err(VerifyError::StrayContent { parent });
        }
        Ok(Self {
            parent,
            next: element.children().next(),
        })
    }

    pub(super) fn peek(&self) -> Option<Element<'d>> {
        self.next
    }

    pub(super) fn next(&mut self) -> Option<Element<'d>> {
        let element = self.next.take()?;
        self.next = element.next_element();
        Some(element)
    }

    pub(super) fn take(&mut self, name: &'static str) -> Result<Element<'d>, VerifyError> {
        match self.next() {
            Some(element) if element.is(DSIG_NS, name) => Ok(element),
            found => Err(structure(self.parent, name, found)),
        }
    }

    pub(super) fn skip(&mut self, name: &str) {
        if self.next.is_some_and(|element| element.is(DSIG_NS, name)) {
            self.next();
        }
    }

    pub(super) fn end(&self, expected: &'static str) -> Result<(), VerifyError> {
        match self.next {
            None => Ok(()),
            found => Err(structure(self.parent, expected, found)),
        }
    }
}
