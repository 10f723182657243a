//! Slips and pushed requests, in the memory of one server: what somebody owns and what expires.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

use jiff::Timestamp;
use vestibule_model::ClientId;

use crate::{BrowserBinding, PushedRequest, Slip, StateError};

/// What lies on a shelf.
pub(super) trait Kept {
    /// Whose it is: no owner may take all of the room.
    type Owner: Copy + Eq + Hash;

    fn owner(&self) -> Self::Owner;
    fn expires_at(&self) -> Timestamp;
}

impl Kept for Slip {
    type Owner = BrowserBinding;

    fn owner(&self) -> BrowserBinding {
        self.browser
    }

    fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

impl Kept for PushedRequest {
    type Owner = ClientId;

    fn owner(&self) -> ClientId {
        self.client_id
    }

    fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

/// When it expires, then its name.
type Place<I> = (Timestamp, I);

#[derive(Debug)]
pub(super) struct Shelf<I, K: Kept> {
    by_expiry: BTreeMap<Place<I>, K>,
    by_id: HashMap<I, Timestamp>,
    by_owner: HashMap<K::Owner, BTreeSet<Place<I>>>,
}

impl<I, K: Kept> Default for Shelf<I, K> {
    fn default() -> Self {
        Self {
            by_expiry: BTreeMap::new(),
            by_id: HashMap::new(),
            by_owner: HashMap::new(),
        }
    }
}

impl<I: Clone + Ord + Hash, K: Kept> Shelf<I, K> {
    /// Keeps something; where its owner has as many as one may have, or all is full, the one of theirs
    /// that expires first makes room.
    pub(super) fn keep(
        &mut self,
        id: I,
        kept: K,
        (per_owner, total): (usize, usize),
        now: Timestamp,
    ) -> Result<(), StateError> {
        self.drop_expired(now);
        self.remove(&id);
        let own = self.by_owner.get(&kept.owner());
        let oldest = own.and_then(BTreeSet::first).map(|(_, id)| id.clone());
        let crowded = own.map_or(0, BTreeSet::len) >= per_owner;
        if crowded || self.by_expiry.len() >= total {
            match oldest {
                Some(oldest) => self.remove(&oldest),
                None => return Err(StateError::Full),
            };
        }
        let place = (kept.expires_at(), id.clone());
        self.by_id.insert(id, kept.expires_at());
        self.by_owner
            .entry(kept.owner())
            .or_default()
            .insert(place.clone());
        self.by_expiry.insert(place, kept);
        Ok(())
    }

    pub(super) fn find(&mut self, id: &I, now: Timestamp) -> Option<&K> {
        self.drop_expired(now);
        let place = (*self.by_id.get(id)?, id.clone());
        self.by_expiry.get(&place)
    }

    pub(super) fn take(&mut self, id: &I, now: Timestamp) -> Option<K> {
        self.drop_expired(now);
        self.remove(id)
    }

    fn remove(&mut self, id: &I) -> Option<K> {
        let place = (self.by_id.remove(id)?, id.clone());
        let kept = self.by_expiry.remove(&place)?;
        if let Some(places) = self.by_owner.get_mut(&kept.owner()) {
            places.remove(&place);
            if places.is_empty() {
                self.by_owner.remove(&kept.owner());
            }
        }
        Some(kept)
    }

    fn drop_expired(&mut self, now: Timestamp) {
        while let Some(((expires_at, id), _)) = self.by_expiry.first_key_value() {
            if *expires_at > now {
                break;
            }
            let id = id.clone();
            self.remove(&id);
        }
    }
}
