//! Names of domains: what a person types, and the one form that is compared and asked for.

/// The longest name that has room for the label of its TXT record before it: DNS takes 253 bytes
/// (RFC 1035 §2.3.4), and `_vestibule.` has 11.
const MAX_BYTES: usize = 253 - DomainName::RECORD_LABEL.len() - 1;

/// Why a text is not the name of a domain that can be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DomainNameError {
    /// Longer than DNS has room for, its TXT record included.
    #[error("expected a domain of at most 242 bytes: its TXT record has to fit into DNS too")]
    TooLong,
    /// Not letters, digits and hyphens between dots, or nothing that IDNA takes.
    #[error(
        "expected a domain name like example.com: letters, digits and hyphens between dots, without wildcard, scheme, port or @"
    )]
    NotAName,
    /// One label alone: a machine, or a top-level domain.
    #[error("expected a domain below a top-level domain, like example.com")]
    OneLabel,
    /// An IPv4 address, in any of its spellings: its last part is a number.
    #[error("expected a domain name, not an IP address")]
    Address,
}

/// The name of a domain as lower-case A-labels, without the last dot.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DomainName(String);

impl DomainName {
    /// The label under which a domain says whose it is.
    pub const RECORD_LABEL: &str = "_vestibule";

    /// Reads a name; international ones in either form (RFC 5890).
    ///
    /// # Errors
    /// [`DomainNameError`].
    pub fn parse(text: &str) -> Result<Self, DomainNameError> {
        // An international name is longer than its A-labels by a small factor at most.
        if text.len() > 4 * MAX_BYTES {
            return Err(DomainNameError::TooLong);
        }
        let text = text.strip_suffix('.').unwrap_or(text);
        let name = idna::domain_to_ascii_strict(text).or(Err(DomainNameError::NotAName))?;
        let (_, last) = name.rsplit_once('.').ok_or(DomainNameError::OneLabel)?;
        if !last.starts_with(|first: char| first.is_ascii_alphabetic()) {
            return Err(DomainNameError::Address);
        }
        if name.len() > MAX_BYTES {
            return Err(DomainNameError::TooLong);
        }
        Ok(Self(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name, owned.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<'de> serde::Deserialize<'de> for DomainName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_becomes_lower_case_a_labels() {
        for (text, name) in [
            ("acme.example", "acme.example"),
            ("ACME.Example", "acme.example"),
            ("acme.example.", "acme.example"),
            ("mail.acme.co.uk", "mail.acme.co.uk"),
            ("b\u{fc}cher.example", "xn--bcher-kva.example"),
            ("BU\u{308}CHER.example", "xn--bcher-kva.example"),
            ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
            ("\u{ff41}cme\u{3002}example", "acme.example"),
            ("1and1.example", "1and1.example"),
            ("acme.xn--p1ai", "acme.xn--p1ai"),
        ] {
            let parsed = DomainName::parse(text).map(DomainName::into_string);
            assert_eq!(parsed.as_deref(), Ok(name), "{text:?}");
        }
    }

    #[test]
    fn what_an_address_calls_its_domain_is_what_is_claimed() {
        for domain in [
            "ACME.example",
            "b\u{fc}cher.example",
            "xn--bcher-kva.example",
        ] {
            let email = crate::Email::parse(&format!("ada@{domain}")).unwrap();
            assert_eq!(DomainName::parse(domain).unwrap().as_str(), email.domain());
        }
    }

    #[test]
    fn refuses_what_is_no_domain() {
        use DomainNameError::{Address, NotAName, OneLabel, TooLong};
        let long_label = format!("{}.example", "a".repeat(64));
        let longest = format!("{}aa.example", "a.".repeat(116));
        let longer = format!("{}example", "a.".repeat(118));
        assert_eq!((longest.len(), longer.len()), (242, 243));
        assert!(DomainName::parse(&longest).is_ok());
        for (text, error) in [
            ("", NotAName),
            (".", NotAName),
            ("example", OneLabel),
            ("localhost.", OneLabel),
            ("acme..example", NotAName),
            (".acme.example", NotAName),
            ("acme.example..", NotAName),
            ("acme.example\u{3002}", NotAName),
            ("*.acme.example", NotAName),
            ("_dmarc.acme.example", NotAName),
            ("-acme.example", NotAName),
            ("acme .example", NotAName),
            ("acme.example\n", NotAName),
            ("acme.example\0", NotAName),
            ("https://acme.example", NotAName),
            ("acme.example/x", NotAName),
            ("acme.example:443", NotAName),
            ("ada@acme.example", NotAName),
            ("acme.example@evil.example", NotAName),
            ("xn--a.example", NotAName),
            ("192.0.2.1", Address),
            ("192.0.2.1.", Address),
            ("0x7f.1", Address),
            ("acme.0x7f", Address),
            ("[2001:db8::1]", NotAName),
            ("2001:db8::1", NotAName),
            (long_label.as_str(), NotAName),
            (longer.as_str(), TooLong),
        ] {
            assert_eq!(DomainName::parse(text), Err(error), "{text:?}");
        }
        assert_eq!(DomainName::parse(&"a.".repeat(100_000)), Err(TooLong));
    }
}
