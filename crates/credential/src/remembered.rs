//! What was proven, while its owner looks for the rest.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use vestibule_model::{MemberId, WorkspaceId};

use crate::{PasswordProof, SecondFactorProof, proof::Factor};

/// How long a right password waits for the second factor.
pub const REMEMBERED_FOR: SignedDuration = SignedDuration::from_mins(10);
/// How far the clocks of two servers may be apart.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(1);

/// A [`PasswordProof`] between two requests.
///
/// Whoever writes one down can have a proof of it: it belongs into the short-lived state of the server,
/// under a name that only this browser knows, and never into a cookie or a form.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RememberedPassword {
    member_id: MemberId,
    workspace_id: WorkspaceId,
    set_at: Timestamp,
    at: Timestamp,
}

/// The password was given too long ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the password was given too long ago")]
pub struct Forgotten;

impl PasswordProof {
    /// Puts the proof aside until the second factor comes.
    #[must_use]
    pub fn remember(self) -> RememberedPassword {
        RememberedPassword {
            member_id: self.member_id(),
            workspace_id: self.workspace_id(),
            set_at: self.set_at(),
            at: self.at(),
        }
    }
}

impl RememberedPassword {
    /// Whose password it was.
    #[must_use]
    pub const fn member_id(&self) -> MemberId {
        self.member_id
    }

    /// The member's workspace.
    #[must_use]
    pub const fn workspace_id(&self) -> WorkspaceId {
        self.workspace_id
    }

    /// When the password was set: once there is another one, this is worth nothing.
    #[must_use]
    pub const fn set_at(&self) -> Timestamp {
        self.set_at
    }

    /// Takes the proof up again, as old as it is.
    ///
    /// # Errors
    /// [`Forgotten`] ten minutes after the password was given.
    pub fn recall(self, now: Timestamp) -> Result<PasswordProof, Forgotten> {
        still_remembered(self.at, now)?;
        Ok(PasswordProof::new(
            self.member_id,
            self.workspace_id,
            self.set_at,
            self.at,
        ))
    }
}

/// A [`SecondFactorProof`] between two requests: while its owner reads the recovery codes that enrolling
/// has made. It is kept like [`RememberedPassword`].
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RememberedFactor {
    member_id: MemberId,
    workspace_id: WorkspaceId,
    at: Timestamp,
    factor: Factor,
}

impl SecondFactorProof {
    /// Puts the proof aside until its owner goes on.
    #[must_use]
    pub fn remember(self) -> RememberedFactor {
        RememberedFactor {
            member_id: self.member_id(),
            workspace_id: self.workspace_id(),
            at: self.at(),
            factor: self.factor(),
        }
    }
}

impl RememberedFactor {
    /// Takes the proof up again, as old as it is.
    ///
    /// # Errors
    /// [`Forgotten`] ten minutes after the factor was given.
    pub fn recall(self, now: Timestamp) -> Result<SecondFactorProof, Forgotten> {
        still_remembered(self.at, now)?;
        Ok(SecondFactorProof::new(
            self.member_id,
            self.workspace_id,
            self.factor,
            self.at,
        ))
    }
}

fn still_remembered(at: Timestamp, now: Timestamp) -> Result<(), Forgotten> {
    let age = now.duration_since(at);
    if age >= REMEMBERED_FOR || age < -CLOCKS_APART {
        return Err(Forgotten);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_remembered_for_ten_minutes() {
        let at: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let set_at = at - SignedDuration::from_hours(24);
        let proof = || PasswordProof::new(MemberId::new(at), WorkspaceId::new(at), set_at, at);
        for (seconds, holds) in [
            (-3_600, false),
            (-61, false),
            (-60, true),
            (0, true),
            (599, true),
            (600, false),
            (86_400, false),
        ] {
            let text = serde_json::to_string(&proof().remember()).unwrap();
            let remembered: RememberedPassword = serde_json::from_str(&text).unwrap();
            let recalled = remembered.recall(at + SignedDuration::from_secs(seconds));
            assert_eq!(recalled.is_ok(), holds, "{seconds}");
            if let Ok(recalled) = recalled {
                assert_eq!((recalled.at(), recalled.set_at()), (at, set_at));
            }
        }
    }
}
