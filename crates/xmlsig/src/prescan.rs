//! The pass before libxml2: what it refuses, libxml2 never sees.
//!
//! libxml2 2.9 is quadratic in the attributes and namespaces of one tag, expands entities of a
//! DTD, and goes on parsing after an error. So every `<` is accounted for here: it begins a tag, a
//! comment or a CDATA section, and stands nowhere else. Where the two could read a document
//! differently (a `<` inside a tag), this one refuses. One pass, linear, no copy.

use memchr::{memchr, memchr2, memmem};

use crate::limits::Limits;
use crate::parse_error::ParseError;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Checks `bytes` and gives back what libxml2 shall read: the same without a byte-order mark.
pub(crate) fn prescan<'b>(bytes: &'b [u8], limits: &Limits) -> Result<&'b [u8], ParseError> {
    if bytes.len() > limits.max_bytes {
        return Err(ParseError::TooLarge {
            bytes: bytes.len(),
            max: limits.max_bytes,
        });
    }
    if let Err(error) = std::str::from_utf8(bytes) {
        return Err(ParseError::NotUtf8 {
            offset: error.valid_up_to(),
        });
    }
    if let Some(offset) = memchr(0, bytes) {
        return Err(ParseError::Nul { offset });
    }
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    // libxml2 would take this one away too, and read a document that is not well-formed.
    if bytes.starts_with(BYTE_ORDER_MARK) {
        return Err(ParseError::SecondByteOrderMark);
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(ParseError::Empty);
    }
    Scan {
        bytes,
        limits,
        nodes: 0,
        in_scope: 0,
        repeated: 0,
        open: Vec::with_capacity(16),
    }
    .run()?;
    Ok(bytes)
}

struct Scan<'b, 'l> {
    bytes: &'b [u8],
    limits: &'l Limits,
    nodes: usize,
    in_scope: usize,
    /// What canonicalisation may have to write of namespace declarations, at most.
    repeated: usize,
    open: Vec<Open>,
}

/// An open element.
#[derive(Clone, Copy)]
struct Open {
    /// The namespace declarations it made.
    namespaces: usize,
    /// The bytes of the longest that is in scope in it.
    longest: usize,
}

/// One start tag, read to its end.
struct Tag {
    end: usize,
    attributes: usize,
    namespaces: usize,
    /// The bytes of its longest namespace name.
    longest: usize,
    /// Names in it that a prefix or the default namespace can stand before.
    qualified: usize,
    empty: bool,
}

