//! Where the Redis server is, and how it may be shown.

use std::time::Duration;

use redis::aio::{AsyncPushSender, MultiplexedConnection};
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, ErrorKind, FromRedisValue,
    IntoConnectionInfo, ProtocolVersion, RedisError, ServerErrorKind, Value,
};

use crate::StateError;

/// How long a connection may take, greeting included.
pub(crate) const CONNECT: Duration = Duration::from_secs(1);
/// How long one answer may take.
pub(crate) const ANSWER: Duration = Duration::from_secs(1);

/// The URL of a Redis server, of which only [`Self::shown`] may be shown.
#[derive(Clone)]
pub(crate) struct Address {
    info: ConnectionInfo,
    shown: String,
    secrets: Vec<String>,
}

/// Where Redis may be: one server, or several of which one takes writes (a primary and its replicas) or
/// knows who does (the nodes of a cluster).
#[derive(Clone)]
pub(crate) struct Addresses {
    all: Vec<Address>,
    shown: String,
}

impl Addresses {
    /// Reads a URL whose host may be several, with commas between them.
    pub(crate) fn parse(url: &str) -> Result<Self, StateError> {
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        // In a password a comma may stand as it is; in a host there is none.
        let (login, rest) = match rest.rsplit_once('@') {
            Some((login, rest)) => (format!("{login}@"), rest),
            None => (String::new(), rest),
        };
        let (hosts, database) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let all = match hosts.contains(',') {
            false => vec![Address::parse(url)?],
            true => hosts
                .split(',')
                .map(|host| Address::parse(&format!("{scheme}://{login}{host}{database}")))
                .collect::<Result<Vec<_>, _>>()?,
        };
        let shown: Vec<_> = all.iter().map(Address::shown).collect();
        let shown = shown.join(", ");
        Ok(Self { all, shown })
    }

    /// The one to try, of as many tries before it.
    #[expect(
        clippy::indexing_slicing,
        reason = "there is at least one, and a remainder is less than what it is divided by"
    )]
    pub(crate) fn at(&self, tries: usize) -> &Address {
        &self.all[tries % self.all.len()]
    }

    /// The URLs without the password.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether there is another one to try.
    pub(crate) fn are_several(&self) -> bool {
        self.all.len() > 1
    }
}

