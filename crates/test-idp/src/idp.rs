//! The IdP: its keys, its people and the service providers that it trusts.

use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use vestibule_xmlsig::{Certificate, SigningKey, VerifyingKey};

use crate::incoming::Binding;
use crate::request::RequestError;
use crate::sessions::{Session, Sessions};
use crate::style::{MetadataFacts, Style};
use crate::user::User;

/// The key that the IdP signs with.
#[derive(Clone, Default)]
pub enum Key {
    /// A new RSA key of 2048 bits.
    #[default]
    Rsa2048,
    /// A new EC key on P-256.
    EcP256,
    /// This key: PKCS#8 in DER, for an IdP that is still the same after a restart.
    Pkcs8(Vec<u8>),
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rsa2048 => "Rsa2048",
            Self::EcP256 => "EcP256",
            Self::Pkcs8(_) => "Pkcs8(…)",
        })
    }
}

/// What an IdP is made of.
#[derive(Debug, Clone)]
pub struct IdpConfig {
    /// Where it is reached, without a slash at the end.
    pub base_url: String,
    /// Its entity ID; by default the URL of its metadata.
    pub entity_id: Option<String>,
    /// Whose accent it has.
    pub style: Style,
    /// The people it knows.
    pub users: Vec<User>,
    /// Its key.
    pub key: Key,
    /// Whether it takes requests by HTTP-POST alone, and its metadata lists no other binding.
    pub post_only: bool,
    /// Whether a request must be signed by a key that is registered for its service provider; the
    /// metadata says so.
    pub signed_requests: bool,
    /// Whether the metadata lists the logout endpoint. It is there in any case.
    pub lists_logout: bool,
}

impl IdpConfig {
    /// An IdP with the people of [`User::examples`] and a new RSA key.
    pub fn new(base_url: impl Into<String>, style: Style) -> Self {
        Self {
            base_url: base_url.into(),
            entity_id: None,
            style,
            users: User::examples(),
            key: Key::default(),
            post_only: false,
            signed_requests: false,
            lists_logout: false,
        }
    }
}

/// A service provider that the IdP answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpRegistration {
    /// Its entity ID.
    pub entity_id: String,
    /// One of its ACS URLs; the first that is registered is the default.
    pub acs_url: String,
    /// Where it takes logout messages.
    pub logout_url: Option<String>,
    /// The keys that it signs with.
    pub keys: Vec<VerifyingKey>,
}

impl SpRegistration {
    /// A service provider with one ACS URL.
    pub fn new(entity_id: impl Into<String>, acs_url: impl Into<String>) -> Self {
        Self {
            entity_id: entity_id.into(),
            acs_url: acs_url.into(),
            logout_url: None,
            keys: Vec::new(),
        }
    }

    /// The same one, which takes logout messages at this URL.
    #[must_use]
    pub fn with_logout(mut self, logout_url: impl Into<String>) -> Self {
        self.logout_url = Some(logout_url.into());
        self
    }

    /// The same one, which signs with any of these keys.
    #[must_use]
    pub fn signing_with(mut self, keys: impl IntoIterator<Item = VerifyingKey>) -> Self {
        self.keys.extend(keys);
        self
    }
}

