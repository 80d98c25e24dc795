//! From values to the types that actions and matchers take, with an error that names the place inside the value.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::quantity::{DURATION_FORM, SIZE_FORM};
use super::{Array, Kind, Map, Segment, Table, Value, WrongKind, parse_duration, parse_size};

/// A type that a value can be read as.
pub trait FromValue: Sized {
    /// The kinds of output that may be it; a literal is checked by [`FromValue::from_value`] itself.
    const KINDS: &'static [Kind];
    /// Its JSON Schema, for editors.
    fn schema() -> serde_json::Value;
    fn from_value(value: &Value) -> Result<Self, WrongKind>;
}

impl FromValue for Value {
    const KINDS: &'static [Kind] = &[Kind::Any];
    fn schema() -> serde_json::Value {
        json!(true)
    }
    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        Ok(value.clone())
    }
}

impl FromValue for bool {
    const KINDS: &'static [Kind] = &[Kind::Bool];
    fn schema() -> serde_json::Value {
        json!({"type": "boolean"})
    }
    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        match value {
            Value::Bool(flag) => Ok(*flag),
            Value::Text(text) if ["yes", "no", "on", "off"].contains(&&**text) => {
                Err(WrongKind::new("a boolean", value).help("write `true` or `false`"))
            }
            _ => Err(WrongKind::new("a boolean", value)),
        }
    }
}

pub(super) fn not_a_number(expected: &str, value: &Value) -> WrongKind {
    let wrong = WrongKind::new(expected, value);
    match value.as_text().map(str::to_ascii_lowercase).as_deref() {
        Some("nan") => wrong.help("write `.nan`"),
        Some("inf" | "+inf" | "infinity") => wrong.help("write `.inf`"),
        Some("-inf" | "-infinity") => wrong.help("write `-.inf`"),
        Some(text) if text.parse::<f64>().is_ok() => wrong.help("write the number without quotes"),
        _ => wrong,
    }
}

impl FromValue for f64 {
    const KINDS: &'static [Kind] = &[Kind::Number];
    fn schema() -> serde_json::Value {
        json!({"type": "number"})
    }
    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        value.as_f64().ok_or_else(|| not_a_number("a number", value))
    }
}

/// Whole numbers of several widths; a float is none, even a whole one.
macro_rules! integers {
    ($($type:ty, $expected:literal, $schema:tt;)*) => {$(
        impl FromValue for $type {
            const KINDS: &'static [Kind] = &[Kind::Number];
            fn schema() -> serde_json::Value {
                json!($schema)
            }
            fn from_value(value: &Value) -> Result<Self, WrongKind> {
                match *value {
                    Value::Int(int) => Self::try_from(int).ok(),
                    Value::UInt(int) => Self::try_from(int).ok(),
                    _ => None,
                }
                .ok_or_else(|| not_a_number($expected, value))
            }
        }
    )*};
}

integers! {
    i64, "an integer", {"type": "integer"};
    u64, "a whole number", {"type": "integer", "minimum": 0};
    u32, "a whole number from 0 to 4294967295", {"type": "integer", "minimum": 0, "maximum": 4_294_967_295_u32};
    u16, "a whole number from 0 to 65535", {"type": "integer", "minimum": 0, "maximum": 65535};
    usize, "a whole number", {"type": "integer", "minimum": 0};
}

impl FromValue for Arc<str> {
    const KINDS: &'static [Kind] = &[Kind::Text];
    fn schema() -> serde_json::Value {
        json!({"type": "string"})
    }
    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        match value {
            Value::Text(text) => Ok(text.clone()),
            Value::Int(_) | Value::UInt(_) | Value::Float(_) | Value::Bool(_) => {
                Err(WrongKind::new("a string", value).help(format!("write it in quotes: \"{value}\"")))
            }
            _ => Err(WrongKind::new("a string", value)),
        }
    }
}

impl FromValue for String {
    const KINDS: &'static [Kind] = <Arc<str>>::KINDS;
    fn schema() -> serde_json::Value {
        <Arc<str>>::schema()
    }
    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        <Arc<str>>::from_value(value).map(|text| text.to_string())
    }
}

