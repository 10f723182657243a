//! The server: opens the archive, loads the keys, routes requests, ends in order.

use std::{
    future::ready,
    io::Write as _,
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::Arc,
    time::Duration,
};

use actix_web::{
    App, HttpResponse, HttpServer,
    dev::Server,
    middleware::from_fn,
    web::{self, Data},
};
use futures_util::future::{join3, join4};
use tracing::{info, warn};
use vestibule_credential::{Argon2Cost, CredentialError, Hasher, Passkeys};
use vestibule_outbound::TxtResolver;
use vestibule_pages::Asset;
use vestibule_policy::Rules;
use vestibule_session::{Issuer, KeyError};
use vestibule_state::{InProcess, Limits, Redis, ShortLived, StateError};
use vestibule_store::{MasterKey, MasterKeys, OnChange, Store, StoreConfig, StoreError};
use zeroize::Zeroizing;

use crate::{
    audit, backchannel,
    brand::{self, DeploymentBrand, LogoFileError},
    certificate_uses::CertificateUses,
    clock,
    config::{CLIENT_TIMEOUT, Config, MasterKeySource},
    configuration::Configuration,
    connections::Connections,
    departures::{self, Departures},
    domains,
    ending::{Ending, Told, end_when_told},
    expiry,
    extract::{answered_once, with_entity_tags},
    forward,
    hashing::Hashing,
    key_pool::KeyPool,
    keys::Keys,
    mail::outbox,
    metadata::{self, Door},
    metrics::{self, Build, Metrics},
    oidc::{self, PublishedKeys},
    openapi, people,
    problem::Problem,
    replicas, respond, routes,
    saml::{self, RevisionKeys},
    service::Service,
    settings, setup,
    traces::{Traces, TracesError},
    turns::Turns,
    webhooks::{self, UrlCheck},
};

