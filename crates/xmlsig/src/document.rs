//! A document, in one of two forms: libxml2's tree of what anybody may have sent, and our own reading of
//! bytes that were made canonical. Whoever walks over it sees no difference.

mod canonical;
mod libxml2;
mod node;

use crate::element::Element;
use crate::limits::Limits;
use crate::parse_error::ParseError;

pub(crate) use canonical::Tree as CanonicalTree;
pub(crate) use libxml2::{Attribute as TreeAttribute, Node as TreeNode, Place, Tree};
pub(crate) use node::{Attribute, Node};

/// An XML document that passed every rule. It may move between threads but not be shared by them.
pub struct Document(Form);

enum Form {
    /// As libxml2 read it.
    Parsed(Tree),
    /// As it stands in canonical bytes.
    Canonical(CanonicalTree),
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
        Tree::parse(bytes, limits).map(|tree| Self(Form::Parsed(tree)))
    }

    /// Reads the exclusive canonical form of an element of a document that was read within `limits`.
    pub(crate) fn read_canonical(bytes: &[u8], limits: &Limits) -> Result<Self, ParseError> {
        CanonicalTree::read(bytes, limits).map(|tree| Self(Form::Canonical(tree)))
    }

    /// The root element.
    #[must_use]
    pub fn root(&self) -> Element<'_> {
        match &self.0 {
            Form::Parsed(tree) => tree.root(),
            Form::Canonical(tree) => Element::from_element(tree.root().into()),
        }
    }

    pub(crate) fn limits(&self) -> &Limits {
        match &self.0 {
            Form::Parsed(tree) => tree.limits(),
            Form::Canonical(tree) => tree.limits(),
        }
    }
}
