//! One transaction, as a closure sees it.

use diesel::QueryResult;
use vestibule_model::WorkspaceId;

use crate::StoreError;
use crate::engine::Engine;
use crate::seal::Vault;

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
}

impl<'c> Tx<'c> {
    pub(crate) fn new(engine: Engine<'c>, vault: &'c Vault) -> Self {
        Self {
            engine,
            vault,
            spoiled: None,
        }
    }

    pub(crate) fn engine(&mut self) -> &mut Engine<'c> {
        &mut self.engine
    }

    pub(crate) fn vault(&self) -> &'c Vault {
        self.vault
    }

    /// Notes the first statement that failed; finding nothing is no failure.
    pub(crate) fn settle<T>(&mut self, result: QueryResult<T>) -> Result<T, StoreError> {
        result.map_err(|error| {
            let error = StoreError::from_diesel(&error);
            self.spoiled.get_or_insert_with(|| error.clone());
            error
        })
    }

    pub(crate) fn into_spoiled(self) -> Option<StoreError> {
        self.spoiled
    }
}
