//! One transaction, as a closure sees it.

use diesel::QueryResult;
use diesel::connection::SimpleConnection;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use vestibule_model::{AuditSource, Change, WorkspaceId};

use crate::StoreError;
use crate::at_once::{self, Waiting};
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
    /// Whether a BEGIN has still to be sent before the first statement that needs one.
    to_begin: bool,
    waiting: Vec<Waiting>,
    spoiled: Option<StoreError>,
    changes: Vec<Change>,
    outbox: Outbox,
    source: Option<AuditSource>,
}

/// What became of a transaction, as far as its closure is concerned.
pub(crate) struct Ran {
    /// The first statement that failed.
    pub(crate) spoiled: Option<StoreError>,
    /// What was changed, if none did.
    pub(crate) changes: Vec<Change>,
    /// Whether there is a transaction to end.
    pub(crate) begun: bool,
}

impl<'c> Tx<'c> {
    /// A transaction on a connection that is in one already.
    pub(crate) fn new(engine: Engine<'c>, vault: &'c Vault, source: Option<AuditSource>) -> Self {
        Self {
            engine,
            vault,
            to_begin: false,
            waiting: Vec::new(),
            spoiled: None,
            changes: Vec::new(),
            outbox: Outbox::default(),
            source,
        }
    }

    /// A transaction to write in, on a connection to Postgres where none has begun. Under READ COMMITTED
    /// each statement sees what is committed when it begins, in a transaction or outside of one: so what
    /// only looks needs none, and neither does what is written by one statement.
    pub(crate) fn not_begun(mut self) -> Self {
        self.to_begin = true;
        self
    }

    /// The connection, for a statement whose outcome counts: in a transaction, after all that waits.
    pub(crate) fn engine(&mut self) -> Result<&mut Engine<'c>, StoreError> {
        self.begin()?;
        self.send_waiting()?;
        Ok(&mut self.engine)
    }

    /// The connection, for a statement that takes no lock and changes nothing.
    pub(crate) fn engine_for_a_look(&mut self) -> Result<&mut Engine<'c>, StoreError> {
        if self.waiting.is_empty() {
            Ok(&mut self.engine)
        } else {
            self.engine()
        }
    }

    /// The connection, for a statement that may wait.
    pub(crate) fn engine_without_waiting(&mut self) -> &mut Engine<'c> {
        &mut self.engine
    }

    /// Keeps a statement until it has to be sent. Where it cannot be sent together with those that wait,
    /// they go first.
    pub(crate) fn wait(&mut self, statement: Waiting) -> Result<(), StoreError> {
        if !statement.goes_with(&self.waiting) {
            self.send_now()?;
        }
        self.waiting.push(statement);
        Ok(())
    }

    /// Sends what waits, so that the next error is not one of theirs.
    pub(crate) fn send_now(&mut self) -> Result<(), StoreError> {
        self.engine().map(drop)
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        let Engine::Postgres(conn) = &mut self.engine else {
            return Ok(());
        };
        if !self.to_begin {
            return Ok(());
        }
        let begun = conn.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE");
        self.settle(begun)?;
        self.to_begin = false;
        Ok(())
    }

    fn send_waiting(&mut self) -> Result<(), StoreError> {
        let waiting = std::mem::take(&mut self.waiting);
        let Engine::Postgres(conn) = &mut self.engine else {
            return Ok(());
        };
        if waiting.is_empty() {
            return Ok(());
        }
        let mut errors = at_once::errors(&waiting);
        let sent = if self.to_begin {
            at_once::execute_alone(&waiting, conn)
        } else {
            at_once::execute(&waiting, conn)
        };
        let error = match sent {
            Ok(()) => return Ok(()),
            // Not in a transaction that may not write: the server was the primary when the connection was
            // made, and is a standby now.
            Err(DieselError::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _))
                if self.to_begin =>
            {
                StoreError::Unavailable("the server takes no writes".to_owned())
            }
            Err(error) => StoreError::from_diesel(&error),
        };
        let unmet = match &error {
            StoreError::Statement(message) => at_once::unmet(message),
            _ => None,
        };
        let unmet = unmet.and_then(|number| errors.get_mut(number)?.take());
        Err(self.spoil(unmet.unwrap_or(error)))
    }

    /// The last thing of a closure that went well. What waits is sent, as a transaction of its own where
    /// none has begun.
    pub(crate) fn finish(&mut self) -> Result<(), StoreError> {
        if self.is_spoiled() {
            return Ok(());
        }
        self.write_outbox()?;
        let alone = self.to_begin;
        match self.send_waiting() {
            // It was the commit as well, and may have been one.
            Err(StoreError::Unavailable(error)) if alone => Err(StoreError::Unavailable(format!(
                "the outcome of a commit is unknown: {error}"
            ))),
            sent => sent,
        }
    }

    /// Whether a statement that must change one row has.
    pub(crate) fn met(
        &mut self,
        changed: usize,
        unmet: Option<StoreError>,
    ) -> Result<(), StoreError> {
        match unmet {
            Some(error) if changed != 1 => Err(self.spoil(error)),
            _ => Ok(()),
        }
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
        result.map_err(|error| self.spoil(StoreError::from_diesel(&error)))
    }

    fn spoil(&mut self, error: StoreError) -> StoreError {
        self.spoiled.get_or_insert_with(|| error.clone());
        error
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

    /// What became of it.
    pub(crate) fn ran(self) -> Ran {
        Ran {
            spoiled: self.spoiled,
            changes: self.changes,
            begun: !self.to_begin,
        }
    }
}
