//! One request and its one answer, redirects not followed.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use ureq::http::header::{
    ACCEPT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING,
};
use ureq::http::{self, Method, Uri};
use ureq::{Agent, Body, Proxy};

use super::coding::{self, Fault};
use super::watch::{self, Marks};
use super::{Events, Headers, HttpError, HttpErrorKind, Request, url};
use crate::value::show_size;

/// What has been read of an answer before its bound is known to hold is not allocated for in advance beyond this.
const MOST_RESERVED: u64 = 1 << 20;

/// An answer as it came.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Headers,
    pub(super) body: Vec<u8>,
    /// When the event that is waited for was whole.
    pub(super) event: Option<Instant>,
    /// When its last byte had come.
    pub(super) end: Instant,
    pub(super) marks: Marks,
}

/// Sends `request` once, within `left` of its total time. On a connection that the server had closed in the meantime
/// the request is sent again if doing so cannot change anything (RFC 9110, section 9.2.2).
pub(super) fn exchange(
    agent: &Agent,
    proxy: Option<&Proxy>,
    request: &Request,
    now: Instant,
    left: Duration,
) -> Result<Answer, HttpError> {
    watch::begin(&request.timeouts, now, left);
    let mut outcome = attempt(agent, request);
    if matches!(outcome, Err(Failure::Ureq(ureq::Error::Io(_)))) && watch::marks().is_stale() {
        if idempotent(&request.method) {
            let again = Instant::now();
            watch::begin(&request.timeouts, again, left.saturating_sub(again - now));
            outcome = attempt(agent, request);
        } else {
            return Err(HttpError::not_sent_twice(request));
        }
    }
    outcome.map_err(|failure| match failure {
        Failure::Said(error) => error,
        Failure::Ureq(error) => HttpError::from_ureq(&error, request, proxy, &watch::marks()),
    })
}

enum Failure {
    Said(HttpError),
    Ureq(ureq::Error),
}

fn idempotent(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "PUT" | "DELETE" | "TRACE")
}

fn attempt(agent: &Agent, request: &Request) -> Result<Answer, Failure> {
    let head = head(request).map_err(Failure::Said)?;
    // A method that usually has a body says so when it has none; another says nothing.
    let bodiless = request.body.is_empty() && !matches!(&*request.method, "POST" | "PUT" | "PATCH");
    let sent = if bodiless { agent.run(head) } else { agent.run(head.map(|()| &request.body[..])) };
    let response = sent.map_err(Failure::Ureq)?;
    let status = response.status().as_u16();
    one_framing(response.headers()).map_err(|why| {
        let host = url::host_and_port(&request.url).unwrap_or_default();
        let message = format!("`{host}` breaks the rules of HTTP: {why}");
        Failure::Said(HttpError::new(HttpErrorKind::Protocol, message))
    })?;
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let (body, event) = read_body(response.into_body(), request)?;
    Ok(Answer { status, headers, body, event, end: Instant::now(), marks: watch::marks() })
}

/// Whether an answer says in one way, and one that is understood, where its body ends (RFC 9112, section 6.3). One that
/// says it in two ways may be two answers in one.
fn one_framing(headers: &HeaderMap) -> Result<(), String> {
    let codings = headers.get_all(TRANSFER_ENCODING);
    for coding in &codings {
        if !coding.as_bytes().eq_ignore_ascii_case(b"chunked") {
            let coding = coding.as_bytes().escape_ascii();
            return Err(format!("`transfer-encoding: {coding}` was not asked for, and cannot be read"));
        }
    }
    if codings.iter().next().is_some() && headers.contains_key(CONTENT_LENGTH) {
        return Err("its answer has a `content-length` and is `chunked` too".to_owned());
    }
    Ok(())
}

