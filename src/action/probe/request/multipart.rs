//! Bodies of several parts, `multipart/form-data` (RFC 7578): fields and files.

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use super::curl;
use super::encode::scalar;
use super::media_of;
use crate::action::argv::json_bytes;
use crate::action::{Context, StepError};
use crate::syntax::Arg;
use crate::system::shell::quoted;
use crate::value::{FromValue, Kind, Map, Segment, Value, WrongKind};

/// The fields of a form, in the order in which they are sent.
#[derive(Clone, Debug)]
pub struct Parts(Vec<Part>);

#[derive(Clone, Debug)]
struct Part {
    field: Arc<str>,
    content: Content,
    media: Option<Arc<str>>,
    name: Option<Arc<str>>,
}

#[derive(Clone, Debug)]
enum Content {
    Text(String),
    Bytes(Arc<[u8]>),
    Json(Value),
    Path(Arc<str>),
}

/// A body, and what tells a server how to take it apart.
pub(super) struct Sent {
    pub body: Vec<u8>,
    pub media: String,
    /// The same parts as options of `curl`.
    pub options: Vec<String>,
}

const FORM: &str = "a field's text, or `{path: FILE}`, `{body: …}`, `{json: …}` with `type` and `name`";

impl FromValue for Parts {
    const KINDS: &'static [Kind] = &[Kind::Map];

    fn schema() -> serde_json::Value {
        let one = json!({
            "type": "object",
            "properties": {
                "path": {"type": "string"}, "body": {}, "json": {}, "type": {"type": "string"}, "name": {"type": "string"},
            },
            "additionalProperties": false,
        });
        let scalar = json!({"type": ["string", "number", "boolean"]});
        let list = json!({"type": "array", "items": {"anyOf": [scalar, one]}});
        json!({"type": "object", "minProperties": 1, "additionalProperties": {"anyOf": [scalar, one, list]}})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        let Value::Map(fields) = value else { return Err(WrongKind::new("a mapping of fields", value)) };
        if fields.is_empty() {
            let wrong = WrongKind::new("one field at least", value);
            return Err(WrongKind { got: "none".to_owned(), ..wrong });
        }
        let mut parts = Vec::new();
        for (field, value) in fields.iter() {
            let under = |wrong: WrongKind| wrong.under(Segment::Key(field.clone()));
            match value {
                Value::List(items) => {
                    for (index, item) in items.iter().enumerate() {
                        let part = Part::of(field, item);
                        parts.push(part.map_err(|wrong| under(wrong.under(Segment::Index(index))))?);
                    }
                }
                one => parts.push(Part::of(field, one).map_err(under)?),
            }
        }
        Ok(Self(parts))
    }
}

impl Part {
    fn of(field: &Arc<str>, value: &Value) -> Result<Self, WrongKind> {
        let plain = |content| Self { field: field.clone(), content, media: None, name: None };
        match value {
            Value::Map(keys) => Self::of_keys(field, keys, value),
            Value::Bytes(bytes) => Ok(plain(Content::Bytes(bytes.clone()))),
            one => match scalar(field, one) {
                Ok(text) => Ok(plain(Content::Text(text))),
                Err(_) => Err(WrongKind::new(FORM, value)),
            },
        }
    }

    fn of_keys(field: &Arc<str>, keys: &Map, value: &Value) -> Result<Self, WrongKind> {
        let (mut contents, mut media, mut name) = (Vec::new(), None, None);
        for (key, value) in keys {
            let text =
                || <Arc<str>>::from_value(value).map_err(|wrong| wrong.under(Segment::Key(key.clone())));
            match &**key {
                "path" => contents.push(Content::Path(text()?)),
                "body" => contents.push(match value {
                    Value::Bytes(bytes) => Content::Bytes(bytes.clone()),
                    _ => Content::Text(text()?.to_string()),
                }),
                "json" => contents.push(Content::Json(value.clone())),
                "type" => media = Some(text()?),
                "name" => name = Some(text()?),
                other => {
                    let wrong = WrongKind::new(FORM, value);
                    return Err(WrongKind { got: format!("the key `{other}`"), ..wrong });
                }
            }
        }
        match (contents.pop(), contents.is_empty()) {
            (Some(content), true) => Ok(Self { field: field.clone(), content, media, name }),
            (held, _) => {
                let got = if held.is_none() { "none of them" } else { "more than one" };
                let wrong = WrongKind::new("one of `path`, `body` and `json`", value);
                Err(WrongKind { got: got.to_owned(), ..wrong })
            }
        }
    }
}

