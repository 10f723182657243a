//! How many there are of what there may not be any number of.

use diesel::prelude::*;
use vestibule_model::WorkspaceId;

use crate::engine::on;
use crate::schema::{api_keys, clients, connections, domains, webhook_endpoints};
use crate::{StoreError, Tx};

/// What is counted: of a workspace, or of the deployment where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Connections of a workspace.
    Connections(WorkspaceId),
    /// Domains that a workspace claims.
    Domains(WorkspaceId),
    /// Clients of the deployment.
    Clients,
    /// API keys.
    ApiKeys(Option<WorkspaceId>),
    /// Webhook endpoints.
    WebhookEndpoints(Option<WorkspaceId>),
}

/// Counts the rows of a table that are a workspace's, or nobody's.
macro_rules! count_of {
    ($tx:expr, $table:ident, $workspace_id:expr) => {{
        let own = $workspace_id.map(|id| id.to_string());
        on!($tx, |conn| {
            let query = $table::table.count().into_boxed();
            let query = match &own {
                Some(own) => query.filter($table::workspace_id.eq(own)),
                None => query.filter($table::workspace_id.is_null()),
            };
            query.get_result(conn)
        })
    }};
}

impl Tx<'_> {
    /// How many there are.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be counted.
    pub fn count(&mut self, counted: Counted) -> Result<i64, StoreError> {
        match counted {
            Counted::Connections(id) => on!(self, |conn| connections::table
                .filter(connections::workspace_id.eq(id.to_string()))
                .count()
                .get_result(conn)),
            Counted::Domains(id) => on!(self, |conn| domains::table
                .filter(domains::workspace_id.eq(id.to_string()))
                .count()
                .get_result(conn)),
            Counted::Clients => on!(self, |conn| clients::table.count().get_result(conn)),
            Counted::ApiKeys(id) => count_of!(self, api_keys, id),
            Counted::WebhookEndpoints(id) => count_of!(self, webhook_endpoints, id),
        }
    }
}
