//! Whom an assertion is about.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A NameID, exactly as asserted: nothing is trimmed, folded or filled in (Core §2.2.3). Two are
/// the same when all four parts are.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NameId {
    /// The identifier.
    pub value: String,
    /// Its format, where the IdP named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The domain that the identifier is unique in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_qualifier: Option<String>,
    /// The service provider, or group of them, that it was made for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sp_name_qualifier: Option<String>,
}

/// Personal data: `Debug` shows the format alone.
impl fmt::Debug for NameId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NameId")
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}
