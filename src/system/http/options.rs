//! How a client is set up.

use std::sync::Arc;
use std::time::Duration;

use ureq::config::Config;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::{HttpError, HttpErrorKind};

/// Settings of a client that hold for all its requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientOptions {
    /// How many idle connections are kept for each host.
    pub max_idle_per_host: usize,
    /// How long an idle connection is kept. Shorter than the time after which common servers close it (gunicorn 2 s,
    /// uvicorn and node 5 s), so that no request meets a connection that is just being closed.
    pub max_idle_age: Duration,
    /// Certificates (PEM) to trust instead of the built-in list of Mozilla's.
    pub root_certificates: Option<Vec<u8>>,
    /// Accept any certificate.
    pub insecure: bool,
    /// Use the proxy named by `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`. Loopback never goes through it.
    pub env_proxy: bool,
}

impl Default for ClientOptions {
    fn default() -> ClientOptions {
        ClientOptions {
            max_idle_per_host: 64,
            max_idle_age: Duration::from_secs(1),
            root_certificates: None,
            insecure: false,
            env_proxy: false,
        }
    }
}

impl ClientOptions {
    /// The library's settings: it follows no redirects and judges no status, both of which are done here.
    pub(super) fn config(&self, proxy: Option<ureq::Proxy>) -> Result<Config, HttpError> {
        Ok(Config::builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .allow_non_standard_methods(true)
            .user_agent(concat!("mlfunnel/", env!("CARGO_PKG_VERSION")))
            .proxy(proxy)
            .tls_config(self.tls()?)
            .max_idle_connections(self.max_idle_per_host.saturating_mul(4))
            .max_idle_connections_per_host(self.max_idle_per_host)
            .max_idle_age(self.max_idle_age)
            .build())
    }

    fn tls(&self) -> Result<TlsConfig, HttpError> {
        let mut builder = TlsConfig::builder().disable_verification(self.insecure);
        if let Some(pem) = &self.root_certificates {
            let invalid = |why: String| HttpError::new(HttpErrorKind::InvalidRequest, why);
            let mut certificates: Vec<Certificate<'static>> = Vec::new();
            for item in parse_pem(pem) {
                let item =
                    item.map_err(|error| invalid(format!("the root certificates cannot be read: {error}")))?;
                if let PemItem::Certificate(certificate) = item {
                    certificates.push(certificate);
                }
            }
            if certificates.is_empty() {
                return Err(invalid("the root certificates hold no certificate in PEM form".into()));
            }
            builder = builder.root_certs(RootCerts::Specific(Arc::new(certificates)));
        }
        Ok(builder.build())
    }
}
