//! libxml2's tree: from bytes to a document that passed every rule, and what xmlsec works on.
#![expect(unsafe_code, reason = "libxml2's tree is reached through raw pointers")]

mod change;
mod node;

use std::ffi::{c_char, c_int};
use std::ptr::{self, NonNull};

use libxml::bindings as xml;

use crate::element::Element;
use crate::ffi;
use crate::limits::Limits;
use crate::parse_error::ParseError;
use crate::prescan::prescan;

pub(crate) use change::Place;
pub(crate) use node::{Attribute, Attributes, Node};

/// No network, no output, no encoding but the one we checked, CDATA as text. Never RECOVER, NOENT,
/// HUGE, XINCLUDE or any of DTD*. COMPACT keeps short texts inside their node: one allocation less
/// each.
const PARSE_OPTIONS: u32 = xml::xmlParserOption_XML_PARSE_NONET
    | xml::xmlParserOption_XML_PARSE_NOERROR
    | xml::xmlParserOption_XML_PARSE_NOWARNING
    | xml::xmlParserOption_XML_PARSE_IGNORE_ENC
    | xml::xmlParserOption_XML_PARSE_NOCDATA
    | xml::xmlParserOption_XML_PARSE_COMPACT;

/// A document that passed the pre-scan and libxml2 without a complaint. It may move between threads
/// but not be shared by them: looking for an ID writes into its table.
pub(crate) struct Tree {
    doc: NonNull<xml::xmlDoc>,
    /// Null only while `Tree::checked` has not looked for it yet.
    root: *mut xml::xmlNode,
    /// What it was read within, or what it was made canonical from.
    limits: Limits,
}

// SAFETY: a document owns everything it points to, its dictionary of names included (each parser
// context makes its own), and libxml2 keeps nothing of it in thread-local storage. It is not Sync.
unsafe impl Send for Tree {}

impl Drop for Tree {
    fn drop(&mut self) {
        // SAFETY: `doc` came from the parser, is owned by `self` alone, and every `Node` borrows
        // from `self`, so none is left.
        unsafe { xml::xmlFreeDoc(self.doc.as_ptr()) }
    }
}

impl Tree {
    /// Reads a document.
    ///
    /// The order is: length, UTF-8, no NUL; the pre-scan (no DTD, no processing instruction, every
    /// bound of `limits`); libxml2; well-formed *and* namespace-well-formed; nothing in the tree
    /// but elements, text and comments. CDATA sections become text.
    pub(crate) fn parse(bytes: &[u8], limits: &Limits) -> Result<Self, ParseError> {
        ffi::ready()?;
        let bytes = prescan(bytes, limits)?;
        Self::read(bytes, PARSE_OPTIONS, limits)?.checked()
    }

    /// The same, for the canonical form of a document that was read within `limits`.
    pub(crate) fn parse_canonical(bytes: &[u8], limits: &Limits) -> Result<Self, ParseError> {
        let mut tree = Self::parse(bytes, &limits.of_canonical_form(bytes.len()))?;
        tree.limits = *limits;
        Ok(tree)
    }

    /// The same, for a tree that will be changed: COMPACT forbids that.
    pub(crate) fn parse_mutable(bytes: &[u8], limits: &Limits) -> Result<Self, ParseError> {
        ffi::ready()?;
        let bytes = prescan(bytes, limits)?;
        let options = PARSE_OPTIONS & !xml::xmlParserOption_XML_PARSE_COMPACT;
        Self::read(bytes, options, limits)?.checked()
    }

    /// libxml2 alone, with our options and without our rules: the floor of the benches. Its root has
    /// not been looked for, so it is for dropping alone.
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
        let tree = NonNull::new(doc).map(|doc| Self {
            doc,
            root: ptr::null_mut(),
            limits: *limits,
        });
        match tree {
            Some(tree) if well_formed && namespace_well_formed => Ok(tree),
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
        let mut nodes = self.nodes();
        let other = nodes.find(|node| !(node.is_element() || node.is_text() || node.is_comment()));
        if let Some(kind) = other.map(Node::kind) {
            return Err(ParseError::UnexpectedNode { kind });
        }
        drop(nodes);
        Ok(self)
    }

    /// Every node, in document order.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        std::iter::successors(self.first(), |node| node.following())
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
    pub(crate) fn root(&self) -> Element<'_> {
        // SAFETY: `checked` put an element of this document there.
        let node = unsafe { NonNull::new_unchecked(self.root) };
        Element::from_element(Node { node, tree: self }.into())
    }

    pub(crate) fn as_ptr(&self) -> *mut xml::xmlDoc {
        self.doc.as_ptr()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }
}
