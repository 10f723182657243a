//! A document that was read from its canonical bytes, by rules that leave one spelling for each.
//!
//! Exclusive C14N has no declaration, DTD, comment, CDATA section, processing instruction or empty-element
//! tag; it writes every attribute in one order, between the same quotes, with the same six escapes. So
//! these bytes need no XML parser, and whatever is spelled otherwise is refused. The tree is three lists
//! that point into the bytes; there is nothing in it that is not written there. Tests and fuzzers hold
//! what is read against libxml2's reading of the same bytes.

mod name;
mod reader;

use crate::algorithm::XML_NS;
use crate::limits::Limits;
use crate::parse_error::ParseError;

/// No node.
const NONE: u32 = u32::MAX;

/// Elements and texts in document order, the root first.
pub(crate) struct Tree {
    /// The canonical bytes, and behind them, as it reads, what they have with escapes.
    text: String,
    /// How many of them are the canonical bytes.
    length: usize,
    nodes: Vec<Entry>,
    attributes: Vec<AttributeEntry>,
    limits: Limits,
}

/// A piece of the text.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: u32,
    end: u32,
}

#[derive(Debug, Clone, Copy)]
enum Namespace {
    None,
    /// Of the prefix `xml`, which no document declares (Namespaces in XML 1.0 §3).
    Xml,
    Written(Span),
}

/// A node, and where it stands.
struct Entry {
    parent: u32,
    previous: u32,
    next: u32,
    kind: Kind,
}

enum Kind {
    Element {
        local: Span,
        namespace: Namespace,
        first_child: u32,
        /// Where in the list of attributes its own begin and end.
        attributes: (u32, u32),
    },
    Text(Span),
}

struct AttributeEntry {
    local: Span,
    namespace: Namespace,
    value: Span,
}

impl Tree {
    /// Reads the exclusive canonical form of an element of a document that was read within `limits`.
    pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Self, ParseError> {
        reader::read(bytes, limits)
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What it was read from.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.text.as_bytes().get(..self.length).unwrap_or_default()
    }

    pub(crate) fn root(&self) -> Node<'_> {
        Node {
            tree: self,
            index: 0,
        }
    }

    /// The reader took the span from borders of characters, so there is always a piece.
    fn piece(&self, span: Span) -> &str {
        let range = index(span.start)..index(span.end);
        self.text.get(range).unwrap_or_default()
    }

    fn namespace(&self, namespace: Namespace) -> Option<&str> {
        match namespace {
            Namespace::None => None,
            Namespace::Xml => Some(XML_NS),
            Namespace::Written(span) => Some(self.piece(span)),
        }
    }
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A node of the tree.
#[derive(Clone, Copy)]
pub(crate) struct Node<'d> {
    tree: &'d Tree,
    index: u32,
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.tree, other.tree) && self.index == other.index
    }
}

impl Eq for Node<'_> {}

impl<'d> Node<'d> {
    fn entry(self) -> Option<&'d Entry> {
        self.tree.nodes.get(index(self.index))
    }

    fn kind(self) -> Option<&'d Kind> {
        self.entry().map(|entry| &entry.kind)
    }

    fn at(self, index: u32) -> Option<Self> {
        (index != NONE).then_some(Self {
            tree: self.tree,
            index,
        })
    }

    pub(crate) fn tree(self) -> &'d Tree {
        self.tree
    }

    /// How many elements stand before it in document order.
    pub(crate) fn elements_before(self) -> usize {
        let before = self.tree.nodes.iter().take(index(self.index));
        before
            .filter(|entry| matches!(entry.kind, Kind::Element { .. }))
            .count()
    }

    pub(crate) fn is_element(self) -> bool {
        matches!(self.kind(), Some(Kind::Element { .. }))
    }

    pub(crate) fn is_text(self) -> bool {
        matches!(self.kind(), Some(Kind::Text(_)))
    }

    pub(crate) fn name(self) -> &'d str {
        match self.kind() {
            Some(Kind::Element { local, .. }) => self.tree.piece(*local),
            _ => "",
        }
    }

    pub(crate) fn namespace(self) -> Option<&'d str> {
        match self.kind() {
            Some(Kind::Element { namespace, .. }) => self.tree.namespace(*namespace),
            _ => None,
        }
    }

    pub(crate) fn is(self, namespace: &str, local: &str) -> bool {
        self.name() == local && self.namespace() == Some(namespace)
    }

    pub(crate) fn content(self) -> &'d str {
        match self.kind() {
            Some(Kind::Text(span)) => self.tree.piece(*span),
            _ => "",
        }
    }

    pub(crate) fn first_child(self) -> Option<Self> {
        match self.kind() {
            Some(Kind::Element { first_child, .. }) => self.at(*first_child),
            _ => None,
        }
    }

    pub(crate) fn next(self) -> Option<Self> {
        self.at(self.entry()?.next)
    }

    pub(crate) fn previous(self) -> Option<Self> {
        self.at(self.entry()?.previous)
    }

    pub(crate) fn parent(self) -> Option<Self> {
        self.at(self.entry()?.parent)
    }

    pub(crate) fn attributes(self) -> Attributes<'d> {
        let (next, end) = match self.kind() {
            Some(Kind::Element { attributes, .. }) => *attributes,
            _ => (0, 0),
        };
        Attributes {
            tree: self.tree,
            next,
            end,
        }
    }
}

/// The attributes of an element, namespace declarations not among them.
pub(crate) struct Attributes<'d> {
    tree: &'d Tree,
    next: u32,
    end: u32,
}

impl<'d> Iterator for Attributes<'d> {
    type Item = Attribute<'d>;

    fn next(&mut self) -> Option<Attribute<'d>> {
        if self.next >= self.end {
            return None;
        }
        let entry = self.tree.attributes.get(index(self.next))?;
        self.next += 1;
        Some(Attribute {
            tree: self.tree,
            entry,
        })
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Attribute<'d> {
    tree: &'d Tree,
    entry: &'d AttributeEntry,
}

impl<'d> Attribute<'d> {
    pub(crate) fn name(self) -> &'d str {
        self.tree.piece(self.entry.local)
    }

    pub(crate) fn namespace(self) -> Option<&'d str> {
        self.tree.namespace(self.entry.namespace)
    }

    pub(crate) fn is(self, namespace: Option<&str>, local: &str) -> bool {
        self.name() == local && self.namespace() == namespace
    }

    pub(crate) fn value(self) -> &'d str {
        self.tree.piece(self.entry.value)
    }
}

#[cfg(test)]
mod tests;
