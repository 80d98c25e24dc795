//! The request, its references bound.

pub(super) mod connection;
pub(super) mod curl;
mod encode;
mod multipart;
mod send;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::Probe;
use super::keys::{Auth, AuthKind};
use super::target::{Asked, VERBS};
use crate::action::argv::json_bytes;
use crate::action::{Context, StepError};
use crate::syntax::{Arg, Tier};
use crate::system::http::{Request, Timeouts};
use crate::value::{FromValue, Kind, Map, Value, WrongKind};
pub use connection::TlsKeys;
use curl::Carried;
pub(super) use encode::scalar;
use encode::{Style, pairs};
pub use multipart::Parts;
pub(super) use send::{Silence, over, send};

/// The most that is read of an answer's body when nothing else is said.
const MAX_BODY: u64 = 10 << 20;

/// What a request carries.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Json(Arg<Value>),
    Form(Arg<Arc<Map>>),
    Raw(Arg<Payload>),
    File(Arg<Arc<str>>),
    Parts(Arg<Parts>),
}

/// Text or bytes, sent as they are.
#[derive(Clone, Debug)]
pub struct Payload {
    bytes: Arc<[u8]>,
    is_text: bool,
}

impl FromValue for Payload {
    const KINDS: &'static [Kind] = &[Kind::Text, Kind::Bytes];

    fn schema() -> serde_json::Value {
        json!({"type": "string"})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        match value {
            Value::Text(text) => Ok(Self { bytes: text.as_bytes().into(), is_text: true }),
            Value::Bytes(bytes) => Ok(Self { bytes: bytes.clone(), is_text: false }),
            _ => Err(WrongKind::new("text", value).help("`json: …` sends any value")),
        }
    }
}

/// The request of a URL, and where its body came from.
pub(super) fn of_url(
    probe: &Probe,
    asked: &Asked,
    context: &Context<'_>,
) -> Result<(Request, Carried), StepError> {
    let base = context.maybe(probe.settings.base.as_ref())?;
    let written = context.get(&asked.url)?;
    let url = join(base.as_deref(), &written).map_err(|error| error.at(asked.url.span))?;
    let url = with_query(&url, query(probe, context)?.as_deref());
    let mut request = template(probe, &url, context)?;
    request.method = method(&context.get(&asked.method)?);
    let carried = match &asked.content {
        Some(content) => fill(&mut request, content, context)?,
        None => Carried::Value,
    };
    request.confidential =
        request.redirects > 0 && context.secrets.within(&String::from_utf8_lossy(&request.body));
    Ok((request, carried))
}

/// What all requests of a probe have in common: a GET of this URL.
pub(super) fn template(probe: &Probe, url: &str, context: &Context<'_>) -> Result<Request, StepError> {
    let settings = &probe.settings;
    let mut request = Request::new("GET", url);
    if let Some(headers) = &settings.headers {
        for (name, value) in context.get(headers)?.iter() {
            let value = scalar(name, value).map_err(|error| error.at(headers.span))?;
            if context.secrets.within(&value) {
                request.credentials.push(name.to_string());
            }
            request.headers.push((name.to_string(), value));
        }
    }
    if let Some(auth) = &probe.auth {
        authorize(&mut request, auth, context)?;
    }
    if let Some(limits) = &settings.timeouts {
        let within =
            |arg: Option<&Arg<Duration>>, default| Ok::<_, StepError>(context.maybe(arg)?.unwrap_or(default));
        let Timeouts { total, connect, .. } = request.timeouts;
        request.timeouts = Timeouts {
            total: within(limits.total.as_ref(), total)?,
            connect: within(limits.connect.as_ref(), connect)?,
            read: context.maybe(limits.read.as_ref())?,
        };
    }
    request.redirects = context.maybe(settings.redirects.as_ref())?.unwrap_or(0);
    let max_body = context.maybe(settings.max_body.as_ref())?.map_or(MAX_BODY, |size| size.0);
    request.max_body = usize::try_from(max_body).unwrap_or(usize::MAX);
    request.loopback_only = context.tier != Tier::Smoke;
    request.client = connection::client(settings, context)?;
    Ok(request)
}

/// Methods are told apart by case; `post` can only mean `POST`.
fn method(written: &str) -> String {
    let upper = written.to_ascii_uppercase();
    if VERBS.contains(&&*upper) { upper } else { written.to_owned() }
}

