//! What a service says about itself and its issuer.

use std::time::Duration;

use zeroize::Zeroizing;

/// What a [`Verifier`](crate::Verifier) is made of.
#[derive(Debug, Clone)]
pub struct Settings {
    pub(crate) issuer: String,
    pub(crate) audience: String,
    pub(crate) clients: Option<Vec<String>>,
    pub(crate) skew: Duration,
    pub(crate) keys_max_age: Duration,
    pub(crate) keys_kept_for: Duration,
    pub(crate) ask_again_after: Duration,
    pub(crate) introspection: Option<Introspection>,
}

impl Settings {
    /// The issuer (`VESTIBULE_PUBLIC_URL`, to the letter), and this service: the resource that
    /// applications name (RFC 8707), or the issuer where they name none.
    #[must_use]
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            audience: audience.into(),
            clients: None,
            skew: Duration::from_secs(60),
            keys_max_age: Duration::from_secs(5 * 60),
            keys_kept_for: Duration::from_secs(60 * 60),
            ask_again_after: Duration::from_secs(10),
            introspection: None,
        }
    }

    /// Listens to these applications alone. Default: to all that are registered.
    #[must_use]
    pub fn clients<C: Into<String>>(mut self, clients: impl IntoIterator<Item = C>) -> Self {
        self.clients = Some(clients.into_iter().map(Into::into).collect());
        self
    }

    /// How far the clocks may differ. Default 60 s.
    #[must_use]
    pub const fn skew(mut self, skew: Duration) -> Self {
        self.skew = skew;
        self
    }

    /// After how long the keys are fetched again. Default 5 min, as the issuer says; a new key is shown
    /// ten minutes before it signs, so more than that has tokens wait for a fetch.
    #[must_use]
    pub const fn keys_max_age(mut self, age: Duration) -> Self {
        self.keys_max_age = age;
        self
    }

    /// How old keys may become while the issuer is out of reach. Default 1 h: longer than any token lasts;
    /// a key that the issuer has withdrawn counts here as long.
    #[must_use]
    pub const fn keys_kept_for(mut self, age: Duration) -> Self {
        self.keys_kept_for = age;
        self
    }

    /// The least time between two fetches of the keys: tokens with made-up keys cost the issuer nothing.
    /// Default 10 s.
    #[must_use]
    pub const fn ask_again_after(mut self, time: Duration) -> Self {
        self.ask_again_after = time;
        self
    }

    /// What [`verify_active`](crate::Verifier::verify_active) asks with.
    #[must_use]
    pub fn introspection(mut self, introspection: Introspection) -> Self {
        self.introspection = Some(introspection);
        self
    }
}

/// By which client tokens are asked about, and for how long a yes is kept.
#[derive(Clone)]
pub struct Introspection {
    pub(crate) client_id: String,
    pub(crate) client_secret: Zeroizing<String>,
    pub(crate) kept_for: Duration,
}

impl Introspection {
    /// A confidential client of this service's own, with its secret. `kept_for` is how late a revocation
    /// may be noticed: nothing is asked again for so long. Zero asks each time. A no is never kept.
    #[must_use]
    pub fn new(
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
        kept_for: Duration,
    ) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: Zeroizing::new(client_secret.into()),
            kept_for,
        }
    }
}

/// Never the secret.
impl std::fmt::Debug for Introspection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Introspection")
            .field("client_id", &self.client_id)
            .field("kept_for", &self.kept_for)
            .finish_non_exhaustive()
    }
}
