//! The bounds of one document.

/// What a document may cost. Every number is checked before libxml2 sees the bytes, because
/// libxml2 2.9 is quadratic in the attributes and namespaces of one tag.
///
/// The defaults suit a SAML message: real ones have 4 to 15 KB, a dozen attributes a tag at most
/// and a depth below 16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of the document. Default 512 KiB.
    pub max_bytes: usize,
    /// Elements nested in one another. Default 64; the tree walkers of the C libraries recurse.
    pub max_depth: usize,
    /// Attributes of one tag, namespace declarations included. Default 64; 26 000 of them cost
    /// libxml2 1.7 s.
    pub max_attributes_per_tag: usize,
    /// Namespace declarations of one tag. Default 16; honest messages have up to five.
    pub max_xmlns_per_tag: usize,
    /// Namespace declarations in force at one place. Default 64; canonicalisation looks through
    /// them at every element.
    pub max_namespaces_in_scope: usize,
    /// Bytes of one namespace name as it is written. Default 256, twice the longest in use:
    /// canonicalisation repeats it at every element.
    pub max_namespace_bytes: usize,
    /// Bytes of namespace names that canonicalisation may have to repeat: for each element, and each
    /// attribute with a prefix, the longest in scope. Default 2 MiB; an honest message of 512 KiB
    /// with an `xsi:type` on every value has half of that. The canonical form of one that only
    /// repeats would be ten times as long as the message, and every step after it as dear.
    pub max_repeated_namespace_bytes: usize,
    /// Elements, attributes, comments and CDATA sections together. Default 20 000: a response of
    /// 512 KiB with a group on every line has about half of that.
    pub max_nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 512 * 1024,
            max_depth: 64,
            max_attributes_per_tag: 64,
            max_xmlns_per_tag: 16,
            max_namespaces_in_scope: 64,
            max_namespace_bytes: 256,
            max_repeated_namespace_bytes: 2 * 1024 * 1024,
            max_nodes: 20_000,
        }
    }
}

impl Limits {
    /// The same, with room for `bytes` at least.
    pub(crate) fn with_room_for(self, bytes: usize) -> Self {
        Self {
            max_bytes: self.max_bytes.max(bytes),
            ..self
        }
    }

    /// What the canonical form of a document within `self` can need, `bytes` long: it repeats a
    /// namespace declaration at every element and for every attribute that uses it.
    pub(crate) fn of_canonical_form(self, bytes: usize) -> Self {
        Self {
            max_attributes_per_tag: self.max_attributes_per_tag.saturating_mul(2),
            max_xmlns_per_tag: self.max_attributes_per_tag.saturating_add(1),
            max_namespaces_in_scope: self.max_namespaces_in_scope.saturating_mul(2),
            max_repeated_namespace_bytes: self.max_repeated_namespace_bytes.saturating_mul(2),
            max_nodes: self.max_nodes.saturating_mul(2),
            ..self.with_room_for(bytes)
        }
    }

    /// Whether everything read within `self` is within `other` too, its length apart.
    pub(crate) fn no_wider_than(&self, other: &Self) -> bool {
        self.max_depth <= other.max_depth
            && self.max_attributes_per_tag <= other.max_attributes_per_tag
            && self.max_xmlns_per_tag <= other.max_xmlns_per_tag
            && self.max_namespaces_in_scope <= other.max_namespaces_in_scope
            && self.max_namespace_bytes <= other.max_namespace_bytes
            && self.max_repeated_namespace_bytes <= other.max_repeated_namespace_bytes
            && self.max_nodes <= other.max_nodes
    }
}