impl Address {
    /// Reads `redis://user:password@host:port/database` or `rediss://…`.
    fn parse(url: &str) -> Result<Self, StateError> {
        let refused = |what: &str| Err(StateError::Config(what.to_owned()));
        let (scheme, rest) = match url.split_once("://") {
            Some((scheme @ ("redis" | "rediss"), rest)) => (scheme, rest),
            _ => return refused("a Redis URL begins with redis://, or rediss:// for TLS"),
        };
        // What is not encoded would end the password and be read as a host, and be shown.
        if rest.contains(['?', '#']) {
            return refused(
                "a Redis URL has neither ? nor #: no parameters, certificates are always checked, \
                 and in the name and the password both are percent-encoded",
            );
        }
        let Ok(info) = url.into_connection_info() else {
            return refused(
                "expected a Redis URL of the form redis://user:password@host:port/database, all but \
                 the host optional, the database a number, and @ : / in the name and the password \
                 percent-encoded",
            );
        };
        let settings = info.redis_settings().clone();
        if settings.db() < 0 {
            return refused("the database of a Redis URL is a number from 0");
        }
        let host = match info.addr() {
            ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. } => {
                match host.contains(':') {
                    true => format!("[{host}]:{port}"),
                    false => format!("{host}:{port}"),
                }
            }
            _ => return refused("a Redis URL names a host"),
        };
        let user = settings.username().map(|user| format!("{user}@"));
        let shown = format!(
            "{scheme}://{}{host}/{}",
            user.unwrap_or_default(),
            settings.db()
        );
        let encoded = rest
            .rsplit_once('@')
            .and_then(|(login, _)| login.split_once(':'));
        let mut secrets: Vec<String> = encoded
            .map(|(_, password)| password.to_owned())
            .into_iter()
            .chain(settings.password().map(str::to_owned))
            .filter(|secret| !secret.is_empty())
            .collect();
        secrets.dedup();
        // RESP3: the connection says when it ends, and carries messages beside answers.
        let settings = settings
            .set_protocol(ProtocolVersion::RESP3)
            .set_skip_set_lib_name();
        let tcp = info.tcp_settings().clone().set_nodelay(true);
        Ok(Self {
            info: info.set_redis_settings(settings).set_tcp_settings(tcp),
            shown,
            secrets,
        })
    }

    /// The URL without the password.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// This server, or the one of its cluster that it named, as `host:port`; the host may be missing.
    pub(crate) fn moved(&self, to: &str) -> Option<Self> {
        let (host, port) = to.rsplit_once(':')?;
        let new_port = port.parse().ok()?;
        let moved = |old: &str| if host.is_empty() { old } else { host }.to_owned();
        let address = match self.info.addr() {
            ConnectionAddr::Tcp(old, _) => ConnectionAddr::Tcp(moved(old), new_port),
            ConnectionAddr::TcpTls { host: old, .. } => ConnectionAddr::TcpTls {
                host: moved(old),
                port: new_port,
                insecure: false,
                tls_params: None,
            },
            _ => return None,
        };
        Some(Self {
            info: self.info.clone().set_addr(address),
            shown: format!("{} (sent on from {})", to, self.shown),
            secrets: self.secrets.clone(),
        })
    }

    /// Connects within [`CONNECT`]; answers take no longer than [`ANSWER`].
    pub(crate) async fn connect(
        &self,
        pushes: impl AsyncPushSender,
    ) -> Result<MultiplexedConnection, StateError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(Some(ANSWER))
            .set_push_sender(pushes);
        let client = Client::open(self.info.clone()).map_err(|error| self.explain(&error))?;
        client
            .get_multiplexed_async_connection_with_config(&config)
            .await
            .map_err(|error| self.explain(&error))
    }

    /// The same, and only if this server takes writes.
    pub(crate) async fn connect_to_primary(
        &self,
        pushes: impl AsyncPushSender,
    ) -> Result<MultiplexedConnection, StateError> {
        let mut connection = self.connect(pushes).await?;
        let role: Vec<Value> = redis::cmd("ROLE")
            .query_async(&mut connection)
            .await
            .map_err(|error| self.explain(&error))?;
        let role = role.first().map(String::from_redis_value_ref);
        match role {
            Some(Ok(role)) if role == "master" => Ok(connection),
            _ => Err(StateError::Unavailable(format!(
                "expected {} to take writes, but it is a replica",
                self.shown
            ))),
        }
    }

    /// The error for people.
    pub(crate) fn explain(&self, error: &RedisError) -> StateError {
        let received = match error.is_timeout() {
            true => "nothing came within a second".to_owned(),
            false => self.redact(&error.to_string()),
        };
        let remedy = match (error.kind(), error.code()) {
            (ErrorKind::Io, _) => "check that the server runs and that the URL names it",
            (ErrorKind::AuthenticationFailed, _) | (_, Some("WRONGPASS" | "NOAUTH")) => {
                "check the name and the password in the URL"
            }
            (ErrorKind::Server(ServerErrorKind::NoPerm), _) => {
                "the user in the URL needs all commands on the keys and channels of the namespace"
            }
            (ErrorKind::RESP3NotSupported, _) => "Redis 7 or newer is needed",
            _ if received.contains("certificate") => {
                "the certificate must name the host in the URL and be one that this machine trusts"
            }
            (_, Some("OOM")) => "raise maxmemory of the server",
            _ => "see the log of the server",
        };
        StateError::Unavailable(format!(
            "expected an answer from {}, but {received}; {remedy}",
            self.shown
        ))
    }

    /// The error for people where no single answer is late.
    pub(crate) fn too_slow(&self, bound: Duration) -> StateError {
        StateError::Unavailable(format!(
            "expected an answer from {} within {} s, but none came; check that the server runs and \
             that the URL names it",
            self.shown,
            bound.as_secs()
        ))
    }

    /// A message of the library without the password, should it ever repeat it.
    fn redact(&self, message: &str) -> String {
        self.secrets
            .iter()
            .fold(message.trim().replace('\n', " "), |text, secret| {
                text.replace(secret, "…")
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_a_url_without_its_password() {
        for (url, shown) in [
            ("redis://db", "redis://db:6379/0"),
            ("redis://db:7000/3", "redis://db:7000/3"),
            ("redis://:hunter2@db/0", "redis://db:6379/0"),
            ("redis://ada:hunter2@db", "redis://ada@db:6379/0"),
            ("rediss://ada:hunter%32@db", "rediss://ada@db:6379/0"),
            (
                "redis://ada:hunter2%40%3A%2F%3F%23@[::1]:7/",
                "redis://ada@[::1]:7/0",
            ),
        ] {
            let address = Address::parse(url).unwrap();
            assert_eq!(address.shown(), shown);
            for secret in &address.secrets {
                let error = RedisError::from((ErrorKind::Client, "not", secret.clone()));
                let told = address.explain(&error).to_string();
                assert!(!told.contains(secret), "{told}");
            }
        }
        let secrets = |url| Address::parse(url).unwrap().secrets;
        assert_eq!(secrets("redis://ada@db"), [""; 0]);
        assert_eq!(secrets("redis://:hunter%32@db"), ["hunter%32", "hunter2"]);
    }

    #[test]
    fn refuses_what_it_does_not_understand_without_repeating_it() {
        for url in [
            "",
            "hunter2",
            "valkey://hunter2",
            "redis+unix:///hunter2",
            "unix:///hunter2",
            "redis:/hunter2",
            "redis://",
            "redis://:hunter2@",
            "redis://ada:hunter2/@db",
            "redis://ada:12/hunter2@db",
            "redis://ada:12?hunter2@db",
            "redis://ada:12#hunter2@db",
            "redis://ada:hunter2@db/x",
            "redis://ada:hunter2@db/-1",
            "redis://ada:hunter2@db:99999",
            "redis://ada:hunter2@db?protocol=resp2",
            "rediss://ada:hunter2@db/#insecure",
        ] {
            let Err(error) = Address::parse(url) else {
                panic!("took {url}")
            };
            assert!(matches!(error, StateError::Config(_)), "{url}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn several_hosts_are_tried_in_turn_with_one_login() {
        let several = Addresses::parse("rediss://ada:hun,ter2@a:1,b,[::1]:3/0").unwrap();
        assert!(several.are_several());
        let shown = [
            "rediss://ada@a:1/0",
            "rediss://ada@b:6379/0",
            "rediss://ada@[::1]:3/0",
        ];
        assert_eq!(several.shown(), shown.join(", "));
        let tried: Vec<_> = (0..4).map(|tries| several.at(tries).shown()).collect();
        assert_eq!(tried, [shown[0], shown[1], shown[2], shown[0]]);
        let one = Addresses::parse("redis://:hun,ter2@db").unwrap();
        assert!(!one.are_several());
        assert_eq!(one.at(7).shown(), "redis://db:6379/0");
        for url in ["redis://a,", "redis://,a", "redis://a,b:x", "valkey://a,b"] {
            assert!(Addresses::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn follows_a_cluster_to_another_node_and_keeps_tls() {
        let plain = Address::parse("redis://db:7000").unwrap();
        let moved = plain.moved("10.0.0.2:7001").unwrap();
        assert_eq!(moved.info.addr().to_string(), "10.0.0.2:7001");
        let moved = plain.moved(":7001").unwrap();
        assert_eq!(moved.info.addr().to_string(), "db:7001");
        let tls = Address::parse("rediss://db:7000").unwrap().moved("b:7001");
        assert!(matches!(
            tls.unwrap().info.addr(),
            ConnectionAddr::TcpTls { host, port: 7001, insecure: false, .. } if host == "b"
        ));
        assert!(plain.moved("nowhere").is_none());
    }
}
