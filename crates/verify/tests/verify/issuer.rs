//! An issuer, as far as a verifier sees one, and its clock.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use vestibule_verify::{Fetch, Introspection, Settings, Verifier, VerifyError};

pub(crate) const ISSUER: &str = "https://sso.example.com";
pub(crate) const AUDIENCE: &str = "https://api.example.com";

/// So many seconds after the beginning of the tests' time.
pub(crate) fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

/// A key that signs.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) kid: String,
    signs: EncodingKey,
    jwk: Value,
}

impl Key {
    pub(crate) fn new(kid: &str) -> Self {
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let pkcs8 =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let pkcs8 = pkcs8.expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref());
        let pair = pair.expect("a key");
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        Self {
            kid: kid.to_owned(),
            signs: EncodingKey::from_ec_der(pkcs8.as_ref()),
            jwk: json!({
                "kty": "EC", "crv": "P-256", "x": text(x), "y": text(y),
                "use": "sig", "alg": "ES256", "kid": kid,
            }),
        }
    }

    pub(crate) fn sign(&self, typ: &str, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.signs).expect("a token")
    }
}

/// What an access token says, issued at the beginning of time.
pub(crate) fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "mem_1", "client_id": "app_1",
        "iat": 1_800_000_000, "exp": 1_800_000_900, "jti": "a-token-id",
        "scope": "openid email", "workspace": "ws_1", "connection": "conn_1", "role": "member",
        "sid": "ses_1", "amr": ["saml"], "auth_time": 1_800_000_000,
    })
}

/// The same with one claim changed; null takes it away.
pub(crate) fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    let members = claims.as_object_mut().expect("an object");
    match value {
        Value::Null => members.remove(name),
        value => members.insert(name.to_owned(), value),
    };
    claims
}

/// How the issuer is at the moment.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) keys: Vec<Key>,
    pub(crate) away: bool,
    pub(crate) metadata: Option<Value>,
    pub(crate) introspection: Value,
    /// What was asked, in order.
    pub(crate) asked: Vec<String>,
    /// How long an answer takes.
    pub(crate) delay: Duration,
}

/// The issuer; clones are one.
#[derive(Clone, Default)]
pub(crate) struct Issuer(pub(crate) Arc<Mutex<State>>);

impl Issuer {
    pub(crate) fn with(key: &Key) -> Self {
        let issuer = Self::default();
        issuer.set(|state| state.keys = vec![key.clone()]);
        issuer
    }

    pub(crate) fn set(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.0.lock().expect("the issuer"));
    }

    /// How often something was asked.
    pub(crate) fn asked(&self, end: &str) -> usize {
        let state = self.0.lock().expect("the issuer");
        state.asked.iter().filter(|url| url.ends_with(end)).count()
    }

    pub(crate) fn verifier(&self) -> Verifier {
        self.try_verifier(Settings::new(ISSUER, AUDIENCE))
            .expect("a verifier")
    }

    /// One that asks about each token, and keeps a yes for so long.
    pub(crate) fn introspecting(&self, kept_for: Duration) -> Verifier {
        let introspection =
            Introspection::new("app_service", "the-secret-of-the-service", kept_for);
        let settings = Settings::new(ISSUER, AUDIENCE).introspection(introspection);
        self.try_verifier(settings).expect("a verifier")
    }

    pub(crate) fn try_verifier(&self, settings: Settings) -> Result<Verifier, VerifyError> {
        Verifier::discover_by(settings, self.clone(), at(0))
    }

    fn answer(&self, url: &str, body: impl FnOnce(&State) -> Value) -> Result<String, String> {
        let (delay, answer) = {
            let mut state = self.0.lock().expect("the issuer");
            state.asked.push(url.to_owned());
            let answer = match state.away {
                true => Err("connection refused".to_owned()),
                false => Ok(body(&state).to_string()),
            };
            (state.delay, answer)
        };
        std::thread::sleep(delay);
        answer
    }
}

impl Fetch for Issuer {
    fn get(&self, url: &str) -> Result<String, String> {
        self.answer(url, |state| match url {
            "https://sso.example.com/.well-known/openid-configuration" => {
                state.metadata.clone().unwrap_or_else(|| {
                    json!({
                        "issuer": ISSUER,
                        "jwks_uri": format!("{ISSUER}/oauth2/jwks"),
                        "introspection_endpoint": format!("{ISSUER}/oauth2/introspect"),
                    })
                })
            }
            "https://sso.example.com/oauth2/jwks" => {
                let keys: Vec<_> = state.keys.iter().map(|key| key.jwk.clone()).collect();
                json!({"keys": keys})
            }
            other => panic!("{other} was asked for"),
        })
    }

    fn post_form(&self, url: &str, fields: &[(&str, &str)]) -> Result<String, String> {
        assert_eq!(url, "https://sso.example.com/oauth2/introspect");
        assert_eq!(fields[0], ("client_id", "app_service"));
        assert_eq!(fields[1], ("client_secret", "the-secret-of-the-service"));
        assert_eq!(fields[2].0, "token");
        self.answer(url, |state| state.introspection.clone())
            // The worst that an HTTP client could put into its error.
            .map_err(|error| format!("{error}: {fields:?}"))
    }
}
