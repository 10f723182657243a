//! Which addresses are on the Internet, and what the others are.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What kind of address it is that nobody outside may have asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// No address at all: 0.0.0.0/8, `::`.
    Unspecified,
    /// This machine.
    Loopback,
    /// A private network (RFC 1918).
    Private,
    /// A private network (RFC 4193).
    UniqueLocal,
    /// Between a provider and its customers (RFC 6598).
    SharedByProvider,
    /// This network segment alone.
    LinkLocal,
    /// Where clouds tell a machine its credentials.
    CloudMetadata,
    /// A group of machines.
    Multicast,
    /// Every machine of a segment.
    Broadcast,
    /// For examples in documents.
    Documentation,
    /// For measurements between two machines (RFC 2544).
    Benchmarking,
    /// An IPv4 address in another's clothes: mapped, compatible, NAT64, 6to4, Teredo.
    EmbeddedIpv4,
    /// Set aside for protocols, for the future, or to be thrown away.
    Reserved,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unspecified => "an unspecified address",
            Self::Loopback => "a loopback address",
            Self::Private => "a private address",
            Self::UniqueLocal => "a unique-local address",
            Self::SharedByProvider => "an address shared by a provider's customers (100.64.0.0/10)",
            Self::LinkLocal => "a link-local address",
            Self::CloudMetadata => "a cloud's metadata service",
            Self::Multicast => "a multicast address",
            Self::Broadcast => "a broadcast address",
            Self::Documentation => "an address for documentation",
            Self::Benchmarking => "an address for benchmarks",
            Self::EmbeddedIpv4 => "an IPv6 address with an IPv4 address in it",
            Self::Reserved => "a reserved address",
        })
    }
}

const fn v4(a: u8, b: u8, c: u8, d: u8) -> u32 {
    Ipv4Addr::new(a, b, c, d).to_bits()
}

/// The IANA IPv4 Special-Purpose Address Registry (RFC 6890), multicast, class E, and what clouds
/// use: network, length of its prefix, kind. The first that holds the address counts.
const IPV4: &[(u32, u32, Kind)] = &[
    (v4(169, 254, 169, 254), 32, Kind::CloudMetadata), // most clouds
    (v4(169, 254, 170, 2), 32, Kind::CloudMetadata),   // containers at AWS
    (v4(100, 100, 100, 200), 32, Kind::CloudMetadata), // Alibaba
    (v4(192, 0, 0, 192), 32, Kind::CloudMetadata),     // Oracle
    (v4(168, 63, 129, 16), 32, Kind::CloudMetadata),   // Azure, in the midst of public addresses
    (v4(0, 0, 0, 0), 8, Kind::Unspecified),
    (v4(10, 0, 0, 0), 8, Kind::Private),
    (v4(100, 64, 0, 0), 10, Kind::SharedByProvider),
    (v4(127, 0, 0, 0), 8, Kind::Loopback),
    (v4(169, 254, 0, 0), 16, Kind::LinkLocal),
    (v4(172, 16, 0, 0), 12, Kind::Private),
    (v4(192, 0, 0, 0), 24, Kind::Reserved), // protocol assignments
    (v4(192, 0, 2, 0), 24, Kind::Documentation),
    (v4(192, 31, 196, 0), 24, Kind::Reserved), // AS112
    (v4(192, 52, 193, 0), 24, Kind::Reserved), // AMT
    (v4(192, 88, 99, 0), 24, Kind::Reserved),  // 6to4 relays, withdrawn
    (v4(192, 168, 0, 0), 16, Kind::Private),
    (v4(192, 175, 48, 0), 24, Kind::Reserved), // AS112
    (v4(198, 18, 0, 0), 15, Kind::Benchmarking),
    (v4(198, 51, 100, 0), 24, Kind::Documentation),
    (v4(203, 0, 113, 0), 24, Kind::Documentation),
    (v4(224, 0, 0, 0), 4, Kind::Multicast),
    (v4(255, 255, 255, 255), 32, Kind::Broadcast),
    (v4(240, 0, 0, 0), 4, Kind::Reserved),
];

const fn v6(a: u16, b: u16, c: u16, d: u16) -> u128 {
    Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_bits()
}

/// The same for IPv6. What no row holds is refused too unless it is in 2000::/3, the one part of
/// IPv6 that is given out as global unicast.
const IPV6: &[(u128, u32, Kind)] = &[
    (Ipv6Addr::UNSPECIFIED.to_bits(), 128, Kind::Unspecified),
    (Ipv6Addr::LOCALHOST.to_bits(), 128, Kind::Loopback),
    (
        Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254).to_bits(), // AWS
        128,
        Kind::CloudMetadata,
    ),
    (
        Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254).to_bits(), // Google
        128,
        Kind::CloudMetadata,
    ),
    (
        Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0).to_bits(), // mapped
        96,
        Kind::EmbeddedIpv4,
    ),
    (0, 96, Kind::EmbeddedIpv4), // compatible
    (
        Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, 0, 0).to_bits(), // translated
        96,
        Kind::EmbeddedIpv4,
    ),
    (v6(0x64, 0xff9b, 0, 0), 96, Kind::EmbeddedIpv4), // NAT64
    (v6(0x64, 0xff9b, 1, 0), 48, Kind::EmbeddedIpv4), // NAT64 of a network's own
    (v6(0x100, 0, 0, 0), 64, Kind::Reserved),         // to be thrown away
    (v6(0x2001, 0, 0, 0), 32, Kind::EmbeddedIpv4),    // Teredo
    (v6(0x2001, 2, 0, 0), 48, Kind::Benchmarking),
    (v6(0x2001, 0, 0, 0), 23, Kind::Reserved), // protocol assignments
    (v6(0x2001, 0xdb8, 0, 0), 32, Kind::Documentation),
    (v6(0x2002, 0, 0, 0), 16, Kind::EmbeddedIpv4), // 6to4
    (v6(0x3fff, 0, 0, 0), 20, Kind::Documentation),
    (v6(0xfc00, 0, 0, 0), 7, Kind::UniqueLocal),
    (v6(0xfe80, 0, 0, 0), 10, Kind::LinkLocal),
    (v6(0xfec0, 0, 0, 0), 10, Kind::Private), // site-local
    (v6(0xff00, 0, 0, 0), 8, Kind::Multicast),
];

