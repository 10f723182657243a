//! Text into markup, for XML and for HTML, and a small writer of elements.

use std::borrow::Cow;

/// Text as the content of an element or of a double-quoted attribute, in XML and in HTML alike.
///
/// Line ends and tabs become character references, so that attribute normalisation leaves them whole;
/// characters that XML 1.0 cannot hold become U+FFFD.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    fn replacement(c: char) -> Option<&'static str> {
        Some(match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\'' => "&#39;",
            '\t' => "&#9;",
            '\n' => "&#10;",
            '\r' => "&#13;",
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => "\u{fffd}",
            _ => return None,
        })
    }
    if !text.chars().any(|c| replacement(c).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match replacement(c) {
            Some(replacement) => escaped.push_str(replacement),
            None => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

/// Attributes of an element, in order; `None` leaves one out.
pub(crate) type Attributes<'a> = &'a [(&'a str, Option<&'a str>)];

/// A writer of elements, exactly as told: no white space, no declaration of its own.
#[derive(Default)]
pub(crate) struct Xml {
    text: String,
}

impl Xml {
    /// An opening tag.
    pub(crate) fn open(&mut self, name: &str, attributes: Attributes<'_>) -> &mut Self {
        self.tag(name, attributes, ">")
    }

    /// A closing tag.
    pub(crate) fn close(&mut self, name: &str) -> &mut Self {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
        self
    }

    /// An element without content.
    pub(crate) fn empty(&mut self, name: &str, attributes: Attributes<'_>) -> &mut Self {
        self.tag(name, attributes, "/>")
    }

    /// An element with text.
    pub(crate) fn leaf(&mut self, name: &str, attributes: Attributes<'_>, text: &str) -> &mut Self {
        self.open(name, attributes).text(text).close(name)
    }

    /// Text, escaped.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.text.push_str(&escape(text));
        self
    }

    /// Markup as it is.
    pub(crate) fn raw(&mut self, markup: &str) -> &mut Self {
        self.text.push_str(markup);
        self
    }

    /// What was written.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    fn tag(&mut self, name: &str, attributes: Attributes<'_>, end: &str) -> &mut Self {
        self.text.push('<');
        self.text.push_str(name);
        for (name, value) in attributes {
            if let Some(value) = value {
                self.text.push(' ');
                self.text.push_str(name);
                self.text.push_str("=\"");
                self.text.push_str(&escape(value));
                self.text.push('"');
            }
        }
        self.text.push_str(end);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_text_stays_text() {
        assert_eq!(escape("plain ü"), "plain ü");
        assert_eq!(
            escape("<a href=\"x\" b='y'>&amp;\u{1}"),
            "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;\u{fffd}"
        );
        assert_eq!(escape("a\r\n\tb"), "a&#13;&#10;&#9;b");
    }

    #[test]
    fn elements_are_written_as_told() {
        let mut xml = Xml::default();
        xml.open("a", &[("b", Some("1\"2")), ("c", None)])
            .leaf("d", &[], "<")
            .empty("e", &[]);
        xml.close("a");
        assert_eq!(xml.finish(), "<a b=\"1&quot;2\"><d>&lt;</d><e/></a>");
    }
}
