//! Slips, in the memory of one server.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use crate::{BrowserBinding, Limits, Slip, SlipId, StateError};

/// When it expires, then its name.
type Place = (Timestamp, SlipId);

#[derive(Debug, Default)]
pub(super) struct Slips {
    by_expiry: BTreeMap<Place, Slip>,
    by_id: HashMap<SlipId, Timestamp>,
    by_browser: HashMap<BrowserBinding, BTreeSet<Place>>,
}

impl Slips {
    pub(super) fn keep(
        &mut self,
        id: SlipId,
        slip: Slip,
        limits: &Limits,
        now: Timestamp,
    ) -> Result<(), StateError> {
        self.drop_expired(now);
        self.remove(&id);
        let own = self.by_browser.get(&slip.browser);
        let oldest = own.and_then(BTreeSet::first).map(|(_, id)| id.clone());
        let crowded = own.map_or(0, BTreeSet::len) >= limits.slips_per_browser;
        if crowded || self.by_expiry.len() >= limits.slips {
            match oldest {
                Some(oldest) => self.remove(&oldest),
                None => return Err(StateError::Full),
            };
        }
        let place = (slip.expires_at, id.clone());
        self.by_id.insert(id, slip.expires_at);
        self.by_browser
            .entry(slip.browser)
            .or_default()
            .insert(place.clone());
        self.by_expiry.insert(place, slip);
        Ok(())
    }

    pub(super) fn find(&mut self, id: &SlipId, now: Timestamp) -> Option<&Slip> {
        self.drop_expired(now);
        let place = (*self.by_id.get(id)?, id.clone());
        self.by_expiry.get(&place)
    }

    pub(super) fn take(&mut self, id: &SlipId, now: Timestamp) -> Option<Slip> {
        self.drop_expired(now);
        self.remove(id)
    }

    fn remove(&mut self, id: &SlipId) -> Option<Slip> {
        let place = (self.by_id.remove(id)?, id.clone());
        let slip = self.by_expiry.remove(&place)?;
        if let Some(places) = self.by_browser.get_mut(&slip.browser) {
            places.remove(&place);
            if places.is_empty() {
                self.by_browser.remove(&slip.browser);
            }
        }
        Some(slip)
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
