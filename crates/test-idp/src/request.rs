//! An AuthnRequest, read (SAML Core §3.4.1, Bindings §3.4 and §3.5).

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use url::form_urlencoded;
use vestibule_xmlsig::{Document, Limits};

use crate::idp::TestIdp;
use crate::style::{ASSERTION, HTTP_POST, PROTOCOL};

/// The most that a request may inflate to.
const MAX_BYTES: usize = 64 * 1024;

/// How a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binding {
    Redirect,
    Post,
}

/// Why a request gets no answer but an error page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// It came by HTTP-Redirect, and the IdP takes HTTP-POST alone.
    #[error("this IdP takes requests by HTTP-POST alone")]
    PostOnly,
    /// There is no parameter `SAMLRequest`.
    #[error("there is no SAMLRequest")]
    Missing,
    /// The parameter is there more than once.
    #[error("there is more than one {0}")]
    Repeated(&'static str),
    /// Not base64.
    #[error("the SAMLRequest is not base64")]
    NotBase64,
    /// Not raw DEFLATE (Bindings §3.4.4.1).
    #[error("the SAMLRequest is not deflated")]
    NotDeflated,
    /// It inflates to more than 64 KiB.
    #[error("the SAMLRequest is too large")]
    TooLarge,
    /// The hardened parser refused it.
    #[error("the SAMLRequest is not XML that can be read")]
    NotXml,
    /// Some other document.
    #[error("this is no AuthnRequest but {0}")]
    NotAuthnRequest(String),
    /// A Version other than 2.0.
    #[error("the version is not 2.0")]
    WrongVersion,
    /// Something that has to be there is not.
    #[error("the request has no {0}")]
    Lacks(&'static str),
    /// Meant for another endpoint.
    #[error("the request was sent to {0}, which is not this IdP")]
    WrongDestination(String),
    /// The answer is wanted by another binding than HTTP-POST.
    #[error("the answer is wanted by a binding that this IdP does not have: {0}")]
    UnknownBinding(String),
    /// Nobody told the IdP about this service provider.
    #[error("this IdP does not know the service provider {0}")]
    UnknownServiceProvider(String),
    /// The service provider is known, and this is not its ACS URL.
    #[error("this is not an ACS URL of the service provider: {0}")]
    UntrustedAcs(String),
}

/// A request that this IdP may answer: from a service provider it trusts, for an ACS URL it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedRequest {
    id: String,
    sp_entity_id: String,
    acs_url: String,
    relay_state: Option<String>,
    force_authn: bool,
    is_passive: bool,
    name_id_format: Option<String>,
    requested_contexts: Vec<String>,
    pub(crate) encoded: String,
    pub(crate) binding: Binding,
}

impl ReceivedRequest {
    /// The ID of the request.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Who asks.
    #[must_use]
    pub fn sp_entity_id(&self) -> &str {
        &self.sp_entity_id
    }

    /// Where the answer goes.
    #[must_use]
    pub fn acs_url(&self) -> &str {
        &self.acs_url
    }

    /// What goes back with the answer, untouched.
    #[must_use]
    pub fn relay_state(&self) -> Option<&str> {
        self.relay_state.as_deref()
    }

    /// Whether a session is not enough.
    #[must_use]
    pub fn force_authn(&self) -> bool {
        self.force_authn
    }

    /// Whether the person may not be asked anything.
    #[must_use]
    pub fn is_passive(&self) -> bool {
        self.is_passive
    }

    /// The NameID format that is asked for.
    #[must_use]
    pub fn name_id_format(&self) -> Option<&str> {
        self.name_id_format.as_deref()
    }

    /// The AuthnContext classes that are asked for.
    #[must_use]
    pub fn requested_contexts(&self) -> &[String] {
        &self.requested_contexts
    }
}

impl TestIdp {
    /// Reads a request that came by HTTP-Redirect, from the query string as it stood in the URL.
    ///
    /// A signature in the query is passed by: the metadata asks for none.
    ///
    /// # Errors
    /// When it cannot be read, or comes from a service provider or for an ACS URL that was not
    /// [trusted](TestIdp::trust).
    pub fn read_request(&self, query: &str) -> Result<ReceivedRequest, RequestError> {
        self.read(query, Binding::Redirect)
    }

    /// Reads a request that came by HTTP-POST, from the URL-encoded body.
    ///
    /// # Errors
    /// As [`TestIdp::read_request`].
    pub fn read_post_request(&self, body: &str) -> Result<ReceivedRequest, RequestError> {
        self.read(body, Binding::Post)
    }

    pub(crate) fn read(
        &self,
        pairs: &str,
        binding: Binding,
    ) -> Result<ReceivedRequest, RequestError> {
        if !self.takes(binding) {
            return Err(RequestError::PostOnly);
        }
        let encoded = parameter(pairs, "SAMLRequest")?.ok_or(RequestError::Missing)?;
        let relay_state = parameter(pairs, "RelayState")?;
        let xml = decode(&encoded, binding)?;
        let document =
            Document::parse(&xml, &Limits::default()).map_err(|_cause| RequestError::NotXml)?;
        let root = document.root();
        if !root.is(PROTOCOL, "AuthnRequest") {
            return Err(RequestError::NotAuthnRequest(root.local_name().to_owned()));
        }
        let attribute = |name: &str| root.attribute(name).map(|value| value.into_owned());
        if attribute("Version").as_deref() != Some("2.0") {
            return Err(RequestError::WrongVersion);
        }
        let id = attribute("ID")
            .filter(|id| !id.is_empty())
            .ok_or(RequestError::Lacks("ID"))?;
        attribute("IssueInstant").ok_or(RequestError::Lacks("IssueInstant"))?;
        if let Some(destination) = attribute("Destination")
            && destination != self.sso_url()
        {
            return Err(RequestError::WrongDestination(destination));
        }
        if let Some(wanted) = attribute("ProtocolBinding")
            && wanted != HTTP_POST
        {
            return Err(RequestError::UnknownBinding(wanted));
        }
        let sp_entity_id = root
            .children_named(ASSERTION, "Issuer")
            .next()
            .and_then(|issuer| issuer.text().map(|text| text.trim().to_owned()))
            .filter(|issuer| !issuer.is_empty())
            .ok_or(RequestError::Lacks("Issuer"))?;
        let acs_url = self.acs_url_for(&sp_entity_id, attribute("AssertionConsumerServiceURL"))?;
        let is_true = |name: &str| matches!(attribute(name).as_deref(), Some("true" | "1"));
        let name_id_format = root
            .children_named(PROTOCOL, "NameIDPolicy")
            .next()
            .and_then(|policy| policy.attribute("Format").map(|format| format.into_owned()));
        let requested_contexts = root
            .children_named(PROTOCOL, "RequestedAuthnContext")
            .flat_map(|context| context.children_named(ASSERTION, "AuthnContextClassRef"))
            .filter_map(|class| class.text().map(|text| text.trim().to_owned()))
            .collect();
        Ok(ReceivedRequest {
            id,
            sp_entity_id,
            acs_url,
            relay_state,
            force_authn: is_true("ForceAuthn"),
            is_passive: is_true("IsPassive"),
            name_id_format,
            requested_contexts,
            encoded,
            binding,
        })
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
