//! What is called, as a spec writes it.

use std::sync::Arc;

use serde_json::json;

use crate::action::{Context, StepError};
use crate::diagnostic::{Diagnostic, codes};
use crate::syntax::{Arg, Decode, Decoder, Node, NodeKind};
use crate::system::python::{Arguments, Step};
use crate::value::{FromValue, Kind, Map, Value, WrongKind, clip};

/// `module:function`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::action) struct Target(Arc<str>);

impl Target {
    pub fn text(&self) -> &str {
        &self.0
    }

    pub fn module(&self) -> &str {
        self.0.split_once(':').map_or(&self.0, |(module, _)| module)
    }
}

const TARGET: &str = "a function as `module:function`";

impl FromValue for Target {
    const KINDS: &'static [Kind] = &[Kind::Text];

    fn schema() -> serde_json::Value {
        json!({"type": "string"})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        let wrong = || WrongKind::new(TARGET, value);
        let text = value.as_text().ok_or_else(wrong)?;
        let parted = text.split_once(':');
        if parted.is_some_and(|(module, path)| is_dotted(module) && is_dotted(path)) {
            return Ok(Self(text.into()));
        }
        let help = match parted {
            None if text.contains('/') => None,
            None => text.rsplit_once('.').map(|(module, name)| (module.to_owned(), name)),
            // A file in place of the module that it holds.
            Some((module, name)) => {
                Some((module.trim_start_matches("./").trim_end_matches(".py").replace('/', "."), name))
            }
        };
        let near = help.filter(|(module, name)| is_dotted(module) && is_dotted(name));
        Err(match near {
            Some((module, name)) => wrong().help(format!("write `{module}:{name}`")),
            None => wrong().help(
                "as in `features.scaler:minmax_scale`: a module as Python imports it, and a name in it",
            ),
        })
    }
}

fn is_dotted(text: &str) -> bool {
    text.split('.').all(is_identifier)
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Arguments in order: a list, whose items they are.
#[derive(Clone, Debug)]
pub(in crate::action) struct Positional(pub Vec<Value>);

impl FromValue for Positional {
    const KINDS: &'static [Kind] = &[Kind::List];

    fn schema() -> serde_json::Value {
        json!({"type": "array"})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        match value {
            Value::List(items) => Ok(Self(items.to_vec())),
            Value::Array(_) | Value::Table(_) | Value::Map(_) => {
                Err(WrongKind::new("a list of arguments", value)
                    .help("write it as the one item of a list, `[$name]`"))
            }
            one => {
                Err(WrongKind::new("a list of arguments", value).help(format!("write `[{}]`", clip(one, 60))))
            }
        }
    }
}

/// Arguments in order or by name.
#[derive(Clone, Debug)]
pub(in crate::action) struct Given(pub Arguments);

impl FromValue for Given {
    const KINDS: &'static [Kind] = &[Kind::List, Kind::Map];

    fn schema() -> serde_json::Value {
        json!({"anyOf": [{"type": "array"}, {"type": "object"}]})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        match value {
            Value::Null => Ok(Self(Arguments::default())),
            Value::Map(named) => Ok(Self(Arguments { named: (**named).clone(), ..Arguments::default() })),
            other => Positional::from_value(other)
                .map(|positional| Self(Arguments { positional: positional.0, named: Map::new() })),
        }
    }
}

/// One method, or several on one object.
#[derive(Clone, Debug)]
pub(in crate::action) struct Methods(Vec<(Arc<str>, Option<Arg<Given>>)>);

impl Methods {
    /// Whether it is one method by its name alone, whose arguments stand beside it.
    pub fn takes_arguments(&self) -> bool {
        matches!(&self.0[..], [(_, None)])
    }

    /// The methods with their arguments; those of a method without any are `own`.
    pub fn bind(&self, own: Arguments, context: &Context<'_>) -> Result<Vec<Step>, StepError> {
        let mut own = Some(own);
        let step = |(name, given): &(Arc<str>, Option<Arg<Given>>)| {
            let arguments = match given {
                Some(given) => context.get(given)?.0,
                None => own.take().unwrap_or_default(),
            };
            Ok(Step { method: Some(name.clone()), arguments })
        };
        self.0.iter().map(step).collect()
    }
}

impl Decode for Methods {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut methods = Vec::new();
        match &node.kind {
            NodeKind::List(items) if !items.is_empty() => {
                for item in items.iter() {
                    read(item, &mut methods, decoder)?;
                }
            }
            _ => read(node, &mut methods, decoder)?,
        }
        Some(Self(methods))
    }

    fn schema() -> serde_json::Value {
        let one = json!({"anyOf": [{"type": "string"}, {"type": "object", "minProperties": 1}]});
        json!({"anyOf": [{"type": "string"}, {"type": "object", "minProperties": 1}, {"type": "array", "minItems": 1, "items": one}]})
    }
}

/// `name`, or `{name: arguments}`.
fn read(
    node: &Node,
    methods: &mut Vec<(Arc<str>, Option<Arg<Given>>)>,
    decoder: &mut Decoder<'_>,
) -> Option<()> {
    match &node.kind {
        NodeKind::Text(name) if is_identifier(name) => methods.push((name.clone(), None)),
        NodeKind::Map(entries)
            if !entries.is_empty() && entries.iter().all(|(key, _)| is_identifier(&key.text)) =>
        {
            for (key, given) in entries.iter() {
                methods.push((key.text.clone(), Some(Arg::decode(given, decoder)?)));
            }
        }
        _ => {
            let message = format!("expected the name of a method, got {}", node.kind());
            let help = "write `fit`, or a chain `[{fit: [$train]}, {transform: [$test]}]`";
            return decoder.refuse(Diagnostic::new(codes::WRONG_TYPE, node.span, message).help(help));
        }
    }
    Some(())
}
