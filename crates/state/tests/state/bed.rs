//! A place for the short-lived state of one test, and what tests put there.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::runtime::Runtime;
use vestibule_model::{ConnectionId, Reference, RevisionId, TestId, WorkspaceId};
use vestibule_state::{
    BrowserToken, InProcess, Limits, Parked, ParkedId, Purpose, Redis, ShortLived, Stray, Trip,
    TripId,
};

pub(crate) const SMALL: Limits = Limits {
    per_browser: 3,
    per_workspace: 5,
    total: 8,
    parked_for: SignedDuration::from_secs(60),
    parked_bytes: 100,
    strays_per_connection: 3,
    strays: 100,
    strays_for: SignedDuration::from_secs(60),
    slips_per_browser: 3,
    slips: 8,
    pushed_per_client: 3,
    pushed: 8,
    throttled: 10,
};

/// Longer than anything here may take, so that a test ends.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Bed {
    runtime: Runtime,
    /// Absent: in process.
    redis: Option<Namespace>,
}

struct Namespace {
    url: String,
    name: String,
}

impl Bed {
    pub(crate) fn in_process() -> Self {
        Self {
            runtime: runtime(),
            redis: None,
        }
    }

    pub(crate) fn in_redis() -> Self {
        Self::on(server_url())
    }

    /// A namespace of its own on this server.
    pub(crate) fn on(url: String) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("vestibule-test-{}-{number}", std::process::id());
        Self {
            runtime: runtime(),
            redis: Some(Namespace { url, name }),
        }
    }

    /// In process an empty one, on Redis one more handle of the same.
    pub(crate) fn open(&self, limits: Limits) -> Arc<dyn ShortLived> {
        match &self.redis {
            None => Arc::new(InProcess::new(limits)),
            Some(redis) => Arc::new(Redis::open(&redis.url, &redis.name, limits).unwrap()),
        }
    }

    pub(crate) fn wait<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Asks until the answer is there.
    pub(crate) fn until<T>(&self, what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(answer) = self.wait(ask()) {
                return answer;
            }
            assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
            std::thread::yield_now();
        }
    }

    pub(crate) fn key(&self, name: &str) -> String {
        let redis = self.redis.as_ref().expect("a bed in Redis");
        format!("{}:{name}", redis.name)
    }

    /// A connection that the state knows nothing of.
    pub(crate) fn raw(&self) -> redis::Connection {
        let redis = self.redis.as_ref().expect("a bed in Redis");
        let client = redis::Client::open(redis.url.as_str()).unwrap();
        client.get_connection_with_timeout(PATIENCE).unwrap()
    }

    /// All keys of the namespace.
    pub(crate) fn keys(&self) -> Vec<String> {
        let (mut raw, mut keys, mut cursor) = (self.raw(), Vec::new(), 0_u64);
        loop {
            let mut scan = redis::cmd("SCAN");
            scan.arg(cursor).arg("MATCH").arg(self.key("*"));
            let (next, found): (u64, Vec<String>) = scan.query(&mut raw).unwrap();
            keys.extend(found);
            cursor = next;
            if cursor == 0 {
                keys.sort();
                keys.dedup();
                return keys;
            }
        }
    }

    /// Every key that is there goes by itself, within a day.
    pub(crate) fn assert_every_key_expires(&self) {
        let mut raw = self.raw();
        for key in self.keys() {
            let left: i64 = redis::cmd("PTTL").arg(&key).query(&mut raw).unwrap();
            // -2: it has gone meanwhile; -1 would be for ever.
            assert!(
                left == -2 || (0..=86_400_000).contains(&left),
                "{key}: {left}"
            );
        }
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        let Some(redis) = &self.redis else { return };
        // The server may have been a private one, and be gone.
        let client = redis::Client::open(redis.url.as_str()).unwrap();
        if client
            .get_connection_with_timeout(Duration::from_secs(1))
            .is_err()
        {
            return;
        }
        let keys = self.keys();
        if !keys.is_empty() {
            redis::cmd("DEL").arg(keys).exec(&mut self.raw()).unwrap();
        }
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

#[expect(
    clippy::disallowed_methods,
    reason = "where the tests find Redis is their own setting"
)]
fn server_url() -> String {
    std::env::var("VESTIBULE_TEST_REDIS_URL").expect(
        "these tests need a Redis server: run them by `make test`, or by `tests/with-services cargo \
         test -p vestibule-state`, or start one and set VESTIBULE_TEST_REDIS_URL to its URL, such as \
         redis://127.0.0.1:6379",
    )
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

pub(crate) fn browser() -> BrowserToken {
    BrowserToken::generate().unwrap()
}

pub(crate) fn trip(browser: &BrowserToken, workspace: WorkspaceId, now: Timestamp) -> Trip {
    Trip {
        id: TripId::generate().unwrap(),
        purpose: Purpose::Test(TestId::new(now)),
        workspace_id: workspace,
        connection_id: ConnectionId::new(now),
        revision_id: RevisionId::new(now),
        browser: browser.binding(),
        issued_at: now,
        expires_at: now + Trip::LIFETIME,
    }
}

/// A trip of a browser and a workspace of its own.
pub(crate) fn lonely_trip(now: Timestamp) -> Trip {
    trip(&browser(), WorkspaceId::new(now), now)
}

pub(crate) fn parked(trip: &TripId, text: impl Into<String>) -> Parked {
    Parked {
        trip: trip.clone(),
        connection_id: ConnectionId::new(at(0)),
        saml_response: text.into(),
        relay_state: None,
    }
}

pub(crate) fn parked_id() -> ParkedId {
    ParkedId::generate().unwrap()
}

/// What strayed to a connection at a time; the number tells it from others.
pub(crate) fn stray(connection_id: ConnectionId, number: u64, now: Timestamp) -> Stray {
    Stray {
        reference: Reference::from_random(number),
        connection_id,
        reason: "response-unreadable".to_owned(),
        detail: number
            .is_multiple_of(2)
            .then(|| "the message is \"empty\"".to_owned()),
        received_at: now,
    }
}
