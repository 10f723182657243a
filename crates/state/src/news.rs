//! What replicas tell each other.

use vestibule_model::Change;

/// A word from another replica. Its own announcements come back to a replica too, which is harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// This was changed: whoever keeps a copy of it drops the copy.
    Changed(Change),
    /// Announcements may have been lost: whoever keeps copies drops all of them. It comes first on
    /// every subscription, after every gap in one, and for a message that could not be read.
    MayHaveMissed,
}
