//! What a service shares between its requests.

use std::time::SystemTime;

use crate::{
    Claims, Fetch, Https, Settings, VerifyError,
    active::Active,
    discovery::Metadata,
    keys::{Keys, Known},
    token,
};

/// Verifies access tokens. Made once, shared by all threads.
pub struct Verifier {
    settings: Settings,
    fetch: Box<dyn Fetch>,
    keys: Keys,
    active: Option<Active>,
}

impl Verifier {
    /// Learns where the issuer has what, and its keys. It waits for the issuer.
    ///
    /// # Errors
    /// [`VerifyError`] of the settings, or of the issuer: start again when it is there.
    #[expect(
        clippy::disallowed_methods,
        reason = "a service that starts has nobody else to ask for the time"
    )]
    pub fn discover(settings: Settings) -> Result<Self, VerifyError> {
        Self::discover_by(settings, Https::default(), SystemTime::now())
    }

    /// The same by another way of asking, or by another clock.
    ///
    /// # Errors
    /// As of [`Self::discover`].
    pub fn discover_by(
        settings: Settings,
        fetch: impl Fetch + 'static,
        now: SystemTime,
    ) -> Result<Self, VerifyError> {
        // An error says that a backend has been chosen before, which is all that is wanted.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let metadata = Metadata::fetch(&settings.issuer, &fetch)?;
        let keys = Keys::fetched(metadata.jwks_uri, &settings, &fetch, now)?;
        let introspection = settings.introspection.clone();
        let url = metadata.introspection_endpoint;
        Ok(Self {
            active: introspection.map(|introspection| Active::new(url, introspection)),
            fetch: Box::new(fetch),
            settings,
            keys,
        })
    }

    /// What a token says, if it is an access token of the issuer for this service and its time has come and
    /// is not over. It asks the issuer only where its keys are old, or hold none of the token's.
    ///
    /// # Errors
    /// [`VerifyError`] says what does not hold; [`VerifyError::is_of_token`] whether that is the token's
    /// fault.
    pub fn verify(&self, token: &str, now: SystemTime) -> Result<Claims, VerifyError> {
        let head = token::head(token)?;
        let (key, asked_lately) = self.keys.key(&head.kid, self.fetch.as_ref(), now)?;
        match key.as_ref().and_then(|key| key.key()) {
            Some(key) => token::verify(token, &head, key, &self.settings, now),
            None => Err(head.unknown(asked_lately)),
        }
    }

    /// The same, where that can be said without asking anybody; `None` where the issuer has to be asked
    /// first. It never waits for the network.
    pub fn verify_by_known_keys(
        &self,
        token: &str,
        now: SystemTime,
    ) -> Option<Result<Claims, VerifyError>> {
        let head = match token::head(token) {
            Ok(head) => head,
            Err(error) => return Some(Err(error)),
        };
        match self.keys.known(&head.kid, now) {
            Known::Key(key) => {
                let key = key.key()?;
                Some(token::verify(token, &head, key, &self.settings, now))
            }
            Known::None => Some(Err(head.unknown(true))),
            Known::Ask => None,
        }
    }

    /// The same, and the issuer's word that the session still stands, with the role that the member has now.
    /// A yes is kept for as long as [`Introspection`](crate::Introspection) says; without the issuer there
    /// is no yes.
    ///
    /// # Errors
    /// As of [`Self::verify`]; [`VerifyError::NotActive`]; [`VerifyError::Settings`] where no introspection
    /// is set.
    pub fn verify_active(&self, token: &str, now: SystemTime) -> Result<Claims, VerifyError> {
        let claims = self.verify(token, now)?;
        let active = self.active.as_ref().ok_or(VerifyError::Settings {
            setting: "introspection",
            expected: "a client to ask with (Settings::introspection)",
            found: "none".to_owned(),
        })?;
        active.ask(token, claims, self.fetch.as_ref(), now)
    }
}

/// Whose tokens, and whom they are for.
impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
