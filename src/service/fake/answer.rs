//! The answers of a fake: as written, and made for a request.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};

use super::asked::PARTS;
use super::wire::Break;
use crate::action::{StepError, json_bytes, media_of};
use crate::diagnostic::{Diagnostic, codes, did_you_mean};
use crate::source::{Span, Spanned};
use crate::syntax::{Arg, Decode, Decoder, Fields, Key, Node, Scope};
use crate::system::files::{Base, Bounds, read_bounded};
use crate::value::{Map, Segment, Size, Value};
use crate::{params, words};

/// The name of the request inside an answer.
pub(super) const REQUEST: &str = "request";
/// The largest file that is an answer.
const FILE_LIMIT: u64 = 256 << 20;

words! {
    /// What goes wrong on the wire.
    pub enum Fault {
        /// the connection is closed without an answer
        Close = "close",
        /// the connection is reset without an answer
        Reset = "reset",
        /// the connection is closed after half of the body, whose whole length was declared
        Truncate = "truncate",
        /// bytes that are no HTTP come in place of the answer
        Garbage = "garbage",
    }
}

params! {
    /// One answer. Text in it may speak of the request: `"${request.params.name}"`, `$request.json`.
    pub struct AnswerKeys = "an answer" {
        /// The status code; 200 when left out.
        status: Option<Arg<u16>>,
        /// Headers by name.
        headers: Option<Arg<Arc<Map>>>,
        /// A body of JSON: any value, references in it.
        json: Option<Arg<Value>>,
        /// A body of text.
        text: Option<Arg<Arc<str>>>,
        /// A file whose content is the body.
        file: Option<Arg<Arc<str>>>,
        /// How long it waits before it answers.
        delay: Option<Arg<Duration>>,
        /// How much of the body comes in a second, such as `1 kB`; all at once when left out.
        rate: Option<Arg<Size>>,
        /// What goes wrong on the wire: `close` and `reset` end the connection without an answer, `truncate` after half
        /// of the body, whose whole length was declared; `garbage` sends bytes that are no HTTP in place of an answer.
        fault: Option<Spanned<Fault>>,
    }
}

/// An answer, its keys known to go together.
#[derive(Clone, Debug)]
pub struct AnswerSpec {
    keys: AnswerKeys,
}

impl AnswerSpec {
    pub(super) fn of_entries(
        entries: Vec<&(Key, Node)>,
        span: Span,
        decoder: &mut Decoder<'_>,
    ) -> Option<Self> {
        let before = decoder.uses.len();
        let keys = AnswerKeys::from_fields(&Fields::new(entries, span, "an answer"), span, decoder);
        let sound = take_request(before, decoder);
        let keys = keys?;
        check(&keys, decoder)?;
        sound.map(|()| Self { keys })
    }
}

impl Decode for AnswerSpec {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut short = None;
        let all = crate::syntax::open(node, &mut short, None, "an answer", decoder)?;
        let known = all.refuse_unknown(AnswerKeys::KEYS, None, decoder);
        let read = Self::of_entries(node.as_map()?.iter().collect(), node.span, decoder);
        known.and(read)
    }

    fn schema() -> serde_json::Value {
        AnswerKeys::schema()
    }
}

/// Checks what the answer says of the request. Everywhere else nothing is called that.
fn take_request(before: usize, decoder: &mut Decoder<'_>) -> Option<()> {
    let mut sound = Some(());
    let noted = decoder.uses.split_off(before);
    let (of_request, others): (Vec<_>, Vec<_>) =
        noted.into_iter().partition(|used| *used.reference.name == *REQUEST);
    decoder.uses.extend(others);
    for reference in of_request.into_iter().map(|used| used.reference) {
        if let Some(Segment::Key(part)) = reference.path.first()
            && !PARTS.contains(&&**part)
        {
            let message = format!("a request has no `{part}`");
            let help = did_you_mean(part, PARTS);
            let diagnostic = Diagnostic::new(codes::UNKNOWN_NAME, reference.span, message);
            sound = decoder.refuse(diagnostic.maybe_help(help));
        }
    }
    sound
}

