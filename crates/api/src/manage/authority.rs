//! In whose name something is done, and how far that name reaches.

use jiff::Timestamp;
use vestibule_model::{Actor, Connection, ConnectionId, Member, Workspace, WorkspaceId};
use vestibule_store::{Reach, Tx};

use crate::{problem::Problem, setup};

/// In whose name something is done, and how far that name reaches. Whoever makes one has checked
/// before that they may do it at all: the scope of an API key, the role of a member.
#[derive(Debug, Clone)]
pub(crate) struct Authority {
    /// Whose objects can be seen.
    reach: Reach,
    /// The only connection that can be seen, and then nothing else of its workspace.
    only: Option<ConnectionId>,
    /// Who the audit log says it was.
    actor: Actor,
    /// The setup link that it comes by, which has to count still when something is changed.
    link: Option<(setup::Desk, Timestamp)>,
}

impl Authority {
    /// Of everything within reach.
    pub(crate) fn new(reach: Reach, actor: Actor) -> Self {
        Self {
            reach,
            only: None,
            actor,
            link: None,
        }
    }

    /// Of a member who is signed in: everything in their workspace.
    pub(crate) fn of_member(member: &Member) -> Self {
        let reach = Reach::Workspace(member.workspace_id);
        Self::new(reach, Actor::Member(member.id))
    }

    /// Of whoever holds a setup link: its connection, and nothing beside it.
    pub(crate) fn of_setup_link(
        (workspace_id, id): (WorkspaceId, ConnectionId),
        desk: setup::Desk,
        now: Timestamp,
    ) -> Self {
        Self {
            reach: Reach::Workspace(workspace_id),
            only: Some(id),
            actor: desk.actor(),
            link: Some((desk, now)),
        }
    }

    /// Who does it.
    pub(crate) fn actor(&self) -> Actor {
        self.actor.clone()
    }

    /// Whose objects can be seen, for what is looked up by something else than its workspace.
    ///
    /// # Errors
    /// `not-found` for who sees one connection alone.
    pub(crate) fn reach(&self, what: &str) -> Result<Reach, Problem> {
        match self.only {
            None => Ok(self.reach),
            Some(_) => Err(Problem::not_found(what)),
        }
    }

    /// The workspace, for what concerns the whole of it.
    ///
    /// # Errors
    /// `not-found` where there is none within reach.
    pub(crate) fn workspace(&self, tx: &mut Tx<'_>, id: WorkspaceId) -> Result<Workspace, Problem> {
        let reach = self.reach("workspace")?;
        let workspace = tx.workspace(reach, id)?;
        workspace.ok_or_else(|| Problem::not_found("workspace"))
    }

    /// The connection and its workspace.
    ///
    /// # Errors
    /// `not-found` where there is none within reach.
    pub(crate) fn connection(
        &self,
        tx: &mut Tx<'_>,
        id: ConnectionId,
    ) -> Result<(Connection, Workspace), Problem> {
        if self.only.is_some_and(|only| only != id) {
            return Err(Problem::not_found("connection"));
        }
        let connection = tx.connection(self.reach, id)?;
        let connection = connection.ok_or_else(|| Problem::not_found("connection"))?;
        let workspace = tx.workspace(self.reach, connection.workspace_id)?;
        let workspace = workspace.ok_or_else(|| Problem::not_found("workspace"))?;
        Ok((connection, workspace))
    }

    /// The same, to change it: others who want to wait until this transaction has ended.
    ///
    /// # Errors
    /// As of [`Self::connection`].
    pub(crate) fn connection_to_change(
        &self,
        tx: &mut Tx<'_>,
        id: ConnectionId,
    ) -> Result<(Connection, Workspace), Problem> {
        tx.lock_connection(id)?;
        if let Some((desk, now)) = &self.link {
            desk.note_used(tx, *now)?;
        }
        self.connection(tx, id)
    }
}
