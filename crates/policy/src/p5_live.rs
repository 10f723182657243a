//! P5, only what is live serves: a fall of the plan suspends at once, a rise restores at once.

use jiff::Timestamp;
use vestibule_model::{Connection, ConnectionId, ConnectionState, Phase, Plan, RevisionId, Role};

use crate::{ConnectionFacts, Refusal, Requirement, Rules, WorkspaceFacts, trail::Verdict};

/// P5: the state that follows from what is stored and from the plan; `live` under a plan without
/// SSO is `suspended` (design §2).
#[must_use]
pub fn connection_state(connection: &Connection, plan: Plan, rules: &Rules) -> ConnectionState {
    match connection.phase {
        Phase::Draft => ConnectionState::Draft,
        Phase::Ready => ConnectionState::Ready,
        Phase::Disabled => ConnectionState::Disabled,
        Phase::Live if rules.includes_sso(plan) => ConnectionState::Live,
        Phase::Live => ConnectionState::Suspended,
    }
}

/// P5: the connection, if it serves.
pub(crate) fn serving<'f>(
    facts: &'f WorkspaceFacts,
    id: ConnectionId,
    rules: &Rules,
) -> Result<&'f ConnectionFacts, Refusal> {
    let found = facts
        .connection(id)
        .ok_or(Refusal::ConnectionNotLive { state: None })?;
    let state = facts.state(&found.connection, rules);
    match (state, found.serving()) {
        (ConnectionState::Live, Some(_)) => Ok(found),
        _ => Err(Refusal::ConnectionNotLive { state: Some(state) }),
    }
}

/// P5: what a decision by SAML says when nothing serves.
pub(crate) fn nothing_serves(facts: &WorkspaceFacts, rules: &Rules) -> Refusal {
    let mut connections: Vec<_> = facts
        .own_connections()
        .map(|facts| &facts.connection)
        .collect();
    connections.sort_by_key(|connection| (!connection.default, connection.id));
    let state = connections
        .first()
        .map(|connection| facts.state(connection, rules));
    Refusal::ConnectionNotLive { state }
}

/// P5: a sign-in's revision must still be the one that serves (design §4.2).
pub(crate) fn check_revision(serving: &ConnectionFacts, of_trip: RevisionId) -> Verdict {
    if serving.connection.live == Some(of_trip) {
        Verdict::Pass(
            "the connection is live, with the settings that the sign-in began under".into(),
        )
    } else {
        Verdict::Refuse(Refusal::RevisionSuperseded)
    }
}

/// P5: whether a local password counts again. A non-admin could not use one while SSO was live; who left
/// the company meanwhile left it at the IdP, so what is older than that needs a fresh reset.
/// `known_since` is when the password was known to be theirs.
pub(crate) fn check_password(
    facts: &WorkspaceFacts,
    role: Role,
    known_since: Timestamp,
) -> Verdict {
    let Some(enabled) = facts.workspace.sso_enabled_at else {
        return Verdict::NotApplicable("SSO was never live in this workspace".into());
    };
    if role == Role::Admin {
        return Verdict::NotApplicable("an admin's password counted all the time".into());
    }
    if known_since > enabled {
        return Verdict::Pass("the password was set after SSO was last enabled".into());
    }
    Verdict::Require(Requirement::PasswordReset, Refusal::PasswordResetRequired)
}
