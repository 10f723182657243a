//! The raw walk over a tree: the one place that dereferences libxml2's nodes.

use std::borrow::Cow;
use std::ffi::{CStr, c_char};
use std::ptr::{self, NonNull};

use libxml::bindings as xml;

use super::Tree;
use crate::element::append;

/// A node of the tree, alive as long as its tree.
#[derive(Clone, Copy)]
pub(crate) struct Node<'d> {
    pub(super) node: NonNull<xml::xmlNode>,
    pub(super) tree: &'d Tree,
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

impl Eq for Node<'_> {}

impl<'d> Node<'d> {
    /// # Safety
    ///
    /// `node` is null or a node of `tree`.
    pub(super) unsafe fn new(tree: &'d Tree, node: *mut xml::xmlNode) -> Option<Self> {
        NonNull::new(node).map(|node| Self { node, tree })
    }

    pub(crate) fn as_ptr(self) -> *mut xml::xmlNode {
        self.node.as_ptr()
    }

    fn raw(self) -> &'d xml::xmlNode {
        // SAFETY: by construction the node lives for `'d`. Nothing writes to a node of a document
        // that is borrowed: verification writes into the table of IDs (and the type of an ID
        // attribute, which is no `xmlNode` that this hands out), and signing works on nodes of
        // documents of its own through raw pointers.
        unsafe { self.node.as_ref() }
    }

    pub(crate) fn kind(self) -> u32 {
        self.raw().type_
    }

    pub(crate) fn is_element(self) -> bool {
        self.kind() == xml::xmlElementType_XML_ELEMENT_NODE
    }

    pub(crate) fn is_text(self) -> bool {
        self.kind() == xml::xmlElementType_XML_TEXT_NODE
    }

    pub(crate) fn is_comment(self) -> bool {
        self.kind() == xml::xmlElementType_XML_COMMENT_NODE
    }

    pub(crate) fn name(self) -> &'d str {
        // SAFETY: a node's name is null or a string that lives as long as the document.
        unsafe { text_at(self.raw().name) }
    }

    pub(crate) fn namespace(self) -> Option<&'d str> {
        // SAFETY: the namespace of an element is null or a declaration that the tree owns.
        unsafe { namespace_at(self.raw().ns) }
    }

    /// Whether it has this expanded name: quicker than both names.
    pub(crate) fn is(self, namespace: &str, local: &str) -> bool {
        // SAFETY: as for `name` and `namespace`.
        unsafe { reads(self.raw().name, local) && is_namespace(self.raw().ns, Some(namespace)) }
    }

    /// The text of a text node.
    pub(crate) fn content(self) -> &'d str {
        // SAFETY: a text's content is null or a string that the node owns, inside itself or not.
        unsafe { text_at(self.raw().content) }
    }

    pub(crate) fn first_child(self) -> Option<Self> {
        // SAFETY: text and comment nodes have no children; an element's belong to the same tree.
        unsafe {
            if self.is_element() {
                Self::new(self.tree, self.raw().children)
            } else {
                None
            }
        }
    }

    pub(crate) fn next(self) -> Option<Self> {
        // SAFETY: a sibling belongs to the same tree.
        unsafe { Self::new(self.tree, self.raw().next) }
    }

    pub(crate) fn previous(self) -> Option<Self> {
        // SAFETY: a sibling belongs to the same tree.
        unsafe { Self::new(self.tree, self.raw().prev) }
    }

    pub(crate) fn parent(self) -> Option<Self> {
        // SAFETY: the parent is a node of the same tree, or the document, which begins with the
        // same fields as every node does and is told from an element by its kind.
        unsafe { Self::new(self.tree, self.raw().parent) }.filter(|parent| parent.is_element())
    }

    /// The next node of the document in its order.
    pub(super) fn following(self) -> Option<Self> {
        if let Some(child) = self.first_child() {
            return Some(child);
        }
        let mut node = self;
        loop {
            if let Some(next) = node.next() {
                return Some(next);
            }
            node = node.parent()?;
        }
    }

    pub(crate) fn attributes(self) -> Attributes<'d> {
        let first = if self.is_element() {
            self.raw().properties
        } else {
            ptr::null_mut()
        };
        Attributes {
            next: first,
            tree: self.tree,
        }
    }

    pub(crate) fn tree(self) -> &'d Tree {
        self.tree
    }

    /// Makes `attribute` of this element the owner of its value in the document's table of IDs.
    /// Answers whether it is.
    pub(crate) fn own_id(self, attribute: Attribute<'d>) -> bool {
        let Some(value) = attribute.single_text() else {
            return false;
        };
        // SAFETY: document, attribute and value belong to one live tree; the value is a
        // NUL-terminated string of libxml2's own. xmlAddID copies it. The table is written to
        // through the document, which is not Sync.
        unsafe {
            let value = value.raw().content;
            let owner = xml::xmlGetID(self.tree.as_ptr(), value);
            if owner.is_null() {
                !xml::xmlAddID(
                    ptr::null_mut(),
                    self.tree.as_ptr(),
                    value,
                    attribute.attribute,
                )
                .is_null()
            } else {
                owner == attribute.attribute
            }
        }
    }
}

