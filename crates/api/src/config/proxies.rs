//! Whose forwarding headers count (design §4.8).

use std::net::IpAddr;

use ipnet::IpNet;

/// The proxies before this server, by address or network; nobody by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Reads addresses and networks, separated by commas.
    ///
    /// # Errors
    /// The first entry that is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        let entries = text
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty());
        let networks = entries.map(|entry| {
            let network = entry.parse::<IpNet>();
            let address = entry.parse::<IpAddr>().map(IpNet::from);
            network.or(address).map_err(|_cause| entry.to_owned())
        });
        networks.collect::<Result<_, _>>().map(Self)
    }

    /// The address of whoever sent a request: that of the connection, or where that is a proxy's, the
    /// last one in `X-Forwarded-For` that is none. What stands before it anybody could have written.
    #[must_use]
    pub fn client(&self, peer: IpAddr, forwarded_for: &[&str]) -> IpAddr {
        let mut client = peer.to_canonical();
        let hops = forwarded_for.iter().rev().flat_map(|line| line.rsplit(','));
        for hop in hops {
            if !self.trusts(client) {
                break;
            }
            let Ok(address) = hop.trim().parse::<IpAddr>() else {
                break;
            };
            client = address.to_canonical();
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_proxy_of_ours_wrote_is_believed() {
        let ours = TrustedProxies::parse("10.0.0.0/8, 192.0.2.7,2001:db8::/32").unwrap();
        let nobody = TrustedProxies::default();
        for (proxies, peer, headers, expected) in [
            (&nobody, "10.0.0.1", &["198.51.100.1"][..], "10.0.0.1"),
            (&ours, "203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
            (&ours, "10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            (&ours, "::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            (
                &ours,
                "10.0.0.1",
                &["1.2.3.4, 198.51.100.1"],
                "198.51.100.1",
            ),
            (
                &ours,
                "10.0.0.1",
                &["1.2.3.4, 198.51.100.1, 192.0.2.7"],
                "198.51.100.1",
            ),
            (
                &ours,
                "10.0.0.1",
                &["1.2.3.4", "198.51.100.1"],
                "198.51.100.1",
            ),
            (&ours, "10.0.0.1", &["nonsense"], "10.0.0.1"),
            (&ours, "10.0.0.1", &[], "10.0.0.1"),
            (&ours, "2001:db8::1", &["2001:db9::5"], "2001:db9::5"),
        ] {
            let client = proxies.client(peer.parse().unwrap(), headers);
            assert_eq!(client.to_string(), expected, "{peer} {headers:?}");
        }
        for wrong in ["10.0.0.0/33", "proxy", "10.0.0.1, x"] {
            assert!(TrustedProxies::parse(wrong).is_err(), "{wrong}");
        }
    }
}
