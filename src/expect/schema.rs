//! `schema`: a JSON Schema that the value satisfies.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::{ValidationError, Validator};
use serde_json::{Value as Json, json};

use super::files::read_file;
use super::{Bench, Fault, Judged, Matcher, Miss, Named};
use crate::artifact::as_yaml;
use crate::diagnostic::{Diagnostic, codes};
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::{Evidence, Segment, Value, count_leaves};

/// Errors that a message lists.
const LISTED: usize = 5;
/// Characters of one error: it quotes the instance, which may be large.
const QUOTED: usize = 200;

/// A compiled schema.
#[derive(Clone)]
struct Compiled(Arc<Validator>);

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Compiled")
    }
}

/// The value satisfies it.
#[derive(Debug)]
pub(super) struct Schema(Origin);

#[derive(Debug)]
enum Origin {
    Inline(Compiled),
    File {
        path: Arg<Arc<str>>,
        /// The last file read, so that a schema asked of many elements is compiled once.
        last: Mutex<Option<(PathBuf, Compiled)>>,
    },
}

fn compile(schema: &Json) -> Result<Compiled, ValidationError<'static>> {
    jsonschema::options()
        .should_validate_formats(true)
        .offline()
        .build(schema)
        .map(|validator| Compiled(Arc::new(validator)))
}

const LOCAL: &str = "the schema is JSON Schema 2020-12; only references inside it (`#/$defs/…`) are followed";

impl Schema {
    fn compiled(&self, bench: &Bench<'_>) -> Result<Compiled, Fault> {
        let (path, last) = match &self.0 {
            Origin::Inline(compiled) => return Ok(compiled.clone()),
            Origin::File { path, last } => (path, last),
        };
        let at = |fault: Fault| Fault { span: Some(path.span), ..fault };
        let name = path.bind(bench.scope)?;
        let file = (bench.file)(&name).map_err(|why| at(Fault::new(codes::UNREADABLE, why)))?;
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((held, compiled)) = &*last
            && *held == file
        {
            return Ok(compiled.clone());
        }
        let content = read_file(&file).map_err(at)?;
        let refuse =
            |why: String| at(Fault::new(codes::INVALID_VALUE, format!("`{name}` is no schema: {why}")));
        let document = if name.ends_with(".yaml") || name.ends_with(".yml") {
            as_yaml(&content)
        } else {
            Value::from_json(&content)
        };
        let document = document.map_err(|error| refuse(error.to_string()))?.to_json();
        let compiled = compile(&document).map_err(|error| refuse(cut(&error.to_string())).help(LOCAL))?;
        *last = Some((file, compiled.clone()));
        Ok(compiled)
    }
}

impl Matcher for Schema {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let compiled = self.compiled(bench)?;
        let instance = actual.to_json();
        let mut lines = Vec::new();
        let mut count = 0;
        for error in compiled.0.iter_errors(&instance) {
            count += 1;
            if lines.len() < LISTED {
                lines.push(line(&error));
            }
        }
        let mut miss = None;
        if let [only] = &lines[..] {
            miss = Some(Miss::new(only.clone(), "what the schema says", actual));
        } else if !lines.is_empty() {
            let mut many =
                Miss::new(format!("{count} errors against the schema"), "what the schema says", actual);
            if count > lines.len() {
                lines.push(format!("and {} more", count - lines.len()));
            }
            many.notes = lines;
            miss = Some(many);
        }
        Ok(Judged::new(Evidence::values(count_leaves(actual).max(1)), miss))
    }
}

fn line(error: &ValidationError<'_>) -> String {
    let place = crate::value::Path(segments(error.instance_path().as_str()));
    let message = cut(&error.to_string());
    if place.0.is_empty() { message } else { format!("{place}: {message}") }
}

fn cut(message: &str) -> String {
    match message.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}

/// A JSON Pointer as a path.
fn segments(pointer: &str) -> Vec<Segment> {
    pointer
        .split('/')
        .skip(1)
        .map(|part| match part.parse() {
            Ok(index) => Segment::Index(index),
            Err(_) => Segment::Key(part.replace("~1", "/").replace("~0", "~").into()),
        })
        .collect()
}

impl Named for Schema {
    const NAME: &'static str = "schema";
    const PAGE: &'static str = "A JSON Schema (2020-12) that the value satisfies, written inline or named as a file (`.json`, `.yaml`). In an inline \
        schema every `$` is itself. Formats (`date-time`, `email`, …) are checked; a `$ref` may lead to places inside the schema \
        only, nothing is fetched. JSON has no NaN: NaN and the infinities are null to it.\n\n\
        `json: {schema: {type: object, required: [score]}}`, `json: {schema: schemas/reply.json}`";

    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        if node.as_text().is_some() {
            let path = Arg::decode(node, decoder)?;
            return Some(Self(Origin::File { path, last: Mutex::new(None) }));
        }
        if node.as_map().is_none() {
            let message = format!("expected a schema or the path of one, got {}", node.kind());
            return decoder.refuse(
                Diagnostic::new(codes::WRONG_TYPE, node.span, message)
                    .help("write `schema: {type: object}` or `schema: schemas/reply.json`"),
            );
        }
        match compile(&node.to_value().to_json()) {
            Ok(compiled) => Some(Self(Origin::Inline(compiled))),
            Err(error) => {
                let at = node.deepest(&segments(error.instance_path().as_str())).span;
                let message = format!("this is no JSON Schema: {}", cut(&error.to_string()));
                decoder.refuse(Diagnostic::new(codes::INVALID_VALUE, at, message).help(LOCAL))
            }
        }
    }

    fn schema() -> Json {
        json!({"anyOf": [
            {"type": "string", "description": "The path of a schema file."},
            {"$ref": "https://json-schema.org/draft/2020-12/schema"},
        ]})
    }
}
