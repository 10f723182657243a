//! The key of an application that has no secret, and what it signs with it.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::world::now;

/// A P-256 key.
pub(crate) struct ClientKey {
    pair: EcdsaKeyPair,
    kid: String,
}

impl ClientKey {
    pub(crate) fn new() -> Self {
        Self::named("1")
    }

    /// One of this id.
    pub(crate) fn named(kid: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        Self {
            pair: pair.expect("a key"),
            kid: kid.to_owned(),
        }
    }

    /// What is registered of it.
    pub(crate) fn jwks(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({"keys": [{"kty": "EC", "crv": "P-256", "x": text(x), "y": text(y), "kid": self.kid}]})
    }

    /// An assertion for this audience; each has a `jti` of its own.
    pub(crate) fn assertion(&self, client_id: &str, audience: &str) -> String {
        let at = now();
        let claims = json!({
            "iss": client_id, "sub": client_id, "aud": audience,
            "jti": at.as_nanosecond().to_string(),
            "iat": at.as_second(), "exp": at.as_second() + 60,
        });
        self.signed(&claims)
    }

    pub(crate) fn signed(&self, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!(
            "{}.{}",
            part(&json!({"alg": "ES256", "kid": self.kid})),
            part(claims)
        );
        let signature = self.pair.sign(&SystemRandom::new(), message.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.expect("a signature"));
        format!("{message}.{signature}")
    }
}
