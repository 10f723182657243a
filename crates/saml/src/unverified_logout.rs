//! A logout message that anybody may have written.

use std::fmt;

use vestibule_xmlsig::{
    Document, SignatureAlgorithm, VerifyError, VerifyingKey, has_signature, verify, verify_octets,
};

use crate::binding::{InflateError, decode_base64, inflate};
use crate::decode_error::MessageKind;
use crate::envelope::Issuer;
use crate::keys::Keys;
use crate::limits::Limits;
use crate::logout_refusal::{LogoutCheck, LogoutRefusal};
use crate::outgoing::{MAX_RELAY_STATE, MessageField};
use crate::parameters::Parameters;
use crate::signed_logout::SignedLogout;

/// How a query says that its message is deflated; it need not say so (Bindings §3.4.4).
const DEFLATE: &str = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE";

/// What a signature in the query is over, in this order (Bindings §3.4.4.1).
const SIGNED: [&str; 4] = ["SAMLRequest", "SAMLResponse", "RelayState", "SigAlg"];

/// What a logout message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LogoutKind {
    /// A LogoutRequest: the IdP asks.
    Request,
    /// A LogoutResponse: the IdP answers.
    Response,
}

/// How a logout message came, and how it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LogoutBinding {
    /// HTTP-Redirect (Bindings §3.4).
    Redirect,
    /// HTTP-POST (Bindings §3.5).
    Post,
}

/// A logout message that anybody may have written. It shows what is needed to look up what it is
/// about, and nothing else.
pub struct UnverifiedLogout {
    incoming: Incoming,
    /// What is signed of the query, and how; for a form, nothing beside the message.
    query: Option<SignedQuery>,
    limits: Limits,
    issuer: Option<String>,
    id: Option<String>,
    in_response_to: Option<String>,
}

/// A message out of its binding.
pub(crate) struct Incoming {
    pub(crate) document: Document,
    pub(crate) kind: LogoutKind,
    pub(crate) relay_state: Option<String>,
}

struct SignedQuery {
    octets: String,
    algorithm: Option<String>,
    signature: Option<String>,
}

impl fmt::Debug for UnverifiedLogout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedLogout")
            .field("kind", &self.incoming.kind)
            .finish_non_exhaustive()
    }
}

impl UnverifiedLogout {
    /// Reads a message by HTTP-Redirect from the query as it stood in the URL, without its question
    /// mark: it must not have been decoded, for it is the text that is signed.
    ///
    /// # Errors
    ///
    /// [`LogoutRefusal`] by the checks `Binding` and `Format`. Bindings §3.4.4.
    pub fn from_query(raw_query: &str, limits: &Limits) -> Result<Self, LogoutRefusal> {
        bounded(raw_query, limits)?;
        let parameters = Parameters::read(raw_query)?;
        let query = SignedQuery {
            octets: parameters.joined(&SIGNED),
            algorithm: parameters.value("SigAlg")?,
            signature: parameters.value("Signature")?,
        };
        let incoming = Incoming::read(&parameters, LogoutBinding::Redirect, limits)?;
        Ok(Self::new(incoming, Some(query), limits))
    }

    /// Reads a message by HTTP-POST from the body of the form, as it came.
    ///
    /// # Errors
    ///
    /// [`LogoutRefusal`] by the checks `Binding` and `Format`. Bindings §3.5.4.
    pub fn from_form(raw_body: &str, limits: &Limits) -> Result<Self, LogoutRefusal> {
        bounded(raw_body, limits)?;
        let parameters = Parameters::read(raw_body)?;
        let incoming = Incoming::read(&parameters, LogoutBinding::Post, limits)?;
        Ok(Self::new(incoming, None, limits))
    }

