//! Who is signed in where, as far as the IdP knows.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The sessions that are remembered; the oldest makes room.
const MAX: usize = 1000;

/// Somebody whom the IdP signed in at a service provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Where.
    pub sp_entity_id: String,
    /// Who, by address.
    pub email: String,
    /// The NameID that was asserted.
    pub name_id: String,
    /// Its format.
    pub name_id_format: String,
    /// The SessionIndex that was asserted.
    pub session_index: String,
}

/// All of them, and the logout requests that wait for an answer.
#[derive(Default)]
pub(crate) struct Sessions {
    open: Mutex<VecDeque<Session>>,
    asked: Mutex<VecDeque<String>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn push<T>(queue: &mut VecDeque<T>, item: T) {
    if queue.len() == MAX {
        queue.pop_front();
    }
    queue.push_back(item);
}

impl Sessions {
    pub(crate) fn all(&self) -> Vec<Session> {
        lock(&self.open).iter().cloned().collect()
    }

    pub(crate) fn begin(&self, session: Session) {
        push(&mut lock(&self.open), session);
    }

    /// Ends those that are meant, and says how many.
    pub(crate) fn end(&self, meant: impl Fn(&Session) -> bool) -> usize {
        let mut open = lock(&self.open);
        let before = open.len();
        open.retain(|session| !meant(session));
        before - open.len()
    }

    pub(crate) fn ask(&self, request_id: String) {
        push(&mut lock(&self.asked), request_id);
    }

    /// Whether this was asked, and not answered before.
    pub(crate) fn was_asked(&self, request_id: &str) -> bool {
        let mut asked = lock(&self.asked);
        let before = asked.len();
        asked.retain(|id| id != request_id);
        asked.len() < before
    }
}
