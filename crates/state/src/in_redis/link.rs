//! The connection to Redis: made when it is needed, shared by all, made anew by itself.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex, MutexGuard as StdMutexGuard, PoisonError};
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{Cmd, ErrorKind, PushInfo, PushKind, RedisError, RedisResult, ScriptInvocation};
use redis::{ServerErrorKind, Value};
use tokio::sync::{Mutex, MutexGuard};

use super::address::{Address, Addresses};
use crate::{Calls, StateError};

/// How long a whole operation may take.
const WHOLE: Duration = Duration::from_secs(2);
/// How long operations are refused at once after an answer or a connection could not be had in time.
const PAUSE: Duration = Duration::from_millis(500);

/// What is asked of the server.
pub(crate) enum Request<'a> {
    Command(&'a Cmd),
    Script(&'a ScriptInvocation<'a>),
}

impl Request<'_> {
    async fn send(&self, connection: &mut MultiplexedConnection) -> RedisResult<Value> {
        match self {
            Self::Command(command) => command.query_async(connection).await,
            Self::Script(script) => script.invoke_async(connection).await,
        }
    }
}

/// The one connection of a replica. (The library's `ConnectionManager` would keep a connection on
/// which answers time out, and so wait for TCP to give a silent network up.)
pub(crate) struct Link {
    addresses: Addresses,
    current: Mutex<Option<Live>>,
    health: StdMutex<Health>,
    counted: Counted,
}

/// What was asked since the start, for whoever watches.
#[derive(Default)]
struct Counted {
    calls: AtomicU64,
    failed: AtomicU64,
    micros: AtomicU64,
}

impl Counted {
    fn note(&self, well: bool, took: Duration) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if !well {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }
}

#[derive(Default)]
struct Health {
    /// Connections made so far: whose failure counts.
    made: u64,
    /// Since when nothing has come through, and why. Only a new connection ends it.
    outage: Option<(Instant, StateError)>,
    /// The node of the cluster that keeps our keys, where it is not the one in the URL.
    moved: Option<Address>,
    /// How often the next address had to be tried, where the URL names several.
    tries: usize,
}

#[derive(Clone)]
struct Live {
    number: u64,
    connection: MultiplexedConnection,
    ended: Arc<AtomicBool>,
}

impl Live {
    fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// Nothing more is asked on it.
    fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }
}

impl Link {
    pub(crate) fn new(addresses: Addresses) -> Self {
        Self {
            addresses,
            current: Mutex::default(),
            health: StdMutex::default(),
            counted: Counted::default(),
        }
    }

    pub(crate) fn calls(&self) -> Calls {
        let Counted {
            calls,
            failed,
            micros,
        } = &self.counted;
        Calls {
            total: calls.load(Ordering::Relaxed),
            failed: failed.load(Ordering::Relaxed),
            took: Duration::from_micros(micros.load(Ordering::Relaxed)),
        }
    }

    /// The address that counts now.
    pub(crate) fn address(&self) -> &Address {
        let tries = self.health().tries;
        self.addresses.at(tries)
    }

    pub(crate) fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Asks once. Where the answer is lost or late the outcome is unknown, which is a failure: nobody
    /// asks again on the caller's behalf.
    pub(crate) async fn ask(&self, request: Request<'_>) -> Result<Value, StateError> {
        let (made, started) = (self.health().made, Instant::now());
        let answer = match tokio::time::timeout(WHOLE, self.ask_unbounded(&request)).await {
            Ok(answer) => answer,
            Err(_) => Err(self.fail(made, self.address().too_slow(WHOLE))),
        };
        self.counted.note(answer.is_ok(), started.elapsed());
        answer
    }

    async fn ask_unbounded(&self, request: &Request<'_>) -> Result<Value, StateError> {
        let mut live = self.live().await?;
        let error = match request.send(&mut live.connection).await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        if !self.sent_on(&live, &error) {
            return Err(self.judge(&live, &error));
        }
        // The node has refused, and named the one to ask.
        let mut live = self.live().await?;
        let answer = request.send(&mut live.connection).await;
        answer.map_err(|error| self.judge(&live, &error))
    }

