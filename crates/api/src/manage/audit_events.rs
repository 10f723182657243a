//! The audit log.

use vestibule_model::{AuditEvent, EventId};
use vestibule_store::{AuditFilter, Page, PageRequest, Reach, Tx};

use crate::{manage::Authority, problem::Problem, service::Service};

/// A page of the audit events within reach that a filter lets pass, the newest first: for a member those of
/// their workspace.
///
/// # Errors
/// `not-found` for who sees one connection alone; a cursor that is none.
pub(crate) async fn list(
    service: &Service,
    authority: Authority,
    filter: AuditFilter,
    request: PageRequest,
) -> Result<Page<AuditEvent>, Problem> {
    let reach = authority.reach("audit log")?;
    let read = move |tx: &mut Tx<'_>| Ok(tx.list_audit(reach, &filter, &request)?);
    service.store.read(read).await
}

/// The events after this one that a filter lets pass, the oldest first, at most so many.
///
/// # Errors
/// [`Problem`] when the archive failed.
pub(crate) async fn after(
    service: &Service,
    reach: Reach,
    filter: AuditFilter,
    after: Option<EventId>,
    at_most: i64,
) -> Result<Vec<AuditEvent>, Problem> {
    let read = move |tx: &mut Tx<'_>| Ok(tx.audit_after(reach, &filter, after, at_most)?);
    service.store.read(read).await
}
