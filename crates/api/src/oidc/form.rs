//! Parameters of an OAuth request: unknown ones are ignored, none may come twice (RFC 6749 §3.1).

use std::collections::BTreeMap;

use crate::oidc::error::{OAuthError, OAuthErrorCode};

/// The parameters of one request.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    values: BTreeMap<String, String>,
    repeated: Option<String>,
}

impl Parameters {
    /// Reads a query string or a form. What is not `application/x-www-form-urlencoded` is empty.
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_bytes(encoded).unwrap_or_default();
        let mut parameters = Self::default();
        for (name, value) in pairs {
            // A parameter sent without a value is as if omitted (RFC 6749 §3.1).
            if value.is_empty() {
                continue;
            }
            if parameters.values.insert(name.clone(), value).is_some() {
                parameters.repeated = Some(name);
            }
        }
        parameters
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// All of them, in the order of their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let values = self.values.iter();
        values.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value, owned.
    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.values.get(name).cloned()
    }

    /// The value of a parameter that has to be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, OAuthError> {
        self.get(name).ok_or_else(|| {
            OAuthError::new(OAuthErrorCode::InvalidRequest, format!("{name} is missing"))
        })
    }

    /// Whether `prompt` holds this word (OpenID Connect Core §3.1.2.1).
    pub(crate) fn prompts(&self, word: &str) -> bool {
        let words = self.get("prompt").unwrap_or_default();
        words.split(' ').any(|given| given == word)
    }

    /// A parameter that came more than once.
    pub(crate) fn repeated(&self) -> Option<&str> {
        self.repeated.as_deref()
    }
}
