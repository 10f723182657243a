//! A link to somewhere else.

use crate::Text;

/// Where it leads, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The address; the caller vouches for its scheme.
    pub href: String,
    /// The words.
    pub label: Text,
}
