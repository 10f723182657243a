//! The keys: one signs, all verify.

use std::{collections::BTreeMap, sync::Arc};

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{KeyError, MintError, SigningKey, init};

/// The newest key signs; it and the older ones verify. Cheap to clone.
#[derive(Clone)]
pub struct KeyRing(Arc<Ring>);

struct Ring {
    active_kid: String,
    signs: EncodingKey,
    verify: BTreeMap<String, DecodingKey>,
    jwks: Value,
}

impl KeyRing {
    /// A ring of these keys. The newest that is not retired signs.
    ///
    /// # Errors
    /// [`KeyError::NoActiveKey`] when every key is retired, or there is none.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the ring takes the keys over: what the caller kept would not be wiped"
    )]
    pub fn new(keys: Vec<SigningKey>) -> Result<Self, KeyError> {
        init();
        let active = keys
            .iter()
            .filter(|key| key.retired_at().is_none())
            .max_by_key(|key| (key.created_at(), key.kid()))
            .ok_or(KeyError::NoActiveKey)?;
        let signs = EncodingKey::from_ec_der(active.pkcs8());
        let decoding = |key: &SigningKey| DecodingKey::from_ec_der(&key.point().to_bytes());
        let verify = keys
            .iter()
            .map(|key| (key.kid().to_owned(), decoding(key)))
            .collect();
        let jwks: Vec<Value> = keys.iter().map(|key| key.point().jwk(key.kid())).collect();
        let active_kid = active.kid().to_owned();
        Ok(Self(Arc::new(Ring {
            active_kid,
            signs,
            verify,
            jwks: json!({ "keys": jwks }),
        })))
    }

    /// The public keys, as `/oauth2/jwks` shows them (RFC 7517 §5).
    #[must_use]
    pub fn jwks(&self) -> Value {
        self.0.jwks.clone()
    }

    /// The id of the key that signs.
    #[must_use]
    pub fn active_kid(&self) -> &str {
        &self.0.active_kid
    }

    /// Signs claims under a type (`at+jwt`, `JWT`).
    pub(crate) fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, MintError> {
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.0.active_kid.clone());
        jsonwebtoken::encode(&header, claims, &self.0.signs).or(Err(MintError::Signing))
    }

    /// The key of an id.
    pub(crate) fn verifying(&self, kid: &str) -> Option<&DecodingKey> {
        self.0.verify.get(kid)
    }
}

/// Which keys, never what they are.
impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyRing")
            .field("active", &self.0.active_kid)
            .field("verify", &self.0.verify.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
