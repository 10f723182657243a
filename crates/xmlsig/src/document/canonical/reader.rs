//! From canonical bytes to the tree (Canonical XML 1.0 §2.3, Exclusive XML Canonicalization 1.0 §3).
//!
//! ```text
//! element     = "<" name *namespace *attribute ">" *( element / text ) "</" name ">"
//! namespace   = " xmlns" [ ":" prefix ] "=" value     ascending by prefix
//! attribute   = " " name "=" value                    ascending by namespace name, then local name
//! value       = DQUOTE *( any but & < " TAB LF CR / "&amp;" / "&lt;" / "&quot;" / "&#x9;" / "&#xA;" / "&#xD;" ) DQUOTE
//! text        = 1*( any but & < > CR / "&amp;" / "&lt;" / "&gt;" / "&#xD;" )
//! ```
//!
//! One pass, no recursion. Ascending order is what keeps an element from having an attribute twice.

use memchr::{memchr, memchr2};

use super::name::{is_ncname, may_be_in_name};
use super::{AttributeEntry, Entry, Kind, NONE, Namespace, Span, Tree, index};
use crate::algorithm::XML_NS;
use crate::limits::Limits;
use crate::parse_error::ParseError;

/// The namespace of namespace declarations, which nothing may be bound to.
const XMLNS_NS: &str = "http://www.w3.org/2000/xmlns/";

/// The escapes of a text.
const IN_TEXT: &[(&str, char)] = &[
    ("&amp;", '&'),
    ("&lt;", '<'),
    ("&gt;", '>'),
    ("&#xD;", '\r'),
];
/// The escapes of an attribute's value.
const IN_VALUE: &[(&str, char)] = &[
    ("&amp;", '&'),
    ("&lt;", '<'),
    ("&quot;", '"'),
    ("&#x9;", '\t'),
    ("&#xA;", '\n'),
    ("&#xD;", '\r'),
];

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Tree, ParseError> {
    let bounds = limits.of_canonical_form(bytes.len());
    let (length, max) = (bytes.len(), bounds.max_bytes);
    // Spans are of 32 bits; what is unescaped, which is shorter than it was, needs some too.
    let fits = u32::try_from(length.saturating_mul(2)).is_ok_and(|end| end < NONE);
    if length > max || !fits {
        return Err(ParseError::TooLarge { bytes: length, max });
    }
    let written = std::str::from_utf8(bytes).map_err(|error| ParseError::NotUtf8 {
        offset: error.valid_up_to(),
    })?;
    only_characters(written)?;
    let mut text = String::with_capacity(length + length / 64);
    text.push_str(written);
    let mut reader = Reader {
        written,
        at: 0,
        bounds,
        open: Vec::with_capacity(16),
        scope: Vec::with_capacity(16),
        tree: Tree {
            text,
            length,
            // What messages have of them.
            nodes: Vec::with_capacity(length / 32),
            attributes: Vec::with_capacity(length / 64),
            limits: *limits,
        },
    };
    reader.document()?;
    Ok(reader.tree)
}

/// Nothing but characters of XML (XML 1.0 §2.2), and no carriage return: that is written as an escape
/// everywhere.
fn only_characters(text: &str) -> Result<(), ParseError> {
    let is_control = |byte: u8| byte < b' ' && byte != b'\n' && byte != b'\t';
    // Without a way out early, the loop takes many bytes at a time.
    let controls = text
        .bytes()
        .fold(false, |found, byte| found | is_control(byte));
    let offset = if controls {
        text.bytes().position(is_control)
    } else if text.is_ascii() {
        None
    } else {
        text.find(['\u{fffe}', '\u{ffff}'])
    };
    match offset {
        None => Ok(()),
        Some(offset) => Err(ParseError::NotCanonical { offset }),
    }
}

struct Reader<'b> {
    written: &'b str,
    at: usize,
    bounds: Limits,
    open: Vec<Open>,
    /// The namespace declarations in force, the latest last.
    scope: Vec<Declaration<'b>>,
    tree: Tree,
}

/// An open element.
struct Open {
    node: u32,
    /// Its name as it is written.
    name: Span,
    last_child: u32,
    /// How many declarations are in force around it.
    scope: usize,
}

/// A namespace declaration. Both are empty for `xmlns=""`.
#[derive(Clone, Copy)]
struct Declaration<'b> {
    prefix: &'b str,
    namespace: &'b str,
    span: Span,
}

/// A name with its prefix, if it has one.
#[derive(Clone, Copy)]
struct Name<'b> {
    whole: Span,
    prefix: Option<&'b str>,
    local: &'b str,
    local_span: Span,
}

