//! TXT records: what a domain says about itself (RFC 1035 §3.3.14).

use std::net::SocketAddr;
use std::time::Duration;

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::xfer::FirstAnswer as _;
use hickory_resolver::net::{DnsError, DnsHandle as _, NetError, NoRecords};
use hickory_resolver::proto::op::{DnsRequestOptions, Message, Query, ResponseCode};
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::{NameServerPool, PoolContext, TlsConfig, system_conf};

/// The longest name in its usual form (RFC 1035 §2.3.4: 255 bytes with lengths and the root).
const MAX_NAME: usize = 253;
/// Records of one name that are looked at.
const MAX_RECORDS: usize = 100;
/// Bytes of one record, its strings joined.
const MAX_RECORD: usize = 4 * 1024;
/// Aliases that are followed.
const MAX_ALIASES: usize = 8;

/// What DNS says to a question for TXT records. Nothing about it is trusted: DNSSEC is not asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TxtAnswer {
    /// The records, each with its strings joined (as RFC 7208 §3.3 does).
    Found(Vec<String>),
    /// DNS knows that there is none: the name does not exist, or has no such record (RFC 2308 §2).
    Absent,
    /// Nothing is known, for this reason: nobody answered, or not to the question. It never means
    /// that there is none.
    Unknown(String),
}

/// Why nobody was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TxtError {
    /// Letters, digits, hyphens and underscores between dots: international names as A-labels.
    #[error("this is not a domain name")]
    NotAName,
}

/// Asks for TXT records. It remembers nothing, so that a record is seen as soon as it is there, as far
/// as the DNS server that is asked has not kept an older answer.
#[derive(Debug, Clone)]
pub struct TxtResolver {
    server: Option<SocketAddr>,
    timeout: Duration,
}

impl TxtResolver {
    /// One that asks this server, or the ones of this machine (`/etc/resolv.conf`, as it stands at
    /// each question). `timeout` bounds a whole look-up.
    #[must_use]
    pub fn new(server: Option<SocketAddr>, timeout: Duration) -> Self {
        Self { server, timeout }
    }

    /// Looks the TXT records of a name up. The name is a whole one, with or without the last dot: no
    /// search domain is put behind it, and `/etc/hosts` says nothing about it.
    ///
    /// # Errors
    ///
    /// [`TxtError`]; then nobody was asked.
    pub async fn look_up(&self, name: &str) -> Result<TxtAnswer, TxtError> {
        let name = parse(name).ok_or(TxtError::NotAName)?;
        let answer = match tokio::time::timeout(self.timeout, self.follow(name)).await {
            Ok(answer) => answer,
            Err(_elapsed) => self.explain(&NetError::Timeout),
        };
        Ok(answer)
    }

    /// Asks the servers themselves: the library's resolver has a cache and search domains, and says of
    /// a circle of aliases that there is no record.
    async fn follow(&self, mut name: Name) -> TxtAnswer {
        let Ok(pool) = self.pool() else {
            return unknown("this machine names no DNS server to ask");
        };
        for _ in 0..=MAX_ALIASES {
            let query = Query::query(name.clone(), RecordType::TXT);
            let asked = pool.lookup(query, DnsRequestOptions::default());
            let message = match asked.first_answer().await {
                Ok(response) => response.into_message(),
                Err(error) => return self.explain(&error),
            };
            let target = target(&name, &message);
            match (found(&target, &message), message.response_code) {
                (Some(answer), ResponseCode::NoError) => return answer,
                // The alias is there, and what it leads to is not (RFC 2308 §2.1).
                (None, ResponseCode::NXDomain) if target != name => return TxtAnswer::Absent,
                (None, ResponseCode::NoError) if target != name => name = target,
                (_, ResponseCode::NoError | ResponseCode::NXDomain) => {
                    return unknown("the answer from DNS is none to the question");
                }
                (_, code) => return answered(code),
            }
        }
        unknown("the name is an alias of an alias, too often")
    }

    /// New connections for each question: nothing lives longer than its answer.
    fn pool(&self) -> Result<NameServerPool<TokioRuntimeProvider>, NetError> {
        let servers = match self.server {
            // Who is asked, and not how: the file may say that nobody is asked for long enough.
            None => system_conf::read_system_conf()?.0.name_servers().to_vec(),
            Some(server) => {
                let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
                for connection in &mut connections {
                    connection.port = server.port();
                }
                vec![NameServerConfig::new(server.ip(), true, connections)]
            }
        };
        let mut options = ResolverOpts::default();
        options.timeout = self.timeout;
        // No TLS is built in; it is the library's word for that.
        let context = PoolContext::new(options, TlsConfig::new()?);
        let provider = TokioRuntimeProvider::default();
        Ok(NameServerPool::from_config(
            servers,
            context.into(),
            provider,
        ))
    }

