//! An AuthnRequest, read (SAML Core §3.4.1, Bindings §3.4 and §3.5).

use crate::idp::TestIdp;
use crate::incoming::{Binding, Incoming};
use crate::style::{ASSERTION, HTTP_POST, PROTOCOL};

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
    /// It has to be signed, and is not.
    #[error("the message is not signed")]
    Unsigned,
    /// No key that is registered for the service provider signed it.
    #[error("the message is not signed by a key of the service provider")]
    WrongSignature,
    /// Neither a LogoutRequest nor a LogoutResponse, or not in the field where it belongs.
    #[error("this is no logout message but {0}")]
    NotLogout(String),
    /// The answer to a logout that this IdP never asked for, or that was answered before.
    #[error("nothing was asked by the ID {0}")]
    NeverAsked(String),
    /// Nobody told the IdP where this service provider takes logout messages.
    #[error("this IdP does not know the logout URL of {0}")]
    NoLogoutUrl(String),
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
    /// The query as it stood in the URL, where it was signed: the login page sends it again, and any
    /// other spelling of it would not be what was signed.
    pub(crate) signed_query: Option<String>,
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
    /// A signature is passed by, unless the IdP was told to [require](crate::IdpConfig) one.
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
        let incoming =
            Incoming::read(pairs, "SAMLRequest", binding)?.ok_or(RequestError::Missing)?;
        let root = incoming.document.root();
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
        if self.wants_signed_requests() {
            incoming.verify(&self.keys_of(&sp_entity_id)?)?;
        }
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
        let signed_query =
            (binding == Binding::Redirect && incoming.is_signed()).then(|| pairs.to_owned());
        Ok(ReceivedRequest {
            id,
            sp_entity_id,
            acs_url,
            relay_state: incoming.relay_state,
            force_authn: is_true("ForceAuthn"),
            is_passive: is_true("IsPassive"),
            name_id_format,
            requested_contexts,
            encoded: incoming.encoded,
            binding: incoming.binding,
            signed_query,
        })
    }
}
