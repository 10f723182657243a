//! A document, and the raw walk over its tree: the one place that dereferences libxml2's nodes.
#![expect(unsafe_code, reason = "libxml2's tree is reached through raw pointers")]

use std::ffi::{CStr, c_char, c_int};
use std::ptr::{self, NonNull};

use libxml::bindings as xml;

use crate::element::Element;
use crate::ffi;
use crate::limits::Limits;
use crate::parse_error::ParseError;
use crate::prescan::prescan;

/// No network, no output, no encoding but the one we checked, CDATA as text. Never RECOVER, NOENT,
/// HUGE, XINCLUDE or any of DTD*. COMPACT keeps short texts inside their node: one allocation less
/// each.
const PARSE_OPTIONS: u32 = xml::xmlParserOption_XML_PARSE_NONET
    | xml::xmlParserOption_XML_PARSE_NOERROR
    | xml::xmlParserOption_XML_PARSE_NOWARNING
    | xml::xmlParserOption_XML_PARSE_IGNORE_ENC
    | xml::xmlParserOption_XML_PARSE_NOCDATA
    | xml::xmlParserOption_XML_PARSE_COMPACT;

/// An XML document that passed the pre-scan and libxml2 without a complaint. It may move between
/// threads but not be shared by them: looking for an ID writes into its table.
pub struct Document {
    doc: NonNull<xml::xmlDoc>,
    /// Null only while `Document::parse` has not looked for it yet.
    root: *mut xml::xmlNode,
    /// What it was read within, or what it was made canonical from.
    limits: Limits,
}

// SAFETY: a document owns everything it points to, its dictionary of names included (each parser
// context makes its own), and libxml2 keeps nothing of it in thread-local storage. It is not Sync.
unsafe impl Send for Document {}

impl Drop for Document {
    fn drop(&mut self) {
        // SAFETY: `doc` came from the parser, is owned by `self` alone, and every `Node` borrows
        // from `self`, so none is left.
        unsafe { xml::xmlFreeDoc(self.doc.as_ptr()) }
    }
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Document(root {:?})", self.root().local_name())
    }
}

impl Document {
    /// Reads a document.
    ///
    /// The order is: length, UTF-8, no NUL; the pre-scan (no DTD, no processing instruction, every
    /// bound of `limits`); libxml2; well-formed *and* namespace-well-formed; nothing in the tree
    /// but elements, text and comments. CDATA sections become text.
    ///
    /// # Errors
    ///
    /// [`ParseError`], one variant for each reason (IIP-G03, Namespaces in XML 1.0).
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self, ParseError> {
        ffi::ready()?;
        let bytes = prescan(bytes, limits)?;
        Self::read(bytes, PARSE_OPTIONS, limits)?.checked()
    }

    /// The same, for the canonical form of a document that was read within `limits`.
    pub(crate) fn parse_canonical(bytes: &[u8], limits: &Limits) -> Result<Self, ParseError> {
        let mut document = Self::parse(bytes, &limits.of_canonical_form(bytes.len()))?;
        document.limits = *limits;
        Ok(document)
    }

    /// The same, for a tree that will be changed: COMPACT forbids that.
    pub(crate) fn parse_mutable(bytes: &[u8], limits: &Limits) -> Result<Self, ParseError> {
        ffi::ready()?;
        let bytes = prescan(bytes, limits)?;
        let options = PARSE_OPTIONS & !xml::xmlParserOption_XML_PARSE_COMPACT;
        Self::read(bytes, options, limits)?.checked()
    }

    /// libxml2 alone, with our options and without our rules: the floor of the benches.
    #[cfg(feature = "bench")]
    pub(crate) fn read_unchecked(bytes: &[u8], limits: &Limits) -> Result<Self, ParseError> {
        ffi::ready()?;
        Self::read(bytes, PARSE_OPTIONS, limits)
    }

