//! Short-lived state in the memory of one server.

mod shelf;
mod throttled;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    future::ready,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use vestibule_model::{Change, ConnectionId, Reference, WorkspaceId};

use crate::{
    Answer, BrowserBinding, Calls, Limits, News, Parked, ParkedId, PushedId, PushedRequest,
    ShortLived, Slip, SlipId, StateError, Stray, ThrottleKey, ThrottleRule, Trip, TripId,
};
use shelf::Shelf;
use throttled::Throttled;

/// Short-lived state in the memory of one server; a restart drops trips in flight and nothing else.
#[derive(Debug, Default)]
pub struct InProcess {
    limits: Limits,
    inner: Mutex<Inner>,
}

/// When it expires, then its name.
type Place<T> = (Timestamp, T);

/// Trips and parked messages in the order in which they expire, and the indexes into it.
#[derive(Debug, Default)]
struct Inner {
    trips: BTreeMap<Place<TripId>, Trip>,
    by_id: HashMap<TripId, Timestamp>,
    by_browser: HashMap<BrowserBinding, BTreeSet<Place<TripId>>>,
    by_workspace: HashMap<WorkspaceId, BTreeSet<Place<TripId>>>,
    parked: BTreeMap<Place<ParkedId>, Parked>,
    parked_by_id: HashMap<ParkedId, Timestamp>,
    parked_by_trip: HashMap<TripId, ParkedId>,
    parked_bytes: usize,
    /// In the order in which they came; each with a number that counts them all.
    strays: HashMap<ConnectionId, VecDeque<(u64, Stray)>>,
    strays_ever: u64,
    strays_count: usize,
    slips: Shelf<SlipId, Slip>,
    pushed: Shelf<PushedId, PushedRequest>,
    throttled: Throttled,
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
    fn remove(&mut self, id: &TripId) -> Option<Trip> {
        let place = (self.by_id.remove(id)?, id.clone());
        let trip = self.trips.remove(&place)?;
        unindex(&mut self.by_browser, &trip.browser, &place);
        unindex(&mut self.by_workspace, &trip.workspace_id, &place);
        Some(trip)
    }

    fn drop_expired(&mut self, now: Timestamp) {
        while let Some(((expires_at, id), _)) = self.trips.first_key_value() {
            if *expires_at > now {
                break;
            }
            let id = id.clone();
            self.remove(&id);
        }
        while let Some(((expires_at, id), _)) = self.parked.first_key_value() {
            if *expires_at > now {
                break;
            }
            let id = id.clone();
            self.unpark(&id);
        }
    }

    fn unpark(&mut self, id: &ParkedId) -> Option<Parked> {
        let place = (self.parked_by_id.remove(id)?, id.clone());
        let message = self.parked.remove(&place)?;
        self.parked_bytes = self
            .parked_bytes
            .saturating_sub(message.saml_response.len());
        if self.parked_by_trip.get(&message.trip) == Some(id) {
            self.parked_by_trip.remove(&message.trip);
        }
        Some(message)
    }

    /// Takes the first stray of a connection out.
    fn drop_stray(&mut self, id: ConnectionId) {
        let Some(strays) = self.strays.get_mut(&id) else {
            return;
        };
        if strays.pop_front().is_some() {
            self.strays_count = self.strays_count.saturating_sub(1);
        }
        if strays.is_empty() {
            self.strays.remove(&id);
        }
    }

    /// The connection whose first stray came before every other.
    fn oldest_stray(&self) -> Option<ConnectionId> {
        let first = |strays: &VecDeque<(u64, Stray)>| strays.front().map(|(number, _)| *number);
        let oldest = self.strays.iter().min_by_key(|(_, strays)| first(strays));
        oldest.map(|(id, _)| *id)
    }

    fn oldest_of_browser(&self, trip: &Trip) -> Option<TripId> {
        let (_, id) = self.by_browser.get(&trip.browser)?.first()?;
        Some(id.clone())
    }

