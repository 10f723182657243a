//! Every setting, its default and its check, in one place.
//!
//! A setting is an environment variable `VESTIBULE_<NAME>`. A name that is not known is an error,
//! so that a typing mistake cannot silently leave a default in force.

mod brand;
mod places;
mod problems;
mod proxies;
mod secrets;
mod settings;
mod watching;

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

use jiff::SignedDuration;
use url::Url;
use vestibule_jobs::Bell;
use vestibule_model::{Email, Plan};
use vestibule_outbound::{Mailer, Reach, is_loopback};
use zeroize::Zeroizing;

pub use brand::BrandSettings;
pub use places::{Database, MailSettings, MasterKeySource, RedisUrl};
pub use proxies::TrustedProxies;
pub use settings::{SETTINGS, Setting};

const PREFIX: &str = "VESTIBULE_";
/// Variables for the tests of this repository; the server has no business with them.
const TEST_PREFIX: &str = "VESTIBULE_TEST_";
/// Variables for commands that call a server; they may be there beside its settings.
const OF_CALLERS: &[&str] = &[API_KEY, "VESTIBULE_SERVER"];
/// The API key of a command that calls a server.
const API_KEY: &str = "VESTIBULE_API_KEY";

/// How long a server goes on that is told to end, where there are others, in seconds: HAProxy and the like look
/// every second or two, and believe what they see twice.
const DRAIN_AMONG_OTHERS: u16 = 4;

/// The fewest days that an audit log is kept: what happened has to be found out in the meantime.
pub(crate) const MIN_AUDIT_DAYS: u16 = 30;
/// The most: ten years.
pub(crate) const MAX_AUDIT_DAYS: u16 = 3_650;

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("VESTIBULE_{name}: expected {expected}; found {found}")]
pub struct ConfigError {
    name: String,
    expected: String,
    found: String,
}

impl ConfigError {
    /// The name of the variable.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("{PREFIX}{}", self.name)
    }

    /// What was expected, and what was found.
    #[must_use]
    pub fn expected_and_found(&self) -> (&str, &str) {
        (&self.expected, &self.found)
    }

    fn new(name: &str, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            expected: expected.into(),
            found: found.into(),
        }
    }
}

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Pretty,
}

/// The settings, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The URL the server is reached at, without a trailing slash.
    pub public_url: String,
    /// Which database.
    pub database: Database,
    /// Where replicas share short-lived state; it may hold a password.
    pub redis_url: Option<RedisUrl>,
    /// How long a server that is told to end goes on answering while it says that it is not ready.
    pub drain: Duration,
    /// Where the master key comes from.
    pub master_key: MasterKeySource,
    /// By how much clocks may differ.
    pub clock_skew: SignedDuration,
    /// Plans that include SSO.
    pub sso_plans: Vec<Plan>,
    /// Whom to contact for an upgrade.
    pub upgrade_contact: Option<String>,
    /// What people sign in to, as our metadata says.
    pub service_name: Option<String>,
    /// How our pages look.
    pub brand: BrandSettings,
    /// Whom the admin of an IdP writes to, as our metadata says.
    pub service_contact: Option<String>,
    /// How mail is sent, where it is.
    pub mail: Option<MailSettings>,
    /// Whom to ask for TXT records; none: the system's resolvers.
    pub dns_resolver: Option<SocketAddr>,
    /// Whose forwarding headers count.
    pub trusted_proxies: TrustedProxies,
    /// Whether metadata may be fetched from loopback and private addresses too.
    pub outbound_allow_private: bool,
    /// For how many days the audit log is kept where a workspace does not say; none: for ever.
    pub audit_retention_days: Option<u16>,
    /// The file that the audit log is written to as well.
    pub audit_file: Option<PathBuf>,
    /// Whether `serve` migrates.
    pub migrate: bool,
    /// How many connections to the database.
    pub database_connections: usize,
    /// Where metrics are to be read, where they are.
    pub metrics_listen: Option<SocketAddr>,
    /// The collector that traces are sent to, without a trailing slash.
    pub otlp_endpoint: Option<String>,
    /// The tracing filter.
    pub log: String,
    /// How logs are written.
    pub log_format: LogFormat,
}

