//! Words of a page: a message of the catalogue with what belongs into it, or words from elsewhere.

use std::borrow::Cow;

use askama::filters::{Escaper, Html, Safe};
use fluent_bundle::{FluentArgs, FluentValue};

use crate::Lang;

/// Words that are put into the reader's language when the page is written.
///
/// A message may hold `<em>`, `<strong>` and `<code>`; what is put into it is escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// A message of the catalogue.
    Message {
        /// Its id.
        id: Cow<'static, str>,
        /// What is put into it.
        args: Vec<(&'static str, Value)>,
    },
    /// Words that are shown as they are, escaped: a name, what somebody typed.
    Plain(String),
}

/// What is put into a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Words as they are.
    Words(String),
    /// A number, which chooses between singular and plural.
    Number(i64),
    /// Words of the catalogue.
    Text(Box<Text>),
}

/// The message of this id.
#[must_use]
pub fn text(id: &'static str) -> Text {
    Text::Message {
        id: Cow::Borrowed(id),
        args: Vec::new(),
    }
}

/// Words that are no message.
#[must_use]
pub fn plain(words: impl Into<String>) -> Text {
    Text::Plain(words.into())
}

impl Text {
    /// The message of an id that is put together at run time (`check-` and the check's name, say).
    #[must_use]
    pub fn named(id: String) -> Self {
        Self::Message {
            id: Cow::Owned(id),
            args: Vec::new(),
        }
    }

    /// The same, or another message where the catalogue has none of this id.
    #[must_use]
    pub fn named_or(id: String, otherwise: &'static str) -> Self {
        if crate::lang::is_known(&id) {
            Self::named(id)
        } else {
            text(otherwise)
        }
    }

    /// The same with a value put into it.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        if let Self::Message { args, .. } = &mut self {
            args.push((name, value.into()));
        }
        self
    }

    /// The words as HTML that is safe in an element and in a quoted attribute.
    #[must_use]
    pub fn to_html(&self, lang: Lang) -> String {
        match self {
            Self::Plain(words) => escape(words),
            Self::Message { id, args } => {
                let mut given = FluentArgs::with_capacity(args.len());
                for (name, value) in args {
                    given.set(*name, value.to_fluent(lang));
                }
                // Our own messages need no escaping but of the quote, which would end an attribute.
                let said = crate::lang::message(lang, id, Some(&given));
                if said.contains('"') {
                    said.replace('"', "&#34;")
                } else {
                    said
                }
            }
        }
    }
}

impl Text {
    /// The words as plain text, for a script that puts them into a page as such.
    #[must_use]
    pub fn to_plain(&self, lang: Lang) -> String {
        let mut words = self.to_html(lang);
        // The markup is the message's own: what was put into it is still escaped.
        for tag in [
            "<em>",
            "</em>",
            "<strong>",
            "</strong>",
            "<code>",
            "</code>",
        ] {
            words = words.replace(tag, "");
        }
        for (escaped, plain) in [
            ("&#60;", "<"),
            ("&#62;", ">"),
            ("&#34;", "\""),
            ("&#39;", "'"),
            // Last: it stands in what the others become.
            ("&#38;", "&"),
        ] {
            words = words.replace(escaped, plain);
        }
        words
    }
}

impl Value {
    fn to_fluent(&self, lang: Lang) -> FluentValue<'static> {
        match self {
            Self::Words(words) => FluentValue::from(escape(words)),
            Self::Number(number) => FluentValue::from(*number),
            Self::Text(text) => FluentValue::from(text.to_html(lang)),
        }
    }
}

impl From<String> for Value {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

impl From<&String> for Value {
    fn from(words: &String) -> Self {
        Self::Words(words.clone())
    }
}

impl From<&&String> for Value {
    fn from(words: &&String) -> Self {
        Self::from(*words)
    }
}

impl From<&str> for Value {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Self::Text(Box::new(text))
    }
}

impl From<&Text> for Value {
    fn from(text: &Text) -> Self {
        Self::Text(Box::new(text.clone()))
    }
}

macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl From<$number> for Value {
            fn from(number: $number) -> Self {
                Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
    )+};
}

numbers!(i64, i32, u8, u16, u32, u64, usize);

macro_rules! number_refs {
    ($($number:ty),+) => {$(
        impl From<&$number> for Value {
            fn from(number: &$number) -> Self {
                Self::from(*number)
            }
        }
    )+};
}

number_refs!(i64, i32, u8, u16, u32, u64, usize);

/// Text made safe for HTML content and quoted attribute values.
fn escape(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len());
    // Writing to a String cannot fail.
    let _ = Html.write_escaped_str(&mut escaped, words);
    escaped
}

/// What the filter `t` takes: an id, or a [`Text`].
pub trait Say {
    /// The words as safe HTML.
    fn say(&self, lang: Lang) -> Safe<String>;
}

impl Say for Text {
    fn say(&self, lang: Lang) -> Safe<String> {
        Safe(self.to_html(lang))
    }
}

impl Say for str {
    fn say(&self, lang: Lang) -> Safe<String> {
        Safe(Text::named(self.to_owned()).to_html(lang))
    }
}

impl<T: Say + ?Sized> Say for &T {
    fn say(&self, lang: Lang) -> Safe<String> {
        (**self).say(lang)
    }
}
