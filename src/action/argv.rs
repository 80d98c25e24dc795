//! Commands as specs write them: words, environment, and what is sent to them.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;

use super::StepError;
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Spanned;
use crate::syntax::{Arg, Decoder};
use crate::value::{FromValue, Kind, Leaf, Map, Segment, Value, WrongKind, leaf_path, visit_leaves};

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argv(pub Vec<String>);

/// Arguments: words, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words(pub Vec<String>);

impl FromValue for Argv {
    const KINDS: &'static [Kind] = Words::KINDS;

    fn schema() -> serde_json::Value {
        json!({"type": "array", "minItems": 1, "items": {"type": ["string", "integer", "boolean"]}})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        let words = Words::from_value(value)?;
        if words.0.is_empty() {
            let wrong = WrongKind::new("a list of words", value);
            return Err(WrongKind { got: "an empty list".to_owned(), ..wrong });
        }
        Ok(Self(words.0))
    }
}

impl FromValue for Words {
    const KINDS: &'static [Kind] = &[Kind::List, Kind::Array];

    fn schema() -> serde_json::Value {
        json!({"type": "array", "items": {"type": ["string", "integer", "boolean"]}})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        let wrong = || WrongKind::new("a list of words", value);
        let words = match value {
            Value::Text(text) => {
                let words: Vec<&str> = text.split_whitespace().collect();
                return Err(wrong().help(format!("write `[{}]`: no shell splits it", words.join(", "))));
            }
            Value::List(words) => words.iter().map(word).collect::<Vec<_>>(),
            Value::Array(array) if array.shape().len() == 1 => {
                (0..array.len()).filter_map(|index| array.at(index)).map(|value| word(&value)).collect()
            }
            _ => return Err(wrong()),
        };
        let placed = words
            .into_iter()
            .enumerate()
            .map(|(index, word)| word.map_err(|wrong| wrong.under(Segment::Index(index))));
        placed.collect::<Result<_, _>>().map(Self)
    }
}

fn word(value: &Value) -> Result<String, WrongKind> {
    plain(value).ok_or_else(|| {
        let wrong = WrongKind::new("a word", value);
        match value {
            // A float has many spellings, and the command is to get the one that was meant.
            Value::Float(_) => wrong.help("write it in quotes"),
            _ => wrong,
        }
    })
}

/// A scalar whose spelling is beyond doubt, as text.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.to_string()),
        Value::File(path) => Some(path.to_string_lossy().into_owned()),
        Value::Bool(_) | Value::Int(_) | Value::UInt(_) => Some(value.to_string()),
        _ => None,
    }
}

/// What a child's environment holds: what every child is given, and over it what the spec declares.
pub(crate) fn environment(
    given: &[(String, String)],
    declared: Option<(&Arg<Arc<Map>>, &Map)>,
) -> Result<Vec<(String, String)>, StepError> {
    let mut env = given.to_vec();
    if let Some((arg, map)) = declared {
        for (name, value) in map {
            let value = plain(value).ok_or_else(|| {
                let message = format!("the variable `{name}` is {}, not text", value.kind());
                StepError::new(message)
                    .at(arg.span)
                    .help("write the text in quotes, and a reference as `\"${name}\"`")
            })?;
            declare(&mut env, name, value);
        }
    }
    Ok(env)
}

/// The same with these variables of our own environment passed on; one that is not set is an error.
pub(crate) fn inherited(
    given: &[(String, String)],
    names: &[Spanned<Arc<str>>],
    own: &HashMap<String, String>,
) -> Result<Vec<(String, String)>, StepError> {
    let mut env = given.to_vec();
    for name in names {
        let value = own.get(&*name.value).ok_or_else(|| {
            let error = StepError::new(format!("the environment variable `{}` is not set", name.value));
            error.at(name.span).code(codes::ENV_UNSET).help("set it, or take it out of `inherit_env`")
        })?;
        declare(&mut env, &name.value, value.clone());
    }
    Ok(env)
}

/// Notes what cannot name a variable among those that are passed on.
pub(crate) fn refuse_odd_names(names: &[Spanned<Arc<str>>], decoder: &mut Decoder<'_>) -> Option<()> {
    let odd = |name: &&Spanned<Arc<str>>| name.value.is_empty() || name.value.contains(['=', '\0']);
    let Some(name) = names.iter().find(odd) else { return Some(()) };
    let message = format!("`{}` is no name of a variable", name.value);
    let diagnostic = Diagnostic::new(codes::INVALID_VALUE, name.span, message);
    decoder.refuse(diagnostic.help("give names alone; `env: {NAME: value}` gives values"))
}

fn declare(env: &mut Vec<(String, String)>, name: &str, value: String) {
    // A locale that is declared is not overruled by a `LC_ALL` that is not.
    let locale = name == "LANG" || name.starts_with("LC_");
    env.retain(|(held, _)| held != name && !(locale && held == "LC_ALL"));
    env.push((name.to_owned(), value));
}

/// A value as a JSON document. JSON has no NaN, which would arrive as `null` without a word: it is refused.
pub(crate) fn json_bytes(value: &Value) -> Result<Vec<u8>, StepError> {
    let mut number = 0;
    let mut found = None;
    visit_leaves(value, &mut |leaf| {
        if matches!(leaf, Leaf::Float(float) if !float.is_finite()) {
            found = Some(leaf.to_value());
        }
        number += 1;
        found.is_none()
    });
    if let Some(odd) = found {
        let path = leaf_path(value, number - 1);
        let place = if path.0.is_empty() { String::new() } else { format!(" at `{path}`") };
        let error = StepError::new(format!("JSON has no {odd}{place}"));
        return Err(error.help("send `null` or a string instead"));
    }
    serde_json::to_vec(value)
        .map_err(|error| StepError::new(format!("this cannot be written as JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_text_or_what_is_spelt_one_way() {
        let list = |items: &[Value]| Argv::from_value(&Value::list(items.to_vec()));
        let read = list(&["sh".into(), Value::Int(5), Value::Bool(true)]).unwrap();
        assert_eq!(read.0, ["sh", "5", "true"]);
        let wrong = list(&["sh".into(), Value::Float(1.1)]).unwrap_err();
        assert_eq!(wrong.to_string(), "[1]: expected a word, got a float `1.1`");
        assert_eq!(list(&[]).unwrap_err().to_string(), "expected a list of words, got an empty list");
        let wrong = Argv::from_value(&"python train.py".into()).unwrap_err();
        assert_eq!(wrong.help.as_deref(), Some("write `[python, train.py]`: no shell splits it"));
    }

    #[test]
    fn nan_is_not_sent_as_null() {
        let bytes = json_bytes(&Value::list(vec![Value::Int(1), "a".into()])).unwrap();
        assert_eq!(bytes, b"[1,\"a\"]");
        let error = json_bytes(&Value::map([("a", Value::list(vec![f64::NAN.into()]))])).unwrap_err();
        assert_eq!(error.message, "JSON has no .nan at `a[0]`");
    }
}
