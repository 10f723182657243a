//! A message of a service provider out of its binding, and whether that service provider signed it
//! (SAML Bindings §3.4 and §3.5).

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use url::form_urlencoded;
use vestibule_xmlsig::{
    Document, Limits, SignatureAlgorithm, VerifyingKey, has_signature, verify, verify_octets,
};

use crate::request::RequestError;

/// The most that a message may inflate to.
const MAX_BYTES: usize = 64 * 1024;

/// How a message comes or goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// HTTP-Redirect (SAML Bindings §3.4).
    Redirect,
    /// HTTP-POST (SAML Bindings §3.5).
    Post,
}

/// A message as it came.
pub(crate) struct Incoming<'p> {
    pub(crate) document: Document,
    pub(crate) encoded: String,
    pub(crate) relay_state: Option<String>,
    pub(crate) binding: Binding,
    field: &'static str,
    pairs: &'p str,
}

impl<'p> Incoming<'p> {
    /// Reads the message in this field, if there is one.
    pub(crate) fn read(
        pairs: &'p str,
        field: &'static str,
        binding: Binding,
    ) -> Result<Option<Self>, RequestError> {
        let Some(encoded) = parameter(pairs, field)? else {
            return Ok(None);
        };
        let relay_state = parameter(pairs, "RelayState")?;
        let xml = decode(&encoded, binding)?;
        let document =
            Document::parse(&xml, &Limits::default()).map_err(|_cause| RequestError::NotXml)?;
        Ok(Some(Self {
            document,
            encoded,
            relay_state,
            binding,
            field,
            pairs,
        }))
    }

    /// Whether it carries a signature in the way of its binding, good or bad.
    pub(crate) fn is_signed(&self) -> bool {
        match self.binding {
            Binding::Redirect => self.raw("Signature").is_some(),
            Binding::Post => has_signature(self.document.root()),
        }
    }

    /// Fails unless one of these keys signed it. The root element is the whole message, so what is
    /// read from it is what was signed.
    pub(crate) fn verify(&self, keys: &[VerifyingKey]) -> Result<(), RequestError> {
        if !self.is_signed() {
            return Err(RequestError::Unsigned);
        }
        match self.binding {
            Binding::Redirect => self.verify_query(keys),
            Binding::Post => verify(self.document.root(), keys)
                .map(drop)
                .map_err(|_cause| RequestError::WrongSignature),
        }
    }

    fn verify_query(&self, keys: &[VerifyingKey]) -> Result<(), RequestError> {
        let value = |name| parameter(self.pairs, name)?.ok_or(RequestError::Unsigned);
        let (algorithm, signature) = (value("SigAlg")?, value("Signature")?);
        let wrong = RequestError::WrongSignature;
        let (Ok(algorithm), Ok(signature)) = (
            SignatureAlgorithm::from_uri(&algorithm),
            STANDARD.decode(signature),
        ) else {
            return Err(wrong);
        };
        let signed = [self.field, "RelayState", "SigAlg"];
        let octets: Vec<&str> = signed.iter().filter_map(|name| self.raw(name)).collect();
        verify_octets(octets.join("&").into_bytes(), &signature, algorithm, keys)
            .map(drop)
            .map_err(|_cause| wrong)
    }

    /// A parameter as it stands in the query, name and all.
    fn raw(&self, name: &str) -> Option<&'p str> {
        self.pairs
            .split('&')
            .find(|pair| pair.split_once('=').is_some_and(|(key, _)| key == name))
    }
}

/// The one value of a parameter.
pub(crate) fn parameter(pairs: &str, name: &'static str) -> Result<Option<String>, RequestError> {
    let mut values = form_urlencoded::parse(pairs.as_bytes()).filter(|(key, _)| key == name);
    let value = values.next().map(|(_, value)| value.into_owned());
    match values.next() {
        Some(_) => Err(RequestError::Repeated(name)),
        None => Ok(value),
    }
}

fn decode(encoded: &str, binding: Binding) -> Result<Vec<u8>, RequestError> {
    let compact: String = encoded
        .chars()
        .filter(|c| !c.is_ascii_whitespace())
        .collect();
    let bytes = STANDARD
        .decode(compact)
        .map_err(|_cause| RequestError::NotBase64)?;
    let xml = match binding {
        Binding::Post => bytes,
        Binding::Redirect => {
            let cap = u64::try_from(MAX_BYTES)
                .unwrap_or(u64::MAX)
                .saturating_add(1);
            let mut xml = Vec::new();
            DeflateDecoder::new(bytes.as_slice())
                .take(cap)
                .read_to_end(&mut xml)
                .map_err(|_cause| RequestError::NotDeflated)?;
            xml
        }
    };
    if xml.len() > MAX_BYTES {
        Err(RequestError::TooLarge)
    } else {
        Ok(xml)
    }
}