    fn oldest_of_workspace(&self, trip: &Trip) -> Option<TripId> {
        let (_, id) = self.by_workspace.get(&trip.workspace_id)?.first()?;
        Some(id.clone())
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

fn unindex<K: std::hash::Hash + Eq>(
    index: &mut HashMap<K, BTreeSet<Place<TripId>>>,
    key: &K,
    place: &Place<TripId>,
) {
    if let Some(places) = index.get_mut(key) {
        places.remove(place);
        if places.is_empty() {
            index.remove(key);
        }
    }
}

impl ShortLived for InProcess {
    fn begin(&self, trip: Trip, now: Timestamp) -> Answer<'_, ()> {
        let mut inner = self.lock();
        inner.drop_expired(now);
        inner.remove(&trip.id);
        if inner.count_of_browser(&trip) >= self.limits.per_browser
            && let Some(oldest) = inner.oldest_of_browser(&trip)
        {
            inner.remove(&oldest);
        }
        if inner.count_of_workspace(&trip) >= self.limits.per_workspace
            && let Some(oldest) = inner.oldest_of_workspace(&trip)
        {
            inner.remove(&oldest);
        }
        if inner.trips.len() >= self.limits.total {
            let oldest = inner
                .oldest_of_browser(&trip)
                .or_else(|| inner.oldest_of_workspace(&trip));
            let Some(oldest) = oldest else {
                return Box::pin(ready(Err(StateError::Full)));
            };
            inner.remove(&oldest);
        }
        let place = (trip.expires_at, trip.id.clone());
        inner.by_id.insert(trip.id.clone(), trip.expires_at);
        inner
            .by_browser
            .entry(trip.browser)
            .or_default()
            .insert(place.clone());
        inner
            .by_workspace
            .entry(trip.workspace_id)
            .or_default()
            .insert(place.clone());
        inner.trips.insert(place, trip);
        Box::pin(ready(Ok(())))
    }

    fn find<'a>(&'a self, id: &'a TripId, now: Timestamp) -> Answer<'a, Option<Trip>> {
        let mut inner = self.lock();
        inner.drop_expired(now);
        let place = inner.by_id.get(id).map(|at| (*at, id.clone()));
        let trip = place.and_then(|place| inner.trips.get(&place)).cloned();
        Box::pin(ready(Ok(trip)))
    }

    fn finish<'a>(&'a self, id: &'a TripId, now: Timestamp) -> Answer<'a, Option<Trip>> {
        let mut inner = self.lock();
        inner.drop_expired(now);
        let trip = inner.remove(id);
        Box::pin(ready(Ok(trip)))
    }

    fn park(&self, id: ParkedId, message: Parked, now: Timestamp) -> Answer<'_, ()> {
        let mut inner = self.lock();
        inner.drop_expired(now);
        inner.unpark(&id);
        if let Some(older) = inner.parked_by_trip.get(&message.trip).cloned() {
            inner.unpark(&older);
        }
        let bytes = inner
            .parked_bytes
            .saturating_add(message.saml_response.len());
        if bytes > self.limits.parked_bytes || inner.parked.len() >= self.limits.total {
            return Box::pin(ready(Err(StateError::Full)));
        }
        let expires_at = self.limits.parked_until(now);
        inner.parked_bytes = bytes;
        inner
            .parked_by_trip
            .insert(message.trip.clone(), id.clone());
        inner.parked_by_id.insert(id.clone(), expires_at);
        inner.parked.insert((expires_at, id), message);
        Box::pin(ready(Ok(())))
    }

    fn unpark<'a>(&'a self, id: &'a ParkedId, now: Timestamp) -> Answer<'a, Option<Parked>> {
        let mut inner = self.lock();
        inner.drop_expired(now);
        let message = inner.unpark(id);
        Box::pin(ready(Ok(message)))
    }

