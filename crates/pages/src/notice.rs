//! Words that stand out on a page: an error, or that something is done.

/// What happened, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What happened, in a few words.
    pub title: String,
    /// What to do about it.
    pub text: String,
}
