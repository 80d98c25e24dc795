//! Why there was no answer, in plain words.

use std::fmt;
use std::io;
use std::time::Duration;

use rustls::AlertDescription;
use ureq::Proxy;

use super::resolver::Unasked;
use super::tls::Refusal;
use super::trust::own_authority;
use super::watch::{Making, Marks};
use super::{Request, url};
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
    /// What to do about it, where that is more than the kind tells.
    pub help: Option<&'static str>,
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
    /// Looking up the address.
    Resolve,
    /// Connecting, the TLS handshake included.
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
        HttpError { kind, message: message.into(), help: None }
    }

    pub(super) fn help(mut self, help: &'static str) -> HttpError {
        self.help = Some(help);
        self
    }

    /// A request that may have been carried out, on a connection that was there.
    pub(super) fn not_sent_twice(request: &Request) -> HttpError {
        let host = url::host_and_port(&request.url).unwrap_or_else(|| request.url.clone());
        let message = format!(
            "`{host}` closed the reused connection without an answer, and a {} is not sent a second time by itself",
            request.method
        );
        HttpError::new(HttpErrorKind::Io, message)
            .help("where sending it again does no harm, give the case a `retry`; else let the server keep idle connections open longer")
    }

    /// Words for what the client library reports, with what is known of how far the request had come.
    pub(super) fn from_ureq(
        error: &ureq::Error,
        request: &Request,
        proxy: Option<&Proxy>,
        marks: &Marks,
    ) -> HttpError {
        let at = &*request.url;
        let host = url::host_and_port(at).unwrap_or_else(|| at.to_owned());
        // What connects, connects to the proxy first.
        let peer = match proxy.filter(|_| marks.connecting) {
            Some(proxy) => format!("the proxy `{}:{}`", proxy.host(), proxy.port()),
            None => format!("`{host}`"),
        };
        let (kind, message) = match error {
            ureq::Error::Timeout(which) => timeout(*which, request, &peer, marks),
            ureq::Error::HostNotFound => (HttpErrorKind::Dns, format!("the host of {peer} has no address")),
            ureq::Error::Io(error) => of_io(error, &peer, marks),
            ureq::Error::Tls(why) => {
                (HttpErrorKind::Tls, format!("the TLS handshake with `{host}` failed: {why}"))
            }
            ureq::Error::Other(other) => match other.downcast_ref::<Refusal>() {
                Some(Refusal(why)) if marks.connecting => return handshake(&host, why),
                // A client's certificate can be refused when the handshake is over (RFC 8446, section 4.4.2.4).
                Some(Refusal(why @ rustls::Error::AlertReceived(_))) => return handshake(&host, why),
                Some(Refusal(why)) => {
                    (HttpErrorKind::Protocol, format!("{peer} breaks the rules of TLS: {why}"))
                }
                None if other.is::<Unasked>() => {
                    let message = format!("no name server could say where {peer} is");
                    return HttpError::new(HttpErrorKind::Dns, message)
                        .help("is this machine online, and does its name server work?");
                }
                None => (HttpErrorKind::Protocol, format!("the exchange with `{host}` failed: {other}")),
            },
            ureq::Error::LargeResponseHeader(_, limit) => (
                HttpErrorKind::HeadTooLarge,
                format!("{peer} sent headers of more than {}", show_size(*limit as u64)),
            ),
            // The library has a type for this but does not show it.
            ureq::Error::Protocol(why) if why.to_string().ends_with("too many headers") => {
                (HttpErrorKind::HeadTooLarge, format!("{peer} sent more than {MOST_HEADERS} headers"))
            }
            ureq::Error::Protocol(why) => no_http(&peer, &why.to_string(), marks),
            ureq::Error::BodyStalled => {
                (HttpErrorKind::Protocol, format!("{peer} breaks the rules of HTTP: a chunk has no end"))
            }
            ureq::Error::BadUri(why) => {
                (HttpErrorKind::InvalidUrl, format!("the URL `{at}` cannot be used: {why}"))
            }
            ureq::Error::ConnectProxyFailed(why) => {
                let why = why.strip_prefix("proxy server ").unwrap_or(why);
                (HttpErrorKind::Refused, format!("{peer} does not lead to `{host}`: it {why}"))
            }
            other => (HttpErrorKind::Protocol, format!("the exchange with `{host}` failed: {other}")),
        };
        HttpError::new(kind, message)
    }
}

fn timeout(which: ureq::Timeout, request: &Request, peer: &str, marks: &Marks) -> (HttpErrorKind, String) {
    let total = Plain(request.timeouts.total);
    if marks.connecting {
        let limit = Plain(request.timeouts.connect.min(request.timeouts.total));
        return match marks.making {
            Making::Address => (
                HttpErrorKind::Timeout(Phase::Resolve),
                format!("no name server said within {limit} where {peer} is"),
            ),
            Making::Connection => (
                HttpErrorKind::Timeout(Phase::Connect),
                format!("could not connect to {peer} within {limit}"),
            ),
            Making::Handshake => (
                HttpErrorKind::Timeout(Phase::Connect),
                format!("{peer} had not finished the TLS handshake within {limit}"),
            ),
        };
    }
    let answering = marks.first_byte.is_some();
    let (phase, message) = match (which, request.timeouts.read) {
        (ureq::Timeout::PerRead, Some(read)) if answering => {
            (Phase::Pause, format!("{peer} stopped in the middle of its answer for {}", Plain(read)))
        }
        (ureq::Timeout::PerRead, Some(read)) => {
            (Phase::Pause, format!("{peer} sent no answer within {}", Plain(read)))
        }
        _ if answering => (Phase::Body, format!("{peer} had not finished its answer within {total}")),
        _ if marks.sending => (Phase::Request, format!("{peer} had not taken the request within {total}")),
        _ => (Phase::FirstByte, format!("{peer} sent no answer within {total}")),
    };
    (HttpErrorKind::Timeout(phase), message)
}

