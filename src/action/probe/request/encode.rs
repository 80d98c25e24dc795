//! Parameters as they stand in a URL or a form.

use crate::action::StepError;
use crate::system::http::url::percent_encoded;
use crate::value::{Map, Value};

/// Which characters stand for themselves, and what a space becomes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// RFC 3986: unreserved characters stand, a space is `%20`.
    Query,
    /// WHATWG URL, section 5.2: a space is `+`, and `~` does not stand.
    Form,
}

/// `a=1&b=x%20y`; a list repeats its key.
pub(super) fn pairs(map: &Map, style: Style) -> Result<String, StepError> {
    let mut text = String::new();
    for (key, value) in map {
        let values = match value {
            Value::List(values) => values.as_slice(),
            one => std::slice::from_ref(one),
        };
        for value in values {
            if !text.is_empty() {
                text.push('&');
            }
            text.push_str(&percent(key, style));
            text.push('=');
            text.push_str(&percent(&scalar(key, value)?, style));
        }
    }
    Ok(text)
}

/// A scalar as text.
pub(in crate::action::probe) fn scalar(key: &str, value: &Value) -> Result<String, StepError> {
    match value {
        Value::Text(text) => Ok(text.to_string()),
        Value::Bool(_) | Value::Int(_) | Value::UInt(_) | Value::Float(_) => Ok(value.to_string()),
        Value::Null => Err(StepError::new(format!("`{key}` has no value"))
            .help("write `\"\"` for an empty one, or leave the key out")),
        other => Err(StepError::new(format!("`{key}` is {}, which cannot be sent there", other.kind()))
            .help("write text, a number or a boolean")),
    }
}

fn percent(text: &str, style: Style) -> String {
    let encoded = percent_encoded(text);
    match style {
        Style::Query => encoded,
        Style::Form => encoded.replace("%20", "+").replace("%2A", "*").replace('~', "%7E"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_percent_encoded() {
        let map = Map::from_iter([
            ("q".into(), Value::from("a b&c~é*")),
            ("n".into(), Value::list(vec![Value::Int(1), Value::Float(0.5), Value::Bool(true)])),
        ]);
        assert_eq!(pairs(&map, Style::Query).unwrap(), "q=a%20b%26c~%C3%A9%2A&n=1&n=0.5&n=true");
        assert_eq!(pairs(&map, Style::Form).unwrap(), "q=a+b%26c%7E%C3%A9*&n=1&n=0.5&n=true");
        let wrong = |value| pairs(&Map::from_iter([("k".into(), value)]), Style::Query).unwrap_err().message;
        assert_eq!(wrong(Value::Null), "`k` has no value");
        assert_eq!(wrong(Value::map([("a", Value::Int(1))])), "`k` is a mapping, which cannot be sent there");
    }
}
