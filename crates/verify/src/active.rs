//! Whether a token still counts, by the issuer's word (RFC 7662).

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use aws_lc_rs::digest::{SHA256, digest};
use serde::Deserialize;

use crate::{Claims, Introspection, Role, VerifyError, error::shortened, fetch::Fetch};

const WHAT: &str = "introspection";
/// How many answers are kept; when it is full, those that are over go, and then all of them.
const MOST: usize = 10_000;

/// Asks, and keeps each yes for a while.
pub(crate) struct Active {
    url: String,
    introspection: Introspection,
    /// By the SHA-256 of the token: whoever reads this memory gets none.
    kept: Mutex<HashMap<[u8; 32], Kept>>,
}

struct Kept {
    until: SystemTime,
    role: Role,
}

/// What is taken from the answer.
#[derive(Deserialize)]
struct Answer {
    active: bool,
    sub: Option<String>,
    sid: Option<String>,
    role: Option<Role>,
}

impl Active {
    pub(crate) fn new(url: String, introspection: Introspection) -> Self {
        Self {
            url,
            introspection,
            kept: Mutex::default(),
        }
    }

    /// The claims with what holds of them now.
    pub(crate) fn ask(
        &self,
        token: &str,
        claims: Claims,
        fetch: &dyn Fetch,
        now: SystemTime,
    ) -> Result<Claims, VerifyError> {
        let hash = hash(token);
        let kept = self
            .kept()
            .get(&hash)
            .filter(|kept| now < kept.until)
            .map(|kept| kept.role);
        if let Some(role) = kept {
            return Ok(Claims { role, ..claims });
        }
        let role = self.asked(token, &claims, fetch)?;
        let until = now.checked_add(self.introspection.kept_for).unwrap_or(now);
        let until = until.min(claims.expires_at);
        if now < until {
            let mut kept = self.kept();
            if kept.len() >= MOST {
                kept.retain(|_, kept| now < kept.until);
            }
            if kept.len() >= MOST {
                kept.clear();
            }
            kept.insert(hash, Kept { until, role });
        }
        Ok(Claims { role, ..claims })
    }

    fn asked(&self, token: &str, claims: &Claims, fetch: &dyn Fetch) -> Result<Role, VerifyError> {
        let fields = [
            ("client_id", self.introspection.client_id.as_str()),
            ("client_secret", self.introspection.client_secret.as_str()),
            ("token", token),
        ];
        let body = fetch.post_form(&self.url, &fields);
        let body = body.map_err(|cause| VerifyError::Unreachable {
            what: WHAT,
            url: self.url.clone(),
            // Whoever asks may put what was sent into its error.
            cause: cause
                .replace(token, "(the token)")
                .replace(self.introspection.client_secret.as_str(), "(the secret)"),
        })?;
        let unlike = |found: &str| VerifyError::Answer {
            what: WHAT,
            url: self.url.clone(),
            expected: "active, and with it sub, sid and role, of the token that was asked about"
                .to_owned(),
            found: shortened(found),
        };
        let answer: Answer =
            serde_json::from_str(&body).map_err(|error| unlike(&error.to_string()))?;
        if !answer.active {
            return Err(VerifyError::NotActive);
        }
        let same = answer.sub.as_deref() == Some(claims.subject.as_str())
            && answer.sid.as_deref() == Some(claims.session.as_str());
        match answer.role {
            Some(role) if same => Ok(role),
            _ => Err(unlike("another token, or no role")),
        }
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<[u8; 32], Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hash(token: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    // The two lengths are the same by definition of SHA-256.
    let digest = digest(&SHA256, token.as_bytes());
    for (into, from) in hash.iter_mut().zip(digest.as_ref()) {
        *into = *from;
    }
    hash
}
