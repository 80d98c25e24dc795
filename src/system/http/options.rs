//! How a client is set up.

use std::time::Duration;

use ureq::config::Config;

use super::{FixedHost, ProxyOptions, TlsOptions, coding};

/// Settings of a client that hold for all its requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientOptions {
    /// How many idle connections are kept for each host.
    pub max_idle_per_host: usize,
    /// How long an idle connection is kept. Shorter than the time after which common servers close it (gunicorn 2 s,
    /// uvicorn and node 5 s), so that no request meets a connection that is just being closed.
    pub max_idle_age: Duration,
    /// Whom it trusts, and who it is.
    pub tls: TlsOptions,
    /// What its requests go through.
    pub proxy: ProxyOptions,
    /// Where these hosts are, straight and through no proxy. The name in the URL stays what TLS and the `host` header
    /// speak of.
    pub resolve: Vec<FixedHost>,
}

impl Default for ClientOptions {
    fn default() -> ClientOptions {
        ClientOptions {
            max_idle_per_host: 256,
            max_idle_age: Duration::from_secs(1),
            tls: TlsOptions::default(),
            proxy: ProxyOptions::None,
            resolve: Vec::new(),
        }
    }
}

impl ClientOptions {
    /// The library's settings: it follows no redirects, judges no status, unpacks nothing and knows no limits of time,
    /// all of which is done here.
    pub(super) fn config(&self, proxy: Option<ureq::Proxy>) -> Config {
        Config::builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .allow_non_standard_methods(true)
            .user_agent(concat!("mlfunnel/", env!("CARGO_PKG_VERSION")))
            .accept_encoding(coding::ACCEPTED)
            .proxy(proxy)
            .max_idle_connections(self.max_idle_per_host.saturating_mul(4))
            .max_idle_connections_per_host(self.max_idle_per_host)
            .max_idle_age(self.max_idle_age)
            .build()
    }
}
