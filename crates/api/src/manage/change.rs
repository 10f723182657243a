//! What is done in one transaction: prepared first, then made, by whoever asks for it.

use vestibule_store::Tx;

use crate::{problem::Problem, service::Service};

type Work<T> = dyn FnOnce(&mut Tx<'_>) -> Result<T, Problem> + Send;

/// What is done in one transaction, and is not done yet.
pub(crate) struct Change<T>(Box<Work<T>>);

impl<T: Send + 'static> Change<T> {
    /// A change by this work.
    pub(crate) fn by(
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Self {
        Self(Box::new(work))
    }

    /// Does it in a transaction that others have a part in.
    ///
    /// # Errors
    /// As it says.
    pub(crate) fn within(self, tx: &mut Tx<'_>) -> Result<T, Problem> {
        (self.0)(tx)
    }

    /// Does it in a transaction of its own.
    ///
    /// # Errors
    /// As it says; nothing has changed then.
    pub(crate) async fn make(self, service: &Service) -> Result<T, Problem> {
        service.store.write(self.0).await
    }
}
