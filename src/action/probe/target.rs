//! What is asked: a URL with a method and a body, or rows in the words of a protocol.

use std::sync::Arc;
use std::time::Duration;

use super::conversation::{Dialect, Rows, Written};
use super::keys::{FormKey, Keys};
use super::request::Content;
use crate::action::{Context, StepError};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::{Arg, Decoder};

/// The methods that have a key of their own.
pub(super) const VERBS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

type Words = Arg<Arc<str>>;

/// What a probe asks.
#[derive(Debug)]
pub(super) enum Target {
    Url(Asked),
    Protocol(Box<Spec>),
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
    pub dialect: Dialect,
    pub base: Words,
    pub rows: Arg<Rows>,
    /// How many rows a request asks about at most.
    pub batch: Option<Arg<u32>>,
    pub ready_within: Option<Arg<Duration>>,
}

impl Target {
    pub(super) fn of(keys: &mut Keys, span: Span, decoder: &mut Decoder<'_>) -> Option<Self> {
        if keys.protocol.is_some() {
            return spec(keys, span, decoder).map(|spec| Self::Protocol(Box::new(spec)));
        }
        let mut of_protocol = written(keys).given();
        of_protocol.extend(keys.rows.as_ref().map(|rows| ("rows", rows.span)));
        of_protocol.extend(keys.batch.as_ref().map(|batch| ("batch", batch.span)));
        of_protocol.extend(keys.ready_within.as_ref().map(|within| ("ready_within", within.span)));
        if let Some((key, at)) = of_protocol.into_iter().min_by_key(|(_, at)| at.start) {
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

impl Asked {
    /// Whether its body is made of JSON.
    pub(super) fn sends_json(&self) -> bool {
        matches!(self.content, Some(Content::Json(_)))
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
    /// How many requests ask about all rows, where that is known.
    pub(super) fn requests(&self) -> Option<u32> {
        let size = self.batch.as_ref().map_or(Some(u32::MAX), |batch| batch.known().copied())? as usize;
        let size = size.min(self.dialect.rows_at_once()).max(1);
        // More rows than that are not read.
        if size >= u32::MAX as usize {
            return Some(1);
        }
        u32::try_from(self.rows.known()?.len().div_ceil(size)).ok()
    }

    /// The rows as they are sent, at most `at_once` in a request.
    pub(super) fn batches(&self, at_once: usize, context: &Context<'_>) -> Result<Vec<Rows>, StepError> {
        let rows = context.get(&self.rows)?;
        if rows.is_empty() {
            let error = StepError::new("there are no rows to ask about").code(codes::MEASURED_NOTHING);
            return Err(error.at(self.rows.span).help("give one row at least"));
        }
        let size = context.maybe(self.batch.as_ref())?.map_or(usize::MAX, |size| size as usize);
        Ok(rows.batches(size.min(at_once)))
    }
}

/// What the keys say of the way the server is spoken to.
fn written(keys: &mut Keys) -> Written {
    let form = match keys.form.take() {
        Some(FormKey::Word(word)) => Some(word),
        fields => {
            keys.form = fields;
            None
        }
    };
    Written {
        model: keys.model.take(),
        version: keys.version.take(),
        path: keys.path.take(),
        form,
        outputs: std::mem::take(&mut keys.outputs),
        signature_name: keys.signature_name.take(),
        argument: keys.argument.take(),
        task: keys.task.take(),
        max_tokens: keys.max_tokens.take(),
        temperature: keys.temperature.take(),
        seed: keys.seed.take(),
        stream: keys.stream.take(),
    }
}

/// A protocol, its rows and its server.
fn spec(keys: &mut Keys, span: Span, decoder: &mut Decoder<'_>) -> Option<Spec> {
    let name = keys.protocol.take()?;
    let written = written(keys);
    refuse_of_url(keys, decoder)?;
    let dialect = Dialect::of(&name, written, decoder);
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
    let (batch, ready_within) = (keys.batch.take(), keys.ready_within.take());
    Some(Spec { dialect: dialect?, base, rows, batch, ready_within })
}

/// Notes a key that says by itself what is asked, where the protocol does.
fn refuse_of_url(keys: &Keys, decoder: &mut Decoder<'_>) -> Option<()> {
    let urls = [&keys.get, &keys.post, &keys.put, &keys.patch, &keys.delete, &keys.head, &keys.options];
    let named = ["get", "post", "put", "patch", "delete", "head", "options"].into_iter().zip(urls);
    let mut given: Vec<(&str, Span)> =
        named.filter_map(|(key, url)| Some((key, url.as_ref()?.span))).collect();
    given.extend(keys.method.as_ref().map(|method| ("method", method.span)));
    given.extend(keys.url.as_ref().map(|url| ("url", url.span)));
    given.extend(keys.json.as_ref().map(|json| ("json", json.span)));
    given.extend(keys.body.as_ref().map(|body| ("body", body.span)));
    given.extend(keys.file.as_ref().map(|file| ("file", file.span)));
    given.extend(keys.multipart.as_ref().map(|parts| ("multipart", parts.span)));
    if let Some(FormKey::Fields(form)) = &keys.form {
        given.push(("form", form.span));
    }
    let Some((key, at)) = given.first() else { return Some(()) };
    let message = format!("`{key}` stands beside `protocol`, which says by itself what is sent and where");
    let diagnostic = Diagnostic::new(codes::CONFLICTING_KEYS, *at, message);
    decoder
        .refuse(diagnostic.help("keep one of them; `base` is the server's URL, and `rows` are what is sent"))
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

/// The body: at most one of `json`, `form`, `body`, `file` and `multipart`.
#[allow(clippy::option_option)] // wrong, none, or one
fn content(keys: &mut Keys, decoder: &mut Decoder<'_>) -> Option<Option<Content>> {
    let mut given: Vec<(&str, Span, Content)> = Vec::new();
    let mut give = |key, span, content| given.push((key, span, content));
    if let Some(json) = keys.json.take() {
        give("json", json.span, Content::Json(json));
    }
    if let Some(FormKey::Fields(form)) = keys.form.take() {
        give("form", form.span, Content::Form(form));
    }
    if let Some(body) = keys.body.take() {
        give("body", body.span, Content::Raw(body));
    }
    if let Some(file) = keys.file.take() {
        give("file", file.span, Content::File(file));
    }
    if let Some(parts) = keys.multipart.take() {
        give("multipart", parts.span, Content::Parts(parts));
    }
    if let [(first, ..), (second, span, _), ..] = &given[..] {
        let message = format!("`{first}` and `{second}` are both given");
        let diagnostic = Diagnostic::new(codes::CONFLICTING_KEYS, *span, message);
        return decoder.refuse(diagnostic.help("a request has one body: keep one of them"));
    }
    Some(given.pop().map(|(.., content)| content))
}
