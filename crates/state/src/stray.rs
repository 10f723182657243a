//! What arrived at an ACS and belongs to no attempt.

use jiff::Timestamp;
use vestibule_model::{ConnectionId, Reference};

/// Something that arrived at an ACS and could not be tied to a trip: anybody may have sent it. It is
/// kept apart from the attempts, few a connection, so that support finds what a person read out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// What the person may tell support.
    pub reference: Reference,
    /// The connection at whose ACS it arrived.
    pub connection_id: ConnectionId,
    /// Why it was refused: a stable word.
    pub reason: String,
    /// What it was instead of a response, in our own words.
    pub detail: Option<String>,
    /// When.
    pub received_at: Timestamp,
}
