//! Short-lived state on a Redis server, for replicas that share it.

mod address;
mod link;
mod listener;
mod probe;
mod record;
mod scripts;

use jiff::{SignedDuration, Timestamp};
use redis::{FromRedisValue, ScriptInvocation, Value};
use tokio::sync::mpsc;
use vestibule_model::{Change, ConnectionId, Reference};

use crate::{
    Answer, Calls, Limits, News, Parked, ParkedId, PushedId, PushedRequest, ShortLived, Slip,
    SlipId, StateError, Stray, ThrottleKey, ThrottleRule, Trip, TripId,
};
use address::Addresses;
use link::{Link, Request};
use scripts::{Scripts, place, ttl_ms};

pub use probe::RedisFacts;

/// Short-lived state on a Redis server (7 or newer), or on the one node of a Redis Cluster that keeps
/// its keys. Every operation ends within some two seconds, and the connection comes back by itself.
///
/// Its own user needs all commands on the keys `<namespace>:*` and the channels `<namespace>:*`.
pub struct Redis {
    link: Link,
    scripts: Scripts,
    channel: String,
    limits: Limits,
}

impl Redis {
    /// State at `url` (`redis://…`, or `rediss://…` for TLS), in keys that begin with `namespace`.
    ///
    /// Nothing is connected yet, so it opens while the server is away; operations answer
    /// [`StateError::Unavailable`] until it is there.
    ///
    /// # Errors
    /// [`StateError::Config`] for a URL or a namespace that cannot be used; it repeats neither.
    pub fn open(url: &str, namespace: &str, limits: Limits) -> Result<Self, StateError> {
        // A brace would be taken for the hash tag, a white space ends a word of an ACL rule.
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
        if namespace.is_empty() || namespace.len() > 64 || !namespace.bytes().all(plain) {
            return Err(StateError::Config(
                "a namespace of Redis keys is 1 to 64 letters, digits and - _ . :".to_owned(),
            ));
        }
        Ok(Self {
            link: Link::new(Addresses::parse(url)?),
            scripts: Scripts::new(namespace),
            channel: format!("{namespace}:news"),
            limits,
        })
    }

    fn read<T: FromRedisValue>(&self, value: Value) -> Result<T, StateError> {
        redis::from_redis_value(value).map_err(|error| self.link.address().explain(&error.into()))
    }

    async fn ask<T: FromRedisValue>(&self, request: Request<'_>) -> Result<T, StateError> {
        let value = self.link.ask(request).await?;
        self.read(value)
    }

    /// What both scripts that keep a slip are told.
    fn describe(
        &self,
        script: &mut ScriptInvocation<'_>,
        id: &SlipId,
        slip: &Slip,
        now: Timestamp,
    ) -> Result<(), StateError> {
        script
            .arg(id.expose())
            .arg(record::write_slip(slip)?)
            .arg(place(slip.expires_at))
            .arg(slip.browser.to_hex())
            .arg(slip.print())
            .arg(place(now))
            .arg(ttl_ms(slip.expires_at, now))
            .arg(self.limits.slips_per_browser)
            .arg(self.limits.slips);
        Ok(())
    }

    async fn ask_for_room(&self, request: Request<'_>) -> Result<(), StateError> {
        match self.ask::<bool>(request).await? {
            true => Ok(()),
            false => Err(StateError::Full),
        }
    }
}

