//! Addresses of hosts: those that are given, and those that were looked up, remembered for a while.
//!
//! The library's own resolver starts a thread for each request that has a timeout, be the host a number or known.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::watch;

const REMEMBERED: Duration = Duration::from_secs(30);

/// Where the connections to one host lead, whatever its name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedHost {
    host: String,
    port: Option<u16>,
    address: IpAddr,
    at_port: Option<u16>,
}

impl FixedHost {
    /// `api.internal` or `api.internal:443`, and `127.0.0.1` or `127.0.0.1:8443`.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn new(host: &str, address: &str) -> Result<FixedHost, String> {
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !name.contains(':') || name.ends_with(']') => {
                let port = port.parse().map_err(|_| format!("`{port}` is no port"))?;
                (name, Some(port))
            }
            _ => (host, None),
        };
        let bare = bare(name).to_ascii_lowercase();
        if bare.is_empty() || bare.contains(['/', '@', ' ', '*']) {
            return Err(format!("`{host}` is no name of a host"));
        }
        let (address, at_port) = if let Ok(address) = address.parse::<SocketAddr>() {
            (address.ip(), Some(address.port()))
        } else if let Ok(address) = super::resolver::bare(address).parse() {
            (address, None)
        } else {
            return Err(format!("`{address}` is no address"));
        };
        Ok(FixedHost { host: bare, port, address, at_port })
    }

    /// The first of them that is meant by a host and port.
    pub(super) fn find(all: &[FixedHost], host: &str, port: u16) -> Option<SocketAddr> {
        let host = bare(host);
        let meant = |fixed: &&FixedHost| fixed.host.eq_ignore_ascii_case(host);
        let exact = all.iter().filter(meant).find(|fixed| fixed.port == Some(port));
        let fixed = exact.or_else(|| all.iter().filter(meant).find(|fixed| fixed.port.is_none()))?;
        Some(SocketAddr::new(fixed.address, fixed.at_port.unwrap_or(port)))
    }

    /// As `curl --connect-to` takes it.
    pub fn connect_to(&self) -> String {
        let text = |port: Option<u16>| port.map_or(String::new(), |port| port.to_string());
        let address = match self.address {
            IpAddr::V6(address) => format!("[{address}]"),
            IpAddr::V4(address) => address.to_string(),
        };
        format!("{}:{}:{address}:{}", self.host, text(self.port), text(self.at_port))
    }

    /// Whether it leads to this machine.
    pub fn is_loopback(&self) -> bool {
        self.address.to_canonical().is_loopback()
    }

    /// The host that is meant, in lower case.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether it says where this host is, at one port at least.
    pub fn names(&self, host: &str) -> bool {
        self.host.eq_ignore_ascii_case(bare(host))
    }
}

/// Without the brackets of an IPv6 address, and the dot of a full name.
fn bare(host: &str) -> &str {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    bare.strip_suffix('.').unwrap_or(bare)
}

/// No name server could be asked, or none could answer.
#[derive(Debug)]
pub(super) struct Unasked;

impl fmt::Display for Unasked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no name server could answer")
    }
}

impl std::error::Error for Unasked {}

#[derive(Debug, Default)]
pub(super) struct CachingResolver {
    pub(super) fixed: Vec<FixedHost>,
    inner: DefaultResolver,
    known: Mutex<HashMap<String, (Instant, ResolvedSocketAddrs)>>,
}

impl Resolver for CachingResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let authority = uri.authority().ok_or(ureq::Error::HostNotFound)?;
        let port = authority.port_u16().unwrap_or_else(|| default_port(uri.scheme_str()));
        let host = authority.host();
        let literal = bare(host).parse().map(|address: IpAddr| SocketAddr::new(address, port)).ok();
        if let Some(address) = FixedHost::find(&self.fixed, host, port).or(literal) {
            let mut addresses = self.empty();
            addresses.push(address);
            return Ok(addresses);
        }
        watch::resolving(|| {
            let key = format!("{host}:{port}");
            if let Some(addresses) = self.recall(&key) {
                return Ok(addresses);
            }
            let addresses = self.inner.resolve(uri, config, watch::limit()).map_err(|error| match error {
                // The system tells a name that nobody has from one that it could not ask for by its words alone.
                ureq::Error::Io(error) if error.to_string().contains("Temporary failure") => {
                    ureq::Error::Other(Box::new(Unasked))
                }
                ureq::Error::Io(_) => ureq::Error::HostNotFound,
                other => other,
            })?;
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.insert(key, (Instant::now(), addresses.clone()));
            Ok(addresses)
        })
    }
}

fn default_port(scheme: Option<&str>) -> u16 {
    match scheme {
        Some("https") => 443,
        Some(socks) if socks.starts_with("socks") => 1080,
        _ => 80,
    }
}

impl CachingResolver {
    pub(super) fn new(fixed: &[FixedHost]) -> CachingResolver {
        CachingResolver { fixed: fixed.to_vec(), ..CachingResolver::default() }
    }

    fn recall(&self, key: &str) -> Option<ResolvedSocketAddrs> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .get(key)
            .filter(|(since, _)| since.elapsed() < REMEMBERED)
            .map(|(_, addresses)| addresses.clone())
    }
}