    fn read(bytes: &[u8], options: u32, limits: &Limits) -> Result<Self, ParseError> {
        let too_large = |_overflow| ParseError::TooLarge {
            bytes: bytes.len(),
            max: limits.max_bytes,
        };
        let size = c_int::try_from(bytes.len()).map_err(too_large)?;
        let options = c_int::try_from(options).map_err(too_large)?;
        ffi::silence_libxml2();
        // SAFETY: the context is made, used and freed here; the parser reads `size` bytes of
        // `bytes`, which outlive the call, and keeps no pointer to them.
        let (doc, well_formed, namespace_well_formed, line, code) = unsafe {
            let context = xml::xmlNewParserCtxt();
            if context.is_null() {
                return Err(ParseError::OutOfMemory);
            }
            let doc = xml::xmlCtxtReadMemory(
                context,
                bytes.as_ptr().cast::<c_char>(),
                size,
                ptr::null(),
                ptr::null(),
                options,
            );
            let error = &(*context).lastError;
            let outcome = (
                doc,
                (*context).wellFormed != 0,
                (*context).nsWellFormed != 0,
                u32::try_from(error.line).unwrap_or(0),
                error.code,
            );
            xml::xmlFreeParserCtxt(context);
            outcome
        };
        let document = NonNull::new(doc).map(|doc| Self {
            doc,
            root: ptr::null_mut(),
            limits: *limits,
        });
        match document {
            Some(document) if well_formed && namespace_well_formed => Ok(document),
            Some(_) if well_formed => Err(ParseError::NotNamespaceWellFormed { line, code }),
            _ => Err(ParseError::NotWellFormed { line, code }),
        }
    }

    /// Nothing but elements, text and comments, and a root: the second lock behind the pre-scan.
    fn checked(mut self) -> Result<Self, ParseError> {
        self.root = self.find_root()?.as_ptr();
        // SAFETY: `doc` is a live document.
        let subsets = unsafe {
            [
                (*self.doc.as_ptr()).intSubset,
                (*self.doc.as_ptr()).extSubset,
            ]
        };
        if subsets.iter().any(|subset| !subset.is_null()) {
            return Err(ParseError::Doctype { offset: 0 });
        }
        let mut next = self.first();
        while let Some(node) = next {
            if !(node.is_element() || node.is_text() || node.is_comment()) {
                return Err(ParseError::UnexpectedNode { kind: node.kind() });
            }
            next = node.following(None);
        }
        Ok(self)
    }

    fn first(&self) -> Option<Node<'_>> {
        // SAFETY: `doc` is a live document; the node borrows from `self`.
        unsafe { Node::new(self, (*self.doc.as_ptr()).children) }
    }

    fn find_root(&self) -> Result<Node<'_>, ParseError> {
        std::iter::successors(self.first(), |node| node.next())
            .find(|node| node.is_element())
            .ok_or(ParseError::Empty)
    }

    /// The root element.
    #[must_use]
    pub fn root(&self) -> Element<'_> {
        // SAFETY: `checked` put an element of this document there.
        let node = unsafe { NonNull::new_unchecked(self.root) };
        Element::from_element(Node {
            node,
            document: self,
        })
    }

    pub(crate) fn as_ptr(&self) -> *mut xml::xmlDoc {
        self.doc.as_ptr()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }
}

/// Where something is put into a document.
pub(crate) enum Place<'d> {
    /// Right after this element.
    After(Element<'d>),
    /// As the first child of this element.
    FirstIn(Element<'d>),
}

impl Document {
    /// Puts a copy of the root of `template` where `place` says.
    pub(crate) fn graft<E: From<ParseError>>(
        &mut self,
        template: &Self,
        place: impl for<'d> FnOnce(Element<'d>) -> Result<Place<'d>, E>,
    ) -> Result<(), E> {
        let place = match place(self.root())? {
            Place::After(element) => (element.node().as_ptr(), true),
            Place::FirstIn(element) => (element.node().as_ptr(), false),
        };
        let (target, after) = place;
        // SAFETY: `target` is an element of this document, which is borrowed mutably: no `Node`
        // of it is alive. The copy is owned by the document once it is linked, and freed here if
        // it is not.
        unsafe {
            let copy = xml::xmlDocCopyNode(template.root, self.doc.as_ptr(), 1);
            if copy.is_null() {
                return Err(ParseError::OutOfMemory.into());
            }
            let first = (*target).children;
            let linked = if after {
                xml::xmlAddNextSibling(target, copy)
            } else if first.is_null() {
                xml::xmlAddChild(target, copy)
            } else {
                xml::xmlAddPrevSibling(first, copy)
            };
            if linked.is_null() {
                xml::xmlFreeNode(copy);
                return Err(ParseError::OutOfMemory.into());
            }
        }
        Ok(())
    }

    /// The document as text, without an XML declaration.
    pub(crate) fn to_xml(&self) -> Option<String> {
        let options = xml::xmlSaveOption_XML_SAVE_NO_DECL | xml::xmlSaveOption_XML_SAVE_AS_XML;
        let options = c_int::try_from(options).ok()?;
        // SAFETY: buffer and context are made and freed here; closing the context flushes it into
        // the buffer, whose content is read before it is freed.
        unsafe {
            let buffer = xml::xmlBufferCreate();
            if buffer.is_null() {
                return None;
            }
            let context = xml::xmlSaveToBuffer(buffer, c"UTF-8".as_ptr(), options);
            let saved = !context.is_null()
                && xml::xmlSaveDoc(context, self.doc.as_ptr()) >= 0
                && xml::xmlSaveClose(context) >= 0;
            let content = xml::xmlBufferContent(buffer);
            let text = if saved && !content.is_null() {
                CStr::from_ptr(content.cast::<c_char>())
                    .to_str()
                    .ok()
                    .map(str::to_owned)
            } else {
                None
            };
            xml::xmlBufferFree(buffer);
            text
        }
    }
}