impl<'b> Reader<'b> {
    fn document(&mut self) -> Result<(), ParseError> {
        self.start_tag()?;
        while let Some(open) = self.open.last() {
            let name = open.name;
            let length = memchr(b'<', self.rest()).ok_or_else(|| self.wrong())?;
            if length > 0 {
                self.text(length)?;
            }
            if self.rest().get(1) == Some(&b'/') {
                self.end_tag(name)?;
            } else {
                self.start_tag()?;
            }
        }
        if self.rest().is_empty() {
            Ok(())
        } else {
            Err(self.wrong())
        }
    }

    #[cold]
    fn wrong(&self) -> ParseError {
        ParseError::NotCanonical { offset: self.at }
    }

    fn rest(&self) -> &'b [u8] {
        self.written.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn piece(&self, start: usize, end: usize) -> &'b str {
        self.written.get(start..end).unwrap_or_default()
    }

    fn take(&mut self, expected: &str) -> Result<(), ParseError> {
        if !self.rest().starts_with(expected.as_bytes()) {
            return Err(self.wrong());
        }
        self.at += expected.len();
        Ok(())
    }

    fn end_tag(&mut self, name: Span) -> Result<(), ParseError> {
        self.take("</")?;
        self.take(self.piece(index(name.start), index(name.end)))?;
        self.take(">")?;
        if let Some(element) = self.open.pop() {
            self.scope.truncate(element.scope);
        }
        Ok(())
    }

    fn start_tag(&mut self) -> Result<(), ParseError> {
        let offset = self.at;
        let (depth, max) = (self.open.len(), self.bounds.max_depth);
        if depth >= max {
            return Err(ParseError::TooDeep { offset, max });
        }
        self.take("<")?;
        let name = self.name()?;
        let around = self.scope.len();
        let first = self.tree.attributes.len();
        while self.rest().first() == Some(&b' ') {
            self.at += 1;
            let attribute = self.name()?;
            self.take("=\"")?;
            let length = memchr(b'"', self.rest()).ok_or_else(|| self.wrong())?;
            match (attribute.prefix, attribute.local) {
                (None, "xmlns") => self.declaration("", length, around, first)?,
                (Some("xmlns"), prefix) => self.declaration(prefix, length, around, first)?,
                _ => self.attribute(attribute, length, first)?,
            }
            self.at += 1;
        }
        self.take(">")?;
        let namespace = self.namespace_of(name.prefix.unwrap_or_default())?;
        let attributes = (number(first), number(self.tree.attributes.len()));
        let kind = Kind::Element {
            local: name.local_span,
            namespace,
            first_child: NONE,
            attributes,
        };
        let node = self.add(kind);
        self.open.push(Open {
            node,
            name: name.whole,
            last_child: NONE,
            scope: around,
        });
        Ok(())
    }

    /// The name at hand, with at most one colon in it.
    fn name(&mut self) -> Result<Name<'b>, ParseError> {
        let start = self.at;
        let (mut length, mut colon, mut all) = (0, None, 0);
        for &byte in self.rest() {
            if !may_be_in_name(byte) {
                break;
            }
            if byte == b':' && colon.replace(start + length).is_some() {
                return Err(self.wrong());
            }
            all |= byte;
            length += 1;
        }
        self.at += length;
        let local_start = colon.map_or(start, |colon| colon + 1);
        let local = self.piece(local_start, self.at);
        let prefix = colon.map(|colon| self.piece(start, colon));
        let good = if all.is_ascii() {
            begins_ascii_name(local) && prefix.is_none_or(begins_ascii_name)
        } else {
            is_ncname(local) && prefix.is_none_or(is_ncname)
        };
        if !good {
            return Err(self.wrong());
        }
        Ok(Name {
            whole: span(start, self.at),
            prefix,
            local,
            local_span: span(local_start, self.at),
        })
    }

    /// A namespace declaration whose value is at hand: it comes before every attribute, prefixes
    /// ascend, and what Namespaces in XML 1.0 §3 reserves stays so.
    fn declaration(
        &mut self,
        prefix: &'b str,
        length: usize,
        around: usize,
        first_attribute: usize,
    ) -> Result<(), ParseError> {
        let namespace = self.piece(self.at, self.at + length);
        let ascends = self
            .scope
            .get(around..)
            .and_then(<[_]>::last)
            .is_none_or(|last| last.prefix < prefix);
        let is_reserved =
            matches!(prefix, "xml" | "xmlns") || matches!(namespace, XML_NS | XMLNS_NS);
        // C14N of libxml2 writes no escapes here; so there may be nothing that needs one.
        let is_plain = !namespace
            .bytes()
            .any(|byte| matches!(byte, b'&' | b'<' | b'\t' | b'\n'));
        let empty = namespace.is_empty() && !prefix.is_empty();
        let is_first = self.tree.attributes.len() == first_attribute;
        if !ascends || is_reserved || !is_plain || empty || !is_first {
            return Err(self.wrong());
        }
        let (offset, max) = (self.at, self.bounds.max_namespaces_in_scope);
        if self.scope.len() >= max {
            return Err(ParseError::TooManyNamespacesInScope { offset, max });
        }
        self.scope.push(Declaration {
            prefix,
            namespace,
            span: span(self.at, self.at + length),
        });
        self.at += length;
        Ok(())
    }

    /// An attribute whose value is at hand: it comes after those of a lesser namespace, or of the
    /// same and with a lesser name.
    fn attribute(&mut self, name: Name<'b>, length: usize, first: usize) -> Result<(), ParseError> {
        let namespace = match name.prefix {
            // The default namespace is not that of attributes (Namespaces in XML 1.0 §6.2).
            None => Namespace::None,
            Some(prefix) => self.namespace_of(prefix)?,
        };
        let last = self.tree.attributes.get(first..).and_then(<[_]>::last);
        let ascends = last.is_none_or(|last| {
            let place = |namespace, local| (self.tree.namespace(namespace), local);
            place(last.namespace, self.tree.piece(last.local)) < place(namespace, name.local)
        });
        let start = self.at;
        let value = self.piece(start, start + length);
        let is_raw = |byte: u8| byte == b'<' || byte == b'\t' || byte == b'\n';
        let raw = value
            .bytes()
            .fold(false, |found, byte| found | is_raw(byte));
        if !ascends || raw {
            return Err(self.wrong());
        }
        let value = match memchr(b'&', value.as_bytes()) {
            None => span(start, start + length),
            Some(_) => self.unescape(value, IN_VALUE)?,
        };
        self.at = start + length;
        self.tree.attributes.push(AttributeEntry {
            local: name.local_span,
            namespace,
            value,
        });
        Ok(())
    }

    fn text(&mut self, length: usize) -> Result<(), ParseError> {
        let start = self.at;
        let text = self.piece(start, start + length);
        let text = match memchr2(b'&', b'>', text.as_bytes()) {
            None => span(start, start + length),
            Some(_) => self.unescape(text, IN_TEXT)?,
        };
        self.at = start + length;
        self.add(Kind::Text(text));
        Ok(())
    }

    /// Puts behind the bytes what `text`, which is at hand, reads as.
    fn unescape(&mut self, text: &str, escapes: &[(&str, char)]) -> Result<Span, ParseError> {
        let start = self.tree.text.len();
        let mut rest = text;
        // `>` has an escape in a text and none in a value.
        let is_text = escapes.iter().any(|(_, character)| *character == '>');
        while let Some(found) = rest.find(|c| c == '&' || (is_text && c == '>')) {
            let (before, escape) = rest.split_at(found);
            let known = escapes
                .iter()
                .find(|(written, _)| escape.starts_with(written));
            let Some((written, character)) = known else {
                self.at += text.len() - escape.len();
                return Err(self.wrong());
            };
            self.tree.text.push_str(before);
            self.tree.text.push(*character);
            rest = escape.get(written.len()..).unwrap_or_default();
        }
        self.tree.text.push_str(rest);
        Ok(span(start, self.tree.text.len()))
    }

    /// What a prefix stands for here; the empty one for the default.
    fn namespace_of(&self, prefix: &str) -> Result<Namespace, ParseError> {
        if prefix == "xml" {
            return Ok(Namespace::Xml);
        }
        let declared = self.scope.iter().rev().find(|known| known.prefix == prefix);
        match declared {
            Some(known) if known.namespace.is_empty() => Ok(Namespace::None),
            Some(known) => Ok(Namespace::Written(known.span)),
            None if prefix.is_empty() => Ok(Namespace::None),
            None => Err(self.wrong()),
        }
    }

    /// Adds a node as the last child of the element that is open.
    fn add(&mut self, kind: Kind) -> u32 {
        let node = number(self.tree.nodes.len());
        let (mut parent, mut previous) = (NONE, NONE);
        if let Some(open) = self.open.last_mut() {
            parent = open.node;
            previous = std::mem::replace(&mut open.last_child, node);
            if previous == NONE {
                if let Some(Entry {
                    kind: Kind::Element { first_child, .. },
                    ..
                }) = self.tree.nodes.get_mut(index(parent))
                {
                    *first_child = node;
                }
            } else if let Some(sibling) = self.tree.nodes.get_mut(index(previous)) {
                sibling.next = node;
            }
        }
        self.tree.nodes.push(Entry {
            parent,
            previous,
            next: NONE,
            kind,
        });
        node
    }
}

/// An ASCII text of the bytes that a name can have, the colon not among them, is an NCName if it
/// begins as one.
fn begins_ascii_name(text: &str) -> bool {
    text.bytes()
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
}

fn span(start: usize, end: usize) -> Span {
    Span {
        start: number(start),
        end: number(end),
    }
}

/// `read` has seen that twice the length is below `NONE`, and there are fewer nodes than bytes.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(NONE)
}