fn of_io(error: &io::Error, peer: &str, marks: &Marks) -> (HttpErrorKind, String) {
    if marks.connecting {
        return match error.kind() {
            io::ErrorKind::ConnectionRefused => {
                (HttpErrorKind::Refused, format!("{peer} refuses the connection: nothing listens there"))
            }
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                (HttpErrorKind::Refused, format!("{peer} cannot be reached: {error}"))
            }
            // A TCP connection does not end before it is there.
            io::ErrorKind::UnexpectedEof => (
                HttpErrorKind::Tls,
                format!("{peer} closed the connection in the middle of the TLS handshake"),
            ),
            _ => (HttpErrorKind::Io, format!("the connection to {peer} broke while it was made: {error}")),
        };
    }
    match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            (HttpErrorKind::Protocol, format!("{peer} sent what cannot be read: {error}"))
        }
        _ if marks.first_byte.is_some() => {
            (HttpErrorKind::Io, format!("{peer} closed the connection in the middle of its answer"))
        }
        io::ErrorKind::UnexpectedEof => {
            (HttpErrorKind::Io, format!("{peer} closed the connection without an answer"))
        }
        _ => (HttpErrorKind::Io, format!("the connection to {peer} broke before its answer: {error}")),
    }
}

/// Words for what is no HTTP, or breaks its rules: of what does not even begin like it, what it is instead.
fn no_http(peer: &str, why: &str, marks: &Marks) -> (HttpErrorKind, String) {
    let why = why.strip_prefix("http parse fail: ").unwrap_or(why);
    let begins = marks.beginning();
    if begins.trim_ascii_start().starts_with(b"HTTP/1.") {
        return (HttpErrorKind::Protocol, format!("{peer} breaks the rules of HTTP: {why}"));
    }
    let message = if begins.starts_with(TLS_ALERT) {
        format!("{peer} speaks TLS, and no plain HTTP")
    } else if begins.get(3..5) == Some(HTTP2_SETTINGS) {
        format!("{peer} speaks HTTP/2 alone, and no HTTP/1.1")
    } else {
        let cut = if marks.is_more_than_beginning() { "…" } else { "" };
        format!("{peer} does not speak HTTP/1.1: its answer begins with `{}{cut}`", begins.escape_ascii())
    };
    (HttpErrorKind::NotHttp, message)
}

/// How a TLS server says that it was not spoken to in TLS (RFC 8446, section 5.1).
const TLS_ALERT: &[u8] = b"\x15\x03";
/// Type and flags of the frame that an HTTP/2 server begins with (RFC 9113, section 3.4).
const HTTP2_SETTINGS: &[u8] = b"\x04\x00";

/// Words for what one side objects to, and what to do about the usual reasons.
fn handshake(host: &str, why: &rustls::Error) -> HttpError {
    use rustls::CertificateError as C;
    const TRUST: &str = "give the authority's certificate as `tls: {ca: FILE}`";
    const IDENTITY: &str = "give a certificate that it accepts as `tls: {cert: FILE, key: FILE}`";
    let failed = |what: &str| {
        HttpError::new(HttpErrorKind::Tls, format!("the TLS handshake with `{host}` failed: {what}"))
    };
    match why {
        _ if own_authority(why) => {
            failed("its certificate is self-signed as an authority's own, and not trusted here")
                .help("give that certificate itself as `tls: {ca: FILE}`")
        }
        rustls::Error::InvalidCertificate(C::UnknownIssuer) => {
            failed("its certificate is signed by an authority that is not trusted here").help(TRUST)
        }
        rustls::Error::InvalidCertificate(C::BadSignature) => {
            failed("its certificate is not signed by the authority it names").help(TRUST)
        }
        rustls::Error::InvalidCertificate(C::Expired | C::ExpiredContext { .. }) => {
            failed("its certificate has expired").help("renew the server's certificate")
        }
        rustls::Error::InvalidCertificate(C::NotValidYet | C::NotValidYetContext { .. }) => {
            failed("its certificate is not valid yet").help("look at the clocks of both machines")
        }
        rustls::Error::InvalidCertificate(C::NotValidForNameContext { presented, .. }) => {
            let names = if presented.is_empty() { "no name at all".to_owned() } else { presented.join(", ") };
            failed(&format!("its certificate is for another name: {names}"))
                .help("ask it by a name of its certificate; `resolve: {NAME: ADDRESS}` says where that is")
        }
        rustls::Error::AlertReceived(AlertDescription::ProtocolVersion) => {
            failed("it speaks neither TLS 1.2 nor 1.3").help("let the server speak one of them")
        }
        rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => {
            failed("it asks for a client's certificate, and none was given").help(IDENTITY)
        }
        rustls::Error::AlertReceived(
            alert @ (AlertDescription::BadCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateRevoked
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::AccessDenied),
        ) => failed(&format!("it does not accept the client's certificate ({alert:?})")).help(IDENTITY),
        rustls::Error::InvalidMessage(_) => failed("what it sends is not TLS")
            .help("ask it with `http://…`, or at the port where it speaks TLS"),
        other => failed(&other.to_string()),
    }
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
