//! An element of a document, read-only.

use std::borrow::Cow;

use crate::document::{Attribute, Node, TreeNode};

/// An element, as cheap to copy as a reference. No type of libxml2 can be seen through it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Element<'d>(Node<'d>);

impl std::fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Element({{{}}}{})",
            self.namespace().unwrap_or(""),
            self.local_name()
        )
    }
}

impl<'d> Element<'d> {
    pub(crate) fn of(node: Node<'d>) -> Option<Self> {
        node.is_element().then_some(Self(node))
    }

    /// `node` is an element.
    pub(crate) fn from_element(node: Node<'d>) -> Self {
        Self(node)
    }

    pub(crate) fn node(self) -> Node<'d> {
        self.0
    }

    /// The same in libxml2's tree, if it stands in one.
    pub(crate) fn in_tree(self) -> Option<TreeNode<'d>> {
        match self.0 {
            Node::Parsed(node) => Some(node),
            Node::Canonical(_) => None,
        }
    }

    /// The name without its prefix.
    #[must_use]
    pub fn local_name(self) -> &'d str {
        self.0.name()
    }

    /// The namespace name, if it is in one.
    #[must_use]
    pub fn namespace(self) -> Option<&'d str> {
        self.0.namespace()
    }

    /// Whether it has this expanded name.
    #[must_use]
    pub fn is(self, namespace: &str, local: &str) -> bool {
        self.0.is(namespace, local)
    }

    /// The value of an attribute in no namespace.
    #[must_use]
    pub fn attribute(self, name: &str) -> Option<Cow<'d, str>> {
        self.0
            .attributes()
            .find(|attribute| attribute.is(None, name))
            .map(Attribute::value)
    }

    /// The value of an attribute in a namespace.
    #[must_use]
    pub fn attribute_ns(self, namespace: &str, local: &str) -> Option<Cow<'d, str>> {
        self.0
            .attributes()
            .find(|attribute| attribute.is(Some(namespace), local))
            .map(Attribute::value)
    }

    /// Every attribute by its local name, whatever namespace it is in; namespace declarations are none.
    pub fn attributes_of_any_namespace(self) -> impl Iterator<Item = (&'d str, Cow<'d, str>)> {
        let attributes = self.0.attributes();
        attributes.map(|attribute| (attribute.name(), attribute.value()))
    }

    /// The child elements, in document order.
    pub fn children(self) -> impl Iterator<Item = Element<'d>> {
        self.child_nodes().filter_map(Self::of)
    }

    /// The child elements of this expanded name, in document order.
    pub fn children_named<'n>(
        self,
        namespace: &'n str,
        local: &'n str,
    ) -> impl Iterator<Item = Element<'d>> + use<'d, 'n> {
        self.child_nodes()
            .filter_map(Self::of)
            .filter(move |child| child.is(namespace, local))
    }

    /// The element around it; none for the root.
    #[must_use]
    pub fn parent(self) -> Option<Element<'d>> {
        self.0.parent().map(Self)
    }

    /// All of its text when it holds text, CDATA and comments only; a comment contributes nothing
    /// and cuts nothing off. `None` when it holds an element.
    #[must_use]
    pub fn text(self) -> Option<Cow<'d, str>> {
        let mut text = Cow::Borrowed("");
        for child in self.child_nodes() {
            if child.is_element() {
                return None;
            }
            if child.is_text() {
                append(&mut text, child.content());
            }
        }
        Some(text)
    }

    /// The text of all its descendants, in document order.
    #[must_use]
    pub fn deep_text(self) -> String {
        let mut text = String::new();
        let mut next = self.0.first_child();
        while let Some(node) = next {
            if node.is_text() {
                text.push_str(node.content());
            }
            next = node.following(self.0);
        }
        text
    }

    /// The next sibling that is an element.
    #[must_use]
    pub fn next_element(self) -> Option<Element<'d>> {
        std::iter::successors(self.0.next(), |node| node.next()).find_map(Self::of)
    }

    /// The previous sibling that is an element.
    #[must_use]
    pub fn previous_element(self) -> Option<Element<'d>> {
        std::iter::successors(self.0.previous(), |node| node.previous()).find_map(Self::of)
    }

    pub(crate) fn child_nodes(self) -> impl Iterator<Item = Node<'d>> + use<'d> {
        std::iter::successors(self.0.first_child(), |node| node.next())
    }

    pub(crate) fn attributes(self) -> impl Iterator<Item = Attribute<'d>> + use<'d> {
        self.0.attributes()
    }

    /// It and every element inside it, in document order.
    pub fn descendants(self) -> impl Iterator<Item = Element<'d>> + use<'d> {
        let within = self.0;
        std::iter::successors(Some(within), move |node| node.following(within)).filter_map(Self::of)
    }
}

/// Adds to a text, which is borrowed while it is in one piece.
pub(crate) fn append<'d>(text: &mut Cow<'d, str>, more: &'d str) {
    if text.is_empty() {
        *text = Cow::Borrowed(more);
    } else if !more.is_empty() {
        text.to_mut().push_str(more);
    }
}