impl Config {
    /// Reads the settings from the environment of the process.
    ///
    /// # Errors
    /// [`ConfigError`] names the setting, what was expected and what was found.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_vars(environment())
    }

    /// Reads the settings from these variables; others than `VESTIBULE_…` are passed over.
    ///
    /// # Errors
    /// As [`Config::from_env`].
    pub fn from_vars(
        vars: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut given = BTreeMap::new();
        for (name, value) in vars {
            if name.starts_with(TEST_PREFIX) || OF_CALLERS.contains(&name.as_str()) {
                continue;
            }
            let Some(short) = name.strip_prefix(PREFIX) else {
                continue;
            };
            if !SETTINGS.iter().any(|setting| setting.name == short) {
                let known: Vec<_> = SETTINGS.iter().map(|setting| setting.name).collect();
                let expected = format!("no setting of this name; there are {}", known.join(", "));
                return Err(ConfigError::new(short, expected, "it set"));
            }
            given.insert(short.to_owned(), value);
        }
        secrets::read(&mut given)?;
        let get = |name: &str| given.get(name).map(String::as_str);

        let listen = address(get("LISTEN"))?;
        let database = match get("DATABASE_URL").unwrap_or("sqlite://./data/vestibule.db") {
            url if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Database::Postgres(url.to_owned())
            }
            url => match url.strip_prefix("sqlite://") {
                Some(path) if !path.is_empty() => Database::Sqlite(PathBuf::from(path)),
                _ => {
                    return Err(ConfigError::new(
                        "DATABASE_URL",
                        "sqlite://<path> or postgres://user:password@host/database",
                        // It may hold a password, so it is not repeated.
                        "neither of them",
                    ));
                }
            },
        };
        let sso_plans = get("SSO_PLANS")
            .unwrap_or("pro,premier")
            .split(',')
            .map(|word| word.trim().parse::<Plan>())
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| ConfigError::new("SSO_PLANS", error.expected, error.found))?;
        let clock_skew = whole_number(get("CLOCK_SKEW"), "CLOCK_SKEW", 180, 0..=600)?;
        let redis_url = redis_url(get("REDIS_URL"))?;
        // Short-lived state that is shared is shared with others, who take over.
        let drain = redis_url.as_ref().map_or(0, |_| DRAIN_AMONG_OTHERS);
        let drain = whole_number(get("DRAIN_SECONDS"), "DRAIN_SECONDS", drain, 0..=60)?;
        let connections = whole_number(
            get("DATABASE_CONNECTIONS"),
            "DATABASE_CONNECTIONS",
            4,
            1..=64,
        )?;
        Ok(Self {
            listen,
            public_url: public_url(get("PUBLIC_URL"), listen)?,
            master_key: master_key(get("MASTER_KEY"), get("MASTER_KEY_FILE"), &database)?,
            database,
            redis_url,
            drain: Duration::from_secs(drain.into()),
            clock_skew: SignedDuration::from_secs(i64::from(clock_skew)),
            sso_plans,
            upgrade_contact: get("UPGRADE_CONTACT").map(str::to_owned),
            service_name: one_line("SERVICE_NAME", get("SERVICE_NAME"))?,
            brand: BrandSettings::read(get("BRAND_NAME"), get("BRAND_COLOUR"), get("BRAND_LOGO"))?,
            service_contact: service_contact(get("SERVICE_CONTACT"))?,
            mail: mail(get("SMTP_URL"), get("MAIL_FROM"))?,
            dns_resolver: dns_resolver(get("DNS_RESOLVER"))?,
            trusted_proxies: TrustedProxies::parse(get("TRUSTED_PROXIES").unwrap_or_default())
                .map_err(|found| {
                    let expected = "addresses or networks, such as 10.0.0.0/8, separated by commas";
                    ConfigError::new("TRUSTED_PROXIES", expected, found)
                })?,
            outbound_allow_private: one_of(
                get("OUTBOUND_ALLOW_PRIVATE"),
                "OUTBOUND_ALLOW_PRIVATE",
                &[("off", false), ("on", true)],
            )?,
            audit_retention_days: get("AUDIT_RETENTION_DAYS")
                .map(|given| {
                    let name = "AUDIT_RETENTION_DAYS";
                    whole_number(
                        Some(given),
                        name,
                        MIN_AUDIT_DAYS,
                        MIN_AUDIT_DAYS..=MAX_AUDIT_DAYS,
                    )
                })
                .transpose()?,
            audit_file: get("AUDIT_FILE").map(PathBuf::from),
            migrate: one_of(get("MIGRATE"), "MIGRATE", &[("on", true), ("off", false)])?,
            database_connections: usize::from(connections),
            metrics_listen: watching::metrics_listen(get("METRICS_LISTEN"), listen)?,
            otlp_endpoint: watching::otlp_endpoint(get("OTLP_ENDPOINT"))?,
            log: get("LOG").unwrap_or("info").to_owned(),
            log_format: one_of(
                get("LOG_FORMAT"),
                "LOG_FORMAT",
                &[("json", LogFormat::Json), ("pretty", LogFormat::Pretty)],
            )?,
        })
    }

    /// Whether cookies are for `https` (design §4.5); decided here alone, never by a header.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https:")
    }

    /// How far whatever goes out by somebody's URL may reach.
    pub(crate) fn reach(&self) -> Reach {
        if self.outbound_allow_private {
            Reach::private_too()
        } else {
            Reach::internet()
        }
    }
}

fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok()?;
        Some((name, value.to_string_lossy().into_owned()))
    })
}

/// The API key for a command that calls a server, where one is given. A variable, because what stands on a
/// command line is seen by every user of the machine.
#[must_use]
pub fn api_key() -> Option<Zeroizing<String>> {
    #[expect(clippy::disallowed_methods, reason = "the environment is read here")]
    let given = std::env::var(API_KEY).ok();
    let key = Zeroizing::new(given?.trim().to_owned());
    (!key.is_empty()).then_some(key)
}

/// Where the server of these settings listens, for a command that asks it how it is; whatever else is wrong
/// with them.
///
/// # Errors
/// [`ConfigError`] for an address that is none.
pub(crate) fn listen() -> Result<SocketAddr, ConfigError> {
    let mut all = environment();
    let given = all.find(|(name, _)| name.strip_prefix(PREFIX) == Some("LISTEN"));
    address(given.as_ref().map(|(_, value)| value.as_str()))
}

fn address(given: Option<&str>) -> Result<SocketAddr, ConfigError> {
    let given = given.unwrap_or("127.0.0.1:8080");
    let expected = "an IP address and a port, such as 127.0.0.1:8080 or [::]:8080";
    given
        .parse()
        .or(Err(ConfigError::new("LISTEN", expected, given)))
}

fn public_url(given: Option<&str>, listen: SocketAddr) -> Result<String, ConfigError> {
    let Some(text) = given else {
        return Ok(format!("http://{listen}"));
    };
    let expected = "an https URL without path, query and fragment (http for loopback alone)";
    let refused = || ConfigError::new("PUBLIC_URL", expected, text);
    let url = Url::parse(text).or(Err(refused()))?;
    let plain = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    if !plain || !safe {
        return Err(refused());
    }
    Ok(url.origin().ascii_serialization())
}

fn one_line(setting: &str, given: Option<&str>) -> Result<Option<String>, ConfigError> {
    let Some(name) = given.map(str::trim) else {
        return Ok(None);
    };
    if name.is_empty() || name.len() > 256 || name.contains(char::is_control) {
        let expected = "a name of 1 to 256 bytes on one line";
        let found = format!("{} bytes", name.len());
        return Err(ConfigError::new(setting, expected, found));
    }
    Ok(Some(name.to_owned()))
}

