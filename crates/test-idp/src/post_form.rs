//! The form that carries an answer to the service provider (SAML Bindings §3.5).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What the browser posts to the ACS URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostForm {
    /// Where to.
    pub acs_url: String,
    /// The field `SAMLResponse`: the document in base64.
    pub saml_response: String,
    /// The field `RelayState`, where the service provider sent one.
    pub relay_state: Option<String>,
}

impl PostForm {
    pub(crate) fn new(acs_url: String, xml: &str, relay_state: Option<String>) -> Self {
        Self {
            acs_url,
            saml_response: STANDARD.encode(xml),
            relay_state,
        }
    }

    /// The document itself; empty when `saml_response` was changed into something else.
    #[must_use]
    pub fn xml(&self) -> String {
        STANDARD
            .decode(&self.saml_response)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .unwrap_or_default()
    }

    /// The body as a browser would send it.
    #[must_use]
    pub fn to_urlencoded(&self) -> String {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.append_pair("SAMLResponse", &self.saml_response);
        if let Some(relay_state) = &self.relay_state {
            body.append_pair("RelayState", relay_state);
        }
        body.finish()
    }
}
