//! The public keys by which a client says who it is (OpenID Connect Core §9, RFC 7517).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, jwk::Jwk};
use serde_json::{Map, Value};

use crate::init;

/// How many keys a client may have: the one in use, the next, and some of other algorithms.
const MAX_KEYS: usize = 10;
/// RFC 7518 §3.3 and §3.5 ask for 2048 bits; beyond 8192 verifying is a burden.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;
/// Bytes of a coordinate of P-256 and of a point of Ed25519.
const COORDINATE: usize = 32;
/// The members of a private or symmetric key (RFC 7518 §6).
const SECRET_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The algorithms that a client may sign by.
pub const CLIENT_ALGORITHMS: &[&str] = &["ES256", "RS256", "PS256", "EdDSA"];

/// Why a JWK Set cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientKeysError {
    /// Not a JWK Set (RFC 7517 §5).
    #[error("not a JWK Set: an object with an array named keys")]
    NotAJwkSet,
    /// No key to verify by, or too many.
    #[error("expected 1 to 10 keys for signatures")]
    Count,
    /// A private or symmetric key, which the client keeps to itself.
    #[error("key {0} is private or symmetric: only the public part belongs here")]
    Private(usize),
    /// Of a kind or algorithm that is not known.
    #[error("key {0} is none for ES256 (P-256), RS256 or PS256 (RSA) or EdDSA (Ed25519)")]
    Unsupported(usize),
    /// An RSA key of another length.
    #[error("key {0} is an RSA key that has not 2048 to 8192 bits")]
    RsaLength(usize),
    /// Two keys of one id, or several of which one has none: an assertion could not say which.
    #[error("several keys need a kid of their own each")]
    Ambiguous,
}

/// The keys of a client, each for the one algorithm that it verifies by (RFC 8725 §3.1).
#[derive(Clone)]
pub struct ClientKeys(Vec<ClientKey>);

#[derive(Clone)]
pub(crate) struct ClientKey {
    kid: Option<String>,
    pub(crate) algorithm: Algorithm,
    pub(crate) key: DecodingKey,
}

impl ClientKeys {
    /// Reads a JWK Set. Keys for encryption are left out.
    ///
    /// # Errors
    /// [`ClientKeysError`]; keys are counted from 0.
    pub fn parse(jwks: &Value) -> Result<Self, ClientKeysError> {
        Self::read(jwks, false)
    }

    /// Reads a JWK Set that the client publishes for whoever wants it: keys of kinds that are not known
    /// are others' (RFC 7517 §5), and left out.
    ///
    /// # Errors
    /// [`ClientKeysError`], but for [`ClientKeysError::Unsupported`].
    pub fn parse_published(jwks: &Value) -> Result<Self, ClientKeysError> {
        Self::read(jwks, true)
    }

    /// Whether the key that an assertion names is among them. Nothing of it is proven.
    #[must_use]
    pub fn hold_key_of(&self, assertion: &str) -> bool {
        let header = jsonwebtoken::decode_header(assertion).ok();
        let kid = header.map(|unverified| unverified.kid);
        kid.is_none_or(|kid| self.named(kid.as_deref()).is_some())
    }

    fn read(jwks: &Value, published: bool) -> Result<Self, ClientKeysError> {
        init();
        let given = jwks.get("keys").and_then(Value::as_array);
        let given = given.ok_or(ClientKeysError::NotAJwkSet)?;
        if given.len() > MAX_KEYS {
            return Err(ClientKeysError::Count);
        }
        let mut keys = Vec::new();
        for (index, jwk) in given.iter().enumerate() {
            let members = jwk.as_object().ok_or(ClientKeysError::NotAJwkSet)?;
            if SECRET_MEMBERS
                .iter()
                .any(|name| members.contains_key(*name))
            {
                return Err(ClientKeysError::Private(index));
            }
            if members.get("use").is_some_and(|of| of != "sig") {
                continue;
            }
            match ClientKey::read(index, members) {
                Err(ClientKeysError::Unsupported(_)) if published => {}
                key => keys.push(key?),
            }
        }
        if keys.is_empty() {
            return Err(ClientKeysError::Count);
        }
        let mut kids: Vec<_> = keys.iter().map(|key| key.kid.as_deref()).collect();
        kids.sort_unstable();
        kids.dedup();
        let unnamed = keys.iter().any(|key| key.kid.is_none());
        if kids.len() < keys.len() || (keys.len() > 1 && unnamed) {
            return Err(ClientKeysError::Ambiguous);
        }
        Ok(Self(keys))
    }

    /// The key that an assertion names, or the only one where it names none.
    pub(crate) fn named(&self, kid: Option<&str>) -> Option<&ClientKey> {
        match (kid, self.0.as_slice()) {
            (None, [only]) => Some(only),
            (None, _) => None,
            // A key without an id is the only one, and cannot be confused with another.
            (Some(_), [only]) if only.kid.is_none() => Some(only),
            (Some(kid), all) => all.iter().find(|key| key.kid.as_deref() == Some(kid)),
        }
    }
}

impl ClientKey {
    fn read(index: usize, members: &Map<String, Value>) -> Result<Self, ClientKeysError> {
        let unsupported = ClientKeysError::Unsupported(index);
        let text = |name: &str| members.get(name).map(|value| value.as_str().unwrap_or(""));
        let algorithm = match (text("kty"), text("crv"), text("alg")) {
            (Some("EC"), Some("P-256"), None | Some("ES256")) => Algorithm::ES256,
            // RS256 is what everybody knows; a key for PSS says so.
            (Some("RSA"), None, None | Some("RS256")) => Algorithm::RS256,
            (Some("RSA"), None, Some("PS256")) => Algorithm::PS256,
            (Some("OKP"), Some("Ed25519"), None | Some("EdDSA" | "Ed25519")) => Algorithm::EdDSA,
            _ => return Err(unsupported),
        };
        let bytes = |name: &str| {
            let decoded = URL_SAFE_NO_PAD.decode(text(name).unwrap_or_default());
            decoded.or(Err(unsupported))
        };
        // The library takes points of any length, and verifies nothing by them (RFC 7518 §6.2.1.2).
        let coordinates: &[&str] = match algorithm {
            Algorithm::ES256 => &["x", "y"],
            Algorithm::EdDSA => &["x"],
            _ => &[],
        };
        for name in coordinates {
            if bytes(name)?.len() != COORDINATE {
                return Err(unsupported);
            }
        }
        if coordinates.is_empty() {
            let modulus = bytes("n")?;
            let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
            if !RSA_BYTES.contains(&modulus.len().saturating_sub(zeros)) {
                return Err(ClientKeysError::RsaLength(index));
            }
        }
        let kid = match members.get("kid") {
            None => None,
            Some(kid) => Some(kid.as_str().ok_or(unsupported)?.to_owned()),
        };
        // What the library has to understand, and nothing that it might take offence at.
        let needed = ["kty", "crv", "x", "y", "n", "e"];
        let plain: Map<_, _> = members
            .iter()
            .filter(|(name, _)| needed.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let jwk: Jwk = serde_json::from_value(Value::Object(plain)).or(Err(unsupported))?;
        let key = DecodingKey::from_jwk(&jwk).or(Err(unsupported))?;
        Ok(Self {
            kid,
            algorithm,
            key,
        })
    }
}

/// How many, and no more.
impl std::fmt::Debug for ClientKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ClientKeys").field(&self.0.len()).finish()
    }
}
