//! What goes through every subject.

use serde_json::json;

use crate::value::{FromValue, Kind, Value, WrongKind};

/// The elements of a list or an array, or the rows of a table.
#[derive(Clone, Debug)]
pub struct Inputs(pub Vec<Value>);

impl FromValue for Inputs {
    const KINDS: &'static [Kind] = &[Kind::List, Kind::Array, Kind::Table];

    fn schema() -> serde_json::Value {
        json!({"type": "array"})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        match value {
            Value::List(items) => Ok(Self(items.to_vec())),
            Value::Array(array) if !array.shape().is_empty() => {
                Ok(Self((0..array.len()).filter_map(|index| array.at(index)).collect()))
            }
            Value::Table(table) => Ok(Self((0..table.rows()).map(|row| table.row(row)).collect())),
            other => Err(WrongKind::new("a list of inputs", other)
                .help("write `[…]` with one element for each input; a table gives each of its rows")),
        }
    }
}