/// The parameters that are added to every URL.
pub(super) fn query(probe: &Probe, context: &Context<'_>) -> Result<Option<String>, StepError> {
    let Some(query) = &probe.settings.query else { return Ok(None) };
    pairs(&*context.get(query)?, Style::Query).map(Some).map_err(|error| error.at(query.span))
}

pub(super) fn with_query(url: &str, query: Option<&str>) -> String {
    match query {
        None | Some("") => url.to_owned(),
        Some(pairs) => format!("{url}{}{pairs}", if url.contains('?') { '&' } else { '?' }),
    }
}

/// The whole URL, without its fragment, which is never sent.
pub(super) fn join(base: Option<&str>, written: &str) -> Result<String, StepError> {
    let written = written.split('#').next().unwrap_or_default();
    if written.contains("://") {
        return Ok(written.to_owned());
    }
    let Some(base) = base else {
        return Err(StepError::new(format!("`{written}` is no whole URL, and there is no `base`"))
            .help("write `http://…`, or give `base: …`"));
    };
    if !base.contains("://") || base.contains(['?', '#']) {
        return Err(StepError::new(format!("the base `{base}` is not the beginning of a URL"))
            .help("write `http://host` or `https://host/path`"));
    }
    let base = base.trim_end_matches('/');
    let slash = if written.is_empty() || written.starts_with(['/', '?']) { "" } else { "/" };
    Ok(format!("{base}{slash}{written}"))
}

fn authorize(request: &mut Request, auth: &Auth, context: &Context<'_>) -> Result<(), StepError> {
    let name = match &auth.kind {
        AuthKind::Header(header) => context.get(&header.name)?.to_string(),
        AuthKind::Basic(_) | AuthKind::Bearer(_) => "authorization".to_owned(),
    };
    if request.header(&name).is_some() {
        let error = StepError::new(format!("`auth` stands beside a header `{name}`")).at(auth.span);
        return Err(error.help("keep one of them"));
    }
    let value = match &auth.kind {
        AuthKind::Header(header) => context.get(&header.value)?.to_string(),
        AuthKind::Bearer(token) => format!("Bearer {}", context.get(token)?),
        AuthKind::Basic(basic) => {
            let user = context.get(&basic.user)?;
            if user.contains(':') {
                return Err(StepError::new("a user's name cannot hold a `:` (RFC 7617)").at(basic.user.span));
            }
            format!("Basic {}", STANDARD.encode(format!("{user}:{}", context.get(&basic.password)?)))
        }
    };
    request.credentials.push(name.clone());
    request.headers.push((name, value));
    Ok(())
}

/// Gives the request its body, and tells where that came from.
fn fill(request: &mut Request, content: &Content, context: &Context<'_>) -> Result<Carried, StepError> {
    let mut carried = Carried::Value;
    let (body, media) = match content {
        Content::Json(arg) => {
            let value = context.get(arg)?;
            (json_bytes(&value).map_err(|error| error.at(arg.span))?, "application/json".to_owned())
        }
        Content::Form(arg) => {
            let form = pairs(&*context.get(arg)?, Style::Form).map_err(|error| error.at(arg.span))?;
            (form.into_bytes(), "application/x-www-form-urlencoded".to_owned())
        }
        Content::Raw(arg) => {
            let payload = context.get(arg)?;
            let media =
                if payload.is_text { "text/plain; charset=utf-8" } else { "application/octet-stream" };
            (payload.bytes.to_vec(), media.to_owned())
        }
        Content::File(arg) => {
            let name = context.get(arg)?;
            let (body, path) = context.read_path(&name).map_err(|error| error.at(arg.span))?;
            carried = Carried::File(path);
            (body, media_of(&name).to_owned())
        }
        Content::Parts(arg) => {
            let sent = multipart::sent(arg, context)?;
            carried = Carried::Parts(sent.options);
            (sent.body, sent.media)
        }
    };
    request.body = body;
    if request.header("content-type").is_none() {
        request.headers.push(("content-type".to_owned(), media));
    } else if let Carried::Parts(_) = carried {
        let error = StepError::new("`multipart` stands beside a header `content-type`");
        return Err(error.help("leave the header out: it says where one part ends and the next begins"));
    }
    Ok(carried)
}

/// What a file of this name is sent as.
pub(crate) fn media_of(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("json") => "application/json",
        Some("jsonl" | "ndjson") => "application/x-ndjson",
        Some("csv") => "text/csv",
        Some("txt") => "text/plain; charset=utf-8",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("webp") => "image/webp",
        Some("wav") => "audio/wav",
        Some("pdf") => "application/pdf",
        _ => "application/octet-stream",
    }
}
