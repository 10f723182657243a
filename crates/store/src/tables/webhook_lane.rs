//! Sending what is due: one delivery of each lane at a time, the oldest first.
//!
//! A lane is claimed by putting off its next try; what came of it counts as long as the lane still is
//! as the claim has left it. So of any number of servers one sends, and a server that dies over a
//! delivery leaves it to whoever comes after the claim.

use diesel::prelude::*;
use jiff::Timestamp;
use vestibule_model::{DeliveryState, WebhookDelivery, WebhookDeliveryId, WebhookEndpointId};
use zeroize::Zeroizing;

use super::webhook_delivery::DeliveryRow;
use crate::column::{Reading, micros};
use crate::engine::on;
use crate::schema::{webhook_deliveries, webhook_lanes};
use crate::{StoreError, Tx};

/// A lane whose first delivery is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueLane {
    /// Where it leads.
    pub endpoint_id: WebhookEndpointId,
    lane: String,
    due_at: i64,
}

/// A delivery that somebody has claimed to send it.
pub struct ClaimedWebhook {
    /// The delivery, this attempt counted.
    pub delivery: WebhookDelivery,
    /// Where it goes.
    pub url: String,
    /// What is sent.
    pub body: String,
    /// What signs it: `whsec_…`, the current secret first.
    pub secrets: Vec<Zeroizing<String>>,
    /// How many times in a row it failed since it was first tried, or since the endpoint was enabled
    /// again.
    pub failures: u32,
    /// When it failed first.
    pub failing_since: Option<Timestamp>,
    lane: String,
    claimed_until: i64,
}

/// No secret, and no body.
impl std::fmt::Debug for ClaimedWebhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ClaimedWebhook({})", self.delivery.id)
    }
}

/// Why a delivery was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookFailure {
    /// The HTTP status of the answer, if there was one.
    pub status: Option<u16>,
    /// In words.
    pub reason: String,
}

