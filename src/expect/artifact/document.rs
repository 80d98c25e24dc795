//! `json` and `yaml`: places in a document, and what holds there.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::super::checks::Checks;
use super::super::json_path::JsonChecks;
use super::super::registry::MATCHERS;
use super::content::{text_of, unread};
use super::facts::missed;
use crate::artifact::as_yaml;
use crate::diagnostic::{Diagnostic, codes};
use crate::expect::{Bench, Fault, Judged, Matcher, Miss, Named};
use crate::syntax::{Decoder, Key, Node};
use crate::value::{Evidence, Outputs, Path, Segment, Value};

/// What holds of a document: of the whole, or of places in it.
#[derive(Debug)]
struct Document(Vec<Place>);

#[derive(Debug)]
enum Place {
    Whole(Checks),
    Dotted { text: Arc<str>, path: Vec<Segment>, checks: Checks },
    JsonPath(JsonChecks),
}

impl Document {
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let Some(entries) = node.as_map() else {
            return Checks::read(node, decoder).map(|checks| Self(vec![Place::Whole(checks)]));
        };
        if entries.is_empty() {
            let diagnostic =
                Diagnostic::new(codes::NO_CHECKS, node.span, "an empty mapping of paths checks nothing");
            return decoder
                .refuse(diagnostic.help("write what must hold, such as `{metrics.accuracy: {min: 0.8}}`"));
        }
        let places: Vec<_> = entries.iter().map(|(key, node)| Place::read(key, node, decoder)).collect();
        places.into_iter().collect::<Option<_>>().map(Self)
    }

    fn judge(&self, document: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let mut all = Judged::new(Evidence::values(0), None);
        let image = document.to_json();
        for place in &self.0 {
            all.add(place.judge(document, &image, bench)?);
        }
        Ok(all)
    }
}

impl Place {
    fn read(key: &Key, node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        if key.text.starts_with('$') {
            return JsonChecks::read(key, node, decoder).map(Self::JsonPath);
        }
        let path = match Path::parse(&key.text) {
            Ok(path) => path.0,
            Err(why) => {
                let message = format!("`{}` is no path into the document: {why}", key.text);
                return decoder.refuse(
                    Diagnostic::new(codes::INVALID_VALUE, key.span, message)
                        .help("write `a.b.0`, or a JSONPath: `$['a key'][0]`"),
                );
            }
        };
        let checks = Checks::read(node, decoder)?;
        Some(Self::Dotted { text: key.text.clone(), path, checks })
    }

    fn judge(&self, document: &Value, image: &Json, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let (text, checks, path) = match self {
            Self::Whole(checks) => return checks.judge_inside(document, bench),
            Self::JsonPath(checks) => {
                let mut judged = checks.judge_inside(document, image, bench)?;
                judged.miss = judged.miss.map(|miss| placed(&checks.text, miss));
                return Ok(judged);
            }
            Self::Dotted { text, path, checks } => (text, checks, path),
        };
        // The wording of a path that leads nowhere is that of outputs.
        let outputs = Outputs::new().with("document", document.clone());
        let way: Vec<Segment> =
            std::iter::once(Segment::Key("document".into())).chain(path.iter().cloned()).collect();
        match outputs.follow(&way) {
            Ok(value) => {
                let mut judged = checks.judge_inside(&value, bench)?;
                judged.miss = judged.miss.map(|miss| placed(text, miss));
                Ok(judged)
            }
            Err(why) => {
                let miss = missed(
                    why.replace("`document`", "the document").replace("`document.", "`"),
                    format!("a value at `{text}`"),
                    "nothing".to_owned(),
                );
                let matcher = MATCHERS.iter().any(|entry| *entry.name == **text);
                let miss = if matcher {
                    miss.note(format!(
                        "keys here are paths; for the whole document write `\"$\": {{{text}: …}}`"
                    ))
                } else {
                    miss
                };
                Ok(Judged::new(Evidence::values(0), Some(miss)))
            }
        }
    }
}

fn placed(text: &str, miss: Miss) -> Miss {
    Miss { summary: format!("{text}: {}", miss.summary), ..miss }
}

/// The schema of a mapping from paths into a document to what holds there.
pub(in super::super) fn json_paths_schema() -> Json {
    json!({
        "description": "What holds of a document: a mapping from paths into it (`a.b.0`, or a JSONPath) to what holds there, or the whole of it.",
        "anyOf": [
            {"type": "object", "minProperties": 1, "additionalProperties": {"$ref": "#/$defs/checks"}},
            {"not": {"type": "object"}},
        ],
    })
}

/// Formats differ in nothing but how they are read.
macro_rules! documents {
    ($($name:ident = $word:literal, $format:literal, $page:literal, |$text:ident| $parsed:expr;)+) => {$(
        #[derive(Debug)]
        pub(in super::super) struct $name(Document);

        impl Matcher for $name {
            fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
                let $text = match text_of(actual, $word)? {
                    Ok(text) => text,
                    Err(miss) => return Ok(unread(miss)),
                };
                let parsed: Result<Value, String> = $parsed;
                match parsed {
                    Ok(document) => self.0.judge(&document, bench),
                    Err(why) => Ok(unread(missed(
                        format!(concat!("it is not ", $format, ": {}"), why),
                        concat!($format, " text").to_owned(),
                        crate::value::clip(&Value::text($text), 200),
                    ))),
                }
            }
        }

        impl Named for $name {
            const NAME: &'static str = $word;
            const PAGE: &'static str = $page;
            fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
                Document::read(node, decoder).map(Self)
            }
            fn schema() -> Json {
                json!({"$ref": "#/$defs/json_paths"})
            }
        }
    )+};
}

documents! {
    JsonDocument = "json", "JSON",
        "The file is JSON, and this holds of places in it: keys are dotted paths (`metrics.accuracy`, `items.0.id`) or JSONPaths \
         (`$.items[*].id`). `\"$\"` is the whole document.\n\n\
         `artifacts: {metrics.json: {json: {accuracy: {min: 0.8}}}}`",
        |text| Value::from_json(text.as_bytes()).map_err(|error| error.to_string());
    YamlDocument = "yaml", "YAML",
        "The file is YAML, and this holds of places in it, as `json` has it.\n\n\
         `artifacts: {params.yaml: {yaml: {model.depth: 3}}}`",
        |text| as_yaml(text.as_bytes()).map_err(|error| error.to_string());
}
