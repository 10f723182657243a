//! The keys that a client publishes (`jwks_uri`, RFC 7591 §2): fetched through the guarded door, kept for a
//! while, and fetched again when an assertion names one that is not among them.

use std::{
    collections::HashMap,
    sync::{Arc, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::sync::{Mutex, Semaphore};
use tracing::info;
use vestibule_model::ClientId;
use vestibule_outbound::{Limits, Outbound};
use vestibule_session::ClientKeys;

use crate::{blocking::blocking, clock, config::Config, problem::Problem};

/// What one set may cost: ten keys have a few kilobytes, and somebody waits for a token meanwhile.
const LIMITS: Limits = Limits {
    max_bytes: 64 * 1024,
    max_redirects: 0,
    connect: Duration::from_secs(2),
    total: Duration::from_secs(4),
};
/// How many are fetched at a time; each holds a thread.
const AT_ONCE: usize = 8;
/// After how long a set is fetched again, and what it withdrew counts no more.
const MAX_AGE: SignedDuration = SignedDuration::from_mins(10);
/// How old it may become where its client is out of reach: a deployment of theirs is over by then.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(1);
/// The least time between two tries: anybody can name a client and a key that is none of its.
const TRY_AGAIN: SignedDuration = SignedDuration::from_secs(10);

/// The sets of all clients that publish theirs: as many as are registered.
pub(crate) struct PublishedKeys {
    outbound: Outbound,
    places: Arc<Semaphore>,
    sets: std::sync::Mutex<HashMap<ClientId, Arc<Set>>>,
}

/// One client's.
#[derive(Default)]
struct Set {
    known: std::sync::Mutex<Known>,
    /// Held while it is fetched, so that one asks for all.
    fetching: Mutex<()>,
}

/// What is known of it.
#[derive(Default, Clone)]
struct Known {
    url: String,
    keys: Option<(Arc<ClientKeys>, Timestamp)>,
    tried_at: Option<Timestamp>,
}

impl Known {
    /// The keys, while they are no older than this.
    fn younger_than(&self, age: SignedDuration, now: Timestamp) -> Option<&Arc<ClientKeys>> {
        let (keys, fetched_at) = self.keys.as_ref()?;
        (now.duration_since(*fetched_at) < age).then_some(keys)
    }

    /// Whether they answer for an assertion without anybody being asked.
    fn answers(&self, assertion: &str, age: SignedDuration, now: Timestamp) -> bool {
        let keys = self.younger_than(age, now);
        keys.is_some_and(|keys| keys.hold_key_of(assertion))
    }

    fn may_try(&self, now: Timestamp) -> bool {
        self.tried_at
            .is_none_or(|tried| now.duration_since(tried).abs() >= TRY_AGAIN)
    }
}

impl Set {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PublishedKeys {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            outbound: Outbound::new(config.reach(), LIMITS),
            places: Arc::new(Semaphore::new(AT_ONCE)),
            sets: std::sync::Mutex::default(),
        }
    }

    /// The keys that a client publishes at this URL, to verify an assertion by; none where there are none.
    pub(super) async fn of(
        &self,
        client_id: ClientId,
        url: &str,
        assertion: &str,
    ) -> Result<Option<Arc<ClientKeys>>, Problem> {
        let set = self.set(client_id, url);
        let needs =
            |known: &Known, now| !known.answers(assertion, MAX_AGE, now) && known.may_try(now);
        if needs(&set.known(), clock::now()) {
            // Whoever comes with a key that is known does not wait for those who name another.
            let known = set.known().answers(assertion, KEPT_FOR, clock::now());
            let turn = match set.fetching.try_lock() {
                Ok(turn) => Some(turn),
                Err(_) if known => None,
                Err(_) => Some(set.fetching.lock().await),
            };
            let now = clock::now();
            let still_needs = needs(&set.known(), now);
            if turn.is_some() && still_needs {
                set.known().tried_at = Some(now);
                match self.fetch(url).await? {
                    Ok(keys) => set.known().keys = Some((Arc::new(keys), now)),
                    Err(reason) => {
                        info!(event = "client_keys", client.id = %client_id, reason, "not fetched");
                    }
                }
            }
        }
        let known = set.known();
        Ok(known.younger_than(KEPT_FOR, clock::now()).cloned())
    }

    /// What is known of a client's set; nothing of one at another URL.
    fn set(&self, client_id: ClientId, url: &str) -> Arc<Set> {
        let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        let set = sets.entry(client_id).or_default();
        if set.known().url != url {
            let known = Known {
                url: url.to_owned(),
                ..Known::default()
            };
            *set = Arc::new(Set {
                known: std::sync::Mutex::new(known),
                fetching: Mutex::default(),
            });
        }
        Arc::clone(set)
    }

    /// The inner error is for the log: it is our own words, and those of the guard.
    async fn fetch(&self, url: &str) -> Result<Result<ClientKeys, String>, Problem> {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return Ok(Err("too many are being fetched".to_owned()));
        };
        let (outbound, url) = (self.outbound.clone(), url.to_owned());
        blocking(move || {
            let fetched = outbound.get_keys(&url);
            drop(place);
            let document = fetched.map_err(|error| error.to_string())?;
            let set: Value = serde_json::from_slice(&document.bytes)
                .map_err(|_cause| "expected a JWK Set; found what is no JSON".to_owned())?;
            ClientKeys::parse_published(&set).map_err(|error| error.to_string())
        })
        .await
    }
}
