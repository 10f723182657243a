//! A moment, as people read it.

/// A moment in words, with the exact time for whoever points at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// In words: "12 March 2026", "5 minutes ago".
    pub text: String,
    /// RFC 3339, in UTC.
    pub utc: String,
}
