//! A message of the IdP on its way to a service provider, signed (SAML Bindings §3.4 and §3.5).

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use url::form_urlencoded::byte_serialize;
use vestibule_xmlsig::{SignError, SignOptions};

use crate::idp::KeyPair;
use crate::incoming::Binding;

/// A signed message for the browser to carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outgoing {
    /// In the URL: the browser is sent there.
    Redirect(String),
    /// In a form: the browser posts it.
    Post(OutgoingForm),
}

/// What the browser posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingForm {
    /// Where to.
    pub url: String,
    /// The field of the message: `SAMLRequest` or `SAMLResponse`.
    pub field: &'static str,
    /// The message in base64.
    pub message: String,
    /// The field `RelayState`.
    pub relay_state: Option<String>,
}

impl OutgoingForm {
    /// The body as a browser would send it.
    #[must_use]
    pub fn to_urlencoded(&self) -> String {
        pairs(self.field, &self.message, self.relay_state.as_deref())
    }
}

impl Outgoing {
    /// Where it goes, without what is sent there.
    #[must_use]
    pub fn url(&self) -> &str {
        match self {
            Self::Redirect(url) => url,
            Self::Post(form) => &form.url,
        }
    }

    pub(crate) fn sign(
        pair: &KeyPair,
        binding: Binding,
        (url, field): (&str, &'static str),
        (id, xml): (&str, &str),
        relay_state: Option<&str>,
    ) -> Result<Self, SignError> {
        let algorithm = pair.key.sha256_algorithm();
        if binding == Binding::Post {
            let options = SignOptions {
                algorithm,
                key_info: Some(pair.certificate.clone()),
                ..SignOptions::default()
            };
            return Ok(Self::Post(OutgoingForm {
                url: url.to_owned(),
                field,
                message: STANDARD.encode(pair.key.sign_element(xml, id, &options)?),
                relay_state: relay_state.map(str::to_owned),
            }));
        }
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        // Writing to a Vec cannot fail.
        let _ = encoder.write_all(xml.as_bytes());
        let deflated = STANDARD.encode(encoder.finish().unwrap_or_default());
        let mut query = pairs(field, &deflated, relay_state);
        query.push_str("&SigAlg=");
        query.extend(byte_serialize(algorithm.uri().as_bytes()));
        let signature = pair.key.sign_octets(algorithm, query.as_bytes())?;
        query.push_str("&Signature=");
        query.extend(byte_serialize(STANDARD.encode(signature).as_bytes()));
        let separator = if url.contains('?') { '&' } else { '?' };
        Ok(Self::Redirect(format!("{url}{separator}{query}")))
    }
}

fn pairs(field: &str, message: &str, relay_state: Option<&str>) -> String {
    let mut text = format!("{field}=");
    text.extend(byte_serialize(message.as_bytes()));
    if let Some(state) = relay_state {
        text.push_str("&RelayState=");
        text.extend(byte_serialize(state.as_bytes()));
    }
    text
}
