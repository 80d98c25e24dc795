//! Addresses of hosts, remembered for a while.
//!
//! The library's own resolver starts a thread for each request that has a timeout, be the host a number or known.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

const REMEMBERED: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
pub(super) struct CachingResolver {
    inner: DefaultResolver,
    known: Mutex<HashMap<String, (Instant, ResolvedSocketAddrs)>>,
}

impl Resolver for CachingResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let authority = uri.authority().ok_or(ureq::Error::HostNotFound)?;
        let default_port = if uri.scheme_str() == Some("https") { 443 } else { 80 };
        let port = authority.port_u16().unwrap_or(default_port);
        let host = authority.host();
        if let Ok(address) = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            let mut addresses = self.empty();
            addresses.push(SocketAddr::new(address, port));
            return Ok(addresses);
        }
        let key = format!("{host}:{port}");
        if let Some(addresses) = self.recall(&key) {
            return Ok(addresses);
        }
        let addresses = self.inner.resolve(uri, config, timeout).map_err(|error| match error {
            ureq::Error::Io(_) => ureq::Error::HostNotFound,
            other => other,
        })?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(key, (Instant::now(), addresses.clone()));
        Ok(addresses)
    }
}

impl CachingResolver {
    fn recall(&self, key: &str) -> Option<ResolvedSocketAddrs> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .get(key)
            .filter(|(since, _)| since.elapsed() < REMEMBERED)
            .map(|(_, addresses)| addresses.clone())
    }
}
