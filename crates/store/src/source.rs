//! How the call came in that a transaction runs for.

use std::future::Future;

use vestibule_model::AuditSource;

tokio::task_local! {
    static SOURCE: AuditSource;
}

/// Runs a future whose transactions know this source ([`Tx::source`](crate::Tx::source)). A task that it
/// spawns has none.
pub async fn with_source<F: Future>(source: AuditSource, future: F) -> F::Output {
    SOURCE.scope(source, future).await
}

/// What [`with_source`] has said of this task: for what goes on after it, such as the body of an answer.
#[must_use]
pub fn current_source() -> Option<AuditSource> {
    SOURCE.try_with(Clone::clone).ok()
}
