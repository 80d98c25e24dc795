//! Whom a child wants to speak to, and whether it may.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::system::process::Network;

/// Where names are looked up.
const NAMES: u16 = 53;

/// Reads an address as the kernel does (`ip(7)`, `ipv6(7)`). `None` where it leads to no network.
pub(super) fn read(address: &[u8], unspecified_is_ipv4: bool) -> Option<Result<SocketAddr, String>> {
    let family = i32::from(u16::from_ne_bytes(*address.first_chunk()?));
    let port = || Some(u16::from_be_bytes(address.get(2..4)?.try_into().ok()?));
    match family {
        libc::AF_INET => {}
        // A datagram's `AF_UNSPEC` is taken for `AF_INET` by the kernel.
        libc::AF_UNSPEC if unspecified_is_ipv4 => {}
        libc::AF_INET6 => {
            let ip: [u8; 16] = address.get(8..24)?.try_into().ok()?;
            return Some(Ok(SocketAddr::new(Ipv6Addr::from(ip).into(), port()?)));
        }
        libc::AF_UNIX | libc::AF_NETLINK | libc::AF_UNSPEC => return None,
        other => return Some(Err(format!("an address of family {other}"))),
    }
    let ip: [u8; 4] = address.get(4..8)?.try_into().ok()?;
    Some(Ok(SocketAddr::new(Ipv4Addr::from(ip).into(), port()?)))
}

/// Whether it may be spoken to.
pub(super) fn permits(network: &Network, address: SocketAddr) -> bool {
    match network {
        Network::Any => true,
        // A name server of this machine asks others.
        Network::Loopback => is_local(address.ip()) && address.port() != NAMES,
        // To no port at all nothing can be sent; libraries ask so which address they would be sending from.
        Network::Ports(ports) => {
            is_local(address.ip()) && (address.port() == 0 || ports.contains(&address.port()))
        }
    }
}

/// The address as a message shows it.
pub(super) fn shown(address: SocketAddr) -> String {
    let address = SocketAddr::new(address.ip().to_canonical(), address.port());
    if address.port() == NAMES { format!("{address} (a name lookup)") } else { address.to_string() }
}

/// To speak to the unspecified address is to speak to this machine.
fn is_local(ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    ip.is_loopback() || ip.is_unspecified()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn who_is_this_machine_is_told_from_who_is_not() {
        let local =
            ["127.0.0.1:80", "127.9.9.9:80", "0.0.0.0:80", "[::1]:80", "[::]:80", "[::ffff:127.0.0.1]:80"];
        let far =
            ["93.184.216.34:80", "10.0.0.1:80", "[2001:db8::1]:80", "[::ffff:10.0.0.1]:80", "224.0.0.1:80"];
        let ports = Network::Ports(vec![80]);
        let others = Network::Ports(vec![81]);
        for address in local.map(at) {
            assert!(permits(&Network::Loopback, address) && permits(&ports, address), "{address}");
            assert!(!permits(&others, address) && permits(&Network::Any, address), "{address}");
        }
        for address in far.map(at) {
            assert!(!permits(&Network::Loopback, address) && !permits(&ports, address), "{address}");
            assert!(permits(&Network::Any, address));
        }
        assert!(!permits(&Network::Loopback, at("127.0.0.53:53")), "a stub asks the world");
        assert!(permits(&Network::Ports(vec![]), at("127.0.0.1:0")));
        assert!(!permits(&Network::Ports(vec![]), at("10.0.0.1:0")));
    }

    #[test]
    fn addresses_are_read_as_the_kernel_reads_them() {
        let ipv4 = |family: i32| {
            let mut bytes = (family as u16).to_ne_bytes().to_vec();
            bytes.extend([0, 53, 8, 8, 4, 4, 0, 0, 0, 0, 0, 0, 0, 0]);
            bytes
        };
        let name_server = Some(Ok(at("8.8.4.4:53")));
        assert_eq!(read(&ipv4(libc::AF_INET), false), name_server);
        assert_eq!(read(&ipv4(libc::AF_UNSPEC), true), name_server);
        assert_eq!(read(&ipv4(libc::AF_UNSPEC), false), None);
        assert_eq!(read(&ipv4(libc::AF_UNIX), true), None);
        assert_eq!(read(&ipv4(99), true), Some(Err("an address of family 99".into())));
        assert_eq!(read(&ipv4(libc::AF_INET)[..6], true), None);
        assert_eq!(shown(at("8.8.4.4:53")), "8.8.4.4:53 (a name lookup)");
        let mut ipv6 = (libc::AF_INET6 as u16).to_ne_bytes().to_vec();
        ipv6.extend([1, 187, 0, 0, 0, 0]);
        ipv6.extend("2001:db8::1".parse::<Ipv6Addr>().unwrap().octets());
        ipv6.extend([0; 4]);
        assert_eq!(read(&ipv6, false), Some(Ok(at("[2001:db8::1]:443"))));
        assert_eq!(shown(at("[::ffff:1.2.3.4]:443")), "1.2.3.4:443");
    }
}
