//! What is to be sent, written as the last thing of the transaction of the change that it tells of.
//!
//! Whoever adds to a lane locks its row until the commit, so deliveries of a lane are numbered in the
//! order in which their transactions commit. It comes last so that nobody waits for a lane while they
//! hold something that the other one wants. Endpoints are locked before lanes, both in their order.

use std::collections::BTreeSet;

use diesel::prelude::*;
use jiff::Timestamp;
use vestibule_model::{
    DeliveryState, WebhookDeliveryId, WebhookEndpointId, WebhookEvent, WorkspaceId,
};

use super::webhook_endpoint::Listener;
use crate::column::{micros, text};
use crate::engine::{Engine, on};
use crate::schema::{webhook_deliveries, webhook_endpoints, webhook_lanes};
use crate::{StoreError, Tx};

/// What of one endpoint is sent one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookLane {
    /// The events of one workspace, or those of the deployment that are no workspace's.
    OfEvent,
    /// Tests: they wait for nothing.
    Tests,
}

/// What a transaction has to send, and whom it found to listen.
#[derive(Default)]
pub(crate) struct Outbox {
    listeners: Vec<(Option<WorkspaceId>, Vec<Listener>)>,
    queued: Vec<Queued>,
}

struct Queued {
    endpoint_id: String,
    delivery_id: WebhookDeliveryId,
    lane: String,
    event: WebhookEvent,
    now: Timestamp,
}

impl Outbox {
    pub(super) fn listeners(&self, workspace_id: Option<WorkspaceId>) -> Option<Vec<Listener>> {
        let known = self.listeners.iter().find(|(id, _)| *id == workspace_id);
        known.map(|(_, listeners)| listeners.clone())
    }

    pub(super) fn remember(&mut self, workspace_id: Option<WorkspaceId>, found: Vec<Listener>) {
        self.listeners.push((workspace_id, found));
    }
}

#[derive(Insertable)]
#[diesel(table_name = webhook_deliveries)]
struct NewDelivery<'q> {
    id: String,
    endpoint_id: &'q str,
    lane: &'q str,
    event_id: String,
    event_type: &'static str,
    workspace_id: Option<String>,
    body: String,
    state: &'static str,
    attempts: i64,
    created_at: i64,
}

impl<'q> TryFrom<&'q Queued> for NewDelivery<'q> {
    type Error = StoreError;

    fn try_from(queued: &'q Queued) -> Result<Self, StoreError> {
        let event = &queued.event;
        Ok(Self {
            id: queued.delivery_id.to_string(),
            endpoint_id: &queued.endpoint_id,
            lane: &queued.lane,
            event_id: event.id.to_string(),
            event_type: event.event_type.as_str(),
            workspace_id: event.workspace_id.map(|id| id.to_string()),
            body: text("webhook_deliveries", "body", &event.body)?,
            state: DeliveryState::Pending.as_str(),
            attempts: 0,
            created_at: micros(queued.now),
        })
    }
}

impl Tx<'_> {
    /// Sends an event to an endpoint as soon as this transaction has committed, behind what is pending
    /// in its lane; where the endpoint is gone by then, to nobody. The id is that of the delivery.
    pub fn queue_webhook(
        &mut self,
        endpoint_id: WebhookEndpointId,
        lane: WebhookLane,
        event: WebhookEvent,
        now: Timestamp,
    ) -> WebhookDeliveryId {
        let delivery_id = WebhookDeliveryId::new(now);
        let lane = match lane {
            WebhookLane::OfEvent => event.workspace_id.map(|id| id.to_string()),
            WebhookLane::Tests => Some("tests".to_owned()),
        };
        self.outbox().queued.push(Queued {
            endpoint_id: endpoint_id.to_string(),
            delivery_id,
            lane: lane.unwrap_or_else(|| "deployment".to_owned()),
            event,
            now,
        });
        delivery_id
    }

    /// Writes what was queued: the last thing that a transaction does.
    pub(crate) fn write_outbox(&mut self) -> Result<(), StoreError> {
        let queued = std::mem::take(&mut self.outbox().queued);
        if queued.is_empty() || self.is_spoiled() {
            return Ok(());
        }
        let wanted: BTreeSet<_> = queued.iter().map(|one| one.endpoint_id.as_str()).collect();
        let endpoints = self.lock_endpoints(&wanted)?;
        let enabled = |id: &str| {
            let found = endpoints.iter().find(|(known, _)| known == id);
            found.map(|(_, enabled)| *enabled)
        };
        let lanes: BTreeSet<_> = queued
            .iter()
            .map(|one| (one.endpoint_id.as_str(), one.lane.as_str()))
            .collect();
        for (endpoint_id, lane) in lanes {
            let Some(enabled) = enabled(endpoint_id) else {
                continue;
            };
            let now = queued.first().map(|one| micros(one.now));
            on!(self, |conn| diesel::insert_into(webhook_lanes::table)
                .values((
                    webhook_lanes::endpoint_id.eq(endpoint_id),
                    webhook_lanes::lane.eq(lane),
                    webhook_lanes::next_try_at.eq(now.filter(|_| enabled)),
                    webhook_lanes::failures.eq(0_i64),
                ))
                .on_conflict((webhook_lanes::endpoint_id, webhook_lanes::lane))
                .do_update()
                // Nothing changes; but the row is locked.
                .set(webhook_lanes::failures.eq(webhook_lanes::failures))
                .execute(conn))?;
        }
        let there = queued
            .iter()
            .filter(|one| enabled(&one.endpoint_id).is_some());
        for one in there {
            let row = NewDelivery::try_from(one)?;
            on!(self, |conn| diesel::insert_into(webhook_deliveries::table)
                .values(&row)
                .execute(conn))?;
        }
        Ok(())
    }

    /// Which of these endpoints are there, and whether they are enabled; nobody changes that before
    /// this transaction has ended.
    fn lock_endpoints(
        &mut self,
        wanted: &BTreeSet<&str>,
    ) -> Result<Vec<(String, bool)>, StoreError> {
        let query = webhook_endpoints::table
            .filter(webhook_endpoints::id.eq_any(wanted))
            .order(webhook_endpoints::id.asc())
            .select((webhook_endpoints::id, webhook_endpoints::enabled));
        let result = match self.engine()? {
            Engine::Sqlite(conn) => query.load(*conn),
            Engine::Postgres(conn) => query.for_share().load(*conn),
        };
        self.settle(result)
    }
}
