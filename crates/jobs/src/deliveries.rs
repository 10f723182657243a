//! Sending events to webhooks: one of each lane at a time, several at once, on one server of several.

use std::collections::HashMap;
use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use tracing::warn;
use vestibule_model::WebhookEndpointId;
use vestibule_store::{ClaimedWebhook, DueLane, StoreError};

use crate::duty::Duty;
use crate::refresh::Pace;

/// What it is called where it notes how it fares.
const NAME: &str = "webhooks";
/// How many are on their way at a time: each has a connection and a thread of its own.
const AT_ONCE: usize = 32;
/// Of these to one endpoint: whoever has many workspaces holds nobody up who has one.
const TO_ONE: usize = 4;
/// The same while the endpoint fails: whoever hangs takes one place, not all of them.
const TO_ONE_THAT_FAILS: usize = 1;
/// How many lanes are looked at at a time.
const LOOK: i64 = 64;
/// After so long a claim that nobody made good is another's: a delivery takes 10 s at most, and then it is
/// noted.
const CLAIM: SignedDuration = SignedDuration::from_secs(15);

/// How much is under way to whom.
#[derive(Debug, Default)]
struct Load {
    of: HashMap<WebhookEndpointId, OfOne>,
    all: usize,
}

#[derive(Debug, Default)]
struct OfOne {
    under_way: usize,
    fails: bool,
}

impl OfOne {
    fn has_room(&self) -> bool {
        let most = if self.fails {
            TO_ONE_THAT_FAILS
        } else {
            TO_ONE
        };
        self.under_way < most
    }
}

impl Load {
    fn has_room(&self) -> bool {
        self.all < AT_ONCE
    }

    /// Whoever gets no more for now.
    fn busy(&self) -> Vec<WebhookEndpointId> {
        let busy = self.of.iter().filter(|(_, one)| !one.has_room());
        busy.map(|(id, _)| *id).collect()
    }

    fn has_room_for(&self, id: WebhookEndpointId) -> bool {
        self.has_room() && self.of.get(&id).is_none_or(OfOne::has_room)
    }

    fn begun(&mut self, id: WebhookEndpointId) {
        self.of.entry(id).or_default().under_way += 1;
        self.all += 1;
    }

    fn ended(&mut self, id: WebhookEndpointId, was_taken: bool) {
        self.undone(id);
        let one = self.of.entry(id).or_default();
        one.fails = !was_taken;
        if was_taken && one.under_way == 0 {
            self.of.remove(&id);
        }
    }

    /// A place that was held in vain.
    fn undone(&mut self, id: WebhookEndpointId) {
        self.all = self.all.saturating_sub(1);
        let one = self.of.entry(id).or_default();
        one.under_way = one.under_way.saturating_sub(1);
    }
}

/// Calls `work` for the first delivery of each lane that is due, on the server that leads, until it is
/// told to stop. A lane is claimed before; `work` notes what came of it, which lets the lane go on, and
/// says whether it was taken.
pub async fn deliver_webhooks<W, F>(mut duty: Duty, pace: Pace, work: W)
where
    W: Fn(ClaimedWebhook) -> F,
    F: Future<Output = bool> + Send + 'static,
{
    let (mut running, mut load) = (JoinSet::new(), Load::default());
    loop {
        let began = round(&duty, &work, &mut running, &mut load).await;
        duty.note(NAME, began.is_ok());
        if let Err(error) = began {
            warn!(%error, "webhooks could not be looked for; it is tried again");
        }
        let mut ended = None;
        let over = if running.is_empty() {
            duty.rest(pace.every).await
        } else {
            let next = async { ended = running.join_next().await };
            duty.rest_or(pace.every, next).await
        };
        note_ended(&mut load, ended);
        while let Some(more) = running.try_join_next() {
            note_ended(&mut load, Some(more));
        }
        if over {
            break;
        }
    }
    while running.join_next().await.is_some() {}
}

type Ended = Result<(WebhookEndpointId, bool), tokio::task::JoinError>;

