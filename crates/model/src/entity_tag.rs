//! The version of a document.

use sha2::{Digest as _, Sha256};

/// The strong entity tag of a document (RFC 9110 §8.8.3), made of its bytes: it changes whenever they do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityTag(String);

impl EntityTag {
    /// The tag of these bytes.
    #[must_use]
    pub fn of(document: &[u8]) -> Self {
        let hash = Sha256::digest(document);
        let hex: String = hash
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self(format!("\"{hex}\""))
    }

    /// As it stands in a header, quotes included.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a list of tags has this one (RFC 9110 §13.1.1): `*` has every one, and a weak tag is
    /// another, for two documents that are merely alike may differ in what somebody wants to change.
    #[must_use]
    pub fn is_in(&self, list: &str) -> bool {
        list.trim() == "*" || list.split(',').any(|each| each.trim() == self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_the_tag_of_the_very_document_alone() {
        let tag = EntityTag::of(b"{}");
        assert_ne!(tag, EntityTag::of(b"{ }"));
        let text = tag.as_str();
        for (list, has) in [
            (text.to_owned(), true),
            (format!("\"other\" , {text}"), true),
            (" * ".to_owned(), true),
            (format!("W/{text}"), false),
            (text.trim_matches('"').to_owned(), false),
            ("\"other\"".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(tag.is_in(&list), has, "{list}");
        }
    }
}
