//! The scripts that make each operation atomic, and the keys they work on.

use jiff::Timestamp;
use redis::{Script, ScriptInvocation};
use vestibule_model::{ConnectionId, Reference};

use crate::Stray;

/// No key is kept longer, whatever the caller's clock says.
const LONGEST_MS: i128 = 24 * 60 * 60 * 1000;

/// The scripts. Redis runs one at a time from beginning to end, so no two callers get the same trip.
/// They are sent by hash; a server that does not know one is taught it (`EVALSHA`, `SCRIPT LOAD`).
pub(crate) struct Scripts {
    trips: [String; 5],
    parked: [String; 4],
    begin: Script,
    finish: Script,
    park: Script,
    unpark: Script,
    stray: Script,
    slips: [String; 4],
    /// Laid out as slips are, with the client in the place of the browser.
    pushed: [String; 4],
    keep_slip: Script,
    take_slip: Script,
    exchange_slip: Script,
    throttle: [String; 2],
    attempt: Script,
    forgive: Script,
    strays: String,
}

impl Scripts {
    /// One hash tag for all keys, so that on Redis Cluster they lie on one node: the total limit, the
    /// limit of a workspace and the limit of a browser are counted and made room in by one atomic
    /// step, and such a step sees the keys of one slot only. One node is enough for them: 50 000
    /// trips of about 1 KiB and 64 MiB of parked messages.
    /// So it is for slips; and counted attempts are 100 000 entries of some hundred bytes.
    ///
    /// Replicas of two releases run side by side during an upgrade: scripts that lay things out
    /// differently need keys of other names.
    pub(crate) fn new(namespace: &str) -> Self {
        let key = |name: &str| format!("{namespace}:{{trips}}:{name}");
        let trips = [
            "records",
            "facts",
            "by_expiry",
            "by_browser",
            "by_workspace",
        ];
        let parked = ["bodies", "facts", "by_expiry", "by_trip"];
        let slips = ["records", "facts", "by_expiry", "by_browser"];
        Self {
            trips: trips.map(key),
            parked: parked.map(|name| key(&format!("parked:{name}"))),
            begin: Script::new(concat!(
                include_str!("lua/trips.lua"),
                include_str!("lua/begin.lua")
            )),
            finish: Script::new(concat!(
                include_str!("lua/trips.lua"),
                include_str!("lua/finish.lua")
            )),
            park: Script::new(concat!(
                include_str!("lua/parked.lua"),
                include_str!("lua/park.lua")
            )),
            unpark: Script::new(concat!(
                include_str!("lua/parked.lua"),
                include_str!("lua/unpark.lua")
            )),
            stray: Script::new(include_str!("lua/stray.lua")),
            slips: slips.map(|name| key(&format!("slips:{name}"))),
            pushed: slips.map(|name| key(&format!("pushed:{name}"))),
            keep_slip: Script::new(concat!(
                include_str!("lua/slips.lua"),
                include_str!("lua/keep_slip.lua")
            )),
            take_slip: Script::new(concat!(
                include_str!("lua/slips.lua"),
                include_str!("lua/take_slip.lua")
            )),
            exchange_slip: Script::new(concat!(
                include_str!("lua/slips.lua"),
                include_str!("lua/exchange_slip.lua"),
                include_str!("lua/keep_slip.lua")
            )),
            throttle: ["entries", "by_end"].map(|name| key(&format!("throttle:{name}"))),
            attempt: Script::new(concat!(
                include_str!("lua/throttle.lua"),
                include_str!("lua/attempt.lua")
            )),
            forgive: Script::new(concat!(
                include_str!("lua/throttle.lua"),
                include_str!("lua/forgive.lua")
            )),
            strays: key("strays"),
        }
    }

    /// The hash that holds the records of trips.
    pub(crate) fn records(&self) -> &str {
        let [records, ..] = &self.trips;
        records
    }

