//! An authorization request that a client has pushed, until its browser comes with it (RFC 9126).

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use vestibule_model::ClientId;

use crate::{
    StateError,
    browser::{is_lower_hex, random_hex},
};

/// What stands before the name in a `request_uri` (RFC 9126 §2.2).
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// The name of a pushed request: 256 random bits, for whoever knows it can begin by it (§7.1).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PushedId(String);

impl PushedId {
    /// A new name.
    ///
    /// # Errors
    /// [`StateError::NoRandomness`].
    pub fn generate() -> Result<Self, StateError> {
        Ok(Self(random_hex::<32>()?))
    }

    /// Reads a `request_uri`; anything that [`Self::to_request_uri`] could not have made is `None`.
    #[must_use]
    pub fn parse(request_uri: &str) -> Option<Self> {
        let digits = request_uri.strip_prefix(PREFIX)?;
        is_lower_hex(digits, 64).then(|| Self(digits.to_owned()))
    }

    /// The name as the client hands it on.
    #[must_use]
    pub fn to_request_uri(&self) -> String {
        format!("{PREFIX}{}", self.0)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// It does not show in a log.
impl fmt::Debug for PushedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PushedId(…)")
    }
}

/// A request as it was pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushedRequest {
    /// Who pushed it, and alone may use it.
    pub client_id: ClientId,
    /// Its parameters, as a form.
    pub parameters: String,
    /// When it is worth nothing any more; [`Self::LIFETIME`] from now at most.
    pub expires_at: Timestamp,
}

impl PushedRequest {
    /// How long a browser may take to come with it: a redirect, and somebody who chooses an identity
    /// provider on the way (§2.2 names 5 to 600 s).
    pub const LIFETIME: SignedDuration = SignedDuration::from_secs(90);

    /// The longest parameters: as long as the request line that they take the place of.
    pub const MAX_BYTES: usize = 8 * 1024;

    /// This request as it is kept, if it is.
    pub(crate) fn bounded(self, now: Timestamp) -> Result<Self, StateError> {
        if self.parameters.len() > Self::MAX_BYTES {
            return Err(StateError::TooLarge {
                max: Self::MAX_BYTES,
            });
        }
        let latest = now.checked_add(Self::LIFETIME).unwrap_or(Timestamp::MAX);
        Ok(Self {
            expires_at: self.expires_at.min(latest),
            ..self
        })
    }
}