    /// A connection that works as far as is known.
    ///
    /// During an outage one caller at a time tries, and all others are refused at once: requests do
    /// not pile up before a server that takes connections and says nothing.
    async fn live(&self) -> Result<Live, StateError> {
        let outage = self.health().outage.clone();
        let mut current: MutexGuard<'_, Option<Live>> = match outage {
            None => self.current.lock().await,
            Some((since, error)) if since.elapsed() < PAUSE => return Err(error),
            Some((_, error)) => self.current.try_lock().or(Err(error))?,
        };
        // The outage may have begun or ended while this caller waited.
        let outage = self.health().outage.clone();
        match (outage, current.as_ref()) {
            (Some((since, error)), _) if since.elapsed() < PAUSE => return Err(error),
            (None, Some(live)) if !live.has_ended() => return Ok(live.clone()),
            _ => *current = None,
        }
        let live = self.connect().await?;
        *current = Some(live.clone());
        Ok(live)
    }

    async fn connect(&self) -> Result<Live, StateError> {
        let (number, moved) = {
            let health = self.health();
            (health.made, health.moved.clone())
        };
        let ended = Arc::new(AtomicBool::new(false));
        let tell = Arc::clone(&ended);
        let pushes = move |push: PushInfo| {
            if push.kind == PushKind::Disconnection {
                tell.store(true, Ordering::Release);
            }
            Ok::<(), ()>(())
        };
        let address = moved.as_ref().unwrap_or_else(|| self.address());
        let connected = match self.addresses.are_several() {
            true => address.connect_to_primary(pushes).await,
            false => address.connect(pushes).await,
        };
        match connected {
            Ok(connection) => {
                let mut health = self.health();
                health.outage = None;
                health.made += 1;
                Ok(Live {
                    number: health.made,
                    connection,
                    ended,
                })
            }
            Err(error) => {
                // The node may be gone; another one in the URL knows who has taken over.
                self.try_the_next();
                Err(self.fail(number, error))
            }
        }
    }

    /// Whether the node, one of a cluster, named another that keeps our keys. All lie in one slot, so
    /// it is the same for every request.
    fn sent_on(&self, live: &Live, error: &RedisError) -> bool {
        if error.kind() != ErrorKind::Server(ServerErrorKind::Moved) {
            return false;
        }
        let to = error.redirect_node().map(|(node, _slot)| node);
        let Some(address) = to.and_then(|node| self.address().moved(node)) else {
            return false;
        };
        self.health().moved = Some(address);
        live.end();
        true
    }

    fn judge(&self, live: &Live, error: &RedisError) -> StateError {
        let told = self.address().explain(error);
        if error.is_timeout() {
            return self.fail(live.number, told);
        }
        // A primary that became a replica: the name in the URL may lead elsewhere by now.
        if error.kind() == ErrorKind::Server(ServerErrorKind::ReadOnly) {
            self.try_the_next();
            live.end();
        }
        // A connection that broke is no outage yet: the next request tries another one.
        if error.is_io_error() || error.is_unrecoverable_error() {
            live.end();
        }
        told
    }

    /// The next connection is to another address, where the URL names several.
    fn try_the_next(&self) {
        let mut health = self.health();
        health.moved = None;
        health.tries = health.tries.wrapping_add(1);
    }

    /// Notes that a connection failed, unless a newer one has been made since.
    fn fail(&self, number: u64, error: StateError) -> StateError {
        let mut health = self.health();
        if health.made == number {
            health.outage = Some((Instant::now(), error.clone()));
        }
        error
    }

    // Nothing under the lock can panic, so a poisoned lock guards a whole value all the same.
    fn health(&self) -> StdMutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