    fn new(incoming: Incoming, query: Option<SignedQuery>, limits: &Limits) -> Self {
        let root = incoming.document.root();
        let issuer = match Issuer::of(root) {
            Issuer::One { value, .. } => Some(value),
            _ => None,
        };
        let attribute = |name| root.attribute(name).map(|value| value.into_owned());
        let (id, in_response_to) = (attribute("ID"), attribute("InResponseTo"));
        Self {
            incoming,
            query,
            limits: *limits,
            issuer,
            id,
            in_response_to,
        }
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> LogoutKind {
        self.incoming.kind
    }

    /// How it came.
    #[must_use]
    pub fn binding(&self) -> LogoutBinding {
        match self.query {
            Some(_) => LogoutBinding::Redirect,
            None => LogoutBinding::Post,
        }
    }

    /// Who it says it comes from. Anybody may have written this.
    #[must_use]
    pub fn unverified_issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Its ID, it says. Anybody may have written this.
    #[must_use]
    pub fn unverified_id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Which request it says it answers. Anybody may have written this.
    #[must_use]
    pub fn unverified_in_response_to(&self) -> Option<&str> {
        self.in_response_to.as_deref()
    }

    /// The RelayState that came with it: opaque, at most 80 bytes, never a URL to go to. Anybody
    /// may have written this.
    #[must_use]
    pub fn unverified_relay_state(&self) -> Option<&str> {
        self.incoming.relay_state.as_deref()
    }

    /// Verifies the signature, which has to be there: over the query by HTTP-Redirect, in the
    /// message by HTTP-POST. What comes back was read anew from what was signed; an EncryptedID is
    /// opened (IIP-SP16).
    ///
    /// # Errors
    ///
    /// [`LogoutRefusal`] by the check `Signature`. Profiles §4.4.4, Bindings §3.4.4.1, Core §5.4.
    pub fn verify<'k>(self, keys: impl Into<Keys<'k>>) -> Result<SignedLogout, LogoutRefusal> {
        let keys = keys.into();
        let (binding, limits) = (self.binding(), self.limits);
        let refuse = |error: VerifyError| LogoutRefusal::signature(&error);
        match self.query {
            Some(query) => {
                let signed = query.verify(keys.verifying)?;
                let octets = str::from_utf8(signed.as_bytes()).map_err(|_never| unreadable())?;
                let parameters = Parameters::read(octets)?;
                let incoming = Incoming::read(&parameters, binding, &self.limits)?;
                if has_signature(incoming.document.root()) {
                    return Err(LogoutRefusal::new(
                        LogoutCheck::Signature,
                        "a signature of the query alone (HTTP-Redirect)",
                        "a Signature inside the message",
                    ));
                }
                Ok(SignedLogout::new(
                    incoming,
                    binding,
                    signed.key(),
                    &keys,
                    &limits,
                ))
            }
            None => {
                let signed =
                    verify(self.incoming.document.root(), keys.verifying).map_err(refuse)?;
                let document = signed
                    .parse(&self.limits.xml)
                    .map_err(|_too_wide| unreadable())?;
                let incoming = Incoming {
                    kind: kind_of(&document)?,
                    document,
                    ..self.incoming
                };
                Ok(SignedLogout::new(
                    incoming,
                    binding,
                    signed.key(),
                    &keys,
                    &limits,
                ))
            }
        }
    }
}

impl SignedQuery {
    fn verify(
        self,
        keys: &[VerifyingKey],
    ) -> Result<vestibule_xmlsig::SignedOctets, LogoutRefusal> {
        let (Some(algorithm), Some(signature)) = (self.algorithm, self.signature) else {
            return Err(LogoutRefusal::new(
                LogoutCheck::Signature,
                "the parameters SigAlg and Signature",
                "no signature",
            ));
        };
        let refuse = |error: VerifyError| LogoutRefusal::signature(&error);
        let algorithm = SignatureAlgorithm::from_uri(&algorithm).map_err(refuse)?;
        let signature = decode_base64(&signature).ok_or(VerifyError::SignatureValue);
        let signature = signature.map_err(refuse)?;
        verify_octets(self.octets.into_bytes(), &signature, algorithm, keys).map_err(refuse)
    }
}

