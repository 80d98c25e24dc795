//! The scalars inside a value, visited in order without copying.

use std::cmp::Ordering;
use std::time::Duration;

use super::{Array, Column, Data, Path, Segment, Value};

/// One scalar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Leaf<'a> {
    Null,
    Bool(bool),
    Int(i64),
    UInt(u64),
    Float(f64),
    Text(&'a str),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Datetime(i64),
    Duration(Duration),
    /// Bytes.
    Size(u64),
    /// Bytes or a file: no scalar a check can look into.
    Opaque(&'static str),
}

impl Leaf<'_> {
    pub fn as_f64(self) -> Option<f64> {
        match self {
            Self::Int(int) => Some(int as f64),
            Self::UInt(int) => Some(int as f64),
            Self::Float(float) => Some(float),
            _ => None,
        }
    }

    /// The order of two numbers, exactly: no integer is rounded to a float. `None` with NaN, or where one is no number.
    pub fn order(self, other: Self) -> Option<Ordering> {
        match (self.as_i128(), other.as_i128()) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            (Some(a), None) => order_mixed(a, other.as_f64()?),
            (None, Some(b)) => order_mixed(b, self.as_f64()?).map(Ordering::reverse),
            (None, None) => self.as_f64()?.partial_cmp(&other.as_f64()?),
        }
    }

    pub(super) fn as_i128(self) -> Option<i128> {
        match self {
            Self::Int(int) => Some(int.into()),
            Self::UInt(int) => Some(int.into()),
            _ => None,
        }
    }

    pub fn to_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => Value::Bool(flag),
            Self::Int(int) => Value::Int(int),
            Self::UInt(int) => Value::from(int),
            Self::Float(float) => Value::Float(float),
            Self::Text(text) => Value::text(text),
            Self::Datetime(micros) => Value::text(super::display::datetime(micros)),
            Self::Duration(duration) => Value::Duration(duration),
            Self::Size(bytes) => Value::Size(bytes),
            Self::Opaque(kind) => Value::text(kind),
        }
    }
}

/// An integer against a float.
fn order_mixed(int: i128, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    // Every integer here is far within the range of an i128, into which a float beyond it is cut.
    let floor = float.floor();
    Some(int.cmp(&(floor as i128)).then(if float > floor { Ordering::Less } else { Ordering::Equal }))
}

/// Calls `visit` with every scalar, in order, until it answers `false`. A table goes column by column.
/// Answers whether all were visited.
pub fn visit_leaves<'a>(value: &'a Value, visit: &mut dyn FnMut(Leaf<'a>) -> bool) -> bool {
    match value {
        Value::Null => visit(Leaf::Null),
        Value::Bool(flag) => visit(Leaf::Bool(*flag)),
        Value::Int(int) => visit(Leaf::Int(*int)),
        Value::UInt(int) => visit(Leaf::UInt(*int)),
        Value::Float(float) => visit(Leaf::Float(*float)),
        Value::Text(text) => visit(Leaf::Text(text)),
        Value::Duration(duration) => visit(Leaf::Duration(*duration)),
        Value::Size(bytes) => visit(Leaf::Size(*bytes)),
        Value::Bytes(_) => visit(Leaf::Opaque("bytes")),
        Value::File(_) => visit(Leaf::Opaque("a file")),
        Value::Array(array) => visit_data(array.data(), &|_| false, visit),
        Value::Table(table) => table.columns().iter().all(|column| visit_column(column, visit)),
        Value::List(items) => items.iter().all(|item| visit_leaves(item, visit)),
        Value::Map(map) => map.values().all(|item| visit_leaves(item, visit)),
    }
}

/// [`visit_leaves`] over one column; a null is [`Leaf::Null`].
pub fn visit_column<'a>(column: &'a Column, visit: &mut dyn FnMut(Leaf<'a>) -> bool) -> bool {
    visit_data(&column.data, &|row| column.is_null(row), visit)
}

