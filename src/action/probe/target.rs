//! What is asked: a URL with a method and a body, or rows in the words of a protocol.

use std::sync::Arc;

use super::keys::Keys;
use super::protocol::{self, Protocol};
use super::request::Content;
use super::rows::Rows;
use crate::action::{Context, StepError};
use crate::diagnostic::{Diagnostic, codes, did_you_mean};
use crate::source::Span;
use crate::syntax::{Arg, Decoder};

/// The methods that have a key of their own.
pub(super) const VERBS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

type Words = Arg<Arc<str>>;

/// What a probe asks.
#[derive(Debug)]
pub(super) enum Target {
    Url(Asked),
    Protocol(Spec),
}

/// A URL, and what is sent there.
#[derive(Debug)]
pub(super) struct Asked {
    pub method: Words,
    pub url: Words,
    pub content: Option<Content>,
}

/// Rows, and whom they are sent to.
#[derive(Debug)]
pub(super) struct Spec {
    pub protocol: &'static dyn Protocol,
    pub base: Words,
    pub rows: Arg<Rows>,
    /// The key that names the protocol.
    pub span: Span,
}

impl Target {
    pub(super) fn of(keys: &mut Keys, span: Span, decoder: &mut Decoder<'_>) -> Option<Self> {
        if keys.protocol.is_some() {
            return spec(keys, span, decoder).map(Self::Protocol);
        }
        let of_protocol = [
            ("rows", keys.rows.as_ref().map(|rows| rows.span)),
            ("model", keys.model.as_ref().map(|model| model.span)),
            ("version", keys.version.as_ref().map(|version| version.span)),
            ("batch", keys.batch.as_ref().map(|batch| batch.span)),
            ("path", keys.path.as_ref().map(|path| path.span)),
        ];
        if let Some((key, Some(at))) = of_protocol.into_iter().find(|(_, at)| at.is_some()) {
            let message = format!("`{key}` is for a probe with a `protocol`");
            let diagnostic = Diagnostic::new(codes::MISSING_KEY, at, message);
            return decoder.refuse(diagnostic.help("name one, such as `protocol: instances`"));
        }
        let target = method_and_url(keys, span, decoder);
        let content = content(keys, decoder);
        let ((method, url), content) = (target?, content?);
        Some(Self::Url(Asked { method, url, content }))
    }
}

impl Target {
    /// The URL, where one is written.
    pub(super) fn url(&self) -> Option<&Words> {
        match self {
            Self::Url(asked) => Some(&asked.url),
            Self::Protocol(_) => None,
        }
    }

    /// Where it is said whom to ask.
    pub(super) fn span(&self) -> Span {
        match self {
            Self::Url(asked) => asked.url.span,
            Self::Protocol(spec) => spec.base.span,
        }
    }
}

impl Spec {
    /// The rows as they are sent.
    pub(super) fn batches(&self, keys: &Keys, context: &Context<'_>) -> Result<Vec<Rows>, StepError> {
        let rows = context.get(&self.rows)?;
        if rows.is_empty() {
            let error = StepError::new("there are no rows to ask about").code(codes::MEASURED_NOTHING);
            return Err(error.at(self.rows.span).help("give one row at least"));
        }
        let size = context.maybe(keys.batch.as_ref())?.unwrap_or(u32::MAX);
        Ok(rows.batches(size as usize))
    }
}

/// A protocol, its rows and its server.
fn spec(keys: &mut Keys, span: Span, decoder: &mut Decoder<'_>) -> Option<Spec> {
    let name = keys.protocol.take()?;
    let Some(protocol) = protocol::find(&name.value) else {
        let names = protocol::PROTOCOLS.iter().map(|protocol| protocol.name());
        let message = format!("there is no protocol `{}`", name.value);
        let diagnostic = Diagnostic::new(codes::INVALID_VALUE, name.span, message);
        return decoder.refuse(diagnostic.maybe_help(did_you_mean(&name.value, names)));
    };
    let missing = |key: &str, example: &str| {
        Diagnostic::new(codes::MISSING_KEY, span, format!("a probe with a `protocol` needs `{key}`"))
            .help(format!("write `{example}`"))
    };
    let Some(rows) = keys.rows.take() else {
        return decoder.refuse(missing("rows", "rows: [[5.1, 3.5, 1.4, 0.2]]"));
    };
    let Some(base) = keys.base.clone() else {
        return decoder.refuse(missing("base", "base: \"http://localhost:8080\""));
    };
    Some(Spec { protocol, base, rows, span: name.span })
}

/// The method and the URL: one of the keys of methods, or `method` and `url`.
fn method_and_url(keys: &mut Keys, span: Span, decoder: &mut Decoder<'_>) -> Option<(Words, Words)> {
    let urls = [
        &mut keys.get,
        &mut keys.post,
        &mut keys.put,
        &mut keys.patch,
        &mut keys.delete,
        &mut keys.head,
        &mut keys.options,
    ];
    let mut given: Vec<_> =
        VERBS.iter().zip(urls).filter_map(|(verb, url)| Some((*verb, url.take()?))).collect();
    let mut conflict = |span, message: String| {
        let diagnostic = Diagnostic::new(codes::CONFLICTING_KEYS, span, message);
        decoder.refuse(
            diagnostic.help("write one method and its URL: `get: URL`, or `method: PURGE` with `url: URL`"),
        )
    };
    match (given.len(), keys.method.take(), keys.url.take()) {
        (1, None, None) => {
            let (verb, url) = given.remove(0);
            Some((Arg::default(verb.into(), url.span), url))
        }
        (0, Some(method), Some(url)) => Some((method, url)),
        (0, ..) => {
            let diagnostic = Diagnostic::new(codes::MISSING_KEY, span, "this probe asks for nothing");
            decoder.refuse(
                diagnostic
                    .help("write `get: URL`, `method: PURGE` with `url: URL`, or `protocol: …` with `rows`"),
            )
        }
        (1, method, url) => {
            let (key, span) = match (method, url) {
                (Some(method), _) => ("method", method.span),
                (None, url) => ("url", url.map_or(span, |url| url.span)),
            };
            let message = format!("`{key}` stands beside `{}`", given[0].0.to_ascii_lowercase());
            conflict(span, message)
        }
        _ => {
            let (first, second) = (given[0].0.to_ascii_lowercase(), given[1].0.to_ascii_lowercase());
            conflict(given[1].1.span, format!("`{first}` and `{second}` are both given"))
        }
    }
}

/// The body: at most one of `json`, `form`, `body` and `file`.
#[allow(clippy::option_option)] // wrong, none, or one
fn content(keys: &mut Keys, decoder: &mut Decoder<'_>) -> Option<Option<Content>> {
    let mut given: Vec<(&str, Span, Content)> = Vec::new();
    let mut give = |key, span, content| given.push((key, span, content));
    if let Some(json) = keys.json.take() {
        give("json", json.span, Content::Json(json));
    }
    if let Some(form) = keys.form.take() {
        give("form", form.span, Content::Form(form));
    }
    if let Some(body) = keys.body.take() {
        give("body", body.span, Content::Raw(body));
    }
    if let Some(file) = keys.file.take() {
        give("file", file.span, Content::File(file));
    }
    if let [(first, ..), (second, span, _), ..] = &given[..] {
        let message = format!("`{first}` and `{second}` are both given");
        let diagnostic = Diagnostic::new(codes::CONFLICTING_KEYS, *span, message);
        return decoder.refuse(diagnostic.help("a request has one body: keep one of them"));
    }
    Some(given.pop().map(|(.., content)| content))
}