/// What kind of address this is, if it is not one of the Internet's.
#[must_use]
pub fn judge(address: IpAddr) -> Option<Kind> {
    match address {
        IpAddr::V4(address) => {
            let bits = address.to_bits();
            IPV4.iter()
                .find(|(network, length, _)| (bits ^ network).leading_zeros() >= *length)
                .map(|(_, _, kind)| *kind)
        }
        IpAddr::V6(address) => {
            let bits = address.to_bits();
            let row = IPV6
                .iter()
                .find(|(network, length, _)| (bits ^ network).leading_zeros() >= *length);
            match row {
                Some((_, _, kind)) => Some(*kind),
                None if bits >> 125 == 1 => None,
                None => Some(Kind::Reserved),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_holds_its_first_and_last_address_and_not_those_beside_it() {
        for (text, kind) in [
            ("0.0.0.0", Kind::Unspecified),
            ("0.255.255.255", Kind::Unspecified),
            ("10.0.0.0", Kind::Private),
            ("10.255.255.255", Kind::Private),
            ("100.64.0.0", Kind::SharedByProvider),
            ("100.127.255.255", Kind::SharedByProvider),
            ("100.100.100.200", Kind::CloudMetadata),
            ("127.0.0.1", Kind::Loopback),
            ("127.255.255.255", Kind::Loopback),
            ("168.63.129.16", Kind::CloudMetadata),
            ("169.254.0.0", Kind::LinkLocal),
            ("169.254.169.254", Kind::CloudMetadata),
            ("169.254.170.2", Kind::CloudMetadata),
            ("169.254.255.255", Kind::LinkLocal),
            ("172.16.0.0", Kind::Private),
            ("172.31.255.255", Kind::Private),
            ("192.0.0.0", Kind::Reserved),
            ("192.0.0.192", Kind::CloudMetadata),
            ("192.0.2.255", Kind::Documentation),
            ("192.88.99.1", Kind::Reserved),
            ("192.168.0.0", Kind::Private),
            ("192.168.255.255", Kind::Private),
            ("198.18.0.0", Kind::Benchmarking),
            ("198.19.255.255", Kind::Benchmarking),
            ("198.51.100.7", Kind::Documentation),
            ("203.0.113.7", Kind::Documentation),
            ("224.0.0.1", Kind::Multicast),
            ("239.255.255.255", Kind::Multicast),
            ("240.0.0.0", Kind::Reserved),
            ("255.255.255.254", Kind::Reserved),
            ("255.255.255.255", Kind::Broadcast),
            ("::", Kind::Unspecified),
            ("::1", Kind::Loopback),
            ("::2", Kind::EmbeddedIpv4),
            ("::7f00:1", Kind::EmbeddedIpv4),
            ("::ffff:10.0.0.1", Kind::EmbeddedIpv4),
            ("::ffff:8.8.8.8", Kind::EmbeddedIpv4),
            ("::ffff:0:10.0.0.1", Kind::EmbeddedIpv4),
            ("64:ff9b::a00:1", Kind::EmbeddedIpv4),
            ("64:ff9b:1::a00:1", Kind::EmbeddedIpv4),
            ("64:ff9b:2::", Kind::Reserved),
            ("100::1", Kind::Reserved),
            ("2001::a00:1", Kind::EmbeddedIpv4),
            ("2001:2::1", Kind::Benchmarking),
            ("2001:1::1", Kind::Reserved),
            ("2001:1ff:ffff::", Kind::Reserved),
            ("2001:db8::1", Kind::Documentation),
            ("2002:a00:1::1", Kind::EmbeddedIpv4),
            ("3fff::1", Kind::Documentation),
            ("3fff:fff::1", Kind::Documentation),
            ("4000::1", Kind::Reserved),
            ("5f00::1", Kind::Reserved),
            ("fc00::1", Kind::UniqueLocal),
            ("fdff::1", Kind::UniqueLocal),
            ("fd00:ec2::254", Kind::CloudMetadata),
            ("fd20:ce::254", Kind::CloudMetadata),
            ("fe80::1", Kind::LinkLocal),
            ("febf::1", Kind::LinkLocal),
            ("fec0::1", Kind::Private),
            ("ff02::1", Kind::Multicast),
        ] {
            assert_eq!(judge(text.parse().unwrap()), Some(kind), "{text}");
        }
        for text in [
            "1.0.0.0",
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.15",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "203.0.114.0",
            "223.255.255.255",
            "2000::1",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2003::1",
            "2606:4700::1111",
            "2a00::1",
            "3ffe::1",
            "3fff:1000::1",
        ] {
            assert_eq!(judge(text.parse().unwrap()), None, "{text}");
        }
    }
}
