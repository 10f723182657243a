//! A database for one test, gone when the test ends.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use tempfile::TempDir;
use vestibule_store::{MasterKey, Store, StoreConfig, StoreError, Tx};

use crate::statements;

/// Waits for a future on this thread.
pub(crate) fn wait<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime")
        .block_on(future)
}

pub(crate) struct Bed {
    store: Option<Store>,
    key: MasterKey,
    config: StoreConfig,
    home: Home,
}

enum Home {
    Sqlite {
        _folder: TempDir,
    },
    Postgres {
        name: String,
        _template: Arc<Template>,
    },
}

impl Bed {
    pub(crate) fn sqlite() -> Self {
        let bed = Self::empty_sqlite();
        Store::migrate(&bed.config).unwrap();
        bed
    }

    pub(crate) fn postgres() -> Self {
        let template = Template::get();
        let name = fresh_name("vestibule_test");
        template.admin(&format!(
            "CREATE DATABASE {name} TEMPLATE {}",
            template.name
        ));
        Self::in_postgres(name, template)
    }

    /// A place for a database that has no schema yet.
    pub(crate) fn empty_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/data/vestibule.db", folder.path().display());
        let key = MasterKey::generate().unwrap();
        Self {
            store: None,
            config: config(url, &key),
            key,
            home: Home::Sqlite { _folder: folder },
        }
    }

    /// See [`Self::empty_sqlite`].
    pub(crate) fn empty_postgres() -> Self {
        let template = Template::get();
        let name = fresh_name("vestibule_test");
        template.admin(&format!("CREATE DATABASE {name}"));
        Self::in_postgres(name, template)
    }

    fn in_postgres(name: String, template: Arc<Template>) -> Self {
        let key = MasterKey::generate().unwrap();
        Self {
            store: None,
            config: config(database_url(&name), &key),
            key,
            home: Home::Postgres {
                name,
                _template: template,
            },
        }
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.home, Home::Sqlite { .. })
    }

    /// The one master key of [`Self::config`].
    pub(crate) fn key(&self) -> &MasterKey {
        &self.key
    }

    pub(crate) fn config(&self) -> StoreConfig {
        self.config.clone()
    }

    pub(crate) fn store(&mut self) -> Store {
        statements::record();
        let config = &self.config;
        self.store
            .get_or_insert_with(|| Store::open(config.clone()).unwrap())
            .clone()
    }

    /// Closes the store, with its connections and whatever it remembers.
    pub(crate) fn close(&mut self) {
        self.store = None;
    }

    pub(crate) fn write<T: Send + 'static>(
        &mut self,
        f: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        wait(self.store().write(f))
    }

    pub(crate) fn read<T: Send + 'static>(
        &mut self,
        f: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        wait(self.store().read(f))
    }

    /// Runs SQL behind the store's back.
    pub(crate) fn sql(&self, sql: &str) {
        match self.raw() {
            Raw::Sqlite(mut conn) => conn.batch_execute(sql),
            Raw::Postgres(mut conn) => conn.batch_execute(sql),
        }
        .unwrap();
    }

    /// Rows of one text column called `text`, read behind the store's back.
    pub(crate) fn texts(&self, sql: &str) -> Vec<String> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            text: String,
        }
        let rows: Vec<Row> = match self.raw() {
            Raw::Sqlite(mut conn) => diesel::sql_query(sql).load(&mut conn),
            Raw::Postgres(mut conn) => diesel::sql_query(sql).load(&mut conn),
        }
        .unwrap();
        rows.into_iter().map(|row| row.text).collect()
    }

    /// How many rows a table has.
    pub(crate) fn count(&self, table: &str) -> usize {
        self.texts(&format!(
            "SELECT CAST(count(*) AS TEXT) AS text FROM {table}"
        ))[0]
            .parse()
            .unwrap()
    }

    /// The path of the SQLite file.
    pub(crate) fn path(&self) -> String {
        self.config
            .database_url
            .strip_prefix("sqlite://")
            .expect("a SQLite bed")
            .to_owned()
    }

    pub(crate) fn raw(&self) -> Raw {
        match &self.home {
            Home::Sqlite { .. } => {
                let mut conn = SqliteConnection::establish(&self.path()).unwrap();
                conn.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
                Raw::Sqlite(conn)
            }
            Home::Postgres { name, .. } => {
                Raw::Postgres(PgConnection::establish(&database_url(name)).unwrap())
            }
        }
    }
}

/// A connection that the store knows nothing of.
pub(crate) enum Raw {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Drop for Bed {
    fn drop(&mut self) {
        self.close();
        if let Home::Postgres {
            name,
            _template: template,
        } = &self.home
        {
            // A clone of the store may be left in a test that failed.
            template.admin(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

fn config(url: String, key: &MasterKey) -> StoreConfig {
    StoreConfig {
        readers: 2,
        connections: 4,
        ..StoreConfig::new(url, key.clone())
    }
}

fn fresh_name(stem: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{stem}_{}_{number}", std::process::id())
}

#[expect(
    clippy::disallowed_methods,
    reason = "where the tests find Postgres is their own setting"
)]
fn server_url() -> String {
    std::env::var("VESTIBULE_TEST_POSTGRES_URL").expect(
        "these tests need a Postgres server: run them by `make test`, or by `tests/with-services \
         cargo test -p vestibule-store`, or start one and set VESTIBULE_TEST_POSTGRES_URL to a \
         superuser's URL",
    )
}

/// Host and port of the server.
pub(crate) fn server_address() -> String {
    let server = server_url();
    let authority = server
        .split("://")
        .nth(1)
        .and_then(|rest| rest.split('/').next());
    authority
        .and_then(|text| text.rsplit('@').next())
        .expect("a URL that names a host")
        .to_owned()
}

/// The server's URL with another database in it.
fn database_url(name: &str) -> String {
    let server = server_url();
    let (server, parameters) = server.split_once('?').unwrap_or((&server, ""));
    let (server, _database) = server
        .rsplit_once('/')
        .expect("a URL that names a database");
    format!("{server}/{name}?{parameters}")
        .trim_end_matches('?')
        .to_owned()
}

/// A migrated database to copy, made by the first test that needs it, dropped by the last.
struct Template {
    name: String,
}

impl Template {
    fn get() -> Arc<Self> {
        static SHARED: Mutex<Weak<Template>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(template) = shared.upgrade() {
            return template;
        }
        let template = Arc::new(Self {
            name: fresh_name("vestibule_template"),
        });
        template.admin(&format!("CREATE DATABASE {}", template.name));
        let key = MasterKey::generate().unwrap();
        Store::migrate(&config(database_url(&template.name), &key)).unwrap();
        *shared = Arc::downgrade(&template);
        template
    }

    fn admin(&self, sql: &str) {
        PgConnection::establish(&server_url())
            .and_then(|mut conn| {
                conn.batch_execute(sql)
                    .map_err(|error| ConnectionError::BadConnection(error.to_string()))
            })
            .unwrap();
    }
}

impl Drop for Template {
    fn drop(&mut self) {
        self.admin(&format!(
            "DROP DATABASE IF EXISTS {} WITH (FORCE)",
            self.name
        ));
    }
}
