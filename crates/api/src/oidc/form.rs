//! Parameters of an OAuth request: unknown ones are ignored, none may come twice (RFC 6749 §3.1), but
//! for `resource` (RFC 8707 §2).

use std::collections::BTreeMap;

use crate::oidc::error::{OAuthError, OAuthErrorCode};

/// The one parameter that may come several times.
const RESOURCE: &str = "resource";

/// The parameters of one request.
#[derive(Debug, Default, Clone)]
pub(crate) struct Parameters {
    values: BTreeMap<String, String>,
    resources: Vec<String>,
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
            if name == RESOURCE {
                parameters.resources.push(value);
            } else if parameters.values.insert(name.clone(), value).is_some() {
                parameters.repeated = Some(name);
            }
        }
        parameters
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// What the tokens are to be for, in the order of the request (RFC 8707 §2).
    pub(crate) fn resources(&self) -> &[String] {
        &self.resources
    }

    /// All of them, in the order of their names; `resource` as often as it came.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let values = self.values.iter();
        let values = values.map(|(name, value)| (name.as_str(), value.as_str()));
        let resources = self.resources.iter();
        values.chain(resources.map(|resource| (RESOURCE, resource.as_str())))
    }

    /// All of them as a form, but for those of these names.
    pub(crate) fn to_form_without(&self, names: &[&str]) -> String {
        let kept: Vec<_> = self
            .iter()
            .filter(|(name, _)| !names.contains(name))
            .collect();
        // Pairs of texts can always be written.
        serde_urlencoded::to_string(kept).unwrap_or_default()
    }

    /// Takes over what is not said here and is said there, of these names.
    pub(crate) fn complete(&mut self, names: &[&str], other: &Self) {
        for name in names {
            if let (false, Some(value)) = (self.values.contains_key(*name), other.get(name)) {
                self.values.insert((*name).to_owned(), value.to_owned());
            }
        }
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

    /// A parameter that came more than once, and may not.
    pub(crate) fn repeated(&self) -> Option<&str> {
        self.repeated.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn resource_alone_may_come_several_times() {
        let parameters = Parameters::parse(b"resource=a&x=1&resource=b&y=");
        assert_eq!(parameters.resources(), ["a", "b"]);
        assert_eq!(parameters.repeated(), None);
        assert_eq!(parameters.get("y"), None, "as if omitted");
        assert_eq!(parameters.to_form_without(&["x"]), "resource=a&resource=b");
        assert_eq!(Parameters::parse(b"x=1&x=1").repeated(), Some("x"));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let parameters = Parameters::parse(&bytes);
            let again = Parameters::parse(parameters.to_form_without(&[]).as_bytes());
            prop_assert!(parameters.iter().eq(again.iter()));
        }
    }
}
