//! How many there may be of what there may not be any number of: far more than anybody needs, so that a program
//! that has gone wrong is told before it does harm (docs/api.md).

use vestibule_store::{Counted, Tx};

use crate::problem::{Problem, ProblemType};

/// Refuses one more where there are as many as there may be. Two at the same moment may both find the last place:
/// the limit is against thousands.
///
/// # Errors
/// `limit-reached`.
pub(crate) fn room_for(tx: &mut Tx<'_>, counted: Counted) -> Result<(), Problem> {
    let (limit, what, whose) = match counted {
        Counted::Connections(_) => (50, "connections", "of a workspace"),
        Counted::Domains(_) => (200, "domains", "of a workspace"),
        Counted::Clients => (1_000, "clients", "of the deployment"),
        Counted::ApiKeys(Some(_)) => (100, "API keys", "of a workspace"),
        Counted::ApiKeys(None) => (1_000, "API keys", "of the deployment"),
        Counted::WebhookEndpoints(Some(_)) => (20, "webhook endpoints", "of a workspace"),
        Counted::WebhookEndpoints(None) => (20, "webhook endpoints", "of the deployment"),
    };
    if tx.count(counted)? < limit {
        return Ok(());
    }
    let detail = format!("there may be {limit} {what} {whose}, and there are; delete one first");
    Err(Problem::new(ProblemType::LimitReached, detail).with("limit", limit))
}
