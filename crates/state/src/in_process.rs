//! Short-lived state in the memory of one server.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    future::ready,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use vestibule_model::WorkspaceId;

use crate::{
    Answer, BrowserBinding, Limits, Parked, ParkedId, ShortLived, StateError, Trip, TripId,
};

/// Short-lived state in the memory of one server; a restart drops trips in flight and nothing else.
#[derive(Debug, Default)]
pub struct InProcess {
    limits: Limits,
    inner: Mutex<Inner>,
}

/// Trips by number of arrival, which is also their order of expiry, and the indexes into it.
#[derive(Debug, Default)]
struct Inner {
    next: u64,
    trips: BTreeMap<u64, Trip>,
    by_id: HashMap<TripId, u64>,
    by_browser: HashMap<BrowserBinding, BTreeSet<u64>>,
    by_workspace: HashMap<WorkspaceId, BTreeSet<u64>>,
    parked: HashMap<ParkedId, (Timestamp, Parked)>,
    parked_order: VecDeque<(Timestamp, ParkedId)>,
    parked_by_trip: HashMap<TripId, ParkedId>,
    parked_bytes: usize,
}

impl InProcess {
    /// An empty one with these bounds.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            inner: Mutex::default(),
        }
    }

    /// No operation leaves `Inner` half changed by panicking, so a poisoned lock is still sound.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn remove(&mut self, number: u64) -> Option<Trip> {
        let trip = self.trips.remove(&number)?;
        self.by_id.remove(&trip.id);
        unindex(&mut self.by_browser, &trip.browser, number);
        unindex(&mut self.by_workspace, &trip.workspace_id, number);
        Some(trip)
    }

    fn drop_expired(&mut self, now: Timestamp) {
        while let Some((&number, trip)) = self.trips.first_key_value() {
            if trip.expires_at > now {
                break;
            }
            self.remove(number);
        }
        while let Some((expires_at, id)) = self.parked_order.front().cloned() {
            if expires_at > now {
                break;
            }
            self.parked_order.pop_front();
            // The same name may not be there any more, or (never in practice) be a newer message.
            if self.parked.get(&id).is_some_and(|(at, _)| *at <= now) {
                self.unpark(&id);
            }
        }
    }

    fn unpark(&mut self, id: &ParkedId) -> Option<Parked> {
        let (_, message) = self.parked.remove(id)?;
        self.parked_bytes = self
            .parked_bytes
            .saturating_sub(message.saml_response.len());
        if self.parked_by_trip.get(&message.trip) == Some(id) {
            self.parked_by_trip.remove(&message.trip);
        }
        Some(message)
    }

    fn oldest_of_browser(&self, trip: &Trip) -> Option<u64> {
        self.by_browser.get(&trip.browser)?.first().copied()
    }

    fn oldest_of_workspace(&self, trip: &Trip) -> Option<u64> {
        self.by_workspace.get(&trip.workspace_id)?.first().copied()
    }

    fn count_of_browser(&self, trip: &Trip) -> usize {
        self.by_browser.get(&trip.browser).map_or(0, BTreeSet::len)
    }

    fn count_of_workspace(&self, trip: &Trip) -> usize {
        self.by_workspace
            .get(&trip.workspace_id)
            .map_or(0, BTreeSet::len)
    }
}

fn unindex<K: std::hash::Hash + Eq>(index: &mut HashMap<K, BTreeSet<u64>>, key: &K, number: u64) {
    if let Some(numbers) = index.get_mut(key) {
        numbers.remove(&number);
        if numbers.is_empty() {
            index.remove(key);
        }
    }
}

impl ShortLived for InProcess {
    fn begin(&self, trip: Trip, now: Timestamp) -> Answer<'_, ()> {
        let mut inner = self.lock();
        inner.drop_expired(now);
        if inner.count_of_browser(&trip) >= self.limits.per_browser
            && let Some(oldest) = inner.oldest_of_browser(&trip)
        {
            inner.remove(oldest);
        }
        if inner.count_of_workspace(&trip) >= self.limits.per_workspace
            && let Some(oldest) = inner.oldest_of_workspace(&trip)
        {
            inner.remove(oldest);
        }
        if inner.trips.len() >= self.limits.total {
            let oldest = inner
                .oldest_of_browser(&trip)
                .or_else(|| inner.oldest_of_workspace(&trip));
            let Some(oldest) = oldest else {
                return Box::pin(ready(Err(StateError::Full)));
            };
            inner.remove(oldest);
        }
        let number = inner.next;
        inner.next += 1;
        inner.by_id.insert(trip.id.clone(), number);
        inner
            .by_browser
            .entry(trip.browser)
            .or_default()
            .insert(number);
        inner
            .by_workspace
            .entry(trip.workspace_id)
            .or_default()
            .insert(number);
        inner.trips.insert(number, trip);
        Box::pin(ready(Ok(())))
    }

    fn find<'a>(&'a self, id: &'a TripId, now: Timestamp) -> Answer<'a, Option<Trip>> {
        let mut inner = self.lock();
        inner.drop_expired(now);
        let number = inner.by_id.get(id).copied();
        let trip = number.and_then(|number| inner.trips.get(&number)).cloned();
        Box::pin(ready(Ok(trip)))
    }

    fn finish<'a>(&'a self, id: &'a TripId, now: Timestamp) -> Answer<'a, Option<Trip>> {
        let mut inner = self.lock();
        inner.drop_expired(now);
        let number = inner.by_id.get(id).copied();
        let trip = number.and_then(|number| inner.remove(number));
        Box::pin(ready(Ok(trip)))
    }

    fn park(&self, id: ParkedId, message: Parked, now: Timestamp) -> Answer<'_, ()> {
        let mut inner = self.lock();
        inner.drop_expired(now);
        if let Some(older) = inner.parked_by_trip.get(&message.trip).cloned() {
            inner.unpark(&older);
        }
        let bytes = inner
            .parked_bytes
            .saturating_add(message.saml_response.len());
        if bytes > self.limits.parked_bytes {
            return Box::pin(ready(Err(StateError::Full)));
        }
        let expires_at = now
            .checked_add(self.limits.parked_for)
            .unwrap_or(Timestamp::MAX);
        inner.parked_bytes = bytes;
        inner
            .parked_by_trip
            .insert(message.trip.clone(), id.clone());
        inner.parked_order.push_back((expires_at, id.clone()));
        inner.parked.insert(id, (expires_at, message));
        Box::pin(ready(Ok(())))
    }

    fn unpark<'a>(&'a self, id: &'a ParkedId, now: Timestamp) -> Answer<'a, Option<Parked>> {
        let mut inner = self.lock();
        inner.drop_expired(now);
        let message = inner.unpark(id);
        Box::pin(ready(Ok(message)))
    }
}
