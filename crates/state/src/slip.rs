//! A slip: what a page of ours has to remember between two requests of one browser.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::{
    BrowserBinding, StateError,
    browser::{hex, is_lower_hex, random_hex},
};

/// The name of a slip: 128 random bits.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SlipId(String);

impl SlipId {
    /// A new name.
    ///
    /// # Errors
    /// [`StateError::NoRandomness`].
    pub fn generate() -> Result<Self, StateError> {
        Ok(Self(random_hex::<16>()?))
    }

    /// Reads a name; anything that `generate` could not have made is `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_lower_hex(text, 32).then(|| Self(text.to_owned()))
    }

    /// The name for the page.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Whoever has it, and the cookie, may go on: it does not show in a log.
impl fmt::Debug for SlipId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SlipId(…)")
    }
}

/// Half-finished work on our own pages: a sign-in between the password and the second factor, the
/// challenge of a passkey. Whether it is this browser's is for whoever finds it to ask.
#[derive(Clone, PartialEq, Eq)]
pub struct Slip {
    /// What it is for: a stable word.
    pub kind: String,
    /// The browser that began it.
    pub browser: BrowserBinding,
    /// What has to be remembered, in JSON.
    pub body: String,
    /// When it is given up; [`Self::LIFETIME`] from now at most.
    pub expires_at: Timestamp,
}

impl Slip {
    /// The longest that a slip is kept: as long as a trip (design §4.1).
    pub const LIFETIME: SignedDuration = SignedDuration::from_mins(30);

    /// The longest kind and body together, in bytes.
    pub const MAX_BYTES: usize = 32 * 1024;

    /// This slip as it is kept, if it is.
    pub(crate) fn bounded(self, now: Timestamp) -> Result<Self, StateError> {
        if self.kind.len().saturating_add(self.body.len()) > Self::MAX_BYTES {
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

    /// What tells whether a slip still is the one that somebody has seen.
    pub(crate) fn print(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.kind.len().to_string());
        hash.update(":");
        hash.update(&self.kind);
        hash.update(&self.body);
        hex(&hash.finalize())
    }
}

/// The body holds who somebody is about to be.
impl fmt::Debug for Slip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slip")
            .field("kind", &self.kind)
            .field("bytes", &self.body.len())
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