fn visit_data<'a>(
    data: &'a Data,
    is_null: &dyn Fn(usize) -> bool,
    visit: &mut dyn FnMut(Leaf<'a>) -> bool,
) -> bool {
    fn each<'a, T>(
        items: &'a [T],
        leaf: impl Fn(&'a T) -> Leaf<'a>,
        is_null: &dyn Fn(usize) -> bool,
        visit: &mut dyn FnMut(Leaf<'a>) -> bool,
    ) -> bool {
        items.iter().enumerate().all(|(row, item)| visit(if is_null(row) { Leaf::Null } else { leaf(item) }))
    }
    match data {
        Data::Bool(items) => each(items, |&flag| Leaf::Bool(flag), is_null, visit),
        Data::Int(items) => each(items, |&int| Leaf::Int(int), is_null, visit),
        Data::UInt(items) => each(items, |&int| Leaf::UInt(int), is_null, visit),
        Data::Float32(items) => each(items, |&float| Leaf::Float(f64::from(float)), is_null, visit),
        Data::Float(items) => each(items, |&float| Leaf::Float(float), is_null, visit),
        Data::Text(items) => each(items, |text| Leaf::Text(text), is_null, visit),
        Data::Datetime(items) => each(items, |&micros| Leaf::Datetime(micros), is_null, visit),
    }
}

/// How many scalars a value holds.
pub fn count_leaves(value: &Value) -> usize {
    match value {
        Value::Array(array) => array.data().len(),
        Value::Table(table) => table.rows() * table.columns().len(),
        Value::List(items) => items.iter().map(count_leaves).sum(),
        Value::Map(map) => map.values().map(count_leaves).sum(),
        _ => 1,
    }
}

/// The way to a scalar, given its number in the order of [`visit_leaves`].
pub fn leaf_path(value: &Value, mut number: usize) -> Path {
    let mut path = Vec::new();
    let mut at = value;
    loop {
        let next = match at {
            Value::Array(array) => {
                path.extend(array_path(array, number));
                None
            }
            Value::Table(table) => {
                let rows = table.rows().max(1);
                path.extend(table.names().nth(number / rows).map(|name| Segment::Key(name.clone())));
                path.push(Segment::Index(number % rows));
                None
            }
            Value::List(items) => items.iter().enumerate().find_map(|(index, item)| {
                descend(item, &mut number).map(|item| (Segment::Index(index), item))
            }),
            Value::Map(map) => map.iter().find_map(|(key, item)| {
                descend(item, &mut number).map(|item| (Segment::Key(key.clone()), item))
            }),
            _ => None,
        };
        let Some((segment, item)) = next else { return Path(path) };
        path.push(segment);
        at = item;
    }
}

fn array_path(array: &Array, number: usize) -> impl Iterator<Item = Segment> {
    array.position(number).into_iter().map(Segment::Index)
}

fn descend<'a>(item: &'a Value, number: &mut usize) -> Option<&'a Value> {
    let held = count_leaves(item);
    if *number < held {
        return Some(item);
    }
    *number -= held;
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_floats_are_ordered_exactly() {
        use Ordering::{Equal, Greater, Less};
        const BEYOND: i64 = (1 << 53) + 1;
        for (a, b, order) in [
            (Leaf::Int(BEYOND), Leaf::Float(9_007_199_254_740_992.0), Some(Greater)),
            (Leaf::Float(9_007_199_254_740_992.0), Leaf::Int(BEYOND), Some(Less)),
            (Leaf::UInt(1 << 63), Leaf::Int(i64::MAX), Some(Greater)),
            (Leaf::UInt(u64::MAX), Leaf::Float(18_446_744_073_709_551_616.0), Some(Less)),
            (Leaf::Int(0), Leaf::Float(-0.0), Some(Equal)),
            (Leaf::Int(-1), Leaf::Float(-0.5), Some(Less)),
            (Leaf::Int(i64::MIN), Leaf::Float(f64::NEG_INFINITY), Some(Greater)),
            (Leaf::Int(1), Leaf::Float(f64::NAN), None),
            (Leaf::Int(1), Leaf::Bool(true), None),
        ] {
            assert_eq!(a.order(b), order, "{a:?} {b:?}");
        }
    }

    #[test]
    fn every_leaf_has_its_path() {
        let array = Array::new(vec![2, 2], Data::Int(vec![1, 2, 3, 4])).unwrap();
        let value = Value::map([
            ("a", Value::list(vec![Value::Int(0), Value::list(vec![])])),
            ("b", Value::from(array)),
            ("c", Value::Null),
        ]);
        let paths: Vec<String> =
            (0..count_leaves(&value)).map(|number| leaf_path(&value, number).to_string()).collect();
        assert_eq!(paths, ["a[0]", "b[0][0]", "b[0][1]", "b[1][0]", "b[1][1]", "c"]);
    }
}