/// The IdP could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdpError {
    /// The XML libraries did not start.
    #[error("the xml libraries did not start")]
    Libraries(#[from] vestibule_xmlsig::InitError),
    /// A key could not be made or read.
    #[error("the key could not be made or read")]
    Key(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A certificate could not be made.
    #[error("the certificate could not be made")]
    Certificate(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// An identity provider. Clones are the same one.
#[derive(Clone)]
pub struct TestIdp(Arc<Inner>);

struct Inner {
    base_url: String,
    entity_id: String,
    style: Style,
    post_only: bool,
    signed_requests: bool,
    lists_logout: bool,
    users: Vec<User>,
    sessions: Sessions,
    pair: KeyPair,
    /// A key of the same kind that nobody was told about, made when first needed.
    stranger: OnceLock<KeyPair>,
    born: Timestamp,
    trusted: RwLock<Vec<SpRegistration>>,
}

/// A key and the certificate that carries it.
pub(crate) struct KeyPair {
    pub(crate) key: SigningKey,
    pub(crate) certificate: Certificate,
}

impl KeyPair {
    fn new(key: SigningKey, name: &str, now: Timestamp) -> Result<Self, IdpError> {
        let valid_for = SignedDuration::from_hours(24 * 365 * 3);
        let not_after = now.checked_add(valid_for).unwrap_or(now);
        let certificate = key
            .self_signed_certificate(name, now, not_after)
            .map_err(|cause| IdpError::Certificate(Box::new(cause)))?;
        Ok(Self { key, certificate })
    }
}

fn generate(key: &Key) -> Result<SigningKey, IdpError> {
    let key = match key {
        Key::Rsa2048 => SigningKey::generate_rsa(2048),
        Key::EcP256 => SigningKey::generate_ec_p256(),
        Key::Pkcs8(der) => SigningKey::from_pkcs8_der(der),
    };
    key.map_err(|cause| IdpError::Key(Box::new(cause)))
}

impl TestIdp {
    /// An IdP that trusts nobody yet. Its certificate is valid from `now` for three years.
    ///
    /// # Errors
    /// When the libraries do not start, or key or certificate cannot be made.
    pub fn new(config: IdpConfig, now: Timestamp) -> Result<Self, IdpError> {
        vestibule_xmlsig::init()?;
        let base_url = config.base_url.trim_end_matches('/').to_owned();
        let entity_id = config
            .entity_id
            .unwrap_or_else(|| format!("{base_url}/metadata"));
        let pair = KeyPair::new(generate(&config.key)?, "Vestibule test IdP", now)?;
        Ok(Self(Arc::new(Inner {
            base_url,
            entity_id,
            style: config.style,
            post_only: config.post_only,
            signed_requests: config.signed_requests,
            lists_logout: config.lists_logout,
            users: config.users,
            sessions: Sessions::default(),
            pair,
            stranger: OnceLock::new(),
            born: now,
            trusted: RwLock::new(Vec::new()),
        })))
    }

    /// Where it is reached, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.0.base_url
    }

    /// Its entity ID.
    #[must_use]
    pub fn entity_id(&self) -> &str {
        &self.0.entity_id
    }

    /// Its single sign-on endpoint, for HTTP-Redirect and HTTP-POST.
    #[must_use]
    pub fn sso_url(&self) -> String {
        format!("{}/sso", self.0.base_url)
    }

    /// Its single logout endpoint, for HTTP-Redirect and HTTP-POST.
    #[must_use]
    pub fn slo_url(&self) -> String {
        format!("{}/slo", self.0.base_url)
    }

    /// Whom it signed in where, the last one last.
    #[must_use]
    pub fn sessions(&self) -> Vec<Session> {
        self.0.sessions.all()
    }

    /// Where its metadata is.
    #[must_use]
    pub fn metadata_url(&self) -> String {
        format!("{}/metadata", self.0.base_url)
    }

    /// Whose accent it has.
    #[must_use]
    pub fn style(&self) -> Style {
        self.0.style
    }

    /// The people it knows.
    #[must_use]
    pub fn users(&self) -> &[User] {
        &self.0.users
    }

    /// The person with this address.
    #[must_use]
    pub fn user(&self, email: &str) -> Option<&User> {
        self.0.users.iter().find(|user| user.email == email)
    }

    /// The certificate that carries its public key.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.0.pair.certificate
    }

    /// The certificate with its BEGIN and END lines.
    #[must_use]
    pub fn certificate_pem(&self) -> String {
        self.0.pair.certificate.to_pem()
    }

    /// Its signing key, for forging by hand in a test and for [`Key::Pkcs8`].
    #[must_use]
    pub fn signing_key(&self) -> &SigningKey {
        &self.0.pair.key
    }

    /// Its metadata, in its style.
    #[must_use]
    pub fn metadata_xml(&self) -> String {
        let mut stable = [0; 16];
        for (to, from) in stable.iter_mut().zip(Sha256::digest(self.entity_id())) {
            *to = from;
        }
        (self.0.style.dialect().metadata)(&MetadataFacts {
            entity_id: self.entity_id(),
            sso_url: &self.sso_url(),
            slo_url: self.0.lists_logout.then(|| self.slo_url()),
            signed_requests: self.0.signed_requests,
            certificate: &self.0.pair.certificate.to_base64_der(),
            valid_until: format!("{:.3}", self.0.pair.certificate.not_after()),
            post_only: self.0.post_only,
            stable,
        })
    }

    /// Answers this service provider at this ACS URL from now on.
    pub fn trust(&self, registration: SpRegistration) {
        let mut trusted = self
            .0
            .trusted
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if !trusted.contains(&registration) {
            trusted.push(registration);
        }
    }

    /// Whom it trusts, in the order of registration.
    #[must_use]
    pub fn trusted(&self) -> Vec<SpRegistration> {
        self.0
            .trusted
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The ACS URL to answer at: the one that is asked for, if it is registered, or the first.
    pub(crate) fn acs_url_for(
        &self,
        sp_entity_id: &str,
        asked: Option<String>,
    ) -> Result<String, RequestError> {
        let registered = self.registrations_of(sp_entity_id)?;
        let mut urls = registered.into_iter().map(|sp| sp.acs_url);
        match asked {
            None => urls
                .next()
                .ok_or_else(|| RequestError::UnknownServiceProvider(sp_entity_id.to_owned())),
            Some(asked) if urls.any(|acs_url| acs_url == asked) => Ok(asked),
            Some(asked) => Err(RequestError::UntrustedAcs(asked)),
        }
    }

    /// The keys that are registered for a service provider, with any of its ACS URLs.
    pub(crate) fn keys_of(&self, sp_entity_id: &str) -> Result<Vec<VerifyingKey>, RequestError> {
        let all = self.registrations_of(sp_entity_id)?;
        Ok(all.into_iter().flat_map(|sp| sp.keys).collect())
    }

    /// Where a service provider takes logout messages.
    pub(crate) fn logout_url_of(&self, sp_entity_id: &str) -> Result<String, RequestError> {
        let all = self.registrations_of(sp_entity_id)?;
        all.into_iter()
            .find_map(|sp| sp.logout_url)
            .ok_or_else(|| RequestError::NoLogoutUrl(sp_entity_id.to_owned()))
    }

    fn registrations_of(&self, sp_entity_id: &str) -> Result<Vec<SpRegistration>, RequestError> {
        let mut all = self.trusted();
        all.retain(|sp| sp.entity_id == sp_entity_id);
        if all.is_empty() {
            return Err(RequestError::UnknownServiceProvider(
                sp_entity_id.to_owned(),
            ));
        }
        Ok(all)
    }

    pub(crate) fn sessions_kept(&self) -> &Sessions {
        &self.0.sessions
    }

    pub(crate) fn wants_signed_requests(&self) -> bool {
        self.0.signed_requests
    }

    pub(crate) fn takes(&self, binding: Binding) -> bool {
        binding == Binding::Post || !self.0.post_only
    }

    pub(crate) fn pair(&self) -> &KeyPair {
        &self.0.pair
    }

    pub(crate) fn stranger(&self) -> Result<&KeyPair, IdpError> {
        if let Some(stranger) = self.0.stranger.get() {
            return Ok(stranger);
        }
        let kind = match self.0.pair.certificate.key_kind() {
            vestibule_xmlsig::KeyKind::Ec { .. } => Key::EcP256,
            _ => Key::Rsa2048,
        };
        let stranger = KeyPair::new(generate(&kind)?, "Somebody else", self.0.born)?;
        Ok(self.0.stranger.get_or_init(|| stranger))
    }
}

impl fmt::Debug for TestIdp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestIdp")
            .field("entity_id", &self.0.entity_id)
            .field("style", &self.0.style)
            .finish_non_exhaustive()
    }
}
