//! Decisions and sessions, as they are shown.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vestibule_model::{ClientId, Origin, Session};
use vestibule_policy::{Decision, Reason};

/// What one rule of the policy said.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reason)]
pub(crate) struct ReasonView {
    /// The rule, P1 to P10.
    #[schema(example = "P3")]
    rule: &'static str,
    /// What it said.
    outcome: &'static str,
    /// Why, for a person to read.
    detail: String,
}

impl From<Reason> for ReasonView {
    fn from(reason: Reason) -> Self {
        Self {
            rule: reason.rule.as_str(),
            outcome: reason.outcome.as_str(),
            detail: reason.detail,
        }
    }
}

/// Whether somebody may sign in by a method, and what it still needs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignInDecision)]
pub(crate) struct DecisionView {
    /// Whether this method can lead to a session.
    allowed: bool,
    /// What it still needs: second_factor, local_proof, authn_context or password_reset.
    required: Vec<&'static str>,
    /// The problem's slug where it is not allowed (`sso-required`).
    code: Option<&'static str>,
    /// Every rule it went through.
    reasons: Vec<ReasonView>,
    /// Where SSO starts; add your client's own parameters.
    sign_in_url: String,
}

impl From<Decision> for DecisionView {
    fn from(decision: Decision) -> Self {
        Self {
            allowed: decision.allowed,
            required: decision
                .required
                .iter()
                .map(|requirement| requirement.as_str())
                .collect(),
            code: decision
                .refusal
                .as_ref()
                .map(vestibule_policy::Refusal::code),
            reasons: decision.reasons.into_iter().map(ReasonView::from).collect(),
            sign_in_url: decision.sign_in_url,
        }
    }
}

/// What a sign-in minted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionView {
    /// Its id, the `sid` of every token.
    id: String,
    /// The workspace.
    workspace_id: String,
    /// Who signed in.
    member_id: String,
    /// For which application. Vestibule's own pages count as one that no list of clients shows.
    client_id: String,
    /// Whether it is one of a browser that is signed in to Vestibule's own pages. It has no tokens.
    own_pages: bool,
    /// saml; local: by what Vestibule keeps itself, a password or a passkey; or vouched by an internal
    /// service.
    method: &'static str,
    /// The connection, for a SAML sign-in.
    connection_id: Option<String>,
    /// How they proved who they are (RFC 8176, and saml).
    amr: Vec<&'static str>,
    /// What the application may read.
    scope: String,
    /// When they proved it.
    #[schema(value_type = String, format = DateTime)]
    auth_time: Timestamp,
    /// When it was minted.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it ends for good.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// When it was ended early.
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Timestamp>,
    /// Why.
    revoked_reason: Option<String>,
}

impl From<Session> for SessionView {
    fn from(session: Session) -> Self {
        let (method, connection_id) = match &session.origin {
            Origin::Saml { connection_id, .. } => ("saml", Some(connection_id.to_string())),
            Origin::Vouched => ("vouched", None),
            Origin::Local => ("local", None),
        };
        Self {
            id: session.id.to_string(),
            workspace_id: session.workspace_id.to_string(),
            member_id: session.member_id.to_string(),
            client_id: session.client_id.to_string(),
            own_pages: session.client_id == ClientId::OWN_PAGES,
            method,
            connection_id,
            amr: session.amr.iter().map(|method| method.as_str()).collect(),
            scope: session.scope,
            auth_time: session.auth_time,
            created_at: session.created_at,
            expires_at: session.expires_at,
            revoked_at: session.revoked_at,
            revoked_reason: session.revoked_reason,
        }
    }
}