impl Scan<'_, '_> {
    fn run(mut self) -> Result<(), ParseError> {
        let mut at = self.declaration()?;
        while let Some(offset) = self.find(at, |rest| memchr(b'<', rest)) {
            at = match self.byte(offset + 1) {
                Some(b'?') => return Err(ParseError::ProcessingInstruction { offset }),
                Some(b'!') => self.markup(offset)?,
                Some(b'/') => self.end_tag(offset)?,
                _ => self.start_tag(offset)?,
            };
        }
        if self.open.is_empty() {
            Ok(())
        } else {
            Err(ParseError::UnbalancedTags {
                offset: self.bytes.len(),
            })
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn rest(&self, at: usize) -> &[u8] {
        self.bytes.get(at..).unwrap_or_default()
    }

    fn find(&self, at: usize, search: impl FnOnce(&[u8]) -> Option<usize>) -> Option<usize> {
        search(self.rest(at)).map(|found| at + found)
    }

    /// A leading `<?xml … ?>` of version 1.0 and encoding UTF-8, if there is one.
    fn declaration(&self) -> Result<usize, ParseError> {
        let Some(rest) = self.bytes.strip_prefix(b"<?xml") else {
            return Ok(0);
        };
        if !rest.first().is_some_and(u8::is_ascii_whitespace) {
            return Ok(0);
        }
        let end = memmem::find(rest, b"?>").ok_or(ParseError::XmlDeclaration)?;
        let text = rest.get(..end).unwrap_or_default();
        let text = std::str::from_utf8(text).map_err(|_error| ParseError::XmlDeclaration)?;
        let (version, text) =
            pseudo_attribute(text, "version").ok_or(ParseError::XmlDeclaration)?;
        if version != "1.0" {
            return Err(ParseError::XmlDeclaration);
        }
        let text = match pseudo_attribute(text, "encoding") {
            Some((encoding, _)) if !encoding.eq_ignore_ascii_case("utf-8") => {
                return Err(ParseError::Encoding);
            }
            Some((_, text)) => text,
            None => text,
        };
        let text = match pseudo_attribute(text, "standalone") {
            Some(("yes" | "no", text)) => text,
            Some(_) => return Err(ParseError::XmlDeclaration),
            None => text,
        };
        if text.trim_ascii().is_empty() {
            Ok("<?xml".len() + end + "?>".len())
        } else {
            Err(ParseError::XmlDeclaration)
        }
    }

    fn count_nodes(&mut self, more: usize, offset: usize) -> Result<(), ParseError> {
        self.nodes += more;
        if self.nodes > self.limits.max_nodes {
            return Err(ParseError::TooManyNodes {
                offset,
                max: self.limits.max_nodes,
            });
        }
        Ok(())
    }

    /// A comment or a CDATA section; every other declaration is refused.
    fn markup(&mut self, offset: usize) -> Result<usize, ParseError> {
        let rest = self.rest(offset);
        let (what, begin, end): (&'static str, &[u8], &[u8]) = if rest.starts_with(b"<!--") {
            ("the comment", b"<!--", b"-->")
        } else if rest.starts_with(b"<![CDATA[") {
            ("the CDATA section", b"<![CDATA[", b"]]>")
        } else if rest.starts_with(b"<!DOCTYPE") {
            return Err(ParseError::Doctype { offset });
        } else {
            return Err(ParseError::MarkupDeclaration { offset });
        };
        self.count_nodes(1, offset)?;
        self.find(offset + begin.len(), |rest| memmem::find(rest, end))
            .map(|found| found + end.len())
            .ok_or(ParseError::Unterminated { what, offset })
    }

    fn end_tag(&mut self, offset: usize) -> Result<usize, ParseError> {
        let found = self
            .find(offset + 1, |rest| memchr2(b'>', b'<', rest))
            .ok_or(ParseError::Unterminated {
                what: "the tag",
                offset,
            })?;
        if self.byte(found) == Some(b'<') {
            return Err(ParseError::LessThanInTag { offset });
        }
        let element = self
            .open
            .pop()
            .ok_or(ParseError::UnbalancedTags { offset })?;
        self.in_scope -= element.namespaces;
        Ok(found + 1)
    }

    fn start_tag(&mut self, offset: usize) -> Result<usize, ParseError> {
        if self.open.len() >= self.limits.max_depth {
            return Err(ParseError::TooDeep {
                offset,
                max: self.limits.max_depth,
            });
        }
        let tag = self.tag(offset)?;
        self.count_nodes(1 + tag.attributes, offset)?;
        if tag.namespaces > self.limits.max_xmlns_per_tag {
            let max = self.limits.max_xmlns_per_tag;
            return Err(ParseError::TooManyNamespaceDeclarations { offset, max });
        }
        if self.in_scope + tag.namespaces > self.limits.max_namespaces_in_scope {
            let max = self.limits.max_namespaces_in_scope;
            return Err(ParseError::TooManyNamespacesInScope { offset, max });
        }
        let inherited = self.open.last().map_or(0, |element| element.longest);
        let longest = tag.longest.max(inherited);
        self.repeated += tag.qualified * longest;
        if self.repeated > self.limits.max_repeated_namespace_bytes {
            let max = self.limits.max_repeated_namespace_bytes;
            return Err(ParseError::NamespacesRepeated { offset, max });
        }
        if !tag.empty {
            self.in_scope += tag.namespaces;
            self.open.push(Open {
                namespaces: tag.namespaces,
                longest,
            });
        }
        Ok(tag.end)
    }

    /// Reads a start tag. An attribute is a quoted value; the word before it is its name.
    fn tag(&self, offset: usize) -> Result<Tag, ParseError> {
        let unterminated = ParseError::Unterminated {
            what: "the tag",
            offset,
        };
        let (mut attributes, mut namespaces, mut longest, mut qualified) = (0, 0, 0, 1);
        let mut at = offset + 1;
        loop {
            // The stretch up to the next quote or the end holds names, `=` and white space only.
            let (length, seen) = stretch_of(self.rest(at)).ok_or(unterminated.clone())?;
            let found = at + length;
            let stretch = self.bytes.get(at..found).unwrap_or_default();
            if seen & LESS_THAN != 0 {
                return Err(ParseError::LessThanInTag { offset });
            }
            match self.byte(found) {
                Some(quote @ (b'"' | b'\'')) => {
                    attributes += 1;
                    // Here and not at the end of the tag, which may be the end of the document.
                    let max = self.limits.max_attributes_per_tag;
                    if attributes > max {
                        return Err(ParseError::TooManyAttributes { offset, max });
                    }
                    let what = "the attribute value";
                    let close = self
                        .find(found + 1, |rest| memchr2(quote, b'<', rest))
                        .ok_or(ParseError::Unterminated {
                            what,
                            offset: found,
                        })?;
                    if self.byte(close) == Some(b'<') {
                        return Err(ParseError::LessThanInTag { offset });
                    }
                    if seen & LETTER_X != 0 && declares_namespace(stretch) {
                        namespaces += 1;
                        let (bytes, max) = (close - found - 1, self.limits.max_namespace_bytes);
                        if bytes > max {
                            return Err(ParseError::NamespaceTooLong { offset, bytes, max });
                        }
                        longest = longest.max(bytes);
                    } else if seen & COLON != 0 {
                        qualified += 1;
                    }
                    at = close + 1;
                }
                _ => {
                    let empty = stretch.last() == Some(&b'/');
                    return Ok(Tag {
                        end: found + 1,
                        attributes,
                        namespaces,
                        longest,
                        qualified,
                        empty,
                    });
                }
            }
        }
    }
}

/// What of a stretch of a tag has to be known; `ENDS` is what ends it.
const ENDS: u8 = 1;
const LESS_THAN: u8 = 2;
const COLON: u8 = 4;
const LETTER_X: u8 = 8;

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut rest: &mut [u8] = &mut classes;
    let mut byte = 0_u8;
    while let Some((class, others)) = rest.split_first_mut() {
        *class = match byte {
            b'>' | b'"' | b'\'' => ENDS,
            b'<' => LESS_THAN,
            b':' => COLON,
            b'x' => LETTER_X,
            _ => 0,
        };
        byte = byte.wrapping_add(1);
        rest = others;
    }
    classes
};

/// The length of a stretch of a tag up to its end or to a quote, and what is in it. Such stretches are short:
/// one look at each byte is quicker than a search for each of these.
fn stretch_of(bytes: &[u8]) -> Option<(usize, u8)> {
    let mut seen = 0;
    for (length, &byte) in bytes.iter().enumerate() {
        let class = CLASSES.get(usize::from(byte)).copied().unwrap_or(ENDS);
        if class == ENDS {
            return Some((length, seen));
        }
        seen |= class;
    }
    None
}

/// Whether the name that ends this stretch (`…name =`) begins with `xmlns`.
fn declares_namespace(stretch: &[u8]) -> bool {
    let stretch = stretch.trim_ascii_end();
    let stretch = stretch
        .strip_suffix(b"=")
        .unwrap_or(stretch)
        .trim_ascii_end();
    let name = stretch
        .rsplit(u8::is_ascii_whitespace)
        .next()
        .unwrap_or_default();
    name.starts_with(b"xmlns")
}

/// `name="value"` after white space at the beginning of `text`: the value, and what follows.
fn pseudo_attribute<'t>(text: &'t str, name: &str) -> Option<(&'t str, &'t str)> {
    let trimmed = text.trim_ascii_start();
    if trimmed.len() == text.len() {
        return None;
    }
    let value = trimmed
        .strip_prefix(name)?
        .trim_ascii_start()
        .strip_prefix('=')?;
    let value = value.trim_ascii_start();
    let quote = value
        .chars()
        .next()
        .filter(|quote| matches!(quote, '"' | '\''))?;
    value.strip_prefix(quote)?.split_once(quote)
}
