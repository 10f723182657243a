//! What may vanish: pending trips to the IdP, and messages parked for the length of one redirect.
//!
//! Losing all of it costs the people who are at their IdP at that moment a fresh start, and nothing
//! else: replay claims, codes and sessions live in the database (`vestibule-store`). One small trait,
//! [`ShortLived`], stands before it; [`InProcess`] keeps it in the memory of one server, [`Redis`]
//! shares it between replicas, which also tell each other there what they changed ([`News`]).

mod browser;
mod in_process;
mod in_redis;
mod limits;
mod news;
mod stray;
mod trip;

use std::{future::Future, pin::Pin};

use jiff::Timestamp;
use tokio::sync::mpsc;
use vestibule_model::{Change, ConnectionId, Reference};

pub use browser::{BrowserBinding, BrowserToken, random_reference};
pub use in_process::InProcess;
pub use in_redis::Redis;
pub use limits::Limits;
pub use news::News;
pub use stray::Stray;
pub use trip::{AuthorizeRequest, LogoutReturn, Parked, ParkedId, Purpose, Trip, TripId};

/// Why short-lived state could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// Too many trips are pending and none of the caller's own could make room.
    #[error("too many sign-ins are under way")]
    Full,
    /// The place where it is kept does not answer; what was asked of it may have happened or not.
    #[error("short-lived state is out of reach: {0}")]
    Unavailable(String),
    /// What says where it is kept cannot be used.
    #[error("{0}")]
    Config(String),
    /// What lies there was not written by this release.
    #[error("short-lived state could not be read: {0}")]
    Unreadable(String),
    /// The operating system gave no random bytes.
    #[error("no random bytes from the operating system")]
    NoRandomness,
}

/// The answer to one operation, when it comes.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StateError>> + Send + 'a>>;

/// Where short-lived state is kept. Each operation is atomic.
pub trait ShortLived: Send + Sync {
    /// Records a trip that is about to leave for the IdP.
    ///
    /// At a limit the trip of the same browser, then of the same workspace, that expires first makes
    /// room.
    fn begin(&self, trip: Trip, now: Timestamp) -> Answer<'_, ()>;

    /// Looks a trip up without using it up; an expired one is not there.
    fn find<'a>(&'a self, id: &'a TripId, now: Timestamp) -> Answer<'a, Option<Trip>>;

    /// Uses a trip up: of all callers exactly one gets it.
    fn finish<'a>(&'a self, id: &'a TripId, now: Timestamp) -> Answer<'a, Option<Trip>>;

    /// Parks a message as received for the length of one redirect (design §4.5); one per trip, a
    /// newer one takes the place of the older.
    fn park(&self, id: ParkedId, message: Parked, now: Timestamp) -> Answer<'_, ()>;

    /// Takes a parked message out: of all callers exactly one gets it.
    fn unpark<'a>(&'a self, id: &'a ParkedId, now: Timestamp) -> Answer<'a, Option<Parked>>;

    /// Keeps what belongs to no trip; the oldest of the same connection makes room.
    fn note_stray(&self, stray: Stray, now: Timestamp) -> Answer<'_, ()>;

    /// What has strayed to a connection within a day, the newest first.
    fn strays(&self, connection_id: ConnectionId, now: Timestamp) -> Answer<'_, Vec<Stray>>;

    /// The stray with this reference, to whatever connection.
    fn find_stray(&self, reference: Reference, now: Timestamp) -> Answer<'_, Option<Stray>>;

    /// Whether the place answers.
    fn ping(&self) -> Answer<'_, ()>;

    /// Tells every replica what was changed, this one included. It is lost on those that cannot be
    /// reached now; they hear [`News::MayHaveMissed`] when they can.
    fn announce<'a>(&'a self, changes: &'a [Change]) -> Answer<'a, ()>;

    /// What replicas tell, from now on, until the receiver is dropped. It ends by itself only where
    /// there is nobody else to hear.
    ///
    /// A bounded queue: a listener that falls behind hears [`News::MayHaveMissed`] instead of what no
    /// longer fits.
    ///
    /// # Panics
    /// May do so outside a tokio runtime, since it spawns a task.
    fn listen(&self) -> mpsc::Receiver<News>;
}
