//! What changed in the configuration, as replicas tell each other.

use crate::{ClientId, ConnectionId, WorkspaceId};

/// A piece of configuration that was changed or deleted: whoever keeps a copy of it drops the copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Change {
    /// A workspace, or one of its domains.
    Workspace(WorkspaceId),
    /// A connection, or one of its revisions.
    Connection(ConnectionId),
    /// A client.
    Client(ClientId),
    /// The keys that sign tokens.
    SigningKeys,
}

const SIGNING_KEYS: &str = "signing_keys";

/// A text that names no change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected the id of a workspace, a connection or a client, or {SIGNING_KEYS}")]
pub struct ChangeParseError;

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Workspace(id) => id.fmt(f),
            Self::Connection(id) => id.fmt(f),
            Self::Client(id) => id.fmt(f),
            Self::SigningKeys => f.write_str(SIGNING_KEYS),
        }
    }
}

/// The prefix of an id says what it names.
impl std::str::FromStr for Change {
    type Err = ChangeParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == SIGNING_KEYS {
            return Ok(Self::SigningKeys);
        }
        let workspace = text.parse().map(Self::Workspace);
        let connection = || text.parse().map(Self::Connection);
        let client = || text.parse().map(Self::Client);
        workspace
            .or_else(|_| connection())
            .or_else(|_| client())
            .or(Err(ChangeParseError))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemberId;
    use jiff::Timestamp;

    #[test]
    fn reads_back_what_it_writes_and_nothing_else() {
        let now = Timestamp::UNIX_EPOCH;
        for change in [
            Change::Workspace(WorkspaceId::new(now)),
            Change::Connection(ConnectionId::new(now)),
            Change::Client(ClientId::new(now)),
            Change::SigningKeys,
        ] {
            assert_eq!(change.to_string().parse(), Ok(change));
        }
        for other in ["", "ws_", "signing_key", &MemberId::new(now).to_string()] {
            assert_eq!(other.parse::<Change>(), Err(ChangeParseError));
        }
    }
}
