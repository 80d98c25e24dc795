//! NaN and null, for subjects that speak JSON: it has no NaN.

use crate::value::{Leaf, Value, visit_leaves};

/// The value with null for every NaN.
pub(super) fn nan_to_null(value: &Value) -> Value {
    exchange(value, &|one| matches!(one, Value::Float(float) if float.is_nan()).then_some(Value::Null))
}

/// The value with NaN for every null.
pub(super) fn null_to_nan(value: &Value) -> Value {
    exchange(value, &|one| matches!(one, Value::Null).then_some(Value::Float(f64::NAN)))
}

/// Whether there is a NaN in it.
pub(super) fn has_nan(value: &Value) -> bool {
    let mut found = false;
    visit_leaves(value, &mut |leaf| {
        found = matches!(leaf, Leaf::Float(float) if float.is_nan());
        !found
    });
    found
}

fn exchange(value: &Value, new: &dyn Fn(&Value) -> Option<Value>) -> Value {
    if let Some(other) = new(value) {
        return other;
    }
    match value {
        Value::List(items) => Value::list(items.iter().map(|item| exchange(item, new)).collect()),
        Value::Map(map) => Value::map(map.iter().map(|(key, item)| (key.clone(), exchange(item, new)))),
        // An array has no place for null, so that one with NaN becomes a list.
        Value::Array(array) if has_nan(value) => {
            Value::list((0..array.len()).filter_map(|at| Some(exchange(&array.at(at)?, new))).collect())
        }
        Value::Table(table) => Value::map(
            table.columns().iter().map(|column| (column.name.clone(), exchange(&column.to_value(), new))),
        ),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Array, Data};

    #[test]
    fn there_and_back() {
        let array = Array::new(vec![2, 2], Data::Float(vec![0.0, f64::NAN, 2.0, 3.0])).unwrap();
        let value =
            Value::map([("a", Value::from(array)), ("b", Value::list(vec![f64::NAN.into(), Value::Int(1)]))]);
        let given = nan_to_null(&value);
        assert_eq!(given.to_string(), "{a: [[0.0, null], [2.0, 3.0]], b: [null, 1]}");
        assert!(!has_nan(&given));
        assert_eq!(null_to_nan(&given).to_string(), "{a: [[0.0, .nan], [2.0, 3.0]], b: [.nan, 1]}");
    }

    #[test]
    fn an_infinity_stays_what_it_is() {
        let value = Value::list(vec![f64::INFINITY.into(), Value::Null]);
        assert_eq!(nan_to_null(&value).to_string(), "[.inf, null]");
    }
}
