//! Why a document was not read.

use crate::InitError;

/// Why [`Document::parse`](crate::Document::parse) refused. No variant carries text of the
/// document; `offset` counts bytes from its beginning.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// Nothing but white space.
    #[error("the document is empty")]
    Empty,
    /// Longer than [`Limits::max_bytes`](crate::Limits::max_bytes).
    #[error("the document has {bytes} bytes, more than {max}")]
    TooLarge {
        /// Its length.
        bytes: usize,
        /// The bound.
        max: usize,
    },
    /// Not UTF-8: UTF-16 and UTF-32 end here too.
    #[error("the document is not UTF-8 at byte {offset}")]
    NotUtf8 {
        /// The first wrong byte.
        offset: usize,
    },
    /// A byte-order mark behind the first: a character before the root element.
    #[error("a second byte-order mark")]
    SecondByteOrderMark,
    /// A NUL byte, which no XML document has and which would set off encoding detection.
    #[error("the document has a NUL at byte {offset}")]
    Nul {
        /// Where.
        offset: usize,
    },
    /// The XML declaration is malformed, or asks for a version other than 1.0.
    #[error("the XML declaration is malformed or not of version 1.0")]
    XmlDeclaration,
    /// The XML declaration names an encoding other than UTF-8.
    #[error("the XML declaration names an encoding other than UTF-8")]
    Encoding,
    /// A processing instruction. Messages have none, and neither may their signatures.
    #[error("a processing instruction at byte {offset}")]
    ProcessingInstruction {
        /// Where.
        offset: usize,
    },
    /// A document type declaration, and with it entities (IIP-G03).
    #[error("a document type declaration at byte {offset}")]
    Doctype {
        /// Where.
        offset: usize,
    },
    /// Some other markup declaration (`<!ENTITY`, `<!ATTLIST`, …).
    #[error("a markup declaration at byte {offset}")]
    MarkupDeclaration {
        /// Where.
        offset: usize,
    },
    /// A comment, CDATA section, tag or attribute value that never ends.
    #[error("{what} at byte {offset} does not end")]
    Unterminated {
        /// What it is.
        what: &'static str,
        /// Where it begins.
        offset: usize,
    },
    /// A `<` inside a tag, which is never well-formed and would hide tags from the pre-scan.
    #[error("a `<` inside the tag at byte {offset}")]
    LessThanInTag {
        /// Where the tag begins.
        offset: usize,
    },
    /// An end tag without its start tag, or the other way round.
    #[error("the tags do not match at byte {offset}")]
    UnbalancedTags {
        /// Where.
        offset: usize,
    },
    /// More than [`Limits::max_attributes_per_tag`](crate::Limits::max_attributes_per_tag).
    #[error("the tag at byte {offset} has more than {max} attributes")]
    TooManyAttributes {
        /// Where the tag begins.
        offset: usize,
        /// The bound.
        max: usize,
    },
    /// More than [`Limits::max_xmlns_per_tag`](crate::Limits::max_xmlns_per_tag).
    #[error("the tag at byte {offset} has more than {max} namespace declarations")]
    TooManyNamespaceDeclarations {
        /// Where the tag begins.
        offset: usize,
        /// The bound.
        max: usize,
    },
    /// More than [`Limits::max_namespaces_in_scope`](crate::Limits::max_namespaces_in_scope).
    #[error("more than {max} namespace declarations are in scope at byte {offset}")]
    TooManyNamespacesInScope {
        /// Where the tag begins.
        offset: usize,
        /// The bound.
        max: usize,
    },
    /// Longer than [`Limits::max_namespace_bytes`](crate::Limits::max_namespace_bytes).
    #[error("a namespace name of {bytes} bytes in the tag at byte {offset} is longer than {max}")]
    NamespaceTooLong {
        /// Where the tag begins.
        offset: usize,
        /// Its length.
        bytes: usize,
        /// The bound.
        max: usize,
    },
    /// More than
    /// [`Limits::max_repeated_namespace_bytes`](crate::Limits::max_repeated_namespace_bytes).
    #[error("namespace names would be repeated in more than {max} bytes at byte {offset}")]
    NamespacesRepeated {
        /// Where the tag begins.
        offset: usize,
        /// The bound.
        max: usize,
    },
    /// Deeper than [`Limits::max_depth`](crate::Limits::max_depth).
    #[error("the tag at byte {offset} is nested deeper than {max}")]
    TooDeep {
        /// Where the tag begins.
        offset: usize,
        /// The bound.
        max: usize,
    },
    /// More than [`Limits::max_nodes`](crate::Limits::max_nodes).
    #[error("more than {max} elements, attributes, comments and CDATA sections at byte {offset}")]
    TooManyNodes {
        /// Where the one too many begins.
        offset: usize,
        /// The bound.
        max: usize,
    },
    /// libxml2 says that it is not well-formed.
    #[error("the document is not well-formed: line {line}, libxml2 error {code}")]
    NotWellFormed {
        /// The line, from 1.
        line: u32,
        /// libxml2's `xmlParserErrors`.
        code: i32,
    },
    /// libxml2 says that it is not namespace-well-formed: an undeclared prefix, a rebound `xml`,
    /// two attributes of one expanded name (Namespaces in XML 1.0).
    #[error("the document is not namespace-well-formed: line {line}, libxml2 error {code}")]
    NotNamespaceWellFormed {
        /// The line of the last such error, from 1.
        line: u32,
        /// libxml2's `xmlParserErrors`.
        code: i32,
    },
    /// The tree holds something other than elements, text, CDATA and comments. The pre-scan lets
    /// no such thing through: this is the second lock on the same door.
    #[error("the document holds a node of kind {kind}")]
    UnexpectedNode {
        /// libxml2's `xmlElementType`.
        kind: u32,
    },
    /// Bytes that were to be canonical and are not (Canonical XML 1.0 §2.3): `offset` is theirs.
    #[error("the canonical form is not spelled as one at byte {offset}")]
    NotCanonical {
        /// Where.
        offset: usize,
    },
    /// The C libraries could not be set up.
    #[error(transparent)]
    Init(#[from] InitError),
    /// libxml2 could not allocate.
    #[error("libxml2 is out of memory")]
    OutOfMemory,
}
