//! What is kept of sign-ins: each attempt, step by step.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vestibule_saml::Report;

use crate::{
    AttemptId, ClientId, ConnectionId, MemberId, Reference, RevisionId, WorkspaceId, words,
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
