//! HTTP/1.1 requests, each within bounds of time and size, and what came of them.

mod client;
mod clients;
mod coding;
mod error;
mod events;
mod exchange;
mod options;
mod proxy;
mod redirect;
mod resolver;
mod tcp;
#[cfg(test)]
mod tests;
mod tls;
mod trust;
pub mod url;
mod watch;

use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

pub use client::Client;
pub use clients::Clients;
pub use error::{HttpError, HttpErrorKind, Phase};
pub use events::{Events, events};
pub use options::ClientOptions;
pub use proxy::{ProxyOptions, proxy_fault};
pub use resolver::FixedHost;
pub use tls::{Identity, Pem, TlsOptions};

/// Names and values, in the order in which they are sent or came.
pub type Headers = Vec<(String, String)>;

/// One request.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method: any token, in the case it is to be sent in.
    pub method: String,
    /// An absolute `http://` or `https://` URL.
    pub url: String,
    /// Headers in the order they are sent. `host`, `content-length`, `user-agent`, `accept` and `accept-encoding` are
    /// added when they are not given.
    pub headers: Headers,
    /// The headers that let one in, where their names may not tell: they stay with the server they are meant for.
    pub credentials: Vec<String>,
    /// The body is meant for this server alone: no redirect takes it to another.
    pub confidential: bool,
    /// The body; empty for none.
    pub body: Vec<u8>,
    /// How long it may take.
    pub timeouts: Timeouts,
    /// How many redirects are followed. With 0 a redirect is itself the response.
    pub redirects: u32,
    /// The most bytes of the response's body, after decompression.
    pub max_body: usize,
    /// Nothing but this machine may be asked, by a redirect neither.
    pub loopback_only: bool,
    /// The answer is a stream of server-sent events: [`Timings::first_event`] tells when the first whose data meets this
    /// had arrived. The body is read whole all the same.
    pub events: Option<fn(&str) -> bool>,
    /// How the client that sends it is set up, where it is sent by [`Clients`].
    pub client: Arc<ClientOptions>,
}

/// What nearly all requests share.
static PLAIN: LazyLock<Arc<ClientOptions>> = LazyLock::new(Arc::default);

impl Request {
    /// A request without headers and body, with the default bounds: no redirects, 16 MiB of body.
    pub fn new(method: &str, url: &str) -> Request {
        Request {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            credentials: Vec::new(),
            confidential: false,
            body: Vec::new(),
            timeouts: Timeouts::default(),
            redirects: 0,
            max_body: 16 << 20,
            loopback_only: false,
            events: None,
            client: PLAIN.clone(),
        }
    }

    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(held, _)| held.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value.as_str())
    }
}

/// `POST http://host/path`, for messages.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url)
    }
}

/// How long a request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// From the start to the last byte, redirects included.
    pub total: Duration,
    /// To find the address and to connect, the TLS handshake included.
    pub connect: Duration,
    /// Between two pieces of the answer.
    pub read: Option<Duration>,
}

impl Default for Timeouts {
    /// 30 s in all, 10 s to connect.
    fn default() -> Timeouts {
        Timeouts { total: Duration::from_secs(30), connect: Duration::from_secs(10), read: None }
    }
}

/// An answer, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers: lower-case names, in the order received, repeated ones kept. Where the body was decompressed (gzip,
    /// deflate, brotli, zstd), `content-encoding` and `content-length` are left out; with any other coding both stay as
    /// they came. Bytes that are not UTF-8 are replaced.
    pub headers: Headers,
    /// The body, decompressed.
    pub body: Vec<u8>,
    /// The URL that answered, after redirects.
    pub url: String,
    /// When what happened.
    pub timings: Timings,
    /// How many redirects were followed.
    pub redirects: u32,
    /// One of them led from `https` to `http`.
    pub downgraded: bool,
}

impl Response {
    /// The first value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The beginning of the body, to be shown: so many characters at most, and `…` where that is not all.
    pub fn beginning(&self, most: usize) -> String {
        let body = String::from_utf8_lossy(&self.body);
        let mut characters = body.trim().chars();
        let mut shown: String = characters.by_ref().take(most).collect();
        if characters.next().is_some() {
            shown.push('…');
        }
        shown
    }
}

/// Times of a request. Those of phases are of the last exchange, after redirects; the others run from the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timings {
    /// Looking up the host's name; `None` for an address, and on a connection that was reused.
    pub resolve: Option<Duration>,
    /// Connecting, a proxy's greeting included; `None` on a connection that was reused.
    pub connect: Option<Duration>,
    /// The TLS handshake; `None` without TLS, and on a connection that was reused.
    pub tls: Option<Duration>,
    /// From the start to the first byte of the last answer.
    pub first_byte: Duration,
    /// From the start to the end of the first event asked for by [`Request::events`]; `None` when none came.
    pub first_event: Option<Duration>,
    /// From the start to the last byte of the body, before it is decompressed.
    pub total: Duration,
    /// No connection was made for the last exchange.
    pub reused: bool,
}

/// Sends requests. A test replaces it.
pub trait Http: Send + Sync {
    /// Sends the request and reads the whole answer. A status of 400 and above is an answer like any other.
    fn send(&self, request: &Request) -> Result<Response, HttpError>;

    /// Breaks off the requests under way in other threads, where that can be done.
    fn interrupt(&self) {}
}
