//! What is kept of what happened: sign-in attempts and the audit log.

use jiff::Timestamp;
use vestibule_saml::Report;

use crate::{
    ApiKeyId, AttemptId, ClientId, ConnectionId, EventId, MemberId, RevisionId, WorkspaceId, words,
};

words! {
    /// How a sign-in attempt ended.
    AttemptOutcome {
        /// A session was minted.
        SignedIn = "signed_in",
        /// A check or a rule refused.
        Refused = "refused",
    }
}

/// One trip with the live revision, kept for support ("why could she not get in?").
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// Its id; the reference that a person sees.
    pub id: AttemptId,
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
    /// When the browser left for the IdP.
    pub started_at: Timestamp,
    /// When it came back.
    pub finished_at: Timestamp,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The holder of an API key.
    ApiKey(ApiKeyId),
    /// A member, by signing in.
    Member(MemberId),
    /// The operator, on the command line.
    Operator,
    /// Vestibule itself.
    System,
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