fn check(keys: &AnswerKeys, decoder: &mut Decoder<'_>) -> Option<()> {
    let AnswerKeys { status, json, text, file, rate, fault, .. } = keys;
    let mut refuse = |code, span, message: String, help: &str| {
        decoder.refuse::<()>(Diagnostic::new(code, span, message).help(help))
    };
    let bodies = [
        ("json", json.as_ref().map(|arg| arg.span)),
        ("text", text.as_ref().map(|arg| arg.span)),
        ("file", file.as_ref().map(|arg| arg.span)),
    ];
    let mut bodies = bodies.into_iter().filter_map(|(name, span)| Some((name, span?)));
    let body = bodies.next();
    if let (Some((first, _)), Some((second, span))) = (body, bodies.next()) {
        let message = format!("`{first}` and `{second}` are both given");
        return refuse(codes::CONFLICTING_KEYS, span, message, "an answer has one body: keep one of them");
    }
    if let Some(status) = status
        && let Some(&code) = status.known()
    {
        if !(200..=599).contains(&code) {
            let message = format!("an answer has no status {code}");
            return refuse(codes::INVALID_VALUE, status.span, message, "write a status of 200 to 599");
        }
        if let (204 | 304, Some((name, _))) = (code, body) {
            let message = format!("an answer of status {code} has no body, and `{name}` is given");
            return refuse(
                codes::CONFLICTING_KEYS,
                status.span,
                message,
                "remove the body, or write another status",
            );
        }
    }
    if let Some(rate) = rate.as_ref().filter(|rate| rate.known().is_some_and(|rate| rate.0 == 0)) {
        let message = "at this rate nothing comes".to_owned();
        return refuse(
            codes::INVALID_VALUE,
            rate.span,
            message,
            "write how much comes in a second, such as `100 B`",
        );
    }
    let on_body = match (fault, rate) {
        (Some(fault), _) if fault.value == Fault::Truncate => Some(("fault: truncate", fault.span)),
        (_, Some(rate)) => Some(("rate", rate.span)),
        _ => None,
    };
    if let (Some((key, span)), None) = (on_body, body) {
        let message = format!("`{key}` is about a body, and this answer has none");
        return refuse(codes::MISSING_KEY, span, message, "give `json`, `text` or `file`");
    }
    if let (Some(fault), Some(rate)) = (fault, rate) {
        let message = format!("`rate` stands beside `fault: {}`", fault.value.word());
        return refuse(codes::CONFLICTING_KEYS, rate.span, message, "keep one of them");
    }
    Some(())
}

/// An answer made for a request.
pub(super) struct Made {
    pub(super) response: Response<Body>,
    pub(super) delay: Duration,
    pub(super) fault: Option<Break>,
}

impl AnswerSpec {
    /// The files that it is known to need.
    pub(super) fn file(&self) -> Option<&Arc<str>> {
        self.keys.file.as_ref()?.known()
    }

    /// The answer, its references bound.
    pub(super) fn make(&self, scope: &dyn Scope, bounds: &Bounds) -> Result<Made, StepError> {
        let AnswerKeys { status, headers, delay, rate, fault, .. } = &self.keys;
        let (body, media) = self.body(scope, bounds)?;
        let status = status.as_ref().map(|status| status.bind(scope)).transpose()?.unwrap_or(200);
        let status = StatusCode::from_u16(status)
            .ok()
            .filter(|status| status.as_u16() >= 200)
            .ok_or_else(|| StepError::new(format!("an answer has no status {status}")))?;
        let rate = rate.as_ref().map(|rate| rate.bind(scope)).transpose()?;
        let fault = match (fault.as_ref().map(|fault| fault.value), rate) {
            (Some(Fault::Close), _) => Some(Break::Close),
            (Some(Fault::Reset), _) => Some(Break::Reset),
            (Some(Fault::Garbage), _) => Some(Break::Garbage),
            (Some(Fault::Truncate), _) => Some(Break::Truncate { after: body.len() / 2 }),
            (None, Some(rate)) => Some(Break::Drip { rate: rate.0.max(1), length: body.len() }),
            (None, None) => None,
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        if let Some(media) = media {
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
        }
        for (name, value) in
            headers.as_ref().map(|headers| headers.bind(scope)).transpose()?.iter().flat_map(|map| &**map)
        {
            let value = spelt(value);
            let header = HeaderName::from_bytes(name.as_bytes()).ok().zip(HeaderValue::from_str(&value).ok());
            let (name, value) =
                header.ok_or_else(|| StepError::new(format!("`{name}: {value}` is no header")))?;
            response.headers_mut().insert(name, value);
        }
        let delay = delay.as_ref().map(|delay| delay.bind(scope)).transpose()?.unwrap_or_default();
        Ok(Made { response, delay, fault })
    }

    fn body(&self, scope: &dyn Scope, bounds: &Bounds) -> Result<(Vec<u8>, Option<&'static str>), StepError> {
        let AnswerKeys { json, text, file, .. } = &self.keys;
        Ok(match (json, text, file) {
            (Some(json), ..) => (json_bytes(&json.bind(scope)?)?, Some("application/json")),
            (_, Some(text), _) => (text.bind(scope)?.as_bytes().to_vec(), Some("text/plain; charset=utf-8")),
            (.., Some(file)) => {
                let name = file.bind(scope)?;
                (content(&name, bounds)?, Some(media_of(&name)))
            }
            (None, None, None) => (Vec::new(), None),
        })
    }
}

/// The content of a file that a spec names.
pub(super) fn content(name: &str, bounds: &Bounds) -> Result<Vec<u8>, StepError> {
    let path = bounds.resolve(name, Base::of(name)).map_err(|error| StepError::new(error.to_string()))?;
    read_bounded(&path, FILE_LIMIT).map_err(|error| StepError::new(error.to_string()))
}

/// A value as a header or a query spells it.
pub(super) fn spelt(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        other => other.to_string(),
    }
}
