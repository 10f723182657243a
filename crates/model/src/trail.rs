//! What is kept of what happened: sign-in attempts and the audit log.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vestibule_saml::Report;

use crate::{
    ApiKeyId, AttemptId, ClientId, ConnectionId, EventId, MemberId, Reference, RevisionId,
    SetupLinkId, WorkspaceId, words,
};

words! {
    /// How a sign-in attempt ended.
    AttemptOutcome {
        /// A session was minted.
        SignedIn = "signed_in",
        /// A check or a rule refused.
        Refused = "refused",
        /// The browser is at the IdP, or never came back.
        Pending = "pending",
    }
}

words! {
    /// What happened on the way of one sign-in.
    AttemptStep {
        /// The application asked, and the browser left for the IdP.
        Left = "left_for_idp",
        /// A response came back in the browser that began it.
        Arrived = "response_arrived",
        /// The response, or what it says, was refused; the detail names the check or the rule.
        Refused = "refused",
        /// The settings had changed meanwhile: the browser was sent on a fresh trip.
        Restarted = "restarted",
        /// A session was minted and its code sent to the application.
        SignedIn = "signed_in",
        /// The application redeemed the code.
        CodeRedeemed = "code_redeemed",
        /// Whoever inspected the response afterwards.
        Inspected = "inspected",
    }
}

/// One step of a sign-in attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptEvent {
    /// When.
    pub at: Timestamp,
    /// What.
    pub step: AttemptStep,
    /// What else is worth knowing: a stable word, never personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// One trip with the live revision, kept for support ("why could she not get in?").
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// The short reference that the person sees and support searches for; attempts from before there
    /// was one have none.
    pub reference: Option<Reference>,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The connection.
    pub connection_id: ConnectionId,
    /// The revision it ran with.
    pub revision_id: RevisionId,
    /// The application that asked.
    pub client_id: ClientId,
    /// Who came in, where somebody did.
    pub member_id: Option<MemberId>,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// The failing check or rule, as a stable word; none when it succeeded.
    pub reason: Option<String>,
    /// Every check.
    pub report: Report,
    /// Every step, in order.
    pub timeline: Vec<AttemptEvent>,
    /// When the browser left for the IdP.
    pub started_at: Timestamp,
    /// When it came back for the last time; when it left, while it has not.
    pub finished_at: Timestamp,
    /// Until when its response is kept as it arrived, where it is.
    pub response_until: Option<Timestamp>,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The holder of an API key.
    ApiKey(ApiKeyId),
    /// A member, by signing in.
    Member(MemberId),
    /// Whoever holds a setup link: nobody knows who that is.
    SetupLink(SetupLinkId),
    /// The operator, on the command line.
    Operator,
    /// Vestibule itself.
    System,
}

const OPERATOR: &str = "operator";
const SYSTEM: &str = "system";

/// A text that names nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected the id of an API key, a member or a setup link, {OPERATOR} or {SYSTEM}")]
pub struct ActorParseError;

/// The id of who it was, where there is one; else `operator` or `system`.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ApiKey(id) => id.fmt(f),
            Self::Member(id) => id.fmt(f),
            Self::SetupLink(id) => id.fmt(f),
            Self::Operator => f.write_str(OPERATOR),
            Self::System => f.write_str(SYSTEM),
        }
    }
}

/// The prefix of an id says whom it names.
impl std::str::FromStr for Actor {
    type Err = ActorParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            OPERATOR => return Ok(Self::Operator),
            SYSTEM => return Ok(Self::System),
            _ => {}
        }
        let key = text.parse().map(Self::ApiKey);
        key.or_else(|_| text.parse().map(Self::Member))
            .or_else(|_| text.parse().map(Self::SetupLink))
            .or(Err(ActorParseError))
    }
}

/// One entry of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Its id.
    pub id: EventId,
    /// The workspace it belongs to; none for the deployment's own.
    pub workspace_id: Option<WorkspaceId>,
    /// Who did it.
    pub actor: Actor,
    /// What was done, as a stable word (`connection.enabled`).
    pub action: String,
    /// To what: the id of the thing.
    pub target: String,
    /// What else is worth knowing, a JSON object without secrets.
    pub detail: String,
    /// When.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_reads_back_and_nothing_else_does() {
        let now = Timestamp::UNIX_EPOCH;
        for actor in [
            Actor::ApiKey(ApiKeyId::new(now)),
            Actor::Member(MemberId::new(now)),
            Actor::SetupLink(SetupLinkId::new(now)),
            Actor::Operator,
            Actor::System,
        ] {
            assert_eq!(actor.to_string().parse(), Ok(actor));
        }
        for text in ["", "Operator", "mem_1", &ClientId::new(now).to_string()] {
            assert_eq!(text.parse::<Actor>(), Err(ActorParseError), "{text}");
        }
    }
}
