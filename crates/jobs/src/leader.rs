//! One of several servers leads: whoever has the lease in the database, and renews it.
//!
//! Nobody trusts another's clock, nor its own where it steps: who watches takes a lease over when it has not
//! moved for a term, by a clock that only runs on; who has it stops leading a term after its last renewal.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, watch};
use tracing::{info, warn};
use vestibule_store::{Lease, Store, StoreError};

/// The name of the lease.
const NAME: &str = "jobs";
/// How long a leader leads after it was last heard of.
const TERM: Duration = Duration::from_secs(7);
/// How often a leader renews its lease, and the others look at it.
const RENEWED: Duration = Duration::from_secs(2);
const _: () = assert!(
    TERM.as_secs() + RENEWED.as_secs() < 10,
    "whoever is gone is followed within ten seconds"
);

/// Until when this server leads; never in the past without anybody's noticing: it is asked, not told.
pub(crate) type Term = Option<Instant>;

pub(crate) fn leads(term: Term) -> bool {
    term.is_some_and(|until| Instant::now() < until)
}

/// This server, as it stands for leadership.
pub(crate) struct Candidate {
    store: Store,
    clock: fn() -> Timestamp,
    /// Nobody else's.
    own: String,
    /// Another's lease, and since when it has not moved.
    watched: Option<(Lease, Instant)>,
}

impl Candidate {
    pub(crate) fn new(store: Store, clock: fn() -> Timestamp) -> Self {
        let mut random = [0; 16];
        // Without randomness the process number has to do.
        let _ = getrandom::fill(&mut random);
        let number = u128::from_ne_bytes(random);
        let own = format!("{}-{number:032x}", std::process::id());
        Self {
            store,
            clock,
            own,
            watched: None,
        }
    }

    /// Stands for leadership until nobody is left who `works` here, and makes room for another then.
    pub(crate) async fn stand(mut self, term: watch::Sender<Term>, mut works: mpsc::Receiver<()>) {
        loop {
            let asked = Instant::now();
            match self.turn().await {
                Ok(leads) => self.tell(&term, leads.then(|| asked + TERM)),
                // Where nobody could say, the term that it has goes on, and ends.
                Err(error) => warn!(%error, "who leads could not be found out; it is tried again"),
            }
            // Nothing is ever sent: the only news is that everybody is gone.
            if tokio::time::timeout(RENEWED, works.recv()).await.is_ok() {
                break;
            }
        }
        if term.borrow().is_some() {
            self.resign().await;
        }
    }

    /// Takes or keeps the lease where that may be; whether it has it.
    async fn turn(&mut self) -> Result<bool, StoreError> {
        let held = self.store.read(|tx| tx.lease(NAME)).await?;
        if !held.as_ref().is_none_or(|lease| self.may_take(lease)) {
            return Ok(false);
        }
        let next = self.next(held.as_ref());
        let take =
            move |tx: &mut vestibule_store::Tx<'_>| tx.take_lease(NAME, held.as_ref(), &next);
        let taken = self.store.write(take).await?;
        if taken {
            self.watched = None;
        }
        Ok(taken)
    }

    /// Whether it is its own, or that of somebody who is gone.
    fn may_take(&mut self, lease: &Lease) -> bool {
        if lease.holder == self.own {
            return true;
        }
        match &self.watched {
            Some((seen, since)) if seen == lease => since.elapsed() >= TERM,
            _ => {
                self.watched = Some((lease.clone(), Instant::now()));
                false
            }
        }
    }

    /// What it puts in the place of the lease that it saw: always later, wherever the clocks are.
    fn next(&self, seen: Option<&Lease>) -> Lease {
        let later = |time: Timestamp, by| time.checked_add(by).unwrap_or(Timestamp::MAX);
        let by_clock = later(
            (self.clock)(),
            SignedDuration::try_from(TERM).unwrap_or_default(),
        );
        let moved_on = seen.map(|seen| later(seen.until, SignedDuration::from_micros(1)));
        Lease {
            holder: self.own.clone(),
            until: moved_on.map_or(by_clock, |moved_on| moved_on.max(by_clock)),
        }
    }

    fn tell(&self, told: &watch::Sender<Term>, term: Term) {
        let led = leads(*told.borrow());
        if led != term.is_some() {
            let holder = &self.own;
            match term {
                Some(_) => info!(holder, "this server does now what one of them has to do"),
                None => info!(holder, "another server does now what one of them has to do"),
            }
        }
        // A renewal is no news.
        told.send_if_modified(|of| {
            *of = term;
            !led && term.is_some()
        });
    }

    async fn resign(&self) {
        let own = self.own.clone();
        let given_back = self
            .store
            .write(move |tx| tx.release_lease(NAME, &own))
            .await;
        if let Err(error) = given_back {
            warn!(%error, "the lease was not given back; it runs out by itself");
        }
    }
}