    pub(crate) fn begin(&self) -> ScriptInvocation<'_> {
        self.begin.key(&self.trips[..])
    }

    pub(crate) fn finish(&self) -> ScriptInvocation<'_> {
        self.finish.key(&self.trips[..])
    }

    pub(crate) fn park(&self) -> ScriptInvocation<'_> {
        self.park.key(&self.parked[..])
    }

    pub(crate) fn unpark(&self) -> ScriptInvocation<'_> {
        self.unpark.key(&self.parked[..])
    }

    /// The hash that holds the records of slips.
    pub(crate) fn slips(&self) -> &str {
        let [records, ..] = &self.slips;
        records
    }

    pub(crate) fn keep_slip(&self) -> ScriptInvocation<'_> {
        self.keep_slip.key(&self.slips[..])
    }

    pub(crate) fn take_slip(&self) -> ScriptInvocation<'_> {
        self.take_slip.key(&self.slips[..])
    }

    pub(crate) fn exchange_slip(&self) -> ScriptInvocation<'_> {
        self.exchange_slip.key(&self.slips[..])
    }

    /// The hash that holds the records of pushed requests.
    pub(crate) fn pushed(&self) -> &str {
        let [records, ..] = &self.pushed;
        records
    }

    pub(crate) fn push(&self) -> ScriptInvocation<'_> {
        self.keep_slip.key(&self.pushed[..])
    }

    pub(crate) fn take_pushed(&self) -> ScriptInvocation<'_> {
        self.take_slip.key(&self.pushed[..])
    }

    pub(crate) fn attempt(&self) -> ScriptInvocation<'_> {
        self.attempt.key(&self.throttle[..])
    }

    pub(crate) fn forgive(&self) -> ScriptInvocation<'_> {
        self.forgive.key(&self.throttle[..])
    }

    /// The list of the strays of a connection.
    pub(crate) fn strays(&self, id: ConnectionId) -> String {
        format!("{}:of:{id}", self.strays)
    }

    /// The key that names the connection of the stray with this reference.
    pub(crate) fn stray(&self, reference: Reference) -> String {
        format!("{}:reference:{reference}", self.strays)
    }

    pub(crate) fn note_stray(&self, stray: &Stray) -> ScriptInvocation<'_> {
        let mut script = self.stray.prepare_invoke();
        script
            .key(self.strays(stray.connection_id))
            .key(self.stray(stray.reference));
        script
    }
}

/// A time in 18 digits that sort like it.
pub(crate) fn place(at: Timestamp) -> String {
    let since = at.as_nanosecond() - Timestamp::MIN.as_nanosecond();
    format!("{since:018x}")
}

/// How long a key has to be kept: Redis counts from its own now, which need not be the caller's. What
/// has expired already is kept for a moment, since a key without a life would be one without end.
pub(crate) fn ttl_ms(expires_at: Timestamp, now: Timestamp) -> i64 {
    let left = expires_at.duration_since(now).as_millis() + 1;
    i64::try_from(left.clamp(1, LONGEST_MS)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    #[test]
    fn places_sort_like_times_and_are_equally_long() {
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        let nanosecond = SignedDuration::from_nanos(1);
        let times = [
            Timestamp::MIN,
            Timestamp::UNIX_EPOCH - nanosecond,
            Timestamp::UNIX_EPOCH,
            now,
            now + nanosecond,
            Timestamp::MAX,
        ];
        assert!(times.map(place).is_sorted_by(|a, b| a < b));
        assert!(times.map(place).iter().all(|place| place.len() == 18));
    }

    #[test]
    fn every_key_has_a_life_within_a_day() {
        let now = Timestamp::UNIX_EPOCH;
        for (seconds, expected) in [(-5, 1), (0, 1), (1, 1_001), (1_000_000, 86_400_000)] {
            let expires_at = now + SignedDuration::from_secs(seconds);
            assert_eq!(ttl_ms(expires_at, now), expected, "{seconds}");
        }
        assert_eq!(ttl_ms(Timestamp::MAX, Timestamp::MIN), 86_400_000);
    }

    #[test]
    fn every_key_carries_the_namespace_and_the_one_hash_tag() {
        let scripts = Scripts::new("vestibule");
        let stray = scripts.stray(Reference::from_random(7));
        let strays = scripts.strays(ConnectionId::new(Timestamp::UNIX_EPOCH));
        let all = scripts.trips.iter().chain(&scripts.parked);
        let all = all.chain(&scripts.slips).chain(&scripts.pushed);
        let all = all.chain(&scripts.throttle);
        for key in all.chain(&[stray, strays]) {
            assert!(key.starts_with("vestibule:{trips}:"), "{key}");
        }
    }
}
