//! What may vanish: pending trips to the IdP, messages parked for the length of one redirect, slips of
//! half-finished work on our own pages, and the count of attempts by which guessing is slowed down.
//!
//! Losing all of it costs the people who are signing in at that moment a fresh start, and gives those
//! who guess a few attempts more, and nothing else: replay claims, codes and sessions live in the
//! database (`vestibule-store`). One small trait,
//! [`ShortLived`], stands before it; [`InProcess`] keeps it in the memory of one server, [`Redis`]
//! shares it between replicas, which also tell each other there what they changed ([`News`]).

mod browser;
mod in_process;
mod in_redis;
mod limits;
mod news;
mod pushed;
mod slip;
mod stray;
mod throttle;
mod trip;

use std::{future::Future, pin::Pin, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use vestibule_model::{Change, ConnectionId, Reference};

pub use browser::{BrowserBinding, BrowserToken, random_reference};
pub use in_process::InProcess;
pub use in_redis::{Redis, RedisFacts};
pub use limits::Limits;
pub use news::News;
pub use pushed::{PushedId, PushedRequest};
pub use slip::{Slip, SlipId};
pub use stray::Stray;
pub use throttle::{ThrottleKey, ThrottleRule};
pub use trip::{AuthorizeRequest, LogoutReturn, Parked, ParkedId, Purpose, Trip, TripId};

/// Why short-lived state could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// Too many trips are pending and none of the caller's own could make room.
    #[error("too many sign-ins are under way")]
    Full,
    /// More than is kept in one piece.
    #[error("what should be kept is longer than {max} bytes")]
    TooLarge {
        /// The bound.
        max: usize,
    },
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

/// What was asked of a server elsewhere, as plain numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calls {
    /// How many times.
    pub total: u64,
    /// How many of them got no answer in time, or one that says no.
    pub failed: u64,
    /// How long all of them took together.
    pub took: Duration,
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

    /// Keeps a slip, in place of an older one of the same id, for 30 minutes at most.
    ///
    /// At a limit the slip of the same browser that expires first makes room.
    fn keep_slip(&self, id: SlipId, slip: Slip, now: Timestamp) -> Answer<'_, ()>;

    /// Looks a slip up without using it up; an expired one is not there.
    fn find_slip<'a>(&'a self, id: &'a SlipId, now: Timestamp) -> Answer<'a, Option<Slip>>;

    /// Takes a slip out: of all callers exactly one gets it.
    fn take_slip<'a>(&'a self, id: &'a SlipId, now: Timestamp) -> Answer<'a, Option<Slip>>;

    /// Keeps a slip in the place of the one that was seen there, and says whether it did. Where it is
    /// no longer the same (its kind and its body), nothing happens: of several who have seen the same
    /// one, and each put another in its place, exactly one goes on.
    fn exchange_slip<'a>(
        &'a self,
        id: &'a SlipId,
        seen: &'a Slip,
        slip: Slip,
        now: Timestamp,
    ) -> Answer<'a, bool>;

    /// Keeps an authorization request that a client has pushed, for 90 seconds at most.
    ///
    /// At a limit the request of the same client that expires first makes room.
    fn push(&self, id: PushedId, request: PushedRequest, now: Timestamp) -> Answer<'_, ()>;

    /// Looks a pushed request up without using it up; an expired one is not there.
    fn find_pushed<'a>(
        &'a self,
        id: &'a PushedId,
        now: Timestamp,
    ) -> Answer<'a, Option<PushedRequest>>;

    /// Takes a pushed request out: of all callers exactly one gets it.
    fn take_pushed<'a>(
        &'a self,
        id: &'a PushedId,
        now: Timestamp,
    ) -> Answer<'a, Option<PushedRequest>>;

    /// Asks for an attempt at something that can be guessed. None: go on, it is counted for every one
    /// of these keys. Else it is counted for none, however often somebody asks, and the answer is how
    /// long they wait: the longest wait of these keys.
    ///
    /// It is counted before it is made, so that no number of attempts at the same time slips through
    /// between the look and the count.
    fn attempt<'a>(
        &'a self,
        keys: &'a [(ThrottleKey, ThrottleRule)],
        now: Timestamp,
    ) -> Answer<'a, Option<SignedDuration>>;

    /// Forgets what was counted for these keys: somebody has succeeded.
    fn forgive<'a>(&'a self, keys: &'a [ThrottleKey], now: Timestamp) -> Answer<'a, ()>;

    /// Whether the place answers.
    fn ping(&self) -> Answer<'_, ()>;

    /// What was asked of a server elsewhere since the start; none where it is kept in the process.
    fn calls(&self) -> Option<Calls>;

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
