//! The audit log.

use vestibule_model::AuditEvent;
use vestibule_store::{Page, PageRequest, Tx};

use crate::{manage::Authority, problem::Problem, service::Service};

/// A page of the audit events within reach, the newest first: for a member those of their workspace.
///
/// # Errors
/// `not-found` for who sees one connection alone; a cursor that is none.
pub(crate) async fn list(
    service: &Service,
    authority: Authority,
    request: PageRequest,
) -> Result<Page<AuditEvent>, Problem> {
    let reach = authority.reach("audit log")?;
    let read = move |tx: &mut Tx<'_>| Ok(tx.list_audit(reach, &request)?);
    service.store.read(read).await
}