/// A part as it is sent.
struct Ready {
    /// Up to the empty line.
    head: String,
    content: Vec<u8>,
}

/// The body that these parts make.
pub(super) fn sent(arg: &Arg<Parts>, context: &Context<'_>) -> Result<Sent, StepError> {
    let (mut ready, mut options) = (Vec::new(), Vec::new());
    for part in &context.get(arg)?.0 {
        let (part, option) = part.ready(context).map_err(|error| error.at(arg.span))?;
        ready.push(part);
        options.push(option);
    }
    let boundary = boundary(&ready);
    let mut body = Vec::new();
    for Ready { head, content } in &ready {
        body.extend_from_slice(format!("--{boundary}\r\n{head}\r\n").as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok(Sent { body, media: format!("multipart/form-data; boundary={boundary}"), options })
}

/// The first of a series that no part holds, so that the same parts always make the same body.
fn boundary(parts: &[Ready]) -> String {
    let holds = |part: &Ready, boundary: &str| {
        part.content.windows(boundary.len()).any(|window| window == boundary.as_bytes())
    };
    let mut series = (0_u64..).map(|number| format!("mlfunnel-part-{number}"));
    series.find(|boundary| !parts.iter().any(|part| holds(part, boundary))).unwrap_or_default()
}

impl Part {
    fn ready(&self, context: &Context<'_>) -> Result<(Ready, String), StepError> {
        let mut file: Option<PathBuf> = None;
        let (mut name, mut media) = (self.name.clone(), self.media.clone());
        let content = match &self.content {
            Content::Text(text) => text.clone().into_bytes(),
            Content::Bytes(bytes) => bytes.to_vec(),
            Content::Json(value) => {
                media = media.or_else(|| Some("application/json".into()));
                json_bytes(value)?
            }
            Content::Path(path) => {
                let last = path.rsplit('/').next().unwrap_or_default();
                name = name.or_else(|| Some(last.into()));
                media = media.or_else(|| Some(media_of(path).into()));
                let (content, found) = context.read_path(path)?;
                file = Some(found);
                content
            }
        };
        // A file that is no file of the spec is one all the same for whoever takes the form apart.
        if matches!(self.content, Content::Bytes(_)) && media.is_none() {
            media = Some("application/octet-stream".into());
        }
        let mut head = format!("content-disposition: form-data; name=\"{}\"", escaped(&self.field));
        if let Some(name) = &name {
            // Writing to a string cannot fail.
            let _ = write!(head, "; filename=\"{}\"", escaped(name));
        }
        head.push_str("\r\n");
        if let Some(media) = &media {
            if media.contains(|c: char| c.is_control()) {
                return Err(StepError::new(format!("the type of the part `{}` cannot be sent", self.field)));
            }
            let _ = write!(head, "content-type: {media}\r\n");
        }
        let option = self.option(&content, file, name.as_deref(), media.as_deref());
        Ok((Ready { head, content }, option))
    }

    /// The part as an option of `curl`.
    fn option(
        &self,
        content: &[u8],
        file: Option<PathBuf>,
        name: Option<&str>,
        media: Option<&str>,
    ) -> String {
        let text = curl::inline(content).filter(|_| file.is_none());
        if let (Some(text), None, None) = (text, name, media) {
            return format!("--form-string {}", quoted(&format!("{}={text}", self.field)));
        }
        let source = match (text, file) {
            (Some(text), _) => in_quotes(text),
            (None, Some(file)) => format!("@{}", in_quotes(&file.to_string_lossy())),
            (None, None) => "@BODY".to_owned(),
        };
        let media = media.map_or(String::new(), |media| format!(";type={media}"));
        let name = name.map_or(String::new(), |name| format!(";filename={}", in_quotes(name)));
        format!("-F {}", quoted(&format!("{}={source}{media}{name}", self.field)))
    }
}

/// As browsers write names (WHATWG HTML, section 4.10.21.8).
fn escaped(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}

fn in_quotes(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
