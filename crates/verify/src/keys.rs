//! The issuer's keys, and when it is asked for them again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, TryLockError},
    time::{Duration, SystemTime},
};

use jsonwebtoken::{Algorithm, DecodingKey, jwk::Jwk};
use serde_json::Value;

use crate::{Settings, VerifyError, error::shortened, fetch::Fetch};

const WHAT: &str = "the keys";

/// A key of the issuer, and the one algorithm that it verifies by (RFC 8725 §3.1).
pub(crate) struct Key {
    pub(crate) algorithm: Algorithm,
    pub(crate) name: &'static str,
    pub(crate) verifies: DecodingKey,
}

/// What the issuer has shown, and when.
struct Shown {
    keys: HashMap<String, Key>,
    fetched_at: SystemTime,
}

/// What is known of the keys.
pub(crate) struct Keys {
    url: String,
    max_age: Duration,
    kept_for: Duration,
    ask_again_after: Duration,
    shown: RwLock<Arc<Shown>>,
    /// When it was last tried, and why that failed; held while somebody asks, so that one asks for all.
    tried: Mutex<Tried>,
}

struct Tried {
    at: SystemTime,
    failed: Option<VerifyError>,
}

/// What is known of the key that a token names.
pub(crate) enum Known {
    /// It is one of these.
    Key(KeyRef),
    /// It is none of them, as of a moment ago.
    None,
    /// The issuer has to be asked.
    Ask,
}

/// A key that stays where it is while others are fetched.
pub(crate) struct KeyRef {
    shown: Arc<Shown>,
    kid: String,
}

impl KeyRef {
    pub(crate) fn key(&self) -> Option<&Key> {
        self.shown.keys.get(&self.kid)
    }
}

impl Keys {
    /// The keys as they are now.
    pub(crate) fn fetched(
        url: String,
        settings: &Settings,
        fetch: &dyn Fetch,
        now: SystemTime,
    ) -> Result<Self, VerifyError> {
        let keys = ask(&url, fetch)?;
        let shown = Shown {
            keys,
            fetched_at: now,
        };
        Ok(Self {
            url,
            max_age: settings.keys_max_age,
            kept_for: settings.keys_kept_for,
            ask_again_after: settings.ask_again_after,
            shown: RwLock::new(Arc::new(shown)),
            tried: Mutex::new(Tried {
                at: now,
                failed: None,
            }),
        })
    }

    /// What is known without asking.
    pub(crate) fn known(&self, kid: &str, now: SystemTime) -> Known {
        let shown = self.shown();
        if self.is_old(&shown, now) {
            return Known::Ask;
        }
        let known = of(shown, kid);
        match known {
            Some(key) => Known::Key(key),
            None if self.may_ask(&self.tried(), now) => Known::Ask,
            None => Known::None,
        }
    }

    /// The key of this id; the issuer is asked where the keys are old or hold none of this id, by one
    /// thread for all, and not more often than is set.
    ///
    /// # Errors
    /// Why nobody can say: what is known is too old, and the issuer is out of reach.
    pub(crate) fn key(
        &self,
        kid: &str,
        fetch: &dyn Fetch,
        now: SystemTime,
    ) -> Result<(Option<KeyRef>, bool), VerifyError> {
        let before = self.shown();
        let known = of(Arc::clone(&before), kid);
        let old = self.is_old(&before, now);
        if let (Some(key), false) = (known, old) {
            return Ok((Some(key), false));
        }
        // Keys that are merely old will do while another thread fetches; a key that is missing will not.
        let usable = before.keys.contains_key(kid) && age(&before, now) < self.kept_for;
        let mut tried = match self.tried.try_lock() {
            Ok(tried) => tried,
            Err(TryLockError::WouldBlock) if usable => return Ok((of(before, kid), false)),
            Err(TryLockError::WouldBlock) => self.tried(),
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        };
        // Another thread may have fetched while this one waited.
        let shown = self.shown();
        let fetched_meanwhile = !Arc::ptr_eq(&shown, &before);
        let lately = !self.may_ask(&tried, now);
        if !fetched_meanwhile && !lately {
            tried.at = now;
            tried.failed = match ask(&self.url, fetch) {
                Ok(keys) => {
                    let fetched_at = now;
                    let shown = Arc::new(Shown { keys, fetched_at });
                    *self.shown.write().unwrap_or_else(PoisonError::into_inner) = shown;
                    None
                }
                Err(error) => Some(error),
            };
        }
        let failed = tried.failed.clone();
        drop(tried);
        let shown = self.shown();
        match failed {
            // What is too old counts no more, and neither does what might be missing by now.
            Some(error) if age(&shown, now) >= self.kept_for || !shown.keys.contains_key(kid) => {
                Err(error)
            }
            _ => Ok((of(shown, kid), lately || fetched_meanwhile)),
        }
    }

    fn shown(&self) -> Arc<Shown> {
        let shown = self.shown.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&shown)
    }

    fn tried(&self) -> MutexGuard<'_, Tried> {
        self.tried.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_old(&self, shown: &Shown, now: SystemTime) -> bool {
        age(shown, now) >= self.max_age
    }

    fn may_ask(&self, tried: &Tried, now: SystemTime) -> bool {
        // A clock that went back would forbid it for ever.
        let since = now.duration_since(tried.at);
        since.is_ok_and(|since| since >= self.ask_again_after) || now < tried.at
    }
}

fn of(shown: Arc<Shown>, kid: &str) -> Option<KeyRef> {
    shown.keys.contains_key(kid).then(|| KeyRef {
        shown,
        kid: kid.to_owned(),
    })
}

/// How old they are. By a clock that went back they are of an unknown age.
fn age(shown: &Shown, now: SystemTime) -> Duration {
    now.duration_since(shown.fetched_at).unwrap_or_default()
}

fn ask(url: &str, fetch: &dyn Fetch) -> Result<HashMap<String, Key>, VerifyError> {
    let body = fetch.get(url).map_err(|cause| VerifyError::Unreachable {
        what: WHAT,
        url: url.to_owned(),
        cause,
    })?;
    let keys = read(&body);
    if keys.is_empty() {
        return Err(VerifyError::Answer {
            what: WHAT,
            url: url.to_owned(),
            expected: "a JWK Set with keys for ES256 or RS256 (RFC 7517)".to_owned(),
            found: shortened(&body),
        });
    }
    Ok(keys)
}

/// The keys of a set that verify signatures and have an id. Others are left out: a set may have keys for
/// other purposes, and of kinds that a later release brings (RFC 7517 §5).
fn read(body: &str) -> HashMap<String, Key> {
    let set: Value = serde_json::from_str(body).unwrap_or_default();
    let given = set.get("keys").and_then(Value::as_array);
    let given = given.into_iter().flatten();
    let keys = given.filter_map(|jwk| {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let (algorithm, name) = match (text("kty"), text("crv"), text("alg")) {
            (Some("EC"), Some("P-256"), None | Some("ES256")) => (Algorithm::ES256, "ES256"),
            (Some("RSA"), None, None | Some("RS256")) => (Algorithm::RS256, "RS256"),
            _ => return None,
        };
        if text("use").is_some_and(|of| of != "sig") {
            return None;
        }
        let kid = text("kid")?.to_owned();
        let jwk: Jwk = serde_json::from_value(jwk.clone()).ok()?;
        let verifies = DecodingKey::from_jwk(&jwk).ok()?;
        Some((
            kid,
            Key {
                algorithm,
                name,
                verifies,
            },
        ))
    });
    keys.collect()
}
