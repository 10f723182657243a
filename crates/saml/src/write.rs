//! Writing XML: our own messages are short enough for strings, as long as every value is escaped.

use std::fmt;

/// A value inside an attribute or an element.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                // As such, a parser would turn them into spaces.
                '\t' => f.write_str("&#9;")?,
                '\n' => f.write_str("&#10;")?,
                '\r' => f.write_str("&#13;")?,
                // XML 1.0 §2.2 has no way to write these.
                '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => f.write_char('\u{fffd}')?,
                _ => f.write_char(character)?,
            }
        }
        Ok(())
    }
}

/// An attribute, with the blank before it, that is there when its value is.
pub(crate) struct Optional<'a>(pub(crate) &'static str, pub(crate) Option<&'a str>);

impl fmt::Display for Optional<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(name, value) = self;
        value.map_or(Ok(()), |value| write!(f, " {name}=\"{}\"", Escaped(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_without_a_value_is_not_there() {
        assert_eq!(Optional("a", None).to_string(), "");
        assert_eq!(Optional("a", Some("<")).to_string(), " a=\"&lt;\"");
        assert_eq!(Optional("a", Some("")).to_string(), " a=\"\"");
    }

    #[test]
    fn nothing_gets_out_of_its_place() {
        assert_eq!(
            Escaped("<a b=\"c\" d='e'>&\t\n\r\u{1}é").to_string(),
            "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;&#9;&#10;&#13;\u{fffd}é"
        );
    }
}
