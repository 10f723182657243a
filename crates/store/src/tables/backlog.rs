//! How much waits in the archive for the jobs, for whoever watches.

use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;

use crate::engine::on;
use crate::{StoreError, Tx};

/// How much waits, of everybody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Mails that were not sent yet.
    pub mails: i64,
    /// Those of them that could not be sent at least once.
    pub mails_failing: i64,
    /// Deliveries to webhooks that will be sent.
    pub webhooks: i64,
    /// Lanes (one workspace to one endpoint) whose oldest delivery could not be sent.
    pub webhook_lanes_failing: i64,
    /// Endpoints that were given up.
    pub webhook_endpoints_disabled: i64,
    /// Sessions whose application is still to be told that they ended.
    pub logouts: i64,
    /// Entries of the audit log that have no place in their chain yet.
    pub audit_unsealed: i64,
    /// Chains of the audit log that are not what was written.
    pub audit_chains_broken: i64,
}

#[derive(QueryableByName)]
struct BacklogRow {
    #[diesel(sql_type = BigInt)]
    mails: i64,
    #[diesel(sql_type = BigInt)]
    mails_failing: i64,
    #[diesel(sql_type = BigInt)]
    webhooks: i64,
    #[diesel(sql_type = BigInt)]
    webhook_lanes_failing: i64,
    #[diesel(sql_type = BigInt)]
    webhook_endpoints_disabled: i64,
    #[diesel(sql_type = BigInt)]
    logouts: i64,
    #[diesel(sql_type = BigInt)]
    audit_unsealed: i64,
    #[diesel(sql_type = BigInt)]
    audit_chains_broken: i64,
}

/// One snapshot, whose cost is what waits and not what was ever sent: lanes are there only while something
/// waits in them, and lead to it by an index.
const BACKLOG: &str = "SELECT \
    (SELECT count(*) FROM mails) AS mails, \
    (SELECT count(*) FROM mails WHERE failures > 0) AS mails_failing, \
    (SELECT count(*) FROM webhook_lanes l JOIN webhook_deliveries d \
        ON d.endpoint_id = l.endpoint_id AND d.lane = l.lane AND d.state = 'pending' \
        WHERE l.next_try_at IS NOT NULL) AS webhooks, \
    (SELECT count(*) FROM webhook_lanes WHERE failures > 0) AS webhook_lanes_failing, \
    (SELECT count(*) FROM webhook_endpoints WHERE NOT enabled AND disabled_reason IS NOT NULL) \
        AS webhook_endpoints_disabled, \
    (SELECT count(*) FROM backchannel_logouts) AS logouts, \
    (SELECT count(*) FROM audit_events WHERE number IS NULL) AS audit_unsealed, \
    (SELECT count(*) FROM audit_chains WHERE broken_at IS NOT NULL) AS audit_chains_broken";

impl Tx<'_> {
    /// How much waits, at one moment.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be counted.
    pub fn backlog(&mut self) -> Result<Backlog, StoreError> {
        let row: BacklogRow = on!(self, |conn| sql_query(BACKLOG).get_result(conn))?;
        Ok(Backlog {
            mails: row.mails,
            mails_failing: row.mails_failing,
            webhooks: row.webhooks,
            webhook_lanes_failing: row.webhook_lanes_failing,
            webhook_endpoints_disabled: row.webhook_endpoints_disabled,
            logouts: row.logouts,
            audit_unsealed: row.audit_unsealed,
            audit_chains_broken: row.audit_chains_broken,
        })
    }
}
