//! The lanes of Postgres: several threads, each with a connection that it renews by itself.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use crate::config::PostgresUrl;
use crate::engine::Engine;
use crate::lane::{Mode, Verdict, Work};
use crate::queue::Queue;
use crate::seal::Vault;
use crate::{OnChange, StoreError};

/// How long work is refused at once after a thread waited in vain for a connection.
const PAUSE: Duration = Duration::from_millis(500);
/// A refusal that comes sooner costs nobody a wait: then it is tried again each time, so that the
/// first request after the server's return finds it.
const QUICK: Duration = Duration::from_millis(250);
/// After how long without use a connection is tried before it is trusted.
const TRUSTED_FOR: Duration = Duration::from_secs(5);

/// Opens a connection with bounds on every wait.
pub(crate) fn connect(url: &PostgresUrl) -> Result<PgConnection, StoreError> {
    let mut conn = connect_unbounded(url)?;
    conn.batch_execute(
        "SET statement_timeout = '10s'; SET lock_timeout = '5s'; \
         SET idle_in_transaction_session_timeout = '30s'; SET application_name = 'vestibule'",
    )
    .map_err(|error| StoreError::from_diesel(&error))?;
    Ok(conn)
}

/// Opens a connection whose statements may take their time, for migrations.
pub(crate) fn connect_unbounded(url: &PostgresUrl) -> Result<PgConnection, StoreError> {
    PgConnection::establish(url.expose()).map_err(|error| {
        let reason = url.redact(&error.to_string());
        StoreError::Unavailable(format!("cannot connect to {}: {reason}", url.shown()))
    })
}

/// When a thread last could not connect and why, for all of them: while the server is gone, the queue
/// must drain faster than connections time out, and the first that gets through is heard by all.
#[derive(Default)]
pub(crate) struct Outage {
    last: Mutex<Option<(Instant, StoreError)>>,
    /// How often a connection was found broken: then no thread trusts its own before it has tried it.
    breaks: AtomicUsize,
}

impl Outage {
    // Nothing under the lock can panic, so a poisoned lock guards a whole value all the same.
    fn lock(&self) -> MutexGuard<'_, Option<(Instant, StoreError)>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn recent(&self) -> Option<StoreError> {
        self.lock()
            .as_ref()
            .filter(|(since, _)| since.elapsed() < PAUSE)
            .map(|(_, error)| error.clone())
    }
}

/// A connection that comes back.
pub(crate) struct Link {
    url: PostgresUrl,
    conn: Option<PgConnection>,
    last_used: Instant,
    breaks_known: usize,
    outage: Arc<Outage>,
}

impl Link {
    pub(crate) fn new(url: PostgresUrl, conn: PgConnection, outage: Arc<Outage>) -> Self {
        Self {
            url,
            conn: Some(conn),
            last_used: Instant::now(),
            breaks_known: outage.breaks.load(Ordering::Relaxed),
            outage,
        }
    }

    /// A connection that has just answered, a new one where the old one is gone: nothing has been done
    /// yet, so trying again is safe.
    fn after(&mut self, first: &str) -> Result<&mut PgConnection, StoreError> {
        let usable = self.conn.take().and_then(|mut conn| {
            let answered = conn.batch_execute(first);
            answered.is_ok().then_some(conn)
        });
        let conn = match usable {
            Some(conn) => conn,
            None => {
                let mut conn = self.reconnect()?;
                conn.batch_execute(first).map_err(|error| {
                    let error = StoreError::from_diesel(&error);
                    StoreError::Unavailable(format!("no transaction could begin: {error}"))
                })?;
                conn
            }
        };
        Ok(self.conn.insert(conn))
    }

    /// The connection for this work. A transaction that only reads begins here, so that all of it sees
    /// one moment; one that writes begins by itself, where it has to.
    fn ready_for(&mut self, mode: Mode) -> Result<&mut PgConnection, StoreError> {
        if mode == Mode::Read {
            return self.after("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        }
        let breaks = self.outage.breaks.load(Ordering::Relaxed);
        if self.last_used.elapsed() > TRUSTED_FOR || breaks != self.breaks_known {
            self.breaks_known = breaks;
            return self.after("SELECT 1");
        }
        let conn = match self.conn.take() {
            Some(conn) => conn,
            None => self.reconnect()?,
        };
        Ok(self.conn.insert(conn))
    }

    fn reconnect(&self) -> Result<PgConnection, StoreError> {
        if let Some(error) = self.outage.recent() {
            return Err(error);
        }
        let started = Instant::now();
        match connect(&self.url) {
            Ok(conn) => {
                *self.outage.lock() = None;
                Ok(conn)
            }
            Err(error) => {
                let error = match error {
                    StoreError::Unavailable(_) => error,
                    other => StoreError::Unavailable(other.to_string()),
                };
                if started.elapsed() > QUICK {
                    *self.outage.lock() = Some((Instant::now(), error.clone()));
                }
                Err(error)
            }
        }
    }

    fn run(&mut self, mut work: Box<dyn Work>, vault: &Vault, on_change: &OnChange) {
        let mode = work.mode();
        let conn = match self.ready_for(mode) {
            Ok(conn) => conn,
            Err(error) => return work.fail(error),
        };
        let ended = work.run(Engine::Postgres(conn), vault, mode != Mode::Read);
        match ended.verdict {
            Verdict::Keep if ended.begun => match conn.batch_execute("COMMIT") {
                Ok(()) => {
                    work.tell(on_change);
                    work.answer();
                }
                Err(error) => {
                    self.conn = None;
                    work.tell(on_change);
                    let error = StoreError::from_diesel(&error);
                    work.fail(StoreError::Unavailable(format!(
                        "the outcome of a commit is unknown: {error}"
                    )));
                }
            },
            // What was written has been committed with its statement, if anything was.
            Verdict::Keep => {
                work.tell(on_change);
                work.answer();
            }
            Verdict::Undo => {
                let undone = !ended.begun || conn.batch_execute("ROLLBACK").is_ok();
                if !undone || ended.broken {
                    self.conn = None;
                    self.outage.breaks.fetch_add(1, Ordering::Relaxed);
                }
                work.answer();
            }
            Verdict::Panicked => {
                // Undone before the answer, and closed: who knows where the closure stopped reading.
                let _ = conn.batch_execute("ROLLBACK");
                self.conn = None;
                work.answer();
            }
        }
        self.last_used = Instant::now();
    }
}

/// Works until the queue is closed and empty.
pub(crate) fn lane(
    mut link: Link,
    queue: &Queue<Box<dyn Work>>,
    vault: &Vault,
    on_change: &OnChange,
) {
    while let Some(work) = queue.pop() {
        if !work.is_abandoned() {
            link.run(work, vault, on_change);
        }
    }
}
