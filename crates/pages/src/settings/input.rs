//! A field of a form, as it was filled in.

use crate::Text;

/// A text field: what stands in it, and what is wrong with that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Input {
    /// What stands in it.
    pub value: String,
    /// What was expected there and what came.
    pub error: Option<Text>,
}

/// One of the values that a field may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// What is posted.
    pub value: &'static str,
    /// What it means.
    pub label: Text,
    /// Whether it is the one that counts now.
    pub chosen: bool,
}
