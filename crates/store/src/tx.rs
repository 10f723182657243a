//! One transaction, as a closure sees it.

use diesel::QueryResult;
use vestibule_model::{AuditSource, Change, WorkspaceId};

use crate::StoreError;
use crate::engine::Engine;
use crate::seal::Vault;
use crate::tables::Outbox;

/// Whose objects a lookup may find. Outside of its reach is the same as not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Those of every workspace.
    All,
    /// Those of this workspace alone.
    Workspace(WorkspaceId),
}

impl Reach {
    /// Whether it reaches into this workspace.
    #[must_use]
    pub fn covers(self, workspace_id: WorkspaceId) -> bool {
        match self {
            Self::All => true,
            Self::Workspace(own) => own == workspace_id,
        }
    }
}

/// One transaction: every query of the archive is a method of it.
///
/// A statement that fails spoils the transaction on both databases: what follows cannot save it, and
/// a closure that answers `Ok` nevertheless gets the error of that statement and is undone.
pub struct Tx<'c> {
    engine: Engine<'c>,
    vault: &'c Vault,
    spoiled: Option<StoreError>,
    changes: Vec<Change>,
    outbox: Outbox,
    source: Option<AuditSource>,
}

impl<'c> Tx<'c> {
    pub(crate) fn new(engine: Engine<'c>, vault: &'c Vault, source: Option<AuditSource>) -> Self {
        Self {
            engine,
            vault,
            spoiled: None,
            changes: Vec::new(),
            outbox: Outbox::default(),
            source,
        }
    }

    pub(crate) fn engine(&mut self) -> &mut Engine<'c> {
        &mut self.engine
    }

    pub(crate) fn vault(&self) -> &'c Vault {
        self.vault
    }

    /// How the call came in that it runs for, where [`with_source`](crate::with_source) has said so.
    #[must_use]
    pub fn source(&self) -> Option<&AuditSource> {
        self.source.as_ref()
    }

    /// Notes the first statement that failed; finding nothing is no failure.
    pub(crate) fn settle<T>(&mut self, result: QueryResult<T>) -> Result<T, StoreError> {
        result.map_err(|error| {
            let error = StoreError::from_diesel(&error);
            self.spoiled.get_or_insert_with(|| error.clone());
            error
        })
    }

    /// What it has to send when it commits.
    pub(crate) fn outbox(&mut self) -> &mut Outbox {
        &mut self.outbox
    }

    /// Whether a statement has failed, and the transaction with it.
    pub(crate) fn is_spoiled(&self) -> bool {
        self.spoiled.is_some()
    }

    /// Notes a piece of configuration that this transaction changes, for those who keep copies. The
    /// statement that changes it notes it, so that no caller can forget to.
    pub(crate) fn changed(&mut self, change: Change) {
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }

    /// The first statement that failed, and what was changed if none did.
    pub(crate) fn into_outcome(self) -> (Option<StoreError>, Vec<Change>) {
        (self.spoiled, self.changes)
    }
}
