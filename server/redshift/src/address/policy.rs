//! Which addresses and ports may be dialled.
//!
//! Without the operator's word: public addresses only. A listed network opens private ranges; loopback, link-local
//! and the cloud's metadata addresses stay closed whatever is listed, since no cluster lives there and every server
//! of this kind has been used to reach them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// The ports Redshift can listen on (AWS: "Configuring security settings", ports of RA3 and Serverless).
const REDSHIFT_PORTS: [std::ops::RangeInclusive<u16>; 2] = [5431..=5455, 8191..=8215];

#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Networks the operator opened.
    pub allowed_networks: Vec<IpNet>,
    /// Ports the operator added.
    pub extra_ports: Vec<u16>,
    /// This server's own addresses, never dialled.
    pub own_addresses: Vec<IpAddr>,
    /// The loud switch for samples and tests: loopback, on any port.
    pub is_loopback_allowed: bool,
}

impl Policy {
    pub fn allows_port(&self, port: u16) -> bool {
        self.is_loopback_allowed
            || REDSHIFT_PORTS.iter().any(|range| range.contains(&port))
            || self.extra_ports.contains(&port)
    }

    pub fn allows(&self, address: IpAddr) -> bool {
        let address = unwrap_mapped(address);
        if address.is_loopback() {
            return self.is_loopback_allowed;
        }
        if is_always_closed(address) || self.own_addresses.contains(&address) {
            return false;
        }
        is_public(address) || self.allowed_networks.iter().any(|network| network.contains(&address))
    }
}

/// `::ffff:a.b.c.d` is dialled as `a.b.c.d`, so it is judged as that.
fn unwrap_mapped(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        v4 => v4,
    }
}

/// Closed whatever the operator lists.
fn is_always_closed(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            v4.is_unspecified()
                || v4.is_link_local()
                || v4.is_multicast()
                || v4.is_broadcast()
                || v4.octets()[0] == 0
                // Azure's host and Alibaba's metadata service.
                || v4 == Ipv4Addr::new(168, 63, 129, 16)
                || v4 == Ipv4Addr::new(100, 100, 100, 200)
        }
        IpAddr::V6(v6) => {
            v6.is_unspecified()
                || v6.is_multicast()
                || is_in_v6(v6, "fe80::", 10)
                // AWS's own services inside a VPC: metadata, DNS, time.
                || is_in_v6(v6, "fd00:ec2::", 32)
                || embeds_v4(v6)
        }
    }
}

/// Forms that carry an IPv4 address inside: 6to4, Teredo, NAT64, compatible, ISATAP. Refused rather than unwrapped,
/// since no Redshift endpoint has one.
fn embeds_v4(v6: Ipv6Addr) -> bool {
    let segments = v6.segments();
    is_in_v6(v6, "2002::", 16)
        || is_in_v6(v6, "2001::", 32)
        || is_in_v6(v6, "64:ff9b::", 96)
        || is_in_v6(v6, "64:ff9b:1::", 48)
        || segments[..6] == [0; 6]
        || (segments[4] & 0xfdff == 0 && segments[5] == 0x5efe)
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !PRIVATE_V4.iter().any(|(network, prefix)| is_in_v4(v4, network, *prefix)),
        IpAddr::V6(v6) => {
            is_in_v6(v6, "2000::", 3) && !PRIVATE_V6.iter().any(|(network, prefix)| is_in_v6(v6, network, *prefix))
        }
    }
}

/// IANA's special-purpose registry, as of this writing.
const PRIVATE_V4: &[(&str, u8)] = &[
    ("0.0.0.0", 8),
    ("10.0.0.0", 8),
    ("100.64.0.0", 10),
    ("127.0.0.0", 8),
    ("169.254.0.0", 16),
    ("172.16.0.0", 12),
    ("192.0.0.0", 24),
    ("192.0.2.0", 24),
    ("192.31.196.0", 24),
    ("192.52.193.0", 24),
    ("192.88.99.0", 24),
    ("192.168.0.0", 16),
    ("192.175.48.0", 24),
    ("198.18.0.0", 15),
    ("198.51.100.0", 24),
    ("203.0.113.0", 24),
    ("224.0.0.0", 4),
    ("240.0.0.0", 4),
];

