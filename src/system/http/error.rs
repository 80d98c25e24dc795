//! Why there was no answer, in plain words.

use std::fmt;
use std::io;
use std::time::Duration;

use super::{Request, transport::Marks, url};
use crate::value::show_size;

/// How many headers of an answer are read: the library's limit.
const MOST_HEADERS: usize = 128;

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
    /// The answer's body is larger than allowed.
    TooLarge,
    /// The answer's headers are larger, or more, than any are read.
    HeadTooLarge,
    /// What came does not even begin like HTTP.
    NotHttp,
    /// What came breaks the rules of HTTP.
    Protocol,
    /// There are more redirects than are followed.
    Redirects,
    /// A redirect leads to what cannot be asked.
    Nowhere,
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
    /// Sending the request.
    Request,
    /// Waiting for the first byte of the answer.
    FirstByte,
    /// Receiving the rest of the answer.
    Body,
    /// Waiting for the next piece of the answer, longer than is allowed between two.
    Pause,
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for HttpError {}

impl HttpError {
    /// The same, said of where redirects have led.
    pub(super) fn after_redirect(mut self, from: &str, to: &str) -> HttpError {
        self.message = format!("`{from}` redirects to `{to}`: {}", self.message);
        self
    }

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
            ureq::Error::LargeResponseHeader(_, limit) => (
                HttpErrorKind::HeadTooLarge,
                format!("`{host}` sent headers of more than {}", show_size(*limit as u64)),
            ),
            ureq::Error::Decompress(how, why) => (
                HttpErrorKind::Protocol,
                format!("`{host}` sent a body that is not {how}, as it says: {why}"),
            ),
            // The library has a type for this but does not show it.
            ureq::Error::Protocol(why) if why.to_string().ends_with("too many headers") => {
                (HttpErrorKind::HeadTooLarge, format!("`{host}` sent more than {MOST_HEADERS} headers"))
            }
            ureq::Error::Protocol(why) => no_http(&host, &why.to_string(), marks),
            ureq::Error::BodyStalled => {
                (HttpErrorKind::Protocol, format!("`{host}` breaks the rules of HTTP: a chunk has no end"))
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
    let answering = marks.first_byte.is_some();
    let (phase, message) = match (which, request.timeouts.read) {
        (ureq::Timeout::PerRead, Some(read)) if answering => {
            (Phase::Pause, format!("`{host}` stopped in the middle of its answer for {}", Plain(read)))
        }
        (ureq::Timeout::PerRead, Some(read)) => {
            (Phase::Pause, format!("`{host}` sent no answer within {}", Plain(read)))
        }
        _ if answering => (Phase::Body, format!("`{host}` had not finished its answer within {total}")),
        _ if marks.sending => (Phase::Request, format!("`{host}` had not taken the request within {total}")),
        _ => (Phase::FirstByte, format!("`{host}` sent no answer within {total}")),
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

/// Words for what is no HTTP, or breaks its rules: of what does not even begin like it, what it is instead.
fn no_http(host: &str, why: &str, marks: &Marks) -> (HttpErrorKind, String) {
    let why = why.strip_prefix("http parse fail: ").unwrap_or(why);
    let begins = marks.beginning();
    if begins.trim_ascii_start().starts_with(b"HTTP/1.") {
        return (HttpErrorKind::Protocol, format!("`{host}` breaks the rules of HTTP: {why}"));
    }
    let message = if begins.starts_with(TLS_ALERT) {
        format!("`{host}` speaks TLS, and no plain HTTP")
    } else if begins.get(3..5) == Some(HTTP2_SETTINGS) {
        format!("`{host}` speaks HTTP/2 alone, and no HTTP/1.1")
    } else {
        format!("`{host}` does not speak HTTP/1.1: its answer begins with `{}`", begins.escape_ascii())
    };
    (HttpErrorKind::NotHttp, message)
}

/// How a TLS server says that it was not spoken to in TLS (RFC 8446, section 5.1).
const TLS_ALERT: &[u8] = b"\x15\x03";
/// Type and flags of the frame that an HTTP/2 server begins with (RFC 9113, section 3.4).
const HTTP2_SETTINGS: &[u8] = b"\x04\x00";

/// Words for a failed TLS handshake; for the two usual reasons plainer ones than the library's.
fn handshake(host: &str, why: &str) -> (HttpErrorKind, String) {
    let why = if why.contains("CaUsedAsEndEntity") {
        "its certificate is self-signed as an authority's own, which no client accepts, trusted or not"
    } else if why.contains("UnknownIssuer") {
        "its certificate is signed by an authority that is not trusted here"
    } else if why.contains("InvalidContentType") {
        "it answers in no TLS"
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