/// The password in the URL is not shown.
impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis")
            .field("url", &self.link.addresses().shown())
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl ShortLived for Redis {
    fn begin(&self, trip: Trip, now: Timestamp) -> Answer<'_, ()> {
        Box::pin(async move {
            let record = record::write_trip(&trip)?;
            let mut script = self.scripts.begin();
            script
                .arg(trip.id.as_str())
                .arg(record)
                .arg(place(trip.expires_at))
                .arg(trip.browser.to_hex())
                .arg(trip.workspace_id.to_string())
                .arg(place(now))
                .arg(ttl_ms(trip.expires_at, now))
                .arg(self.limits.per_browser)
                .arg(self.limits.per_workspace)
                .arg(self.limits.total);
            self.ask_for_room(Request::Script(&script)).await
        })
    }

    fn find<'a>(&'a self, id: &'a TripId, now: Timestamp) -> Answer<'a, Option<Trip>> {
        Box::pin(async move {
            // One command is atomic by itself.
            let mut command = redis::cmd("HGET");
            command.arg(self.scripts.records()).arg(id.as_str());
            let record: Option<Vec<u8>> = self.ask(Request::Command(&command)).await?;
            read_live(id, record, now)
        })
    }

    fn finish<'a>(&'a self, id: &'a TripId, now: Timestamp) -> Answer<'a, Option<Trip>> {
        Box::pin(async move {
            let mut script = self.scripts.finish();
            script.arg(id.as_str());
            let record: Option<Vec<u8>> = self.ask(Request::Script(&script)).await?;
            read_live(id, record, now)
        })
    }

    fn park(&self, id: ParkedId, message: Parked, now: Timestamp) -> Answer<'_, ()> {
        Box::pin(async move {
            let record = record::write_parked(&message)?;
            let expires_at = self.limits.parked_until(now);
            let mut script = self.scripts.park();
            script
                .arg(id.as_str())
                .arg(record)
                .arg(place(expires_at))
                .arg(message.trip.as_str())
                .arg(place(now))
                .arg(message.saml_response.len())
                .arg(ttl_ms(expires_at, now))
                .arg(self.limits.parked_bytes)
                .arg(self.limits.total);
            self.ask_for_room(Request::Script(&script)).await
        })
    }

    fn unpark<'a>(&'a self, id: &'a ParkedId, now: Timestamp) -> Answer<'a, Option<Parked>> {
        Box::pin(async move {
            let mut script = self.scripts.unpark();
            script.arg(id.as_str()).arg(place(now));
            let record: Option<Vec<u8>> = self.ask(Request::Script(&script)).await?;
            record.as_deref().map(record::read_parked).transpose()
        })
    }

    fn note_stray(&self, stray: Stray, now: Timestamp) -> Answer<'_, ()> {
        Box::pin(async move {
            let record = record::write_stray(&stray)?;
            let expires_at = self.limits.stray_until(stray.received_at);
            let mut script = self.scripts.note_stray(&stray);
            script
                .arg(format!("{} {record}", stray.reference))
                .arg(stray.connection_id.to_string())
                .arg(ttl_ms(expires_at, now))
                .arg(self.limits.strays_per_connection);
            self.ask::<Value>(Request::Script(&script)).await.map(drop)
        })
    }

    fn strays(&self, connection_id: ConnectionId, now: Timestamp) -> Answer<'_, Vec<Stray>> {
        Box::pin(async move {
            let mut command = redis::cmd("LRANGE");
            command
                .arg(self.scripts.strays(connection_id))
                .arg(0)
                .arg(-1);
            let elements: Vec<Vec<u8>> = self.ask(Request::Command(&command)).await?;
            let mut strays = Vec::with_capacity(elements.len());
            for element in &elements {
                let stray = record::read_stray(element)?;
                if self.limits.stray_until(stray.received_at) > now {
                    strays.push(stray);
                }
            }
            Ok(strays)
        })
    }

    fn find_stray(&self, reference: Reference, now: Timestamp) -> Answer<'_, Option<Stray>> {
        Box::pin(async move {
            let mut command = redis::cmd("GET");
            command.arg(self.scripts.stray(reference));
            let connection_id: Option<String> = self.ask(Request::Command(&command)).await?;
            // What names no connection was written by somebody else, and leads nowhere.
            let Some(id) = connection_id.and_then(|id| id.parse().ok()) else {
                return Ok(None);
            };
            let strays = self.strays(id, now).await?;
            Ok(strays
                .into_iter()
                .find(|stray| stray.reference == reference))
        })
    }

    fn keep_slip(&self, id: SlipId, slip: Slip, now: Timestamp) -> Answer<'_, ()> {
        Box::pin(async move {
            let slip = slip.bounded(now)?;
            let mut script = self.scripts.keep_slip();
            self.describe(&mut script, &id, &slip, now)?;
            self.ask_for_room(Request::Script(&script)).await
        })
    }

    fn find_slip<'a>(&'a self, id: &'a SlipId, now: Timestamp) -> Answer<'a, Option<Slip>> {
        Box::pin(async move {
            let mut command = redis::cmd("HGET");
            command.arg(self.scripts.slips()).arg(id.expose());
            let record: Option<Vec<u8>> = self.ask(Request::Command(&command)).await?;
            let slip = record.as_deref().map(record::read_slip).transpose()?;
            Ok(slip.filter(|slip| slip.expires_at > now))
        })
    }

    fn take_slip<'a>(&'a self, id: &'a SlipId, now: Timestamp) -> Answer<'a, Option<Slip>> {
        Box::pin(async move {
            let mut script = self.scripts.take_slip();
            script.arg(id.expose()).arg(place(now));
            let record: Option<Vec<u8>> = self.ask(Request::Script(&script)).await?;
            record.as_deref().map(record::read_slip).transpose()
        })
    }

    fn exchange_slip<'a>(
        &'a self,
        id: &'a SlipId,
        seen: &'a Slip,
        slip: Slip,
        now: Timestamp,
    ) -> Answer<'a, bool> {
        Box::pin(async move {
            let slip = slip.bounded(now)?;
            let mut script = self.scripts.exchange_slip();
            self.describe(&mut script, id, &slip, now)?;
            script.arg(seen.print());
            self.ask(Request::Script(&script)).await
        })
    }

    fn push(&self, id: PushedId, request: PushedRequest, now: Timestamp) -> Answer<'_, ()> {
        Box::pin(async move {
            let request = request.bounded(now)?;
            let (per_client, total) = self.limits.of_pushed();
            let mut script = self.scripts.push();
            script
                .arg(id.as_str())
                .arg(record::write_pushed(&request)?)
                .arg(place(request.expires_at))
                .arg(request.client_id.to_string())
                // Nothing is ever put in its place, so nobody compares a print.
                .arg("-")
                .arg(place(now))
                .arg(ttl_ms(request.expires_at, now))
                .arg(per_client)
                .arg(total);
            self.ask_for_room(Request::Script(&script)).await
        })
    }

    fn find_pushed<'a>(
        &'a self,
        id: &'a PushedId,
        now: Timestamp,
    ) -> Answer<'a, Option<PushedRequest>> {
        Box::pin(async move {
            let mut command = redis::cmd("HGET");
            command.arg(self.scripts.pushed()).arg(id.as_str());
            let record: Option<Vec<u8>> = self.ask(Request::Command(&command)).await?;
            let request = record.as_deref().map(record::read_pushed).transpose()?;
            Ok(request.filter(|request| request.expires_at > now))
        })
    }

    fn take_pushed<'a>(
        &'a self,
        id: &'a PushedId,
        now: Timestamp,
    ) -> Answer<'a, Option<PushedRequest>> {
        Box::pin(async move {
            let mut script = self.scripts.take_pushed();
            script.arg(id.as_str()).arg(place(now));
            let record: Option<Vec<u8>> = self.ask(Request::Script(&script)).await?;
            record.as_deref().map(record::read_pushed).transpose()
        })
    }

    fn attempt<'a>(
        &'a self,
        keys: &'a [(ThrottleKey, ThrottleRule)],
        now: Timestamp,
    ) -> Answer<'a, Option<SignedDuration>> {
        Box::pin(async move {
            let mut script = self.scripts.attempt();
            script.arg(now.as_millisecond()).arg(self.limits.throttled);
            for (key, rule) in keys {
                script
                    .arg(key.to_hex())
                    .arg(rule.free)
                    .arg(rule.first_ms())
                    .arg(rule.longest_ms())
                    .arg(rule.forget_ms());
            }
            let wait: i64 = self.ask(Request::Script(&script)).await?;
            Ok((wait > 0).then(|| SignedDuration::from_millis(wait)))
        })
    }

    fn forgive<'a>(&'a self, keys: &'a [ThrottleKey], _now: Timestamp) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut script = self.scripts.forgive();
            for key in keys {
                script.arg(key.to_hex());
            }
            self.ask::<Value>(Request::Script(&script)).await.map(drop)
        })
    }

    fn ping(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            let command = redis::cmd("PING");
            self.ask::<Value>(Request::Command(&command))
                .await
                .map(drop)
        })
    }

    fn calls(&self) -> Option<Calls> {
        Some(self.link.calls())
    }

    fn announce<'a>(&'a self, changes: &'a [Change]) -> Answer<'a, ()> {
        Box::pin(async move {
            if changes.is_empty() {
                return Ok(());
            }
            let lines: Vec<String> = changes.iter().map(Change::to_string).collect();
            let mut command = redis::cmd("PUBLISH");
            command.arg(&self.channel).arg(lines.join("\n"));
            self.ask::<Value>(Request::Command(&command))
                .await
                .map(drop)
        })
    }

    fn listen(&self) -> mpsc::Receiver<News> {
        listener::listen(self.link.addresses().clone(), self.channel.clone())
    }
}

/// The trip, unless it has expired by the caller's clock: Redis' own may differ.
fn read_live(
    id: &TripId,
    record: Option<Vec<u8>>,
    now: Timestamp,
) -> Result<Option<Trip>, StateError> {
    let trip = record
        .map(|bytes| record::read_trip(id, &bytes))
        .transpose()?;
    Ok(trip.filter(|trip| trip.expires_at > now))
}
