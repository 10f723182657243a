//! The keys that sign tokens, as this replica knows them.

use std::sync::{PoisonError, RwLock};

use jiff::Timestamp;
use serde_json::json;
use tokio::sync::Mutex;
use vestibule_model::{Actor, SigningAlgorithm};
use vestibule_session::{KeyError, KeyFacts, KeyRing, SigningKey};
use vestibule_store::{Store, StoreError, Tx};

use crate::{audit, clock, server::StartError};

/// A ring that is replaced when there are other keys.
pub(crate) struct Keys {
    ring: RwLock<KeyRing>,
    /// One look at a time: an older one must not come in last.
    looking: Mutex<()>,
}

impl Keys {
    /// The keys of the archive. The first start makes them, and so does the first one of a release
    /// that knows another algorithm.
    ///
    /// # Errors
    /// [`StartError`].
    pub(crate) async fn load(store: &Store) -> Result<Self, StartError> {
        let there = store.read(|tx| tx.signing_key_facts()).await?;
        let mut missing = SigningAlgorithm::ALL.to_vec();
        missing.retain(|algorithm| {
            let live = |key: &KeyFacts| key.algorithm == *algorithm && key.withdrawn_at.is_none();
            !there.iter().any(live)
        });
        if !missing.is_empty() {
            let now = clock::now();
            let fresh = make(&missing, now, now)?;
            let add = move |tx: &mut Tx<'_>| {
                // Another replica may have been quicker.
                let kept = tx.add_missing_signing_keys(&fresh)?;
                record_created(tx, &Actor::System, &kept, now)
            };
            store.write(add).await?;
        }
        let keys = store.read(|tx| tx.signing_keys()).await?;
        Ok(Self {
            ring: RwLock::new(KeyRing::new(keys)?),
            looking: Mutex::new(()),
        })
    }

    /// The ring of this moment.
    pub(crate) fn ring(&self) -> KeyRing {
        // A clone cannot panic, so a poisoned lock guards a whole value.
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        ring.clone()
    }

    /// Looks whether there are other keys than those of the ring, and takes them up; `true` when
    /// there were. Where there are none it is one small query, and no key is opened.
    ///
    /// # Errors
    /// [`StartError`]; the ring stays as it was.
    pub(crate) async fn reload(&self, store: &Store) -> Result<bool, StartError> {
        let _looking = self.looking.lock().await;
        let known = self.ring();
        let keys = store
            .read(move |tx| {
                if tx.signing_key_facts()? == known.facts() {
                    return Ok(None);
                }
                tx.signing_keys().map(Some)
            })
            .await?;
        let Some(keys) = keys else {
            return Ok(false);
        };
        let new = KeyRing::new(keys)?;
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(true)
    }
}

/// New keys of these algorithms.
///
/// # Errors
/// [`KeyError::Randomness`].
pub(crate) fn make(
    algorithms: &[SigningAlgorithm],
    signs_from: Timestamp,
    now: Timestamp,
) -> Result<Vec<SigningKey>, KeyError> {
    let make = |algorithm: &SigningAlgorithm| SigningKey::generate(*algorithm, signs_from, now);
    algorithms.iter().map(make).collect()
}

/// Notes in the audit log that these keys were made.
pub(crate) fn record_created(
    tx: &mut Tx<'_>,
    actor: &Actor,
    keys: &[KeyFacts],
    now: Timestamp,
) -> Result<(), StoreError> {
    for key in keys {
        let detail = json!({
            "algorithm": key.algorithm,
            "signs_from": key.signs_from,
        });
        let (actor, action) = (actor.clone(), "signing_key.created");
        audit::record(tx, actor, None, action, &key.kid, &detail, now)?;
    }
    Ok(())
}