const PRIVATE_V6: &[(&str, u8)] = &[("2001::", 23), ("2001:db8::", 32), ("2002::", 16), ("3fff::", 20)];

fn is_in_v4(address: Ipv4Addr, network: &str, prefix: u8) -> bool {
    network
        .parse::<Ipv4Addr>()
        .is_ok_and(|network| u32::from(address) >> (32 - prefix) == u32::from(network) >> (32 - prefix))
}

fn is_in_v6(address: Ipv6Addr, network: &str, prefix: u8) -> bool {
    network
        .parse::<Ipv6Addr>()
        .is_ok_and(|network| u128::from(address) >> (128 - prefix) == u128::from(network) >> (128 - prefix))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect(text)
    }

    #[test]
    fn public_addresses_pass_and_special_ones_do_not() {
        let policy = Policy::default();
        for open in ["52.1.2.3", "8.8.8.8", "2600:1f18::1", "::ffff:52.1.2.3"] {
            assert!(policy.allows(ip(open)), "{open}");
        }
        for closed in [
            "127.0.0.1",
            "0.0.0.0",
            "::1",
            "::",
            "10.0.0.5",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "169.254.170.2",
            "100.64.0.1",
            "fd00:ec2::254",
            "fe80::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:0:1::",
            "224.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "2001:db8::1",
            "3fff::1",
            "fc00::1",
            "ff02::1",
            "2600::5efe:7f00:1",
        ] {
            assert!(!policy.allows(ip(closed)), "{closed}");
        }
    }

    #[test]
    fn a_listed_network_opens_itself_and_nothing_else() {
        let policy = Policy {
            allowed_networks: vec!["0.0.0.0/0".parse().expect("v4"), "::/0".parse().expect("v6")],
            ..Policy::default()
        };
        for open in ["10.0.0.5", "192.168.1.1", "fc00::1"] {
            assert!(policy.allows(ip(open)), "{open}");
        }
        for closed in ["127.0.0.1", "::1", "169.254.169.254", "fe80::1", "fd00:ec2::254", "::ffff:127.0.0.1", "0.0.0.0"]
        {
            assert!(!policy.allows(ip(closed)), "{closed}");
        }
        let one = Policy { allowed_networks: vec!["10.0.0.0/8".parse().expect("net")], ..Policy::default() };
        assert!(one.allows(ip("10.0.0.5")) && one.allows(ip("::ffff:10.0.0.5")));
        assert!(!one.allows(ip("192.168.1.1")));
    }

    #[test]
    fn own_addresses_and_other_ports_are_closed() {
        let policy = Policy { own_addresses: vec![ip("52.1.2.3")], extra_ports: vec![15439], ..Policy::default() };
        assert!(!policy.allows(ip("52.1.2.3")));
        assert!(policy.allows_port(5439) && policy.allows_port(8200) && policy.allows_port(15439));
        assert!(!policy.allows_port(22) && !policy.allows_port(5430) && !policy.allows_port(0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn nothing_local_is_ever_public(v4 in any::<u32>(), v6 in any::<u128>()) {
            let policy = Policy::default();
            for address in [IpAddr::V4(v4.into()), IpAddr::V6(v6.into())] {
                if policy.allows(address) {
                    let inner = unwrap_mapped(address);
                    prop_assert!(!inner.is_loopback() && !inner.is_unspecified() && !inner.is_multicast());
                    if let IpAddr::V4(v4) = inner {
                        prop_assert!(!v4.is_private() && !v4.is_link_local() && !v4.is_documentation());
                    }
                }
            }
        }
    }
}
