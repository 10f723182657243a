//! The parameters of a query, or of a form, that bring a SAML message.

use crate::binding::percent_decode;

/// The names that mean something (Bindings §3.4.4).
const NAMES: [&str; 6] = [
    "SAMLRequest",
    "SAMLResponse",
    "RelayState",
    "SigAlg",
    "Signature",
    "SAMLEncoding",
];

/// The parameters that mean something, each at most once, as they were written. Others are passed
/// by.
#[derive(Debug, Default)]
pub(crate) struct Parameters<'q> {
    found: [Option<&'q str>; NAMES.len()],
}

/// Why a query or form cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ParameterError {
    /// A parameter that means something is there twice.
    Repeated(&'static str),
    /// Its name is percent-encoded: what others took it for would depend on when they decode.
    EncodedName(&'static str),
    /// It has no value, not even an empty one.
    NoValue(&'static str),
    /// Its value is not percent-encoded rightly, or not UTF-8.
    Encoding(&'static str),
}

impl<'q> Parameters<'q> {
    /// Reads a query without its question mark, or the body of a form.
    pub(crate) fn read(text: &'q str) -> Result<Self, ParameterError> {
        let mut parameters = Self::default();
        for pair in text.split('&') {
            let (written, value) = match pair.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (pair, None),
            };
            let meant = percent_decode(written);
            let slots = NAMES.iter().zip(&mut parameters.found);
            for (name, slot) in slots.filter(|(name, _)| meant.as_deref() == Some(**name)) {
                if written != *name {
                    return Err(ParameterError::EncodedName(name));
                }
                let value = value.ok_or(ParameterError::NoValue(name))?;
                if slot.replace(value).is_some() {
                    return Err(ParameterError::Repeated(name));
                }
            }
        }
        Ok(parameters)
    }

    /// A value as it was written.
    pub(crate) fn written(&self, name: &str) -> Option<&'q str> {
        let known = NAMES.iter().zip(&self.found);
        known
            .filter(|(known, _)| **known == name)
            .find_map(|(_, value)| *value)
    }

    /// A value.
    pub(crate) fn value(&self, name: &'static str) -> Result<Option<String>, ParameterError> {
        self.written(name)
            .map(|value| percent_decode(value).ok_or(ParameterError::Encoding(name)))
            .transpose()
    }

    /// Some of them, as they were written, in this order: what a signature in the query is over
    /// (Bindings §3.4.4.1).
    pub(crate) fn joined(&self, names: &[&str]) -> String {
        let pairs = names
            .iter()
            .filter_map(|name| Some([*name, self.written(name)?].join("=")));
        pairs.collect::<Vec<_>>().join("&")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_kept_as_they_were_written() {
        let query = "x=1&RelayState=a%2fb+c&SAMLRequest=Zm9v%3D&&SigAlg=&y&samlrequest=no";
        let parameters = Parameters::read(query).unwrap();
        assert_eq!(parameters.written("RelayState"), Some("a%2fb+c"));
        assert_eq!(
            parameters.value("RelayState").unwrap().as_deref(),
            Some("a/b c")
        );
        assert_eq!(parameters.written("SAMLResponse"), None);
        assert_eq!(parameters.written("Signature"), None);
        assert_eq!(
            parameters.joined(&["SAMLRequest", "SAMLResponse", "RelayState", "SigAlg"]),
            "SAMLRequest=Zm9v%3D&RelayState=a%2fb+c&SigAlg="
        );
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_not_read() {
        for (query, error) in [
            (
                "SAMLRequest=a&SAMLRequest=a",
                ParameterError::Repeated("SAMLRequest"),
            ),
            (
                "RelayState=&x=1&RelayState=a",
                ParameterError::Repeated("RelayState"),
            ),
            (
                "SAML%52equest=a",
                ParameterError::EncodedName("SAMLRequest"),
            ),
            (
                "Signature=a&%53ignature=b",
                ParameterError::EncodedName("Signature"),
            ),
            ("SAMLRequest", ParameterError::NoValue("SAMLRequest")),
        ] {
            assert_eq!(Parameters::read(query).unwrap_err(), error, "{query}");
        }
        let parameters = Parameters::read("SigAlg=%zz").unwrap();
        let error = ParameterError::Encoding("SigAlg");
        assert_eq!(parameters.value("SigAlg"), Err(error));
    }
}
