//! The two readings of canonical bytes, ours and libxml2's, beside each other: for tests and fuzzers.

use std::fmt::Write as _;

use crate::document::{Document, Tree};
use crate::element::Element;
use crate::ffi::{self, Method, canonicalize};
use crate::limits::Limits;
use crate::parse_error::ParseError;

/// Room for whatever a fuzzer thinks of, but for the depth: libxml2 has a bound of its own there.
fn wide() -> Limits {
    Limits {
        max_bytes: 1 << 24,
        max_attributes_per_tag: 1 << 20,
        max_xmlns_per_tag: 1 << 20,
        max_namespaces_in_scope: 1 << 20,
        max_namespace_bytes: 1 << 20,
        max_repeated_namespace_bytes: 1 << 30,
        max_nodes: 1 << 20,
        ..Limits::default()
    }
}

/// As verification reads them.
///
/// # Errors
///
/// [`ParseError`] if they are not canonical.
pub fn ours(bytes: &[u8]) -> Result<Document, ParseError> {
    Document::read_canonical(bytes, &wide())
}

/// libxml2's word for a namespace name that is no URI. That is no matter of reading; where canonical bytes
/// are made of a document, it has seen the name before.
const NOT_A_URI: i32 = 99;

/// As libxml2 does; none where it minds a namespace name that is no URI, and nothing else.
///
/// # Errors
///
/// [`ParseError`] if they are not well-formed.
pub fn theirs(bytes: &[u8]) -> Result<Option<Document>, ParseError> {
    match Document::parse(bytes, &wide()) {
        Ok(document) => Ok(Some(document)),
        Err(ParseError::NotNamespaceWellFormed { code, .. }) if code == NOT_A_URI => Ok(None),
        Err(error) => Err(error),
    }
}

/// The exclusive canonical form of the root of a document, by xmlsec; `prefixes` are inclusive.
#[must_use]
pub fn canonical_form(document: &[u8], prefixes: &str) -> Option<Vec<u8>> {
    ffi::ready().ok()?;
    let document = Tree::parse(document, &wide()).ok()?;
    let exclusive = crate::algorithm::EXC_C14N;
    let method = format!(
        r#"<m:Transform xmlns:m="{}" Algorithm="{exclusive}"><InclusiveNamespaces xmlns="{exclusive}" PrefixList="{prefixes}"/></m:Transform>"#,
        crate::algorithm::DSIG_NS,
    );
    let method = Tree::parse(method.as_bytes(), &wide()).ok()?;
    let method = Method::Transform(method.root().in_tree()?);
    canonicalize(document.root().in_tree()?, None, method).ok()
}

/// Everything that can be asked of an element and of those inside it, by names and values.
#[must_use]
pub fn told(root: Element<'_>) -> String {
    let mut told = String::new();
    for element in root.descendants() {
        // Writing to a String cannot fail.
        let _ = writeln!(
            told,
            "{:?}:{:?} in {:?} after {:?} before {:?} is {:?} deep {:?}",
            element.namespace(),
            element.local_name(),
            element.parent(),
            element.previous_element(),
            element.next_element(),
            element.text(),
            element.deep_text(),
        );
        for attribute in element.attributes() {
            let (namespace, name) = (attribute.namespace(), attribute.name());
            let _ = writeln!(told, "  {namespace:?}:{name:?}={:?}", attribute.value());
        }
    }
    told
}
