//! The walk over a document in either form.

use std::borrow::Cow;

use super::{canonical, libxml2};

/// A node, as cheap to copy as a reference.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Node<'d> {
    Parsed(libxml2::Node<'d>),
    Canonical(canonical::Node<'d>),
}

impl<'d> From<libxml2::Node<'d>> for Node<'d> {
    fn from(node: libxml2::Node<'d>) -> Self {
        Self::Parsed(node)
    }
}

impl<'d> From<canonical::Node<'d>> for Node<'d> {
    fn from(node: canonical::Node<'d>) -> Self {
        Self::Canonical(node)
    }
}

/// The same of whichever form it is.
macro_rules! either {
    ($self:ident, $node:ident => $what:expr) => {
        match $self {
            Self::Parsed($node) => $what,
            Self::Canonical($node) => $what,
        }
    };
}

impl<'d> Node<'d> {
    pub(crate) fn is_element(self) -> bool {
        either!(self, node => node.is_element())
    }

    pub(crate) fn is_text(self) -> bool {
        either!(self, node => node.is_text())
    }

    pub(crate) fn is_comment(self) -> bool {
        match self {
            Self::Parsed(node) => node.is_comment(),
            // No canonical form that we ask for has any.
            Self::Canonical(_) => false,
        }
    }

    pub(crate) fn name(self) -> &'d str {
        either!(self, node => node.name())
    }

    pub(crate) fn namespace(self) -> Option<&'d str> {
        either!(self, node => node.namespace())
    }

    /// Whether it has this expanded name.
    pub(crate) fn is(self, namespace: &str, local: &str) -> bool {
        either!(self, node => node.is(namespace, local))
    }

    /// The text of a text node.
    pub(crate) fn content(self) -> &'d str {
        either!(self, node => node.content())
    }

    pub(crate) fn first_child(self) -> Option<Self> {
        either!(self, node => node.first_child().map(Self::from))
    }

    pub(crate) fn next(self) -> Option<Self> {
        either!(self, node => node.next().map(Self::from))
    }

    pub(crate) fn previous(self) -> Option<Self> {
        either!(self, node => node.previous().map(Self::from))
    }

    pub(crate) fn parent(self) -> Option<Self> {
        either!(self, node => node.parent().map(Self::from))
    }

    /// The next node in document order, staying inside `within`.
    pub(crate) fn following(self, within: Self) -> Option<Self> {
        if let Some(child) = self.first_child() {
            return Some(child);
        }
        let mut node = self;
        loop {
            if within == node {
                return None;
            }
            if let Some(next) = node.next() {
                return Some(next);
            }
            node = node.parent()?;
        }
    }

    pub(crate) fn attributes(self) -> Attributes<'d> {
        match self {
            Self::Parsed(node) => Attributes::Parsed(node.attributes()),
            Self::Canonical(node) => Attributes::Canonical(node.attributes()),
        }
    }
}

/// The attributes of an element, namespace declarations not among them.
pub(crate) enum Attributes<'d> {
    Parsed(libxml2::Attributes<'d>),
    Canonical(canonical::Attributes<'d>),
}

impl<'d> Iterator for Attributes<'d> {
    type Item = Attribute<'d>;

    fn next(&mut self) -> Option<Attribute<'d>> {
        match self {
            Self::Parsed(attributes) => attributes.next().map(Attribute::Parsed),
            Self::Canonical(attributes) => attributes.next().map(Attribute::Canonical),
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Attribute<'d> {
    Parsed(libxml2::Attribute<'d>),
    Canonical(canonical::Attribute<'d>),
}

impl<'d> Attribute<'d> {
    pub(crate) fn name(self) -> &'d str {
        either!(self, attribute => attribute.name())
    }

    pub(crate) fn namespace(self) -> Option<&'d str> {
        either!(self, attribute => attribute.namespace())
    }

    /// Whether it has this expanded name.
    pub(crate) fn is(self, namespace: Option<&str>, local: &str) -> bool {
        either!(self, attribute => attribute.is(namespace, local))
    }

    pub(crate) fn value(self) -> Cow<'d, str> {
        match self {
            Self::Parsed(attribute) => attribute.value(),
            Self::Canonical(attribute) => Cow::Borrowed(attribute.value()),
        }
    }
}
