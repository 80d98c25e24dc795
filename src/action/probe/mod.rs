//! `probe`: HTTP requests, their answers and how long they took.

mod answer;
mod encode;
mod keys;
mod latency;
mod reach;
mod request;
mod samples;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::{Action, Context, Done, Named, Output, Review, StepError};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::source::Span;
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::Kind;

use keys::{Auth, Keys};
pub(crate) use request::media_of;
use request::{Content, Payload};

/// The methods that have a key of their own.
const VERBS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// The action, its method and body known to be one.
#[derive(Debug)]
pub(super) struct Probe {
    method: Arg<Arc<str>>,
    url: Arg<Arc<str>>,
    content: Option<Content>,
    auth: Option<Auth>,
    keys: Keys,
    span: Span,
}

/// Headers that tell of the single answer, and differ from one to the next.
const VARYING: &[&str] = &[
    "age",
    "cf-ray",
    "date",
    "expires",
    "server-timing",
    "set-cookie",
    "traceparent",
    "x-amzn-trace-id",
    "x-correlation-id",
    "x-process-time",
    "x-request-id",
    "x-response-time",
    "x-runtime",
];

impl Named for Probe {
    const NAME: &'static str = "probe";
    const PAGE: &'static str = Keys::PAGE;
    const OUTPUTS: &'static [Output] = &[
        Output::new("status", Kind::Number, "the status code, such as 200"),
        Output::new(
            "headers",
            Kind::Map,
            "the headers by their lower-case names; one that is repeated is joined with `, `",
        )
        .varying(VARYING),
        Output::new("body", Kind::Any, "the body as text, or as bytes where it is not UTF-8"),
        Output::new("json", Kind::Any, "the body as a JSON document").read_from("body"),
        Output::new(
            "latency",
            Kind::Duration,
            "from the start of a request to the last byte of its answer; alone it is the maximum, and its parts are `.min`, `.mean`, `.p50`, `.p90`, `.p95`, `.p99`, `.max`",
        )
        .volatile(),
        Output::new(
            "phases",
            Kind::Map,
            "the longest time over all samples to `connect` (null where every connection was reused) and to the `first_byte`",
        )
        .volatile(),
        Output::new("samples", Kind::Number, "how many answers were counted"),
        Output::new("url", Kind::Text, "the URL that answered, after redirects"),
    ];
}

impl Decode for Probe {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut keys = Keys::decode(node, decoder)?;
        let target = target(&mut keys, node.span, decoder);
        let content = content(&mut keys, decoder);
        let auth = keys.auth.take().map(|spec| Auth::of(spec, decoder));
        let counted = keys.samples.as_ref().is_none_or(|samples| at_least_one(samples, decoder));
        let ((method, url), content) = (target?, content?);
        reach::check_form(&url, keys.base.as_ref(), decoder)?;
        let auth = match auth {
            Some(auth) => Some(auth?),
            None => None,
        };
        counted.then_some(Self { method, url, content, auth, keys, span: node.span })
    }

    fn schema() -> serde_json::Value {
        Keys::schema()
    }
}

type Words = Arg<Arc<str>>;

/// The method and the URL: one of the keys of methods, or `method` and `url`.
fn target(keys: &mut Keys, span: Span, decoder: &mut Decoder<'_>) -> Option<(Words, Words)> {
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
            decoder.refuse(diagnostic.help("write `get: URL`, or `method: PURGE` with `url: URL`"))
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

fn at_least_one(samples: &Arg<u32>, decoder: &mut Decoder<'_>) -> bool {
    let none = samples.known() == Some(&0);
    if none {
        let diagnostic = Diagnostic::new(codes::INVALID_VALUE, samples.span, "no samples measure nothing");
        decoder.found.push(diagnostic.help("write 1 or more"));
    }
    !none
}

impl Action for Probe {
    fn run(&self, context: &Context<'_>) -> Result<Done, StepError> {
        let request = request::build(self, context)?;
        let warmup = context.maybe(self.keys.warmup.as_ref())?.unwrap_or(0);
        let samples = context.maybe(self.keys.samples.as_ref())?.unwrap_or(1);
        let gathered =
            samples::gather(request, warmup, samples, context).map_err(|error| error.at(self.span))?;
        Ok(answer::done(gathered))
    }

    fn measures_latency(&self, asked: &[(Arc<str>, Span)]) -> bool {
        asked.iter().any(|(path, _)| matches!(path.split('.').next(), Some("latency" | "phases")))
    }

    fn review(&self, review: &Review<'_>, found: &mut Diagnostics) {
        reach::review(self, review, found);
        latency::review(self.samples(), review, found);
    }
}

impl Probe {
    /// How many samples there will be, where that is known.
    fn samples(&self) -> Option<u32> {
        self.keys.samples.as_ref().map_or(Some(1), |samples| samples.known().copied())
    }
}