fn service_contact(given: Option<&str>) -> Result<Option<String>, ConfigError> {
    let Some(address) = given.map(str::trim) else {
        return Ok(None);
    };
    match Email::parse(address) {
        Ok(_) => Ok(Some(address.to_owned())),
        Err(_) => Err(ConfigError::new(
            "SERVICE_CONTACT",
            "an e-mail address",
            address,
        )),
    }
}

fn mail(url: Option<&str>, from: Option<&str>) -> Result<Option<MailSettings>, ConfigError> {
    let (url, from) = match (url, from) {
        (None, None) => return Ok(None),
        (Some(url), Some(from)) => (url, from),
        (None, Some(_)) => {
            let expected = "smtps://host with MAIL_FROM";
            return Err(ConfigError::new("SMTP_URL", expected, "nothing"));
        }
        (Some(_), None) => {
            let expected = "an e-mail address with SMTP_URL";
            return Err(ConfigError::new("MAIL_FROM", expected, "nothing"));
        }
    };
    // The URL may hold a password, so it is not repeated; the mailer says what is wrong with it.
    let mailer = Mailer::new(url, from).map_err(|error| {
        let expected = "smtps://user:password@host or smtp://host, and an address in MAIL_FROM";
        ConfigError::new("SMTP_URL", expected, error.to_string())
    })?;
    let bell = Bell::default();
    Ok(Some(MailSettings { mailer, bell }))
}

fn dns_resolver(given: Option<&str>) -> Result<Option<SocketAddr>, ConfigError> {
    let Some(text) = given else {
        return Ok(None);
    };
    let expected = "an IP address and a port, such as 10.0.0.2:53";
    let address = text.parse();
    address
        .map(Some)
        .or(Err(ConfigError::new("DNS_RESOLVER", expected, text)))
}

fn redis_url(given: Option<&str>) -> Result<Option<RedisUrl>, ConfigError> {
    let Some(url) = given else {
        return Ok(None);
    };
    if url.starts_with("redis://") || url.starts_with("rediss://") {
        return Ok(Some(RedisUrl(url.to_owned())));
    }
    // It may hold a password, so it is not repeated.
    let expected =
        "redis://host:6379, redis://host-a:6379,host-b:6379 or rediss://user:password@host:6380";
    Err(ConfigError::new("REDIS_URL", expected, "neither of them"))
}

fn master_key(
    value: Option<&str>,
    file: Option<&str>,
    database: &Database,
) -> Result<MasterKeySource, ConfigError> {
    match (value, file, database) {
        (Some(_), Some(_), _) => Err(ConfigError::new(
            "MASTER_KEY",
            "MASTER_KEY or MASTER_KEY_FILE, not both",
            "both",
        )),
        (Some(value), None, _) => Ok(MasterKeySource::Value(value.to_owned())),
        (None, Some(path), _) => Ok(MasterKeySource::File(PathBuf::from(path))),
        (None, None, Database::Sqlite(path)) => {
            Ok(MasterKeySource::MadeAt(path.with_extension("key")))
        }
        (None, None, Database::Postgres(_)) => Err(ConfigError::new(
            "MASTER_KEY",
            "32 bytes in base64 (`openssl rand -base64 32` makes some); Postgres needs it given",
            "nothing",
        )),
    }
}

fn whole_number(
    given: Option<&str>,
    name: &str,
    default: u16,
    range: std::ops::RangeInclusive<u16>,
) -> Result<u16, ConfigError> {
    let Some(text) = given else {
        return Ok(default);
    };
    let expected = format!("a whole number from {} to {}", range.start(), range.end());
    match text.parse() {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => Err(ConfigError::new(name, expected, text)),
    }
}

/// The first word is the default.
fn one_of<T: Copy>(given: Option<&str>, name: &str, words: &[(&str, T)]) -> Result<T, ConfigError> {
    let names: Vec<_> = words.iter().map(|(word, _)| *word).collect();
    let wanted = given.or(names.first().copied()).unwrap_or_default();
    words
        .iter()
        .find(|(word, _)| *word == wanted)
        .map(|(_, value)| *value)
        .ok_or_else(|| ConfigError::new(name, names.join(" or "), wanted))
}

