//! A setup link: lets a customer's IT admin set one connection up without an account.

use jiff::Timestamp;

use crate::{Actor, ConnectionId, SetupLinkId, WorkspaceId, words};

words! {
    /// Whether a setup link can be opened.
    SetupLinkState {
        /// It can.
        Open = "open",
        /// Its time is over.
        Expired = "expired",
        /// Somebody has taken it back.
        Revoked = "revoked",
    }
}

/// A URL that leads to the setup of one connection; its token is kept as a hash alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupLink {
    /// Its id.
    pub id: SetupLinkId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The one connection that it leads to.
    pub connection_id: ConnectionId,
    /// What it is called: whom it is for, perhaps.
    pub name: Option<String>,
    /// Whether the connection may be enabled through it, not only drafted and tested.
    pub allow_enable: bool,
    /// Where the browser goes when the setup is done.
    pub return_url: Option<String>,
    /// Who made it.
    pub created_by: Actor,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// When it was first opened.
    pub opened_at: Option<Timestamp>,
    /// When it was last opened.
    pub last_opened_at: Option<Timestamp>,
    /// When something was first saved through it.
    pub used_at: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}

impl SetupLink {
    /// Whether it can be opened; one that was taken back stays so when its time is over too.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> SetupLinkState {
        if self.revoked_at.is_some() {
            SetupLinkState::Revoked
        } else if self.expires_at <= now {
            SetupLinkState::Expired
        } else {
            SetupLinkState::Open
        }
    }
}

/// A setup link that is open in one browser; the token of its cookie is kept as a hash alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupSession {
    /// The link.
    pub link_id: SetupLinkId,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_seen_at: Timestamp,
    /// When it ends for good; never later than the link.
    pub expires_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    fn link(now: Timestamp) -> SetupLink {
        SetupLink {
            id: SetupLinkId::new(now),
            workspace_id: WorkspaceId::new(now),
            connection_id: ConnectionId::new(now),
            name: None,
            allow_enable: false,
            return_url: None,
            created_by: Actor::System,
            created_at: now,
            expires_at: now + SignedDuration::from_hours(1),
            opened_at: None,
            last_opened_at: None,
            used_at: None,
            revoked_at: None,
        }
    }

    #[test]
    fn a_link_is_open_until_its_very_end_or_until_it_is_taken_back() {
        let now = Timestamp::UNIX_EPOCH;
        let open = link(now);
        let end = open.expires_at;
        assert_eq!(open.state(now), SetupLinkState::Open);
        let before = end - SignedDuration::from_micros(1);
        assert_eq!(open.state(before), SetupLinkState::Open);
        assert_eq!(open.state(end), SetupLinkState::Expired);
        let revoked = SetupLink {
            revoked_at: Some(now),
            ..open
        };
        assert_eq!(revoked.state(now), SetupLinkState::Revoked);
        assert_eq!(revoked.state(end), SetupLinkState::Revoked);
    }
}
