//! What was sent to an endpoint, is being sent, or is to be sent again.

use diesel::prelude::*;
use jiff::Timestamp;
use vestibule_model::{
    DeliveryState, WebhookDelivery, WebhookDeliveryId, WebhookEndpointId, WebhookEvent,
};

use super::webhook_outbox::WebhookLane;
use crate::column::{Reading, micros};
use crate::engine::on;
use crate::schema::webhook_deliveries;
use crate::{Page, PageRequest, StoreError, Tx};

/// Without the body.
#[derive(Queryable, Selectable)]
#[diesel(table_name = webhook_deliveries)]
pub(super) struct DeliveryRow {
    seq: i64,
    id: String,
    endpoint_id: String,
    event_id: String,
    event_type: String,
    workspace_id: Option<String>,
    state: String,
    attempts: i64,
    last_status: Option<i64>,
    last_reason: Option<String>,
    last_attempt_at: Option<i64>,
    next_try_at: Option<i64>,
    finished_at: Option<i64>,
    created_at: i64,
}

impl TryFrom<DeliveryRow> for WebhookDelivery {
    type Error = StoreError;

    fn try_from(row: DeliveryRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "webhook_deliveries",
            row: &row.id,
        };
        let status = row.last_status.map(u16::try_from).transpose();
        Ok(Self {
            id: reading.parse("id", &row.id)?,
            endpoint_id: reading.parse("endpoint_id", &row.endpoint_id)?,
            event_id: reading.parse("event_id", &row.event_id)?,
            event_type: reading.parse("event_type", &row.event_type)?,
            workspace_id: reading.parse_optional("workspace_id", row.workspace_id.as_deref())?,
            state: reading.parse("state", &row.state)?,
            attempts: u32::try_from(row.attempts)
                .map_err(|_range| reading.inconsistent("attempts"))?,
            last_status: status.map_err(|_range| reading.inconsistent("last_status"))?,
            last_attempt_at: reading.time_optional("last_attempt_at", row.last_attempt_at)?,
            next_try_at: reading.time_optional("next_try_at", row.next_try_at)?,
            finished_at: reading.time_optional("finished_at", row.finished_at)?,
            created_at: reading.time("created_at", row.created_at)?,
            last_reason: row.last_reason,
        })
    }
}

impl Tx<'_> {
    /// The delivery of this endpoint with this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn webhook_delivery(
        &mut self,
        endpoint_id: WebhookEndpointId,
        id: WebhookDeliveryId,
    ) -> Result<Option<WebhookDelivery>, StoreError> {
        let (endpoint_id, id) = (endpoint_id.to_string(), id.to_string());
        let row: Option<DeliveryRow> = on!(self, |conn| webhook_deliveries::table
            .filter(webhook_deliveries::id.eq(&id))
            .filter(webhook_deliveries::endpoint_id.eq(&endpoint_id))
            .select(DeliveryRow::as_select())
            .first(conn)
            .optional())?;
        row.map(WebhookDelivery::try_from).transpose()
    }

    /// The deliveries of an endpoint, the newest first.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`].
    pub fn list_webhook_deliveries(
        &mut self,
        endpoint_id: WebhookEndpointId,
        state: Option<DeliveryState>,
        page: &PageRequest,
    ) -> Result<Page<WebhookDelivery>, StoreError> {
        let endpoint_id = endpoint_id.to_string();
        let before = match page.after()? {
            None => i64::MAX,
            Some(cursor) => cursor.parse().or(Err(StoreError::BadCursor))?,
        };
        let rows = on!(self, |conn| {
            let mut query = webhook_deliveries::table
                .filter(webhook_deliveries::endpoint_id.eq(&endpoint_id))
                .filter(webhook_deliveries::seq.lt(before))
                .order(webhook_deliveries::seq.desc())
                .limit(page.rows())
                .select(DeliveryRow::as_select())
                .into_boxed();
            if let Some(state) = state {
                query = query.filter(webhook_deliveries::state.eq(state.as_str()));
            }
            query.load(conn)
        })?;
        Page::from_rows(rows, page, |row: &DeliveryRow| row.seq.to_string())
    }

    /// Sends the event of a delivery once more, behind what is pending: with the same id, so that a
    /// receiver who has it knows it again. None when the endpoint has no such delivery.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn replay_webhook(
        &mut self,
        endpoint_id: WebhookEndpointId,
        id: WebhookDeliveryId,
        now: Timestamp,
    ) -> Result<Option<WebhookDeliveryId>, StoreError> {
        let Some(delivery) = self.webhook_delivery(endpoint_id, id)? else {
            return Ok(None);
        };
        let id = id.to_string();
        let body: String = on!(self, |conn| webhook_deliveries::table
            .filter(webhook_deliveries::id.eq(&id))
            .select(webhook_deliveries::body)
            .first(conn))?;
        let event = WebhookEvent {
            id: delivery.event_id,
            event_type: delivery.event_type,
            workspace_id: delivery.workspace_id,
            body,
            at: delivery.created_at,
        };
        Ok(Some(self.queue_webhook(
            endpoint_id,
            WebhookLane::OfEvent,
            event,
            now,
        )))
    }

    /// Sends everything that was finished and was queued from then on once more, in its order and behind
    /// what is pending, each event once, and at most so much of it. How much it was.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn replay_webhooks_since(
        &mut self,
        endpoint_id: WebhookEndpointId,
        since: Timestamp,
        at_most: i64,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let endpoint = endpoint_id.to_string();
        let ids: Vec<(String, String)> = on!(self, |conn| webhook_deliveries::table
            .filter(webhook_deliveries::endpoint_id.eq(&endpoint))
            .filter(webhook_deliveries::state.ne(DeliveryState::Pending.as_str()))
            .filter(webhook_deliveries::created_at.ge(micros(since)))
            .order(webhook_deliveries::seq.asc())
            .limit(at_most)
            .select((webhook_deliveries::id, webhook_deliveries::event_id))
            .load(conn))?;
        let mut seen = std::collections::BTreeSet::new();
        let mut replayed = 0;
        for (id, event_id) in ids {
            // What was replayed before is there twice.
            if !seen.insert(event_id) {
                continue;
            }
            let reading = Reading {
                table: "webhook_deliveries",
                row: &id,
            };
            let id = reading.parse("id", &id)?;
            if self.replay_webhook(endpoint_id, id, now)?.is_some() {
                replayed += 1;
            }
        }
        Ok(replayed)
    }
}
