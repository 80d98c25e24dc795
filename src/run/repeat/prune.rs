//! What may differ, taken out of a value before it is compared.

use crate::value::{Segment, Table, Value};

/// The value without what this way leads to; `*` stands for every key and every position. What is taken out of a
/// list is null there, so that its neighbours keep their places.
pub(super) fn without(value: &Value, way: &[Segment]) -> Value {
    let Some((next, rest)) = way.split_first() else { return Value::Null };
    let meant = |segment: &Segment| segment == next || matches!(next, Segment::Key(key) if &**key == "*");
    match value {
        Value::Map(map) => {
            let kept = map.iter().filter_map(|(key, item)| match meant(&Segment::Key(key.clone())) {
                true if rest.is_empty() => None,
                true => Some((key.clone(), without(item, rest))),
                false => Some((key.clone(), item.clone())),
            });
            Value::map(kept)
        }
        Value::List(items) => {
            let kept = items.iter().enumerate().map(|(index, item)| {
                if meant(&Segment::Index(index)) { without(item, rest) } else { item.clone() }
            });
            Value::list(kept.collect())
        }
        // A cell is taken out with its column.
        Value::Table(table) => {
            let kept = table.columns().iter().filter(|column| !meant(&Segment::Key(column.name.clone())));
            Table::new(kept.cloned().collect()).map_or(Value::Null, Value::from)
        }
        Value::Array(array) => {
            let items: Vec<Value> = (0..array.len()).filter_map(|index| array.at(index)).collect();
            without(&Value::list(items), way)
        }
        _ => value.clone(),
    }
}