impl Incoming {
    fn read(
        parameters: &Parameters<'_>,
        binding: LogoutBinding,
        limits: &Limits,
    ) -> Result<Self, LogoutRefusal> {
        let refuse = |expected: &str, received: &str| {
            Err(LogoutRefusal::new(LogoutCheck::Binding, expected, received))
        };
        if let Some(encoding) = parameters.value("SAMLEncoding")?
            && encoding != DEFLATE
        {
            return refuse(DEFLATE, &encoding);
        }
        let relay_state = parameters.value("RelayState")?;
        if let Some(state) = relay_state
            .as_ref()
            .filter(|state| state.len() > MAX_RELAY_STATE)
        {
            let received = format!("a RelayState of {} bytes", state.len());
            return refuse("a RelayState of at most 80 bytes", &received);
        }
        let [request, response] = [MessageField::SamlRequest, MessageField::SamlResponse]
            .map(|field| parameters.value(field.as_str()));
        let (kind, encoded) = match (request?, response?) {
            (Some(request), None) => (LogoutKind::Request, request),
            (None, Some(response)) => (LogoutKind::Response, response),
            (None, None) => return refuse("SAMLRequest or SAMLResponse", "neither"),
            (Some(_), Some(_)) => return refuse("SAMLRequest or SAMLResponse", "both"),
        };
        let document = document(&encoded, binding, limits)?;
        if kind_of(&document)? != kind {
            return Err(LogoutRefusal::new(
                LogoutCheck::Format,
                "a LogoutRequest in SAMLRequest, a LogoutResponse in SAMLResponse",
                "the one in the place of the other",
            ));
        }
        Ok(Self {
            document,
            kind,
            relay_state,
        })
    }
}

/// The message that a parameter holds.
fn document(
    encoded: &str,
    binding: LogoutBinding,
    limits: &Limits,
) -> Result<Document, LogoutRefusal> {
    let refuse = |expected: &str, received: &str| {
        LogoutRefusal::new(LogoutCheck::Format, expected, received)
    };
    let bytes = decode_base64(encoded).filter(|bytes| !bytes.is_empty());
    let bytes = bytes.ok_or_else(|| refuse("a message in base64", "something else"))?;
    let xml = match binding {
        LogoutBinding::Post => bytes,
        LogoutBinding::Redirect => {
            let max = limits.xml.max_bytes;
            inflate(&bytes, max).map_err(|error| match error {
                InflateError::NotDeflated => {
                    refuse("a deflated message (RFC 1951)", "something else")
                }
                InflateError::TooLarge => refuse(&format!("at most {max} bytes, inflated"), "more"),
            })?
        }
    };
    Document::parse(&xml, &limits.xml)
        .map_err(|error| refuse("XML that can be read", &error.to_string()))
}

fn kind_of(document: &Document) -> Result<LogoutKind, LogoutRefusal> {
    let received = match MessageKind::of(document.root()) {
        Some(MessageKind::LogoutRequest) => return Ok(LogoutKind::Request),
        Some(MessageKind::LogoutResponse) => return Ok(LogoutKind::Response),
        Some(other) => other.to_string(),
        None => "a Response".to_owned(),
    };
    Err(LogoutRefusal::new(
        LogoutCheck::Format,
        "a LogoutRequest or LogoutResponse",
        received,
    ))
}

fn bounded(text: &str, limits: &Limits) -> Result<(), LogoutRefusal> {
    let (bytes, max) = (text.len(), limits.max_encoded);
    if bytes <= max {
        return Ok(());
    }
    let (expected, received) = (format!("at most {max} bytes"), format!("{bytes} bytes"));
    Err(LogoutRefusal::new(LogoutCheck::Format, expected, received))
}

/// What was read once is read again: this does not happen.
fn unreadable() -> LogoutRefusal {
    LogoutRefusal::new(
        LogoutCheck::Signature,
        "signed bytes that can be read",
        "others",
    )
}
