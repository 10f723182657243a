//! Whom an assertion is about.

use std::fmt;

use serde::{Deserialize, Serialize};
use vestibule_xmlsig::Element;

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

impl NameId {
    /// What a `saml:NameID` says: text alone, not blank, taken whole on both sides of any comment. The
    /// error is what it is instead (Core §2.2.3).
    pub(crate) fn of(element: Element<'_>) -> Result<Self, &'static str> {
        let Some(text) = element.text() else {
            return Err("a NameID with elements inside");
        };
        if text.trim().is_empty() {
            return Err("a blank NameID");
        }
        let attribute = |name| element.attribute(name).map(|value| value.into_owned());
        Ok(Self {
            value: text.into_owned(),
            format: attribute("Format"),
            name_qualifier: attribute("NameQualifier"),
            sp_name_qualifier: attribute("SPNameQualifier"),
        })
    }

    /// The format, for a person; of no NameID too.
    pub(crate) fn format_told(name_id: Option<&Self>) -> &str {
        match name_id {
            Some(name_id) => name_id.format.as_deref().unwrap_or("no format"),
            None => "no NameID",
        }
    }
}

/// Personal data: `Debug` shows the format alone.
impl fmt::Debug for NameId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NameId")
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}