/// The attributes of an element, namespace declarations not among them.
pub(crate) struct Attributes<'d> {
    next: *mut xml::xmlAttr,
    tree: &'d Tree,
}

impl<'d> Iterator for Attributes<'d> {
    type Item = Attribute<'d>;

    fn next(&mut self) -> Option<Attribute<'d>> {
        let attribute = NonNull::new(self.next)?;
        // SAFETY: the list of attributes belongs to an element that lives for `'d`.
        self.next = unsafe { (*attribute.as_ptr()).next };
        Some(Attribute {
            attribute: attribute.as_ptr(),
            tree: self.tree,
        })
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Attribute<'d> {
    attribute: *mut xml::xmlAttr,
    tree: &'d Tree,
}

impl<'d> Attribute<'d> {
    pub(crate) fn name(self) -> &'d str {
        // SAFETY: the attribute lives for `'d`, and so does its name.
        unsafe { text_at((*self.attribute).name) }
    }

    /// Whether its name begins with this byte: quicker than the name.
    pub(crate) fn begins_with(self, byte: u8) -> bool {
        // SAFETY: the attribute lives for `'d`; its name is NUL-terminated, so it has a first byte.
        unsafe { *(*self.attribute).name == byte }
    }

    pub(crate) fn namespace(self) -> Option<&'d str> {
        // SAFETY: the attribute lives for `'d`; its namespace is null or owned by the tree.
        unsafe { namespace_at((*self.attribute).ns) }
    }

    /// Whether it has this expanded name: quicker than both names.
    pub(crate) fn is(self, namespace: Option<&str>, local: &str) -> bool {
        // SAFETY: as for `name` and `namespace`.
        unsafe {
            reads((*self.attribute).name, local) && is_namespace((*self.attribute).ns, namespace)
        }
    }

    /// Its value: of no text for an empty one, in general of one.
    pub(crate) fn value(self) -> Cow<'d, str> {
        // SAFETY: the children of an attribute belong to the same tree.
        let first = unsafe { Node::new(self.tree, (*self.attribute).children) };
        let mut value = Cow::Borrowed("");
        for text in std::iter::successors(first, |node| node.next()) {
            append(&mut value, text.content());
        }
        value
    }

    fn single_text(self) -> Option<Node<'d>> {
        // SAFETY: the children of an attribute belong to the same tree.
        let first = unsafe { Node::new(self.tree, (*self.attribute).children) }?;
        (first.is_text() && first.next().is_none()).then_some(first)
    }
}

/// # Safety
///
/// `text` is null or a NUL-terminated string that lives for `'d`.
unsafe fn text_at<'d>(text: *const xml::xmlChar) -> &'d str {
    if text.is_null() {
        return "";
    }
    // SAFETY: by the caller's word.
    let text = unsafe { CStr::from_ptr(text.cast::<c_char>()) };
    // libxml2 holds UTF-8 and nothing else; should it ever not, this equals nothing we look for.
    std::str::from_utf8(text.to_bytes()).unwrap_or("\u{fffd}")
}

/// # Safety
///
/// `text` is null or a NUL-terminated string.
unsafe fn reads(text: *const xml::xmlChar, expected: &str) -> bool {
    if text.is_null() {
        return expected.is_empty();
    }
    // Most names differ from what is looked for in the first byte, which there always is.
    let first = expected.as_bytes().first().copied().unwrap_or_default();
    // SAFETY: by the caller's word.
    unsafe {
        *text == first && CStr::from_ptr(text.cast::<c_char>()).to_bytes() == expected.as_bytes()
    }
}

/// # Safety
///
/// `namespace` is null or a live declaration.
unsafe fn is_namespace(namespace: *const xml::xmlNs, expected: Option<&str>) -> bool {
    let name = if namespace.is_null() {
        ptr::null()
    } else {
        // SAFETY: by the caller's word.
        unsafe { (*namespace).href }
    };
    // An empty name is none.
    let is_possible = expected.is_none_or(|expected| !expected.is_empty());
    // SAFETY: a declaration's name is null or NUL-terminated.
    is_possible && unsafe { reads(name, expected.unwrap_or_default()) }
}

/// # Safety
///
/// `namespace` is null or a declaration that lives for `'d`.
unsafe fn namespace_at<'d>(namespace: *const xml::xmlNs) -> Option<&'d str> {
    if namespace.is_null() {
        return None;
    }
    // SAFETY: by the caller's word.
    Some(unsafe { text_at((*namespace).href) }).filter(|href| !href.is_empty())
}
