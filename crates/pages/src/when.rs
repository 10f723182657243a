//! A moment, as people read it.

use crate::Text;

/// A moment in words, with the exact time for whoever points at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// In words: "12 March 2026", "5 minutes ago".
    pub text: Text,
    /// RFC 3339, in UTC.
    pub utc: String,
    /// Whether it is about the day alone.
    pub day: bool,
}

impl When {
    /// Whether it is told by how long ago it was: the script that puts moments into the reader's own time
    /// leaves such words as they are.
    pub(crate) fn is_said(&self) -> bool {
        matches!(&self.text, Text::Message { id, .. } if id.starts_with("moment-"))
    }
}