/// The body behind its codings, and the headers without them.
pub(super) fn unpacked(
    mut headers: Headers,
    body: Vec<u8>,
    request: &Request,
) -> Result<(Headers, Vec<u8>), HttpError> {
    match coding::unpack(&mut headers, &body, request.max_body) {
        Ok(unpacked) => Ok((headers, unpacked.unwrap_or(body))),
        Err(fault) => {
            let host = url::host_and_port(&request.url).unwrap_or_default();
            Err(match fault {
                Fault::TooLarge(what) => {
                    HttpError::new(HttpErrorKind::TooLarge, format!("`{host}` sent {what}"))
                }
                Fault::Broken(what) => {
                    HttpError::new(HttpErrorKind::Protocol, format!("`{host}` sent {what}"))
                }
            })
        }
    }
}

fn head(request: &Request) -> Result<http::Request<()>, HttpError> {
    let invalid = |why: String| HttpError::new(HttpErrorKind::InvalidRequest, why);
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| invalid(format!("`{}` is no HTTP method", request.method.escape_debug())))?;
    let mut head = http::Request::new(());
    // A stream is looked at as it comes.
    if request.events.is_some() {
        head.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    }
    *head.method_mut() = method;
    *head.uri_mut() = uri(&request.url)?;
    for (name, value) in &request.headers {
        let key = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| invalid(format!("`{}` is no name for a header", name.escape_debug())))?;
        let value = HeaderValue::from_bytes(value.as_bytes())
            .map_err(|_| invalid(format!("the header `{name}` has a value that cannot be sent")))?;
        match key {
            ACCEPT_ENCODING => drop(head.headers_mut().insert(key, value)),
            key => drop(head.headers_mut().append(key, value)),
        }
    }
    Ok(head)
}

/// The URL, if it is an absolute one that can be asked.
pub(super) fn uri(text: &str) -> Result<Uri, HttpError> {
    let invalid = |why: &str| {
        let message = format!("the URL `{}` {why}", text.escape_debug());
        HttpError::new(HttpErrorKind::InvalidUrl, message)
    };
    let uri: Uri = text.parse().map_err(|error| invalid(&format!("cannot be used: {error}")))?;
    match uri.scheme_str() {
        Some("http" | "https") => {}
        Some(scheme) => {
            return Err(invalid(&format!("has the scheme `{scheme}`; write `http://…` or `https://…`")));
        }
        None => return Err(invalid("is not absolute; write `http://…` or `https://…`")),
    }
    if uri.host().is_none_or(str::is_empty) {
        return Err(invalid("names no host"));
    }
    // Without this a port past 65535 would be read as none.
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let port = authority.rsplit_once(':').map_or("", |(_, port)| port);
    if uri.port_u16().is_none() && !port.is_empty() && !port.ends_with(']') {
        return Err(invalid(&format!("has the port `{port}`; a port is a number from 1 to 65535")));
    }
    Ok(uri)
}

/// Reads the body, and notes when the event that is waited for was whole.
fn read_body(body: Body, request: &Request) -> Result<(Vec<u8>, Option<Instant>), Failure> {
    let max = request.max_body as u64;
    let mut bytes =
        Vec::with_capacity(body.content_length().unwrap_or(0).min(MOST_RESERVED).min(max) as usize);
    let mut reader = body.into_reader().take(max.saturating_add(1));
    let mut event = None;
    let read = match request.events {
        None => reader.read_to_end(&mut bytes).map(|_| ()),
        Some(wanted) => read_events(&mut reader, &mut bytes, wanted, &mut event),
    };
    if bytes.len() > request.max_body {
        let host = url::host_and_port(&request.url).unwrap_or_default();
        let message = format!("`{host}` sent a body larger than {}", show_size(max));
        return Err(Failure::Said(HttpError::new(HttpErrorKind::TooLarge, message)));
    }
    read.map_err(|error| Failure::Ureq(ureq::Error::from(error)))?;
    Ok((bytes, event))
}

fn read_events(
    reader: &mut impl Read,
    bytes: &mut Vec<u8>,
    wanted: fn(&str) -> bool,
    event: &mut Option<Instant>,
) -> io::Result<()> {
    let mut events = Events::default();
    let mut piece = [0; 8192];
    loop {
        let count = match reader.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        bytes.extend_from_slice(&piece[..count]);
        if event.is_none() {
            let mut came = false;
            events.push(&piece[..count], |data| came |= wanted(data));
            *event = came.then(Instant::now);
        }
    }
}
