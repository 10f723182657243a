//! The front door: opening the archive, and sending closures to its threads.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use diesel::{Connection as _, SqliteConnection};
use zeroize::Zeroizing;

use crate::audit_key::AuditKey;
use crate::config::Database;
use crate::engine::Engine;
use crate::lane::{Mode, Work, job};
use crate::migrate::Migrated;
use crate::queue::Queue;
use crate::seal::Vault;
use crate::sealed::elsewhere;
use crate::{
    LaneNumbers, OnChange, Probed, StoreConfig, StoreError, Tx, migrate, postgres, probe, sqlite,
};

/// How much work may wait in each lane: a second's worth of a busy machine. More would only be
/// answered after those who asked have given up.
const WAITING: usize = 4096;

/// How long anybody waits for an answer. The database bounds its own statements, but one that is
/// frozen bounds nothing, and its machine goes on acknowledging what is sent to it.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// How long whoever asks for readiness waits.
const PING_WITHIN: Duration = Duration::from_secs(2);

type Lane = Arc<Queue<Box<dyn Work>>>;

/// The archive: cheap to clone, shared by every thread. The last clone to be dropped closes it, when
/// all work that waits is done.
#[derive(Clone)]
pub struct Store(Arc<Lanes>);

/// The threads, and the two ways to them (the same one on Postgres).
struct Lanes {
    read: Lane,
    write: Lane,
    threads: Mutex<Vec<JoinHandle<()>>>,
    vault: Arc<Vault>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

impl Store {
    /// Brings the schema of a database up to date, making the SQLite file where there is none. Any
    /// number of programs may do it at once.
    ///
    /// # Errors
    /// [`StoreError::Config`], [`StoreError::Unavailable`], [`StoreError::SchemaTooNew`], or
    /// [`StoreError::Migration`] when a step failed; on SQLite nothing has changed then.
    pub fn migrate(config: &StoreConfig) -> Result<Migrated, StoreError> {
        migrate::migrate(&Database::parse(&config.database_url)?)
    }

    /// Looks at a database, and makes and changes nothing; `None` where the file of SQLite is not there
    /// yet.
    ///
    /// # Errors
    /// [`StoreError::Config`], [`StoreError::Unavailable`], [`StoreError::SchemaTooNew`].
    pub fn probe(config: &StoreConfig) -> Result<Option<Probed>, StoreError> {
        probe::probe(config)
    }

    /// Opens a database whose schema is up to date, and checks that one of the master keys is its
    /// own.
    ///
    /// # Errors
    /// [`StoreError::Config`], [`StoreError::Unavailable`], [`StoreError::SchemaTooNew`],
    /// [`StoreError::SchemaBehind`], [`StoreError::WrongMasterKey`].
    pub fn open(config: StoreConfig) -> Result<Self, StoreError> {
        let StoreConfig {
            database_url,
            master_keys,
            readers,
            connections,
            on_change,
        } = config;
        let mut vault = Vault::new(&master_keys)?;
        match Database::parse(&database_url)? {
            Database::Sqlite(path) => {
                sqlite::make_file(&path)?;
                let mut writer = sqlite::connect(&path, sqlite::Use::Write)?;
                migrate::check_sqlite(&mut writer)?;
                check_master_key(Engine::Sqlite(&mut writer), &vault)?;
                let key = writer
                    .immediate_transaction(|conn| audit_key(Engine::Sqlite(conn), &vault))
                    .map_err(|Opening(error)| error)?;
                vault.take_audit_key(key);
                let readers = (0..readers.clamp(1, 64))
                    .map(|_| sqlite::connect(&path, sqlite::Use::Read))
                    .collect::<Result<Vec<_>, _>>()?;
                Self::on_sqlite(writer, readers, &Arc::new(vault), on_change)
            }
            Database::Postgres(url) => {
                let mut conns = (0..connections.clamp(1, 256))
                    .map(|_| postgres::connect(&url))
                    .collect::<Result<Vec<_>, _>>()?;
                if let Some(conn) = conns.first_mut() {
                    migrate::check_postgres(conn)?;
                    check_master_key(Engine::Postgres(conn), &vault)?;
                    let key = conn
                        .transaction(|conn| audit_key(Engine::Postgres(conn), &vault))
                        .map_err(|Opening(error)| error)?;
                    vault.take_audit_key(key);
                }
                let outage = Arc::new(postgres::Outage::default());
                let links = conns
                    .into_iter()
                    .map(|conn| postgres::Link::new(url.clone(), conn, Arc::clone(&outage)));
                Self::on_postgres(links, &Arc::new(vault), &on_change)
            }
        }
    }

    fn on_sqlite(
        writer: SqliteConnection,
        readers: Vec<SqliteConnection>,
        vault: &Arc<Vault>,
        on_change: OnChange,
    ) -> Result<Self, StoreError> {
        let (read, write) = (Arc::new(Queue::new(WAITING)), Arc::new(Queue::new(WAITING)));
        let lanes = Lanes::new(read, write, vault);
        lanes.spawn("store-write", &lanes.write, vault, move |queue, vault| {
            sqlite::write_lane(writer, queue, vault, &on_change);
        })?;
        for reader in readers {
            lanes.spawn("store-read", &lanes.read, vault, |queue, vault| {
                sqlite::read_lane(reader, queue, vault);
            })?;
        }
        Ok(Self(Arc::new(lanes)))
    }

