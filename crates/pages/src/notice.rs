//! Words that stand out on a page: an error, or that something is done.

use crate::{Text, Value};

/// What happened, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What happened, in a few words.
    pub title: Text,
    /// What to do about it.
    pub text: Text,
}

impl Notice {
    /// The one whose words are the messages `<id>-title` and `<id>-text`.
    #[must_use]
    pub fn named(id: &str) -> Self {
        Self {
            title: Text::named(format!("{id}-title")),
            text: Text::named(format!("{id}-text")),
        }
    }

    /// A value that the words ask for.
    #[must_use]
    pub fn with(self, name: &'static str, value: impl Into<Value>) -> Self {
        let value = value.into();
        Self {
            title: self.title.with(name, value.clone()),
            text: self.text.with(name, value),
        }
    }
}
