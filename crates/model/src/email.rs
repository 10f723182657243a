//! E-mail addresses: kept as asserted, compared by a key.

use unicode_normalization::UnicodeNormalization;

/// The longest address that is kept, in bytes (64 local, 255 domain, one `@`: RFC 5321 §4.5.3.1).
const MAX_BYTES: usize = 320;

/// Why a text is not an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// More than 320 bytes.
    #[error("an e-mail address has at most 320 bytes")]
    TooLong,
    /// No `@`, or several.
    #[error("an e-mail address has exactly one @")]
    NotOneAt,
    /// Nothing before the `@`, or nothing after it.
    #[error("an e-mail address has a name before the @ and a domain after it")]
    EmptyPart,
    /// A control character or white space.
    #[error("an e-mail address holds no control character and no white space")]
    BadCharacter,
    /// The domain has no IDNA A-label form.
    #[error("the domain of the e-mail address is not a valid domain name")]
    BadDomain,
}

/// What two spellings of one address have in common: NFKC and case-folded local part, A-label domain.
///
/// Unique within a workspace. A match of keys whose texts differ by more than ASCII case is for the
/// policy to refuse: the key finds the candidate, it does not prove the person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailKey(String);

impl EmailKey {
    /// The key as it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An e-mail address: its text as it was asserted, its key and its domain.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email {
    text: String,
    key: EmailKey,
    domain: String,
}

impl Email {
    /// Reads an address.
    ///
    /// # Errors
    /// [`EmailError`] says which part of the rule (design §3, E-mail) does not hold.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        if text.len() > MAX_BYTES {
            return Err(EmailError::TooLong);
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(EmailError::BadCharacter);
        }
        let (local, domain) = text.split_once('@').ok_or(EmailError::NotOneAt)?;
        if domain.contains('@') {
            return Err(EmailError::NotOneAt);
        }
        if local.is_empty() || domain.is_empty() {
            return Err(EmailError::EmptyPart);
        }
        let domain = idna::domain_to_ascii_strict(domain).or(Err(EmailError::BadDomain))?;
        // Fold, then normalise, then fold again: NFKC of a folded text can hold capitals anew
        // (Unicode 3.13, D146: NFKC_Casefold needs the fixed point).
        let once: String = caseless::default_case_fold_str(&local.nfkc().collect::<String>());
        let folded: String = caseless::default_case_fold_str(&once.nfkc().collect::<String>());
        let local: String = folded.nfkc().collect();
        // A character may decompose to white space or an @ (U+FF20); such a name is no name.
        if local.contains('@') || local.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(EmailError::BadCharacter);
        }
        Ok(Self {
            text: text.to_owned(),
            key: EmailKey(format!("{local}@{domain}")),
            domain,
        })
    }

    /// The address as it was asserted.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it is compared by.
    #[must_use]
    pub const fn key(&self) -> &EmailKey {
        &self.key
    }

    /// The domain as lower-case A-labels.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }
}

impl std::fmt::Display for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// Personal data: `Debug` is what ends up in logs, so it shows the domain alone.
impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Email(…@{})", self.domain)
    }
}

impl std::str::FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl serde::Serialize for Email {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> serde::Deserialize<'de> for Email {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(text: &str) -> String {
        Email::parse(text).unwrap().key().as_str().to_owned()
    }

    #[test]
    fn spellings_of_one_address_share_a_key() {
        for (one, other) in [
            ("Ada@Example.com", "ada@example.COM"),
            ("cafe\u{301}@example.com", "caf\u{e9}@example.com"),
            ("ada@b\u{fc}cher.example", "ada@xn--bcher-kva.example"),
            ("\u{ff41}da@example.com", "ada@example.com"),
            ("STRASSE@example.com", "stra\u{df}e@example.com"),
        ] {
            assert_eq!(key(one), key(other), "{one} and {other}");
        }
    }

    #[test]
    fn different_people_keep_different_keys() {
        assert_ne!(key("ada@example.com"), key("ada@example.org"));
        assert_ne!(key("ada@example.com"), key("ada+1@example.com"));
        // The dotless i folds to itself, not to i.
        assert_ne!(key("\u{131}da@example.com"), key("ida@example.com"));
    }

    #[test]
    fn refuses_what_is_no_address() {
        for (text, error) in [
            ("ada", EmailError::NotOneAt),
            ("a@b@example.com", EmailError::NotOneAt),
            ("@example.com", EmailError::EmptyPart),
            ("ada@", EmailError::EmptyPart),
            ("a da@example.com", EmailError::BadCharacter),
            ("ada@example.com\n", EmailError::BadCharacter),
            ("ada\0@example.com", EmailError::BadCharacter),
            ("ada\u{ff20}x@example.com", EmailError::BadCharacter),
            ("ada@exa_mple.com", EmailError::BadDomain),
        ] {
            assert_eq!(Email::parse(text).unwrap_err(), error, "{text:?}");
        }
        assert_eq!(
            Email::parse(&format!("{}@example.com", "a".repeat(320))).unwrap_err(),
            EmailError::TooLong
        );
    }

    #[test]
    fn debug_hides_the_person() {
        let email = Email::parse("ada@example.com").unwrap();
        assert!(!format!("{email:?}").contains("ada"));
    }

    proptest! {
        #[test]
        fn the_key_of_a_key_is_itself(local in "[^@\\s\\p{Cc}]{1,20}") {
            if let Ok(email) = Email::parse(&format!("{local}@example.com")) {
                prop_assert_eq!(key(email.key().as_str()), email.key().as_str());
            }
        }
    }
}
