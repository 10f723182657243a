//! What came of sign-ins, counted by days.

use jiff::Timestamp;
use vestibule_store::{Activity, ActivityOf, ActivityRequest, Tx};

use crate::{manage::Authority, problem::Problem, service::Service};

/// What came of the sign-ins of the last days, up to now.
///
/// # Errors
/// `not-found`.
pub(crate) async fn read(
    service: &Service,
    authority: Authority,
    of: ActivityOf,
    days: u16,
    now: Timestamp,
) -> Result<Activity, Problem> {
    let read = move |tx: &mut Tx<'_>| {
        match of {
            ActivityOf::Connection(id) => authority.connection(tx, id).map(drop)?,
            ActivityOf::Workspace(id) => authority.workspace(tx, id).map(drop)?,
        }
        Ok(tx.activity(ActivityRequest::new(of, days), now)?)
    };
    service.store.read(read).await
}