fn note_ended(load: &mut Load, ended: Option<Ended>) {
    match ended {
        Some(Ok((id, was_taken))) => load.ended(id, was_taken),
        // Whose it was nobody knows: then all of them begin anew. Claims guard what is under way.
        Some(Err(error)) => {
            warn!(%error, "a delivery ended before its time; it is tried again");
            *load = Load::default();
        }
        None => {}
    }
}

/// Begins everything that is due and has room.
async fn round<W, F>(
    duty: &Duty,
    work: &W,
    running: &mut JoinSet<(WebhookEndpointId, bool)>,
    load: &mut Load,
) -> Result<(), StoreError>
where
    W: Fn(ClaimedWebhook) -> F,
    F: Future<Output = bool> + Send + 'static,
{
    while load.has_room() && duty.goes_on() {
        let (now, busy) = ((duty.clock)(), load.busy());
        // Reading is cheap; only who has something to send writes.
        let due = duty
            .store
            .read(move |tx| tx.due_webhook_lanes(&busy, LOOK, now))
            .await?;
        if due.is_empty() {
            break;
        }
        let mut taken = Vec::new();
        for lane in due {
            if load.has_room_for(lane.endpoint_id) {
                load.begun(lane.endpoint_id);
                taken.push(lane);
            }
        }
        let places: Vec<_> = taken.iter().map(|lane| lane.endpoint_id).collect();
        let claimed = duty.store.write(move |tx| claim(tx, &taken, now)).await;
        let mut claimed = match claimed {
            Ok(claimed) => claimed,
            Err(error) => {
                places.into_iter().for_each(|id| load.undone(id));
                return Err(error);
            }
        };
        for id in places {
            let own = claimed
                .iter()
                .position(|one| one.delivery.endpoint_id == id);
            let Some(index) = own else {
                // Somebody else had it, or nothing was left in it.
                load.undone(id);
                continue;
            };
            let delivery = work(claimed.swap_remove(index));
            running.spawn(async move { (id, delivery.await) });
        }
    }
    Ok(())
}

fn claim(
    tx: &mut vestibule_store::Tx<'_>,
    lanes: &[DueLane],
    now: Timestamp,
) -> Result<Vec<ClaimedWebhook>, StoreError> {
    let until = now.checked_add(CLAIM).unwrap_or(Timestamp::MAX);
    let mut claimed = Vec::new();
    for lane in lanes {
        match tx.claim_webhook(lane, until, now) {
            Ok(found) => claimed.extend(found),
            // One that cannot be read holds nobody else up; it is tried again when the claim is over.
            Err(
                error @ (StoreError::Sealed { .. }
                | StoreError::WrongMasterKey
                | StoreError::Inconsistent { .. }),
            ) => warn!(%error, endpoint.id = %lane.endpoint_id, "a delivery could not be read"),
            Err(error) => return Err(error),
        }
    }
    Ok(claimed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints<const N: usize>() -> [WebhookEndpointId; N] {
        std::array::from_fn(|_| WebhookEndpointId::new(Timestamp::UNIX_EPOCH))
    }

    #[test]
    fn one_endpoint_takes_a_few_places_and_one_that_fails_a_single_one() {
        let [one, other] = endpoints();
        let mut load = Load::default();
        for _ in 0..TO_ONE {
            assert!(load.has_room_for(one));
            load.begun(one);
        }
        assert!(!load.has_room_for(one) && load.has_room_for(other));
        assert_eq!(load.busy(), [one]);
        for _ in 0..TO_ONE {
            load.ended(one, false);
        }
        assert_eq!(load.busy(), []);
        load.begun(one);
        assert_eq!(load.busy(), [one]);
        load.ended(one, true);
        assert!(load.of.is_empty() && load.all == 0, "{load:?}");
    }

    #[test]
    fn there_is_an_end_to_what_is_under_way_to_all_of_them() {
        let all: [_; AT_ONCE] = endpoints();
        let mut load = Load::default();
        for id in all {
            assert!(load.has_room());
            load.begun(id);
        }
        assert!(!load.has_room() && !load.has_room_for(endpoints::<1>()[0]));
        load.ended(all[0], true);
        assert!(load.has_room());
    }
}
