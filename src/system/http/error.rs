//! Why there was no answer, in plain words.

use std::fmt;
use std::io;
use std::time::Duration;

use super::{Request, transport::Marks, url};

/// A request that got no usable answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpError {
    /// What kind of failure it is.
    pub kind: HttpErrorKind,
    /// What happened, naming `host:port`.
    pub message: String,
}

/// The kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpErrorKind {
    /// Nobody listens there, or no route leads there.
    Refused,
    /// The host's name has no address.
    Dns,
    /// Time ran out in this phase.
    Timeout(Phase),
    /// The TLS handshake failed.
    Tls,
    /// The answer's body or headers are larger than allowed.
    TooLarge,
    /// What came is not HTTP, or breaks its rules.
    Protocol,
    /// There are more redirects than are followed, or one leads nowhere.
    Redirects,
    /// The URL leads beyond this machine, and the request may not.
    NotLoopback,
    /// The URL cannot be used.
    InvalidUrl,
    /// The method or a header cannot be sent, or the client's own settings are wrong.
    InvalidRequest,
    /// The connection broke.
    Io,
}

/// What a request was doing when its time ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Finding the address and connecting.
    Connect,
    /// Waiting for the first byte of the answer.
    FirstByte,
    /// Receiving the rest of the answer.
    Body,
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for HttpError {}

impl HttpError {
    pub(super) fn new(kind: HttpErrorKind, message: impl Into<String>) -> HttpError {
        HttpError { kind, message: message.into() }
    }

    /// Words for what the client library reports, with what is known of how far the request had come.
    pub(super) fn from_ureq(error: &ureq::Error, request: &Request, at: &str, marks: &Marks) -> HttpError {
        let host = url::host_and_port(at).unwrap_or_else(|| at.to_owned());
        let (kind, message) = match error {
            ureq::Error::Timeout(which) => timeout(*which, request, &host, marks),
            ureq::Error::HostNotFound => (HttpErrorKind::Dns, format!("the host of `{host}` has no address")),
            ureq::Error::Io(error) => of_io(error, &host, at.starts_with("https:"), marks),
            ureq::Error::Tls(why) => {
                (HttpErrorKind::Tls, format!("the TLS handshake with `{host}` failed: {why}"))
            }
            ureq::Error::Rustls(why) => {
                (HttpErrorKind::Tls, format!("the TLS handshake with `{host}` failed: {why}"))
            }
            ureq::Error::LargeResponseHeader(size, limit) => (
                HttpErrorKind::TooLarge,
                format!("`{host}` sent headers of {size} bytes; at most {limit} are read"),
            ),
            ureq::Error::Decompress(how, why) => (
                HttpErrorKind::Protocol,
                format!("`{host}` sent a body that is not {how}, as it says: {why}"),
            ),
            // The library has a type for this but does not show it.
            ureq::Error::Protocol(why) if why.to_string().ends_with("too many headers") => {
                (HttpErrorKind::TooLarge, format!("`{host}` sent more headers than are read"))
            }
            ureq::Error::Protocol(why) => {
                (HttpErrorKind::Protocol, format!("`{host}` does not speak HTTP: {why}"))
            }
            ureq::Error::BadUri(why) => {
                (HttpErrorKind::InvalidUrl, format!("the URL `{at}` cannot be used: {why}"))
            }
            other => (HttpErrorKind::Protocol, format!("the exchange with `{host}` failed: {other}")),
        };
        HttpError { kind, message }
    }
}

fn timeout(which: ureq::Timeout, request: &Request, host: &str, marks: &Marks) -> (HttpErrorKind, String) {
    let total = Plain(request.timeouts.total);
    let connecting = marks.connecting || matches!(which, ureq::Timeout::Resolve | ureq::Timeout::Connect);
    if connecting {
        let limit = Plain(request.timeouts.connect.min(request.timeouts.total));
        return (
            HttpErrorKind::Timeout(Phase::Connect),
            format!("could not connect to `{host}` within {limit}"),
        );
    }
    let phase = if marks.first_byte.is_some() { Phase::Body } else { Phase::FirstByte };
    let message = match (which, phase, request.timeouts.read) {
        (ureq::Timeout::PerRead, Phase::Body, Some(read)) => {
            format!("`{host}` stopped in the middle of its answer for {}", Plain(read))
        }
        (ureq::Timeout::PerRead, _, Some(read)) => format!("`{host}` sent no answer within {}", Plain(read)),
        (_, Phase::Body, _) => format!("`{host}` had not finished its answer within {total}"),
        _ => format!("`{host}` sent no answer within {total}"),
    };
    (HttpErrorKind::Timeout(phase), message)
}

fn of_io(error: &io::Error, host: &str, tls: bool, marks: &Marks) -> (HttpErrorKind, String) {
    if marks.connecting {
        return match error.kind() {
            io::ErrorKind::ConnectionRefused => {
                (HttpErrorKind::Refused, format!("`{host}` refuses the connection: nothing listens there"))
            }
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                (HttpErrorKind::Refused, format!("`{host}` cannot be reached: {error}"))
            }
            // What the TLS layer objects to arrives as bad data, or as the end of what it could read.
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof if tls => {
                handshake(host, &error.to_string())
            }
            _ => (HttpErrorKind::Io, format!("the connection to `{host}` broke while it was made: {error}")),
        };
    }
    match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            (HttpErrorKind::Protocol, format!("`{host}` sent what cannot be read: {error}"))
        }
        _ if marks.first_byte.is_some() => {
            (HttpErrorKind::Io, format!("`{host}` closed the connection in the middle of its answer"))
        }
        io::ErrorKind::UnexpectedEof => {
            (HttpErrorKind::Io, format!("`{host}` closed the connection without an answer"))
        }
        _ => (HttpErrorKind::Io, format!("the connection to `{host}` broke before its answer: {error}")),
    }
}

/// Words for a failed TLS handshake; for the two usual reasons plainer ones than the library's.
fn handshake(host: &str, why: &str) -> (HttpErrorKind, String) {
    let why = if why.contains("CaUsedAsEndEntity") {
        "its certificate is self-signed as an authority's own, which no client accepts, trusted or not"
    } else if why.contains("UnknownIssuer") {
        "its certificate is signed by an authority that is not trusted here"
    } else {
        why
    };
    (HttpErrorKind::Tls, format!("the TLS handshake with `{host}` failed: {why}"))
}

/// A duration as people write it.
struct Plain(Duration);

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        if millis >= 1000 && millis.is_multiple_of(1000) {
            write!(f, "{} s", millis / 1000)
        } else if millis > 0 {
            write!(f, "{millis} ms")
        } else {
            write!(f, "{} us", self.0.as_micros())
        }
    }
}