    fn note_stray(&self, stray: Stray, _now: Timestamp) -> Answer<'_, ()> {
        let mut inner = self.lock();
        let id = stray.connection_id;
        inner.strays_ever += 1;
        let number = inner.strays_ever;
        let strays = inner.strays.entry(id).or_default();
        strays.push_back((number, stray));
        let crowded = strays.len() > self.limits.strays_per_connection;
        inner.strays_count += 1;
        if crowded {
            inner.drop_stray(id);
        }
        if inner.strays_count > self.limits.strays
            && let Some(oldest) = inner.oldest_stray()
        {
            inner.drop_stray(oldest);
        }
        Box::pin(ready(Ok(())))
    }

    fn strays(&self, connection_id: ConnectionId, now: Timestamp) -> Answer<'_, Vec<Stray>> {
        let inner = self.lock();
        let kept = inner.strays.get(&connection_id).into_iter().flatten().rev();
        let strays = kept
            .map(|(_, stray)| stray)
            .filter(|stray| self.limits.stray_until(stray.received_at) > now)
            .cloned()
            .collect();
        Box::pin(ready(Ok(strays)))
    }

    fn find_stray(&self, reference: Reference, now: Timestamp) -> Answer<'_, Option<Stray>> {
        let inner = self.lock();
        let all = inner.strays.values().flatten().map(|(_, stray)| stray);
        let found = all
            .filter(|stray| stray.reference == reference)
            .find(|stray| self.limits.stray_until(stray.received_at) > now)
            .cloned();
        Box::pin(ready(Ok(found)))
    }

    fn keep_slip(&self, id: SlipId, slip: Slip, now: Timestamp) -> Answer<'_, ()> {
        let slips = &mut self.lock().slips;
        let kept = slip.bounded(now);
        let kept = kept.and_then(|slip| slips.keep(id, slip, self.limits.of_slips(), now));
        Box::pin(ready(kept))
    }

    fn find_slip<'a>(&'a self, id: &'a SlipId, now: Timestamp) -> Answer<'a, Option<Slip>> {
        let found = self.lock().slips.find(id, now).cloned();
        Box::pin(ready(Ok(found)))
    }

    fn take_slip<'a>(&'a self, id: &'a SlipId, now: Timestamp) -> Answer<'a, Option<Slip>> {
        let taken = self.lock().slips.take(id, now);
        Box::pin(ready(Ok(taken)))
    }

    fn exchange_slip<'a>(
        &'a self,
        id: &'a SlipId,
        seen: &'a Slip,
        slip: Slip,
        now: Timestamp,
    ) -> Answer<'a, bool> {
        let slips = &mut self.lock().slips;
        let same = slips.find(id, now).map(Slip::print) == Some(seen.print());
        let exchanged = slip.bounded(now).and_then(|slip| match same {
            true => slips
                .keep(id.clone(), slip, self.limits.of_slips(), now)
                .map(|()| true),
            false => Ok(false),
        });
        Box::pin(ready(exchanged))
    }

    fn push(&self, id: PushedId, request: PushedRequest, now: Timestamp) -> Answer<'_, ()> {
        let pushed = &mut self.lock().pushed;
        let kept = request.bounded(now);
        let kept = kept.and_then(|request| pushed.keep(id, request, self.limits.of_pushed(), now));
        Box::pin(ready(kept))
    }

    fn find_pushed<'a>(
        &'a self,
        id: &'a PushedId,
        now: Timestamp,
    ) -> Answer<'a, Option<PushedRequest>> {
        let found = self.lock().pushed.find(id, now).cloned();
        Box::pin(ready(Ok(found)))
    }

    fn take_pushed<'a>(
        &'a self,
        id: &'a PushedId,
        now: Timestamp,
    ) -> Answer<'a, Option<PushedRequest>> {
        let taken = self.lock().pushed.take(id, now);
        Box::pin(ready(Ok(taken)))
    }

    fn attempt<'a>(
        &'a self,
        keys: &'a [(ThrottleKey, ThrottleRule)],
        now: Timestamp,
    ) -> Answer<'a, Option<SignedDuration>> {
        let throttled = &mut self.lock().throttled;
        let wait = throttled.attempt(keys, self.limits.throttled, now);
        Box::pin(ready(Ok(wait)))
    }

    fn forgive<'a>(&'a self, keys: &'a [ThrottleKey], _now: Timestamp) -> Answer<'a, ()> {
        self.lock().throttled.forgive(keys);
        Box::pin(ready(Ok(())))
    }

    fn calls(&self) -> Option<Calls> {
        None
    }

    fn ping(&self) -> Answer<'_, ()> {
        Box::pin(ready(Ok(())))
    }

    /// There is no other replica.
    fn announce<'a>(&'a self, _changes: &'a [Change]) -> Answer<'a, ()> {
        Box::pin(ready(Ok(())))
    }

    /// Nobody else is there to tell anything: it ends at once.
    fn listen(&self) -> mpsc::Receiver<News> {
        mpsc::channel(1).1
    }
}