/// How long a request may take to arrive.
pub(crate) const CLIENT_TIMEOUT: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vars: &[(&str, &str)]) -> Result<Config, String> {
        let vars = vars
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::from_vars(vars).map_err(|error| error.to_string())
    }

    #[test]
    fn defaults_need_nothing() {
        let config = read(&[("PATH", "/bin"), ("VESTIBULE_TEST_POSTGRES_URL", "x")]).unwrap();
        assert_eq!(config.public_url, "http://127.0.0.1:8080");
        assert!(matches!(config.master_key, MasterKeySource::MadeAt(_)));
        assert_eq!(config.sso_plans, [Plan::Pro, Plan::Premier]);
        assert!(!config.outbound_allow_private);
    }

    #[test]
    fn every_wrong_value_is_named() {
        for (name, value) in [
            ("VESTIBULE_LISTEN", "localhost"),
            ("VESTIBULE_METRICS_LISTEN", "9464"),
            ("VESTIBULE_OTLP_ENDPOINT", "collector:4318"),
            (
                "VESTIBULE_OTLP_ENDPOINT",
                "http://user:secret@collector:4318",
            ),
            ("VESTIBULE_METRICS_LISTEN", "0.0.0.0:8080"),
            ("VESTIBULE_PUBLIC_URL", "http://sso.example.com"),
            ("VESTIBULE_PUBLIC_URL", "https://sso.example.com/path"),
            ("VESTIBULE_PUBLIC_URL", "ftp://127.0.0.1"),
            ("VESTIBULE_DATABASE_URL", "mysql://root@localhost/x"),
            ("VESTIBULE_DATABASE_URL", "postgres://localhost/vestibule"),
            ("VESTIBULE_REDIS_URL", "localhost:6379"),
            ("VESTIBULE_CLOCK_SKEW", "601"),
            ("VESTIBULE_CLOCK_SKEW", "3m"),
            ("VESTIBULE_SSO_PLANS", "pro,gold"),
            ("VESTIBULE_SERVICE_NAME", " "),
            ("VESTIBULE_SERVICE_CONTACT", "the help desk"),
            ("VESTIBULE_BRAND_NAME", "Acme\nCloud"),
            ("VESTIBULE_BRAND_COLOUR", "blue"),
            ("VESTIBULE_BRAND_LOGO", ""),
            ("VESTIBULE_MIGRATE", "yes"),
            ("VESTIBULE_SMTP_URL", "smtp://mail.example.com"),
            ("VESTIBULE_MAIL_FROM", "sso@example.com"),
            ("VESTIBULE_DNS_RESOLVER", "10.0.0.2"),
            ("VESTIBULE_TRUSTED_PROXIES", "10.0.0.0/8,proxy"),
            ("VESTIBULE_OUTBOUND_ALLOW_PRIVATE", "true"),
            ("VESTIBULE_LOG_FORMAT", "xml"),
            ("VESTIBULE_LISTN", "127.0.0.1:1"),
        ] {
            let message = read(&[(name, value)]).unwrap_err();
            assert!(
                message.starts_with("VESTIBULE_") && message.contains("expected"),
                "{message}"
            );
        }
    }

    #[test]
    fn one_source_of_the_master_key() {
        let both = [
            ("VESTIBULE_MASTER_KEY", "a"),
            ("VESTIBULE_MASTER_KEY_FILE", "b"),
        ];
        assert!(read(&both).unwrap_err().contains("not both"));
    }

    #[test]
    fn no_secret_in_debug() {
        let config = read(&[
            (
                "VESTIBULE_DATABASE_URL",
                "postgres://vestibule:hunter2@localhost/v",
            ),
            ("VESTIBULE_MASTER_KEY", "topsecret"),
            ("VESTIBULE_REDIS_URL", "redis://:hunter3@localhost"),
        ]);
        let shown = format!("{:?}", config.unwrap());
        assert!(
            !shown.contains("hunter") && !shown.contains("topsecret"),
            "{shown}"
        );
    }
}