impl Tx<'_> {
    /// The lanes that are due now, the longest first, but for those to endpoints that are busy.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn due_webhook_lanes(
        &mut self,
        busy: &[WebhookEndpointId],
        at_most: i64,
        now: Timestamp,
    ) -> Result<Vec<DueLane>, StoreError> {
        let busy: Vec<_> = busy.iter().map(ToString::to_string).collect();
        let rows: Vec<(String, String, Option<i64>)> = on!(self, |conn| webhook_lanes::table
            .filter(webhook_lanes::next_try_at.le(Some(micros(now))))
            .filter(webhook_lanes::endpoint_id.ne_all(&busy))
            .order((
                webhook_lanes::next_try_at.asc(),
                webhook_lanes::endpoint_id.asc()
            ))
            .limit(at_most)
            .select((
                webhook_lanes::endpoint_id,
                webhook_lanes::lane,
                webhook_lanes::next_try_at
            ))
            .load(conn))?;
        let lanes = rows.into_iter().map(|(endpoint_id, lane, due_at)| {
            let reading = Reading {
                table: "webhook_lanes",
                row: &endpoint_id,
            };
            Ok(DueLane {
                endpoint_id: reading.parse("endpoint_id", &endpoint_id)?,
                due_at: due_at.ok_or_else(|| reading.inconsistent("next_try_at"))?,
                lane,
            })
        });
        lanes.collect()
    }

    /// Claims the first delivery of a lane until then; none when somebody else has, or when nothing is
    /// left in it.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when a secret was changed or moved.
    pub fn claim_webhook(
        &mut self,
        due: &DueLane,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<ClaimedWebhook>, StoreError> {
        let (endpoint_id, until) = (due.endpoint_id.to_string(), micros(until));
        let claimed = on!(self, |conn| diesel::update(
            webhook_lanes::table
                .find((&endpoint_id, &due.lane))
                .filter(webhook_lanes::next_try_at.eq(Some(due.due_at)))
        )
        .set(webhook_lanes::next_try_at.eq(Some(until)))
        .returning((webhook_lanes::failures, webhook_lanes::failing_since))
        .get_result::<(i64, Option<i64>)>(conn)
        .optional())?;
        let Some((failures, failing_since)) = claimed else {
            return Ok(None);
        };
        let Some((seq, body)) = self.first_pending(&endpoint_id, &due.lane)? else {
            self.delete_lane(&endpoint_id, &due.lane)?;
            return Ok(None);
        };
        let Some(target) = self.webhook_target(&endpoint_id, now)? else {
            return Ok(None);
        };
        let row: DeliveryRow = on!(self, |conn| diesel::update(
            webhook_deliveries::table.find(seq)
        )
        .set((
            webhook_deliveries::attempts.eq(webhook_deliveries::attempts + 1),
            webhook_deliveries::last_attempt_at.eq(Some(micros(now))),
        ))
        .returning(DeliveryRow::as_returning())
        .get_result(conn))?;
        let reading = Reading {
            table: "webhook_lanes",
            row: &endpoint_id,
        };
        Ok(Some(ClaimedWebhook {
            delivery: WebhookDelivery::try_from(row)?,
            url: target.url,
            body,
            secrets: target.secrets,
            failures: u32::try_from(failures).map_err(|_range| reading.inconsistent("failures"))?,
            failing_since: reading.time_optional("failing_since", failing_since)?,
            lane: due.lane.clone(),
            claimed_until: until,
        }))
    }

    /// Notes that the receiver has taken a delivery; the next one of its lane is due.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be noted: then it is sent again.
    pub fn webhook_delivered(
        &mut self,
        claimed: &ClaimedWebhook,
        status: u16,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let is_ours = self.put_off(claimed, now, (0, None))?;
        let id = claimed.delivery.id.to_string();
        on!(self, |conn| diesel::update(
            webhook_deliveries::table
                .filter(webhook_deliveries::id.eq(&id))
                .filter(webhook_deliveries::state.eq(DeliveryState::Pending.as_str()))
        )
        .set((
            webhook_deliveries::state.eq(DeliveryState::Delivered.as_str()),
            webhook_deliveries::last_status.eq(Some(i64::from(status))),
            webhook_deliveries::last_reason.eq(None::<String>),
            webhook_deliveries::next_try_at.eq(None::<i64>),
            webhook_deliveries::finished_at.eq(Some(micros(now))),
        ))
        .execute(conn))?;
        let endpoint_id = claimed.delivery.endpoint_id.to_string();
        // The lane is locked: whoever adds to it waits, and finds it gone.
        if is_ours && self.first_pending(&endpoint_id, &claimed.lane)?.is_none() {
            self.delete_lane(&endpoint_id, &claimed.lane)?;
        }
        Ok(())
    }

    /// Notes that the receiver has not taken a delivery, and when it is tried again. Everything behind
    /// it in its lane waits. Without a next try it waits until the endpoint is disabled, in the same
    /// transaction.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be noted: then it is sent again.
    pub fn webhook_failed(
        &mut self,
        claimed: &ClaimedWebhook,
        failure: &WebhookFailure,
        next_try_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let since = claimed.failing_since.unwrap_or(now);
        let failures = claimed.failures.saturating_add(1);
        let next = next_try_at.unwrap_or(now);
        let is_ours = self.put_off(claimed, next, (failures, Some(since)))?;
        let id = claimed.delivery.id.to_string();
        on!(self, |conn| diesel::update(
            webhook_deliveries::table
                .filter(webhook_deliveries::id.eq(&id))
                .filter(webhook_deliveries::state.eq(DeliveryState::Pending.as_str()))
        )
        .set((
            webhook_deliveries::last_status.eq(failure.status.map(i64::from)),
            webhook_deliveries::last_reason.eq(Some(&failure.reason)),
            webhook_deliveries::next_try_at.eq(next_try_at.filter(|_| is_ours).map(micros)),
        ))
        .execute(conn))?;
        Ok(())
    }

    /// Gives a delivery up that is pending: what waits behind it goes on. `false` when it is not
    /// pending.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be given up.
    pub fn skip_webhook(
        &mut self,
        endpoint_id: WebhookEndpointId,
        id: WebhookDeliveryId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (endpoint_id, id) = (endpoint_id.to_string(), id.to_string());
        let found: Option<(i64, String)> = on!(self, |conn| webhook_deliveries::table
            .filter(webhook_deliveries::id.eq(&id))
            .filter(webhook_deliveries::endpoint_id.eq(&endpoint_id))
            .select((webhook_deliveries::seq, webhook_deliveries::lane))
            .first(conn)
            .optional())?;
        let Some((seq, lane)) = found else {
            return Ok(false);
        };
        self.lock_lane(&endpoint_id, &lane)?;
        let first = self.first_pending(&endpoint_id, &lane)?;
        if first.is_some_and(|(first, _)| first == seq) {
            // What comes next is tried at once, unless the endpoint is disabled.
            on!(self, |conn| diesel::update(
                webhook_lanes::table
                    .find((&endpoint_id, &lane))
                    .filter(webhook_lanes::next_try_at.is_not_null())
            )
            .set((
                webhook_lanes::next_try_at.eq(Some(micros(now))),
                webhook_lanes::failures.eq(0_i64),
                webhook_lanes::failing_since.eq(None::<i64>),
            ))
            .execute(conn))?;
        }
        let skipped = on!(self, |conn| diesel::update(
            webhook_deliveries::table
                .filter(webhook_deliveries::id.eq(&id))
                .filter(webhook_deliveries::state.eq(DeliveryState::Pending.as_str()))
        )
        .set((
            webhook_deliveries::state.eq(DeliveryState::Skipped.as_str()),
            webhook_deliveries::next_try_at.eq(None::<i64>),
            webhook_deliveries::finished_at.eq(Some(micros(now))),
        ))
        .execute(conn))?;
        Ok(skipped == 1)
    }

    /// Says when a claimed lane is due next; `false` when the claim is somebody else's by now, or the
    /// endpoint was disabled.
    fn put_off(
        &mut self,
        claimed: &ClaimedWebhook,
        next: Timestamp,
        (failures, since): (u32, Option<Timestamp>),
    ) -> Result<bool, StoreError> {
        let endpoint_id = claimed.delivery.endpoint_id.to_string();
        let changed = on!(self, |conn| diesel::update(
            webhook_lanes::table
                .find((&endpoint_id, &claimed.lane))
                .filter(webhook_lanes::next_try_at.eq(Some(claimed.claimed_until)))
        )
        .set((
            webhook_lanes::next_try_at.eq(Some(micros(next))),
            webhook_lanes::failures.eq(i64::from(failures)),
            webhook_lanes::failing_since.eq(since.map(micros)),
        ))
        .execute(conn))?;
        Ok(changed == 1)
    }

    /// Makes whoever adds to a lane or takes from it wait until this transaction has ended.
    fn lock_lane(&mut self, endpoint_id: &str, lane: &str) -> Result<(), StoreError> {
        on!(self, |conn| diesel::update(
            webhook_lanes::table.find((endpoint_id, lane))
        )
        .set(webhook_lanes::failures.eq(webhook_lanes::failures))
        .execute(conn))?;
        Ok(())
    }

    fn first_pending(
        &mut self,
        endpoint_id: &str,
        lane: &str,
    ) -> Result<Option<(i64, String)>, StoreError> {
        on!(self, |conn| webhook_deliveries::table
            .filter(webhook_deliveries::endpoint_id.eq(endpoint_id))
            .filter(webhook_deliveries::lane.eq(lane))
            .filter(webhook_deliveries::state.eq(DeliveryState::Pending.as_str()))
            .order(webhook_deliveries::seq.asc())
            .select((webhook_deliveries::seq, webhook_deliveries::body))
            .first(conn)
            .optional())
    }

    fn delete_lane(&mut self, endpoint_id: &str, lane: &str) -> Result<(), StoreError> {
        on!(self, |conn| diesel::delete(
            webhook_lanes::table.find((endpoint_id, lane))
        )
        .execute(conn))?;
        Ok(())
    }
}
