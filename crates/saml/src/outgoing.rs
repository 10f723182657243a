//! A message of ours on its way to the IdP, by a browser.

use vestibule_xmlsig::{Certificate, SignError, SignOptions, SignatureAlgorithm, SigningKey};

use crate::binding::{deflate_base64, encode_base64, percent_encode};

/// The longest RelayState (Bindings §3.4.3), in bytes.
pub(crate) const MAX_RELAY_STATE: usize = 80;

/// The form field, or query parameter, that a message travels in (Bindings §3.4.4, §3.5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageField {
    /// `SAMLRequest`.
    SamlRequest,
    /// `SAMLResponse`.
    SamlResponse,
}

impl MessageField {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SamlRequest => "SAMLRequest",
            Self::SamlResponse => "SAMLResponse",
        }
    }
}

/// What a browser posts to the IdP (Bindings §3.5.4): a form with these fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostForm {
    /// Where the form goes: an endpoint of the IdP. An http or https URL of printable ASCII, which
    /// still has to be escaped where it is written into a page.
    pub action: String,
    /// The field that holds the message.
    pub field: MessageField,
    /// The message in base64, not deflated.
    pub message: String,
    /// The field `RelayState`, where there is one.
    pub relay_state: Option<String>,
}

/// How our messages are signed.
#[derive(Debug, Clone)]
pub struct Signing {
    /// The key.
    pub key: SigningKey,
    /// The algorithm.
    pub algorithm: SignatureAlgorithm,
    /// The certificate that goes along by HTTP-POST. An IdP that knows our metadata needs none.
    pub certificate: Option<Certificate>,
}

impl Signing {
    /// By this key, with SHA-256.
    #[must_use]
    pub fn new(key: SigningKey, certificate: Option<Certificate>) -> Self {
        Self {
            algorithm: key.sha256_algorithm(),
            key,
            certificate,
        }
    }

    /// The same with an algorithm that the IdP declares to verify: the first that it lists, signature
    /// and digest, of those that the key can sign with (IIP-MD10). Where it declares none of them, or
    /// nothing at all, SHA-256 stays.
    #[must_use]
    pub fn as_declared(&self, signing_methods: &[String], digest_methods: &[String]) -> Self {
        let digested = |algorithm: &SignatureAlgorithm| {
            let digest = algorithm.digest().uri();
            digest_methods.is_empty() || digest_methods.iter().any(|listed| listed == digest)
        };
        let declared = signing_methods.iter().find_map(|listed| {
            let mut able = self.key.algorithms().filter(digested);
            able.find(|algorithm| algorithm.uri() == listed)
        });
        Self {
            algorithm: declared.unwrap_or(self.algorithm),
            ..self.clone()
        }
    }
}

/// Why a message cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The destination is not an http or https URL of printable ASCII without a fragment.
    #[error("the destination is not an http or https URL that a browser can be sent to")]
    Destination,
    /// The RelayState has more than 80 bytes (Bindings §3.4.3).
    #[error("the RelayState is longer than 80 bytes")]
    RelayState,
    /// The message could not be compressed.
    #[error("the message could not be compressed")]
    Deflate,
    /// The message could not be signed.
    #[error("the message could not be signed")]
    Sign(#[from] SignError),
}

/// A message before it is bound.
pub(crate) struct Outgoing<'a> {
    pub(crate) field: MessageField,
    pub(crate) id: &'a str,
    pub(crate) destination: &'a str,
    pub(crate) xml: String,
}

impl Outgoing<'_> {
    /// The URL to send the browser to: the destination with the message deflated, in base64 and
    /// percent-encoded behind whatever query it has. The signature is over the text of our
    /// parameters as it stands there, and the message itself carries none (Bindings §3.4.4.1).
    pub(crate) fn redirect_url(
        self,
        relay_state: Option<&str>,
        signing: Option<&Signing>,
    ) -> Result<String, SendError> {
        self.check(relay_state)?;
        let message =
            deflate_base64(self.xml.as_bytes()).map_err(|_write_to_memory| SendError::Deflate)?;
        let mut query = String::with_capacity(message.len() + 600);
        let parameter = |query: &mut String, name: &str, value: &str| {
            if !query.is_empty() {
                query.push('&');
            }
            query.push_str(name);
            query.push('=');
            percent_encode(value, query);
        };
        parameter(&mut query, self.field.as_str(), &message);
        if let Some(state) = relay_state {
            parameter(&mut query, "RelayState", state);
        }
        if let Some(signing) = signing {
            parameter(&mut query, "SigAlg", signing.algorithm.uri());
            let octets = query.as_bytes();
            let signature = signing.key.sign_octets(signing.algorithm, octets)?;
            parameter(&mut query, "Signature", &encode_base64(&signature));
        }
        let separator = if !self.destination.contains('?') {
            "?"
        } else if self.destination.ends_with(['?', '&']) {
            ""
        } else {
            "&"
        };
        Ok([self.destination, separator, &query].concat())
    }

    /// The form for the browser to post: the message in base64, its destination as it is, query and
    /// all. The signature stands in the message, right after the Issuer (Bindings §3.5.4, Core §5.4).
    pub(crate) fn post_form(
        self,
        relay_state: Option<&str>,
        signing: Option<&Signing>,
    ) -> Result<PostForm, SendError> {
        self.check(relay_state)?;
        let xml = match signing {
            None => self.xml,
            Some(signing) => {
                let options = SignOptions {
                    algorithm: signing.algorithm,
                    key_info: signing.certificate.clone(),
                    ..SignOptions::default()
                };
                signing.key.sign_element(&self.xml, self.id, &options)?
            }
        };
        Ok(PostForm {
            action: self.destination.to_owned(),
            field: self.field,
            message: encode_base64(xml.as_bytes()),
            relay_state: relay_state.map(str::to_owned),
        })
    }

    /// Whether a browser can be sent there with this RelayState.
    fn check(&self, relay_state: Option<&str>) -> Result<(), SendError> {
        let web = ["https://", "http://"].iter().any(|scheme| {
            self.destination
                .strip_prefix(scheme)
                .is_some_and(|rest| !rest.is_empty())
        });
        let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'#';
        if !web || !self.destination.bytes().all(plain) {
            return Err(SendError::Destination);
        }
        if relay_state.is_some_and(|state| state.len() > MAX_RELAY_STATE) {
            return Err(SendError::RelayState);
        }
        Ok(())
    }
}