/// A node of the tree, alive as long as its document.
#[derive(Clone, Copy)]
pub(crate) struct Node<'d> {
    node: NonNull<xml::xmlNode>,
    document: &'d Document,
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
    /// `node` is null or a node of `document`.
    unsafe fn new(document: &'d Document, node: *mut xml::xmlNode) -> Option<Self> {
        NonNull::new(node).map(|node| Self { node, document })
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

    /// The text of a text node.
    pub(crate) fn content(self) -> &'d str {
        // SAFETY: a text's content is null or a string that the node owns, inside itself or not.
        unsafe { text_at(self.raw().content) }
    }

    pub(crate) fn first_child(self) -> Option<Self> {
        // SAFETY: text and comment nodes have no children; an element's belong to the same tree.
        unsafe {
            if self.is_element() {
                Self::new(self.document, self.raw().children)
            } else {
                None
            }
        }
    }

    pub(crate) fn next(self) -> Option<Self> {
        // SAFETY: a sibling belongs to the same tree.
        unsafe { Self::new(self.document, self.raw().next) }
    }

    pub(crate) fn previous(self) -> Option<Self> {
        // SAFETY: a sibling belongs to the same tree.
        unsafe { Self::new(self.document, self.raw().prev) }
    }

    pub(crate) fn parent(self) -> Option<Self> {
        // SAFETY: the parent is a node of the same tree, or the document, which begins with the
        // same fields as every node does and is told from an element by its kind.
        unsafe { Self::new(self.document, self.raw().parent) }.filter(|parent| parent.is_element())
    }

    /// The next node in document order, staying inside `within` (or the document).
    pub(crate) fn following(self, within: Option<Self>) -> Option<Self> {
        if let Some(child) = self.first_child() {
            return Some(child);
        }
        let mut node = self;
        loop {
            if within == Some(node) {
                return None;
            }
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
            document: self.document,
        }
    }

    pub(crate) fn document(self) -> &'d Document {
        self.document
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
            let owner = xml::xmlGetID(self.document.as_ptr(), value);
            if owner.is_null() {
                !xml::xmlAddID(
                    ptr::null_mut(),
                    self.document.as_ptr(),
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
    document: &'d Document,
}

impl<'d> Iterator for Attributes<'d> {
    type Item = Attribute<'d>;

    fn next(&mut self) -> Option<Attribute<'d>> {
        let attribute = NonNull::new(self.next)?;
        // SAFETY: the list of attributes belongs to an element that lives for `'d`.
        self.next = unsafe { (*attribute.as_ptr()).next };
        Some(Attribute {
            attribute: attribute.as_ptr(),
            document: self.document,
        })
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Attribute<'d> {
    attribute: *mut xml::xmlAttr,
    document: &'d Document,
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

    /// The texts that make its value: none for an empty one, in general one.
    pub(crate) fn texts(self) -> impl Iterator<Item = &'d str> {
        // SAFETY: the children of an attribute belong to the same tree.
        let first = unsafe { Node::new(self.document, (*self.attribute).children) };
        std::iter::successors(first, |node| node.next()).map(Node::content)
    }

    fn single_text(self) -> Option<Node<'d>> {
        // SAFETY: the children of an attribute belong to the same tree.
        let first = unsafe { Node::new(self.document, (*self.attribute).children) }?;
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
/// `namespace` is null or a declaration that lives for `'d`.
unsafe fn namespace_at<'d>(namespace: *const xml::xmlNs) -> Option<&'d str> {
    if namespace.is_null() {
        return None;
    }
    // SAFETY: by the caller's word.
    Some(unsafe { text_at((*namespace).href) }).filter(|href| !href.is_empty())
}
