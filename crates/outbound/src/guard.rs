//! From a URL to the addresses that may be connected to.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc;
use std::time::Duration;

use url::{Host, Url};

use crate::address::{Kind, judge};
use crate::error::OutboundError;

/// The longest URL that is taken.
const MAX_URL: usize = 2048;
/// Addresses of one name that are looked at; one more is refused rather than passed over.
const MAX_ADDRESSES: usize = 16;

/// Where requests may go beyond the Internet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    private: bool,
    exactly: Vec<SocketAddr>,
}

impl Reach {
    /// The Internet alone.
    #[must_use]
    pub fn internet() -> Self {
        Self::default()
    }

    /// Loopback, private and unique-local addresses too: for development. The rest of the table
    /// (cloud metadata, link-local, embedded addresses, …) stays refused.
    #[must_use]
    pub fn private_too() -> Self {
        Self {
            private: true,
            exactly: Vec::new(),
        }
    }

    /// The Internet, and exactly these addresses and ports.
    #[must_use]
    pub fn and(addresses: &[SocketAddr]) -> Self {
        Self {
            private: false,
            exactly: addresses.to_vec(),
        }
    }

    /// What forbids this address.
    fn forbids(&self, address: SocketAddr) -> Option<Kind> {
        let kind = judge(address.ip())?;
        let private = matches!(kind, Kind::Loopback | Kind::Private | Kind::UniqueLocal);
        let allowed = (self.private && private) || self.exactly.contains(&address);
        (!allowed).then_some(kind)
    }

    /// The addresses of a name; one that is forbidden forbids them all, for the next attempt might
    /// take it.
    fn allow(&self, host: &str, addresses: &[SocketAddr]) -> Result<(), OutboundError> {
        let forbidden = addresses
            .iter()
            .find_map(|address| self.forbids(*address).map(|kind| (address.ip(), kind)));
        match forbidden {
            None => Ok(()),
            Some((_, kind)) => Err(OutboundError::ForbiddenHost {
                host: host.to_owned(),
                kind,
            }),
        }
    }

    /// The addresses behind a URL, each of them allowed.
    pub(crate) fn addresses(
        &self,
        url: &Url,
        within: Duration,
    ) -> Result<Vec<SocketAddr>, OutboundError> {
        let port = url.port_or_known_default().ok_or(OutboundError::NotAUrl)?;
        let literal = match url.host().ok_or(OutboundError::NotAUrl)? {
            Host::Domain(name) => {
                let addresses = resolve(name, port, within)?;
                self.allow(name, &addresses)?;
                return Ok(addresses);
            }
            Host::Ipv4(address) => IpAddr::V4(address),
            Host::Ipv6(address) => IpAddr::V6(address),
        };
        let address = SocketAddr::new(literal, port);
        match self.forbids(address) {
            None => Ok(vec![address]),
            Some(kind) => Err(OutboundError::ForbiddenAddress {
                address: literal,
                kind,
            }),
        }
    }
}

/// Reads a URL: http or https, no user name, no password.
pub(crate) fn parse(text: &str) -> Result<Url, OutboundError> {
    if text.len() > MAX_URL {
        return Err(OutboundError::UrlTooLong { max: MAX_URL });
    }
    let mut url = Url::parse(text).or(Err(OutboundError::NotAUrl))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(OutboundError::NotAUrl);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(OutboundError::Credentials);
    }
    url.set_fragment(None);
    Ok(url)
}

/// Asks the system's resolver, on a thread of its own because it cannot be told to hurry.
fn resolve(name: &str, port: u16, within: Duration) -> Result<Vec<SocketAddr>, OutboundError> {
    let unresolved = || OutboundError::Unresolved {
        host: name.to_owned(),
    };
    let (found, answer) = mpsc::sync_channel(1);
    let asked = (name.to_owned(), port);
    std::thread::Builder::new()
        .name("resolve".to_owned())
        .spawn(move || {
            let addresses = asked.to_socket_addrs().map(Vec::from_iter);
            // Nobody waits any more when it took too long.
            let _ = found.send(addresses);
        })
        .or(Err(unresolved()))?;
    match answer.recv_timeout(within) {
        Ok(Ok(addresses)) if !addresses.is_empty() && addresses.len() <= MAX_ADDRESSES => {
            Ok(addresses)
        }
        _ => Err(unresolved()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_forbidden_address_among_several_forbids_the_name() {
        let (good, bad) = (at("93.184.216.34:443"), at("10.0.0.1:443"));
        let reach = Reach::internet();
        assert_eq!(reach.allow("x.example", &[good]), Ok(()));
        for addresses in [vec![bad], vec![good, bad], vec![bad, good]] {
            let refused = reach.allow("x.example", &addresses).unwrap_err();
            assert_eq!(
                refused.to_string(),
                "refused: x.example resolves to a private address"
            );
        }
    }

    #[test]
    fn the_switch_for_development_opens_private_networks_and_nothing_else() {
        let reach = Reach::private_too();
        for open in ["127.0.0.1:1", "10.0.0.1:1", "[::1]:1", "[fd00::1]:1"] {
            assert_eq!(reach.forbids(at(open)), None, "{open}");
        }
        for closed in [
            "169.254.169.254:80",
            "169.254.1.1:80",
            "[fe80::1]:80",
            "[fd00:ec2::254]:80",
            "[::ffff:127.0.0.1]:80",
            "0.0.0.0:80",
            "224.0.0.1:80",
            "100.64.0.1:80",
        ] {
            assert!(reach.forbids(at(closed)).is_some(), "{closed}");
        }
    }

    #[test]
    fn an_address_that_is_named_is_open_at_its_port_alone() {
        let reach = Reach::and(&[at("127.0.0.1:4000")]);
        assert_eq!(reach.forbids(at("127.0.0.1:4000")), None);
        assert_eq!(reach.forbids(at("127.0.0.1:4001")), Some(Kind::Loopback));
    }

    #[test]
    fn a_url_is_http_without_credentials() {
        for (text, error) in [
            ("", OutboundError::NotAUrl),
            ("idp.example/metadata", OutboundError::NotAUrl),
            ("ftp://idp.example/", OutboundError::NotAUrl),
            ("file:///etc/passwd", OutboundError::NotAUrl),
            ("data:text/xml,x", OutboundError::NotAUrl),
            ("https://", OutboundError::NotAUrl),
            ("https://ada@idp.example/", OutboundError::Credentials),
            ("https://:x@idp.example/", OutboundError::Credentials),
            (
                &format!("https://idp.example/{}", "x".repeat(2048)),
                OutboundError::UrlTooLong { max: 2048 },
            ),
        ] {
            assert_eq!(parse(text).unwrap_err(), error, "{text}");
        }
        assert_eq!(
            parse("HTTPS://IdP.example:443/m#x").unwrap().as_str(),
            "https://idp.example/m"
        );
    }
}
