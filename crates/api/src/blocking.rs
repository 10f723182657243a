//! Work that takes a core, or waits, off the threads that answer everybody.

use actix_web::web;

use crate::problem::Problem;

/// Does it there.
///
/// # Errors
/// [`Problem`] when it panics.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    web::block(work).await.map_err(Problem::internal)
}