impl FromValue for Duration {
    const KINDS: &'static [Kind] = &[Kind::Duration, Kind::Text];
    fn schema() -> serde_json::Value {
        json!({"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)? ?(us|ms|s|min|h)$"})
    }
    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        match value {
            Value::Duration(duration) => Ok(*duration),
            Value::Text(text) => parse_duration(text).ok_or_else(|| {
                WrongKind::new(DURATION_FORM, value).help("the units are `us`, `ms`, `s`, `min` and `h`")
            }),
            Value::Int(number) => {
                Err(WrongKind::new(DURATION_FORM, value).help(format!("write `{number} s` or `{number} ms`")))
            }
            _ => Err(WrongKind::new(DURATION_FORM, value)),
        }
    }
}

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

impl FromValue for Size {
    const KINDS: &'static [Kind] = &[Kind::Size, Kind::Text];
    fn schema() -> serde_json::Value {
        json!({"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)? ?(B|kB|MB|GB|KiB|MiB|GiB)$"})
    }
    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        match value {
            Value::Size(bytes) => Ok(Self(*bytes)),
            Value::Text(text) => parse_size(text).map(Self).ok_or_else(|| {
                WrongKind::new(SIZE_FORM, value)
                    .help("the units are `B`, `kB`, `MB`, `GB`, `KiB`, `MiB` and `GiB`; it is whole bytes")
            }),
            Value::Int(number) => Err(WrongKind::new(SIZE_FORM, value).help(format!("write `{number} B`"))),
            _ => Err(WrongKind::new(SIZE_FORM, value)),
        }
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    const KINDS: &'static [Kind] = &[Kind::List, Kind::Array];
    fn schema() -> serde_json::Value {
        json!({"type": "array", "items": T::schema()})
    }
    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        let item = |(index, item): (usize, &Value)| {
            T::from_value(item).map_err(|wrong| wrong.under(Segment::Index(index)))
        };
        match value {
            Value::List(items) => items.iter().enumerate().map(item).collect(),
            Value::Array(array) => (0..array.len())
                .filter_map(|index| Some((index, array.at(index)?)))
                .map(|(index, element)| item((index, &element)))
                .collect(),
            Value::Null | Value::Map(_) | Value::Table(_) => Err(WrongKind::new("a list", value)),
            one => Err(WrongKind::new("a list", value).help(format!("write `[{}]`", super::clip(one, 60)))),
        }
    }
}

/// `null` is none.
impl<T: FromValue> FromValue for Option<T> {
    const KINDS: &'static [Kind] = T::KINDS;
    fn schema() -> serde_json::Value {
        json!({"anyOf": [T::schema(), {"type": "null"}]})
    }
    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        if matches!(value, Value::Null) { Ok(None) } else { T::from_value(value).map(Some) }
    }
}

/// One, or a list of them.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct OneOrMany<T>(pub Vec<T>);

impl<T: FromValue> FromValue for OneOrMany<T> {
    const KINDS: &'static [Kind] = &[Kind::Any];
    fn schema() -> serde_json::Value {
        json!({"anyOf": [T::schema(), Vec::<T>::schema()]})
    }
    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        match value {
            Value::List(_) | Value::Array(_) => Vec::from_value(value).map(Self),
            one => T::from_value(one).map(|one| Self(vec![one])),
        }
    }
}

impl FromValue for Arc<Table> {
    const KINDS: &'static [Kind] = &[Kind::Table];
    fn schema() -> serde_json::Value {
        json!({"type": "object", "additionalProperties": {"type": "array"}})
    }
    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        match value {
            Value::Table(table) => Ok(table.clone()),
            Value::Map(columns) => Table::from_columns(columns).map(Arc::new),
            Value::List(rows) if rows.iter().any(|row| matches!(row, Value::Map(_))) => {
                Table::from_rows(rows).map(Arc::new)
            }
            _ => Err(WrongKind::new("a table", value)
                .help("name a fixture or the `data` of an earlier step, or write `{column: [1, 2, 3]}`")),
        }
    }
}

impl FromValue for Arc<Map> {
    const KINDS: &'static [Kind] = &[Kind::Map];
    fn schema() -> serde_json::Value {
        json!({"type": "object"})
    }
    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        match value {
            Value::Map(map) => Ok(map.clone()),
            _ => Err(WrongKind::new("a mapping", value)),
        }
    }
}

impl FromValue for Arc<Array> {
    const KINDS: &'static [Kind] = &[Kind::Array, Kind::List];
    fn schema() -> serde_json::Value {
        json!({"type": "array"})
    }
    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        value.to_array()
    }
}