/// How long a request that is under way may take when the server is told to end.
const SHUTDOWN: u64 = 10;
/// What every key in Redis begins with.
pub(crate) const REDIS_NAMESPACE: &str = "vestibule";
/// How long a question to the DNS may take.
const DNS_PATIENCE: Duration = Duration::from_secs(5);
/// What deletes what has expired, on every server.
const PRUNING: &str = "pruning";
/// How often it does.
const PRUNE_EVERY: Duration = Duration::from_secs(60);

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {cause}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's word.
        cause: std::io::Error,
    },
    /// The master key cannot be read or made.
    #[error("the master key {what}: {cause}")]
    MasterKey {
        /// Where it should be.
        what: String,
        /// What went wrong.
        cause: String,
    },
    /// The archive does not open.
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    /// The libraries for XML signatures do not start.
    #[error("libxml2 and libxmlsec1: {0}")]
    Xml(#[from] vestibule_xmlsig::InitError),
    /// The place for short-lived state cannot be used.
    #[error("VESTIBULE_REDIS_URL: {0}")]
    State(#[from] StateError),
    /// The keys that sign tokens do not load.
    #[error("the keys that sign tokens: {0}")]
    Keys(#[from] KeyError),
    /// Passwords cannot be hashed.
    #[error("passwords: {0}")]
    Credential(#[from] CredentialError),
    /// The logo cannot be used.
    #[error("VESTIBULE_BRAND_LOGO: {0}")]
    Logo(#[from] LogoFileError),
    /// The metrics contradict each other.
    #[error("metrics: {0}")]
    Metrics(#[from] prometheus::Error),
    /// Nothing can be sent to the collector.
    #[error("VESTIBULE_OTLP_ENDPOINT: {0}")]
    Traces(#[from] TracesError),
    /// The log filter cannot be read.
    #[error("VESTIBULE_LOG: {0}")]
    Log(#[from] tracing_subscriber::filter::ParseError),
    /// The operating system refused something.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// A server that is listening and has not begun to answer.
pub struct Started {
    /// The future that serves; it ends on SIGTERM or SIGINT.
    pub server: Server,
    /// Where it listens.
    pub address: SocketAddr,
    /// The URL it is reached at.
    pub public_url: String,
    service: Data<Service>,
}

/// What runs by the clock beside a server.
pub struct Jobs {
    stopper: vestibule_jobs::Stopper,
    running: actix_web::rt::task::JoinHandle<()>,
    service: Data<Service>,
}

impl Started {
    /// Starts what runs by the clock: looking at metadata, domains and the end of certificates again,
    /// sending mail and webhooks, telling applications of sign-outs, and keeping the audit log.
    #[must_use]
    pub fn start_jobs(&self) -> Jobs {
        let board = self.service.metrics.jobs.clone();
        let store = self.service.store.clone();
        let (stopper, duty, leading) = vestibule_jobs::stand(store, clock::now, board);
        let metadata = metadata::run_jobs(self.service.clone(), duty.clone());
        let domains = domains::run_jobs(self.service.clone(), duty.clone());
        let expiry = expiry::run_jobs(self.service.clone(), duty.clone());
        let mail = outbox::run_jobs(self.service.clone(), duty.clone());
        let webhooks = webhooks::run_jobs(self.service.clone(), duty.clone());
        let backchannel = backchannel::run_jobs(self.service.clone(), duty.clone());
        let log = audit::run_jobs(self.service.clone(), duty);
        let running = actix_web::rt::spawn(async move {
            let looking = join3(metadata, domains, expiry);
            let telling = join3(mail, webhooks, backchannel);
            join4(leading, looking, telling, log).await;
        });
        Jobs {
            stopper,
            running,
            service: self.service.clone(),
        }
    }
}

impl Jobs {
    /// Ends it, and waits a while for what is under way.
    pub async fn stop(self) {
        drop(self.stopper);
        let wait = Duration::from_secs(SHUTDOWN);
        if actix_web::rt::time::timeout(wait, self.running)
            .await
            .is_err()
        {
            warn!("a job was still at work");
        }
        // What is left of the traces; who cannot wait for it has nothing to lose but these.
        let service = self.service;
        let _ = web::block(move || service.traces.finish()).await;
    }
}

/// Opens the archive as the settings say, migrating it where they say so.
///
/// # Errors
/// [`StartError`].
pub fn open_store(config: &Config, migrate: bool) -> Result<Store, StartError> {
    open_store_and_tell(config, migrate, Arc::new(|_| {}))
}

fn open_store_and_tell(
    config: &Config,
    migrate: bool,
    on_change: OnChange,
) -> Result<Store, StartError> {
    let master_keys = master_keys(&config.master_key)?;
    let mut store_config = StoreConfig::new(config.database.url(), master_keys);
    store_config.connections = config.database_connections;
    store_config.readers = config.database_connections;
    store_config.on_change = on_change;
    if migrate {
        let migrated = Store::migrate(&store_config)?;
        if !migrated.versions.is_empty() {
            info!(versions = migrated.versions.join(", "), "schema migrated");
        }
    }
    Ok(Store::open(store_config)?)
}

/// The master keys; where they are made at the first start, they are made now.
fn master_keys(source: &MasterKeySource) -> Result<MasterKeys, StartError> {
    if let MasterKeySource::MadeAt(path) = source
        && !path.exists()
    {
        make_key_file(path).map_err(|cause| StartError::MasterKey {
            what: format!("at {}", path.display()),
            cause: cause.to_string(),
        })?;
    }
    existing_master_keys(source)
}

/// The master keys that are there; none is made.
///
/// # Errors
/// [`StartError::MasterKey`].
pub(crate) fn existing_master_keys(source: &MasterKeySource) -> Result<MasterKeys, StartError> {
    let failed = |what: String, cause: &dyn std::fmt::Display| StartError::MasterKey {
        what,
        cause: cause.to_string(),
    };
    let read = |path: &Path| -> Result<MasterKeys, StartError> {
        let what = format!("in {}", path.display());
        let text = std::fs::read_to_string(path).map(Zeroizing::new);
        let text = text.map_err(|cause| failed(what.clone(), &cause))?;
        MasterKeys::parse(&text).map_err(|cause| failed(what, &cause))
    };
    match source {
        MasterKeySource::Value(text) => MasterKeys::parse(text)
            .map_err(|cause| failed("in VESTIBULE_MASTER_KEY".to_owned(), &cause)),
        MasterKeySource::File(path) | MasterKeySource::MadeAt(path) => read(path),
    }
}

/// Makes a key that nobody else can read. It appears under its name whole or not at all: of two
/// programs that start at once, one makes it and both read it.
fn make_key_file(path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    use std::os::unix::fs::OpenOptionsExt as _;

    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder)?;
    }
    let key = MasterKey::generate()?;
    let draft = path.with_extension(format!("key.{}", std::process::id()));
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    writeln!(file, "{}", key.to_base64().as_str())?;
    file.sync_all()?;
    // A link fails where the name exists, so it never replaces a key that seals something.
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        other => Ok(other?),
    }
}

/// What the settings say to the policy.
pub(crate) fn rules(config: &Config) -> Rules {
    Rules {
        sso_plans: config.sso_plans.clone(),
        upgrade_contact: config.upgrade_contact.clone(),
        public_url: config.public_url.clone(),
    }
}

/// Where trips and parked messages are kept. Redis may be away at this moment: it is connected to
/// when it is needed, and sessions go on without it.
fn short_lived_state(config: &Config) -> Result<Arc<dyn ShortLived>, StartError> {
    let limits = Limits::default();
    Ok(match &config.redis_url {
        Some(url) => Arc::new(Redis::open(url.expose(), REDIS_NAMESPACE, limits)?),
        None => Arc::new(InProcess::new(limits)),
    })
}

/// Starts the server: everything that can fail has failed or succeeded when this returns.
///
/// `public_url_given` says whether the settings name the public URL; otherwise it follows the port
/// that was really taken (`LISTEN` may say port 0).
///
/// # Errors
/// [`StartError`].
pub async fn start(mut config: Config, public_url_given: bool) -> Result<Started, StartError> {
    vestibule_session::init();
    let versions = vestibule_xmlsig::init()?;
    let told = Told::listen()?;
    let listener = bind(config.listen)?;
    let metrics_listener = config.metrics_listen.map(bind).transpose()?;
    let metrics_address = metrics_listener.as_ref().map(TcpListener::local_addr);
    let metrics_address = metrics_address.transpose()?;
    let build = Build {
        libxml2: versions.libxml2.to_string(),
        xmlsec: versions.xmlsec.to_string(),
        openssl: versions.openssl.to_string(),
    };
    let address = listener.local_addr()?;
    if !public_url_given {
        config.public_url = format!("http://{address}");
    }
    let public_url = config.public_url.clone();
    let configuration = Arc::new(Configuration::default());
    let (on_change, unsaid) = replicas::on_change(&configuration);
    let store = open_store_and_tell(&config, config.migrate, on_change)?;
    let (departures, waiting) = Departures::new();
    let service = Data::new(Service {
        state: short_lived_state(&config)?,
        configuration,
        keys: Keys::load(&store).await?,
        issuer: Issuer {
            issuer: public_url.clone(),
            access_audience: public_url.clone(),
        },
        rules: rules(&config),
        key_pool: KeyPool::start()?,
        door: Door::new(&config),
        published_keys: PublishedKeys::new(&config),
        webhooks: UrlCheck::new(&config),
        revision_keys: RevisionKeys::default(),
        certificate_uses: CertificateUses::default(),
        departures,
        metrics: Metrics::new(build, clock::now())?,
        traces: Traces::new(&config)?,
        ending: Ending::default(),
        turns: Turns::of_this_machine(),
        hashing: Hashing::new(Hasher::new(Argon2Cost::OWASP)?),
        passkeys: Passkeys::new(
            &public_url,
            config.service_name.as_deref().unwrap_or("Vestibule"),
        ),
        txt: TxtResolver::new(config.dns_resolver, DNS_PATIENCE),
        brand: DeploymentBrand::load(&config)?,
        store,
        config,
    });
    replicas::start(&service, unsaid);
    departures::start(&service, waiting);
    let (pruned, shared) = (service.clone(), service.clone());
    actix_web::rt::spawn(async move { prune(&pruned).await });
    if let Some(listener) = metrics_listener {
        actix_web::rt::spawn(metrics::listen(listener, service.clone())?);
    }
    info!(
        %address,
        metrics = metrics_address.map(tracing::field::display),
        public_url,
        database = ?service.config.database,
        redis = service.config.redis_url.as_ref().map(tracing::field::debug),
        libxml2 = versions.libxml2,
        xmlsec = versions.xmlsec,
        openssl = versions.openssl,
        "listening"
    );
    let connections = Connections::default();
    actix_web::rt::spawn(connections.clone().watch());
    let server = HttpServer::new(move || {
        App::new()
            .app_data(service.clone())
            .app_data(
                web::PathConfig::default()
                    .error_handler(|_, _| Problem::not_found("object").into()),
            )
            .app_data(web::QueryConfig::default().error_handler(|error, _| {
                let expected = "the query parameters of this operation";
                Problem::invalid("query", expected, error.to_string()).into()
            }))
            .wrap(from_fn(oidc::cors::wrap))
            .wrap(from_fn(respond::wrap))
            .configure(configure)
    })
    .client_request_timeout(CLIENT_TIMEOUT)
    .on_connect(move |stream, data| connections.opened(stream, data))
    .shutdown_timeout(SHUTDOWN)
    .disable_signals()
    .listen(listener)?
    .run();
    let handle = server.handle();
    actix_web::rt::spawn(end_when_told(shared.clone(), told, handle));
    Ok(Started {
        server,
        address,
        public_url,
        service: shared,
    })
}

fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).map_err(|cause| StartError::Listen { address, cause })
}

fn configure(config: &mut web::ServiceConfig) {
    config
        .service(
            web::scope("/v1")
                .wrap(from_fn(answered_once))
                .wrap(from_fn(with_entity_tags))
                .configure(routes::v1),
        )
        .service(routes::health::healthz)
        .service(routes::health::readyz)
        .service(routes::problems::list)
        .service(routes::problems::read)
        .service(openapi::yaml)
        .service(openapi::json)
        .service(openapi::docs)
        .configure(brand::routes)
        .configure(oidc::routes)
        .configure(forward::routes)
        .configure(people::routes)
        .configure(settings::routes)
        .configure(setup::routes)
        .configure(saml::routes);
    for asset in vestibule_pages::ASSETS {
        config.route(asset.path, web::get().to(|| ready(served(asset))));
    }
}

fn served(asset: &Asset) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(asset.content_type)
        .insert_header(("Cache-Control", "public, max-age=3600"))
        .body(asset.body)
}

/// Deletes what has expired, as long as the server lives. Any number of replicas may do it.
async fn prune(service: &Service) {
    loop {
        actix_web::rt::time::sleep(PRUNE_EVERY).await;
        let (now, board) = (clock::now(), &service.metrics.jobs);
        match service.store.write(move |tx| tx.prune(now)).await {
            Ok(_) => board.succeeded(PRUNING, now),
            Err(error) => {
                board.failed(PRUNING);
                warn!(%error, "pruning failed; it is tried again in a minute");
            }
        }
    }
}