    fn on_postgres(
        links: impl Iterator<Item = postgres::Link>,
        vault: &Arc<Vault>,
        on_change: &OnChange,
    ) -> Result<Self, StoreError> {
        let queue: Lane = Arc::new(Queue::new(WAITING));
        let lanes = Lanes::new(Arc::clone(&queue), queue, vault);
        for link in links {
            let on_change = Arc::clone(on_change);
            lanes.spawn(
                "store-postgres",
                &lanes.write,
                vault,
                move |queue, vault| {
                    postgres::lane(link, queue, vault, &on_change);
                },
            )?;
        }
        Ok(Self(Arc::new(lanes)))
    }

    /// Runs a closure that only reads, in a transaction that sees one moment of the database.
    ///
    /// # Errors
    /// What the closure answers; [`StoreError::Unavailable`], [`StoreError::Overloaded`] or
    /// [`StoreError::Stopped`] when it could not run; [`StoreError::Panicked`].
    pub async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        run(&self.0.read, Mode::Read, ANSWER_WITHIN, f).await
    }

    /// Runs a closure that takes one look: by one method that says that it is one statement. What it does
    /// beyond that may see another moment.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn look<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        run(&self.0.read, Mode::Look, ANSWER_WITHIN, f).await
    }

    /// Runs a closure in a transaction of its own. `Ok` comes back after the commit; with `Err`
    /// nothing was written. Dropping the future changes nothing: once begun, the closure runs to
    /// its end.
    ///
    /// # Errors
    /// What the closure answers; [`StoreError::Unavailable`], [`StoreError::Overloaded`] or
    /// [`StoreError::Stopped`] when it could not run; [`StoreError::Panicked`]; the error of a
    /// statement that failed though the closure answered `Ok`.
    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        run(&self.0.write, Mode::Write, ANSWER_WITHIN, f).await
    }

    /// Seals a text that is kept elsewhere for a while, under this name: whoever can write there can
    /// neither read it nor make one up.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be sealed.
    pub fn seal_elsewhere(&self, name: &str, text: &str) -> Result<String, StoreError> {
        self.0.vault.seal(elsewhere(name), text.as_bytes())
    }

    /// Opens what [`Self::seal_elsewhere`] sealed under this name.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it is not that.
    pub fn open_elsewhere(
        &self,
        name: &str,
        sealed: &str,
    ) -> Result<Zeroizing<String>, StoreError> {
        let place = elsewhere(name);
        let plain = self.0.vault.open(place, sealed)?;
        let text = std::str::from_utf8(&plain).map_err(|_cause| place.refused())?;
        Ok(Zeroizing::new(text.to_owned()))
    }

    /// How the ways to the database fare at this moment.
    #[must_use]
    pub fn numbers(&self) -> Vec<LaneNumbers> {
        let Lanes { read, write, .. } = &*self.0;
        if Arc::ptr_eq(read, write) {
            return vec![write.numbers("all")];
        }
        vec![read.numbers("read"), write.numbers("write")]
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        run(&self.0.read, Mode::Read, PING_WITHIN, |tx| tx.ping()).await
    }
}

async fn run<T, E, F>(lane: &Lane, mode: Mode, within: Duration, closure: F) -> Result<T, E>
where
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (work, answer) = job(mode, closure);
    lane.push(work)?;
    match tokio::time::timeout(within, answer).await {
        Ok(answer) => answer.unwrap_or_else(|_cause| Err(StoreError::Stopped.into())),
        Err(_elapsed) => Err(no_answer(mode, within).into()),
    }
}

fn no_answer(mode: Mode, within: Duration) -> StoreError {
    let seconds = within.as_secs();
    StoreError::Unavailable(match mode {
        Mode::Read | Mode::Look => format!("no answer within {seconds} s"),
        Mode::Write => {
            format!("no answer within {seconds} s; whether it was written is unknown")
        }
    })
}

/// Opens the sealed sentinel, so that a wrong key is an error at start and not at a sign-in.
fn check_master_key(engine: Engine<'_>, vault: &Vault) -> Result<(), StoreError> {
    Tx::new(engine, vault, None).check_master_key()
}

/// Why a transaction at the opening failed.
struct Opening(StoreError);

impl From<diesel::result::Error> for Opening {
    fn from(error: diesel::result::Error) -> Self {
        Self(StoreError::from_diesel(&error))
    }
}

/// The key of the audit log, made where there is none.
fn audit_key(engine: Engine<'_>, vault: &Vault) -> Result<AuditKey, Opening> {
    Tx::new(engine, vault, None).audit_key().map_err(Opening)
}

impl Lanes {
    fn new(read: Lane, write: Lane, vault: &Arc<Vault>) -> Self {
        Self {
            read,
            write,
            threads: Mutex::new(Vec::new()),
            vault: Arc::clone(vault),
        }
    }

    fn spawn(
        &self,
        name: &str,
        queue: &Lane,
        vault: &Arc<Vault>,
        work: impl FnOnce(&Queue<Box<dyn Work>>, &Vault) + Send + 'static,
    ) -> Result<(), StoreError> {
        let enlisted = queue;
        let (queue, vault) = (Arc::clone(queue), Arc::clone(vault));
        let thread = Builder::new()
            .name(name.to_owned())
            .spawn(move || work(&queue, &vault))
            .map_err(|error| StoreError::Unavailable(format!("no thread: {error}")))?;
        enlisted.enlist();
        self.threads
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(thread);
        Ok(())
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        self.read.close();
        self.write.close();
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // A closure may hold the last clone; its own thread cannot wait for itself.
            if thread.thread().id() != std::thread::current().id() {
                // A lane never panics: closures are caught.
                let _ = thread.join();
            }
        }
    }
}
