//! The keys: of each algorithm one signs, all verify.

use std::sync::Arc;

use jiff::Timestamp;
use jsonwebtoken::{DecodingKey, EncodingKey, Header};
use serde::Serialize;
use serde_json::{Value, json};
use vestibule_model::SigningAlgorithm;

use crate::{KeyError, KeyFacts, MintError, SigningKey, init, public_key::jws, timetable::Life};

/// The keys that one replica knows. What each is for follows from its dates and from `now`, so a ring
/// that was loaded before an hour comes changes over by itself. Cheap to clone.
#[derive(Clone)]
pub struct KeyRing(Arc<Ring>);

struct Ring {
    facts: Vec<KeyFacts>,
    keys: Vec<Key>,
}

/// A key that was not withdrawn, made ready.
struct Key {
    kid: String,
    algorithm: SigningAlgorithm,
    life: Life,
    signs: EncodingKey,
    verifies: DecodingKey,
    jwk: Value,
}

impl KeyRing {
    /// A ring of these keys. Withdrawn ones do not get in.
    ///
    /// # Errors
    /// [`KeyError::NoKey`] when there is an algorithm by which none could sign.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the ring takes the keys over: what the caller kept would not be wiped"
    )]
    pub fn new(keys: Vec<SigningKey>) -> Result<Self, KeyError> {
        init();
        let facts: Vec<_> = keys.iter().map(|key| key.facts().clone()).collect();
        let keys = keys
            .iter()
            .filter(|key| key.facts().withdrawn_at.is_none())
            .map(|key| Key::new(key, &facts))
            .collect::<Result<Vec<_>, _>>()?;
        for algorithm in SigningAlgorithm::ALL.iter().copied() {
            if !keys.iter().any(|key| key.algorithm == algorithm) {
                return Err(KeyError::NoKey { algorithm });
            }
        }
        Ok(Self(Arc::new(Ring { facts, keys })))
    }

    /// The keys that it was made of, to see whether there are others now.
    #[must_use]
    pub fn facts(&self) -> &[KeyFacts] {
        &self.0.facts
    }

    /// The public keys, as `/oauth2/jwks` shows them (RFC 7517 §5).
    #[must_use]
    pub fn jwks(&self, now: Timestamp) -> Value {
        let shown = self.0.keys.iter().filter(|key| key.life.shows(now));
        let jwks: Vec<_> = shown.map(|key| key.jwk.clone()).collect();
        json!({ "keys": jwks })
    }

    /// The id of the key that signs by this algorithm.
    #[must_use]
    pub fn signing_kid(&self, algorithm: SigningAlgorithm, now: Timestamp) -> Option<&str> {
        self.signing(algorithm, now).map(|key| key.kid.as_str())
    }

    fn signing(&self, algorithm: SigningAlgorithm, now: Timestamp) -> Option<&Key> {
        let mut keys = self.0.keys.iter();
        keys.find(|key| key.algorithm == algorithm && key.life.signs(now))
    }

    /// Signs claims under a type (`at+jwt`, `JWT`).
    pub(crate) fn sign(
        &self,
        algorithm: SigningAlgorithm,
        typ: &str,
        claims: &impl Serialize,
        now: Timestamp,
    ) -> Result<String, MintError> {
        let key = self.signing(algorithm, now).ok_or(MintError::Signing)?;
        let mut header = Header::new(jws(algorithm));
        header.typ = Some(typ.to_owned());
        header.kid = Some(key.kid.clone());
        jsonwebtoken::encode(&header, claims, &key.signs).or(Err(MintError::Signing))
    }

    /// The key of an id, where it verifies at `now`, and the one algorithm that it verifies by.
    pub(crate) fn verifying(
        &self,
        kid: &str,
        now: Timestamp,
    ) -> Option<(SigningAlgorithm, &DecodingKey)> {
        let mut keys = self.0.keys.iter();
        let key = keys.find(|key| key.kid == kid && key.life.shows(now))?;
        Some((key.algorithm, &key.verifies))
    }
}

impl Key {
    fn new(key: &SigningKey, all: &[KeyFacts]) -> Result<Self, KeyError> {
        Ok(Self {
            kid: key.kid().to_owned(),
            algorithm: key.facts().algorithm,
            life: Life::of(key.facts(), all),
            signs: key.encoding_key()?,
            verifies: key.public().decoding_key(),
            jwk: key.public().jwk(key.kid()),
        })
    }
}

/// Which keys, never what they are.
impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyRing")
            .field("facts", &self.0.facts)
            .finish_non_exhaustive()
    }
}
