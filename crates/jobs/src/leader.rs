//! One of several servers, by a lease in the database.

use jiff::{SignedDuration, Timestamp};
use tracing::warn;
use vestibule_store::{Store, StoreError};

use crate::board::Board;

/// How long a leader leads after it was last heard of, unless it says otherwise.
const TERM: SignedDuration = SignedDuration::from_secs(60);

/// This server, as it stands for leadership.
pub(crate) struct Candidate {
    store: Store,
    name: &'static str,
    /// Nobody else's.
    own: String,
    term: SignedDuration,
    board: Board,
}

impl Candidate {
    pub(crate) fn new(store: Store, name: &'static str, board: &Board) -> Self {
        let mut random = [0; 16];
        // Without randomness the process number has to do.
        let _ = getrandom::fill(&mut random);
        let number = u128::from_ne_bytes(random);
        let own = format!("{}-{number:032x}", std::process::id());
        Self {
            store,
            name,
            own,
            term: TERM,
            board: board.clone(),
        }
    }

    /// The same for so long a term.
    pub(crate) fn for_term(self, term: SignedDuration) -> Self {
        Self { term, ..self }
    }

    /// Whether this server leads, for a term from now on.
    pub(crate) async fn leads(&self, now: Timestamp) -> Result<bool, StoreError> {
        let until = now.checked_add(self.term).unwrap_or(Timestamp::MAX);
        let (name, own) = (self.name, self.own.clone());
        let leads = self
            .store
            .write(move |tx| tx.take_lease(name, &own, until, now))
            .await;
        // Where nobody could say, the term that it has goes on.
        if let Ok(leads) = leads {
            self.board.leads(name, leads.then_some(until));
        }
        leads
    }

    /// Notes what came of a round.
    pub(crate) fn note(&self, well: bool, now: Timestamp) {
        if well {
            self.board.succeeded(self.name, now);
        } else {
            self.board.failed(self.name);
        }
    }

    /// Makes room for another.
    pub(crate) async fn resign(&self) {
        let (name, own) = (self.name, self.own.clone());
        self.board.leads(name, None);
        let given_back = self
            .store
            .write(move |tx| tx.release_lease(name, &own))
            .await;
        if let Err(error) = given_back {
            warn!(%error, lease = name, "a lease was not given back; it runs out by itself");
        }
    }
}
