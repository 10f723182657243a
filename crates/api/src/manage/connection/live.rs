//! A connection on its way to live, and back.

use jiff::Timestamp;
use serde_json::json;
use vestibule_model::{ConnectionId, ConnectionState, Phase, RevisionId, WorkspaceId};
use vestibule_policy::{Advisory, connection_state, may_enable, plan_gate};
use vestibule_store::Tx;

use crate::{
    audit,
    manage::{
        Authority, Change,
        connection::{ConnectionParts, nothing_saved},
    },
    problem::{Problem, ProblemType},
    service::Service,
};

/// How to go live.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Enable {
    /// Which revision; the draft where it is absent, else the last live one.
    pub(crate) revision_id: Option<RevisionId>,
    /// Go live although nobody could get in without SSO.
    pub(crate) acknowledge_lockout_risk: Option<bool>,
}

/// A connection that is live now.
pub(crate) struct Enabled {
    pub(crate) parts: ConnectionParts,
    /// What deserves attention.
    pub(crate) advisories: Vec<Advisory>,
}

/// Goes live with a revision that has passed its test.
///
/// # Errors
/// `test-required`, `draft-required`, `lockout-risk`, `plan-upgrade-required`, `not-found`; a revision
/// of another connection.
pub(crate) fn enable(
    service: &Service,
    authority: Authority,
    id: ConnectionId,
    wanted: Enable,
    now: Timestamp,
) -> Change<Enabled> {
    let rules = service.rules.clone();
    let write = move |tx: &mut Tx<'_>| {
        let (mut connection, workspace) = authority.connection_to_change(tx, id)?;
        plan_gate(workspace.plan, &rules)?;
        let revision_id = wanted.revision_id.or(connection.draft).or(connection.live);
        let revision_id = revision_id.ok_or_else(nothing_saved)?;
        let revision = tx.revision(id, revision_id)?.ok_or_else(|| {
            let expected = "a revision of this connection";
            Problem::invalid("/revision_id", expected, revision_id.to_string())
        })?;
        // Nobody is demoted between this question and the change (P6).
        tx.lock_workspace(workspace.id)?;
        let advisories = may_enable(
            workspace.plan,
            workspace.two_factor,
            &revision,
            !tx.active_admins(workspace.id)?.is_empty(),
            wanted.acknowledge_lockout_risk.unwrap_or(false),
            &rules,
        )?;
        let before = connection.serving();
        connection.live = Some(revision_id);
        connection.draft = connection.draft.filter(|draft| *draft != revision_id);
        connection.phase = Phase::Live;
        connection.updated_at = now;
        tx.update_connection(&connection)?;
        tx.note_sso_enabled(workspace.id, now)?;
        if let Some(entity_id) = revision.idp_entity_id() {
            tx.clear_proofs_of_other_entities(id, entity_id)?;
        }
        let detail = json!({
            "revision": revision_id.to_string(),
            "lockout_risk_acknowledged": wanted.acknowledge_lockout_risk,
            "before": before.map(|id| id.to_string()),
        });
        let (actor, scope) = (authority.actor(), Some(workspace.id));
        audit::record(tx, actor, scope, "connection.enabled", id, &detail, now)?;
        let parts = ConnectionParts::of(tx, connection, workspace)?;
        Ok(Enabled { parts, advisories })
    };
    Change::by(write)
}

/// Switches a connection off. Works on every plan.
///
/// # Errors
/// `force-required` while it is live; `not-found`.
pub(crate) fn disable(
    service: &Service,
    authority: Authority,
    id: ConnectionId,
    force: bool,
    now: Timestamp,
) -> Change<ConnectionParts> {
    let rules = service.rules.clone();
    let write = move |tx: &mut Tx<'_>| {
        let (mut connection, workspace) = authority.connection_to_change(tx, id)?;
        let state = connection_state(&connection, workspace.plan, &rules);
        needs_force(state, force, "disabling")?;
        note_end(tx, state, workspace.id, now)?;
        if connection.phase != Phase::Disabled {
            connection.phase = Phase::Disabled;
            connection.updated_at = now;
            tx.update_connection(&connection)?;
            let detail = json!({"before": state.as_str()});
            let (actor, scope) = (authority.actor(), Some(workspace.id));
            audit::record(tx, actor, scope, "connection.disabled", id, &detail, now)?;
        }
        ConnectionParts::of(tx, connection, workspace)
    };
    Change::by(write)
}

/// Deletes a connection. Works on every plan.
///
/// # Errors
/// `force-required` while it is live; `not-found`.
pub(crate) fn delete(
    service: &Service,
    authority: Authority,
    id: ConnectionId,
    force: bool,
    now: Timestamp,
) -> Change<()> {
    let rules = service.rules.clone();
    let write = move |tx: &mut Tx<'_>| {
        let (connection, workspace) = authority.connection_to_change(tx, id)?;
        let state = connection_state(&connection, workspace.plan, &rules);
        needs_force(state, force, "deleting")?;
        note_end(tx, state, workspace.id, now)?;
        tx.delete_connection(id, now)?;
        let detail = json!({"state": state.as_str()});
        let (actor, scope) = (authority.actor(), Some(workspace.id));
        audit::record(tx, actor, scope, "connection.deleted", id, &detail, now)?;
        Ok(())
    };
    Change::by(write)
}

/// SSO ends here: a password that was set while it was live is from before it ended (P5).
fn note_end(
    tx: &mut Tx<'_>,
    state: ConnectionState,
    workspace_id: WorkspaceId,
    now: Timestamp,
) -> Result<(), Problem> {
    if state == ConnectionState::Live {
        tx.note_sso_enabled(workspace_id, now)?;
    }
    Ok(())
}

fn needs_force(state: ConnectionState, force: bool, doing: &str) -> Result<(), Problem> {
    if state != ConnectionState::Live || force {
        return Ok(());
    }
    let detail = format!("the connection is live; {doing} it ends mandatory SSO: say force: true");
    Err(Problem::new(ProblemType::ForceRequired, detail))
}