    /// In our own words: those of the library may quote what came.
    fn explain(&self, error: &NetError) -> TxtAnswer {
        match error {
            NetError::Dns(DnsError::NoRecordsFound(none)) if says_that_there_is_none(none) => {
                TxtAnswer::Absent
            }
            NetError::Dns(DnsError::NoRecordsFound(none)) => answered(none.response_code),
            NetError::Dns(DnsError::ResponseCode(code)) => answered(*code),
            NetError::Timeout => {
                let seconds = self.timeout.as_secs_f32();
                TxtAnswer::Unknown(format!("no answer from DNS within {seconds} s"))
            }
            NetError::Io(_) | NetError::NoConnections => unknown("no DNS server can be reached"),
            NetError::Truncated => unknown("the answer from DNS is cut short"),
            _ => unknown("the answer from DNS cannot be read"),
        }
    }
}

fn unknown(why: &str) -> TxtAnswer {
    TxtAnswer::Unknown(why.to_owned())
}

fn answered(code: ResponseCode) -> TxtAnswer {
    let word = match code {
        // Without a record, and without saying that there is none: a referral (RFC 2308 §2.2).
        ResponseCode::NoError => return unknown("the DNS server only names others to ask"),
        ResponseCode::FormErr => "FORMERR",
        ResponseCode::ServFail => "SERVFAIL",
        ResponseCode::NotImp => "NOTIMP",
        ResponseCode::Refused => "REFUSED",
        other => {
            let number = u16::from(other);
            return TxtAnswer::Unknown(format!("the DNS server answered with code {number}"));
        }
    };
    TxtAnswer::Unknown(format!("the DNS server answered {word}"))
}

fn says_that_there_is_none(none: &NoRecords) -> bool {
    match none.response_code {
        ResponseCode::NXDomain => true,
        ResponseCode::NoError => none.soa.is_some() || none.ns.is_none(),
        _ => false,
    }
}

fn parse(name: &str) -> Option<Name> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(plain);
    if name.len() > MAX_NAME || !name.split('.').all(label) {
        return None;
    }
    let mut name = Name::from_ascii(name).ok()?;
    name.set_fqdn(true);
    Some(name)
}

/// What the name is an alias of, as far as this answer tells.
fn target(name: &Name, message: &Message) -> Name {
    let mut name = name.clone();
    for _ in 0..MAX_ALIASES {
        let alias = message
            .answers
            .iter()
            .find_map(|record| match &record.data {
                RData::CNAME(target) if record.name == name => Some(target.0.clone()),
                _ => None,
            });
        match alias {
            Some(target) => name = target,
            None => break,
        }
    }
    name
}

/// The records of this name, if there is one; what came beside them is nobody's.
fn found(name: &Name, message: &Message) -> Option<TxtAnswer> {
    let mut records = Vec::new();
    for record in &message.answers {
        let RData::TXT(txt) = &record.data else {
            continue;
        };
        if record.name != *name {
            continue;
        }
        let bytes = txt.txt_data.concat();
        if records.len() == MAX_RECORDS || bytes.len() > MAX_RECORD {
            let what = "the answer from DNS has more or longer records than are looked at";
            return Some(unknown(what));
        }
        records.push(String::from_utf8_lossy(&bytes).into_owned());
    }
    (!records.is_empty()).then_some(TxtAnswer::Found(records))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_whole_names_and_nothing_else() {
        let long = format!("{}.example", "x".repeat(63));
        for name in [
            "example.com",
            "example.com.",
            "_vestibule.xn--bcher-kva.de",
            "a",
            &long,
        ] {
            let parsed = parse(name).unwrap();
            assert!(parsed.is_fqdn(), "{name}");
            assert_eq!(
                parsed.to_ascii().trim_end_matches('.'),
                name.trim_end_matches('.')
            );
        }
        let long_label = format!("{}.example", "x".repeat(64));
        let long_name = vec!["x"; 128].join(".");
        for name in [
            "",
            ".",
            "..",
            "a..b",
            ".a",
            "a b",
            "a\\.b",
            "bücher.de",
            "a/b",
            "*.a",
            &long_label,
            &long_name,
        ] {
            assert_eq!(parse(name), None, "{name}");
        }
    }
}
