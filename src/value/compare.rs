//! Two values compared, element by element, with the worst difference named.

use std::cmp::Ordering;
use std::sync::Arc;

use super::{
    Array, Leaf, Path, Segment, Tolerance, Value, check::parse_datetime, parse_duration, parse_size,
};

/// What a comparison found.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Scalars compared. A form that differs counts as one.
    pub measured: usize,
    /// The largest `|actual − expected|` of two finite numbers, within the tolerance or not; 0 where there are none.
    pub largest: f64,
    pub mismatch: Option<Mismatch>,
}

#[derive(Clone, Debug)]
pub struct Mismatch {
    /// Scalars that differ.
    pub differing: usize,
    /// The first that was met.
    pub first: Difference,
    /// The one that matters most: one of form before one of value, then the largest.
    pub worst: Difference,
}

/// One place where two values differ.
#[derive(Clone, Debug)]
pub struct Difference {
    pub path: Path,
    pub actual: Value,
    pub expected: Value,
    /// What differs when it is no scalar: `2 elements, expected 3`.
    pub form: Option<String>,
    /// `|actual − expected|`, between two finite numbers.
    pub difference: Option<f64>,
    /// What the tolerance accepts there.
    pub allowed: Option<f64>,
}

/// Compares recursively through arrays, tables, lists and mappings.
///
/// Where either side is a float, within the tolerance; two integers, and everything else, exactly. NaN is close
/// to NaN alone. Shapes, keys and columns must agree. A duration or size compares with the text that writes it.
pub fn compare(actual: &Value, expected: &Value, tolerance: &Tolerance) -> Comparison {
    let mut walk = Walk {
        tolerance,
        path: Vec::new(),
        measured: 0,
        largest: 0.0,
        differing: 0,
        first: None,
        worst: None,
    };
    walk.value(actual, expected);
    let Walk { measured, largest, differing, first, worst, .. } = walk;
    let mismatch = first.zip(worst).map(|(first, (_, worst))| Mismatch { differing, first, worst });
    Comparison { measured, largest, mismatch }
}

struct Walk<'a> {
    tolerance: &'a Tolerance,
    path: Vec<Segment>,
    measured: usize,
    largest: f64,
    differing: usize,
    first: Option<Difference>,
    /// With its rank: how far beyond the tolerance, infinite for a difference of form.
    worst: Option<(f64, Difference)>,
}

impl Walk<'_> {
    fn value(&mut self, actual: &Value, expected: &Value) {
        match (actual, expected) {
            (Value::Array(a), Value::Array(e)) => self.arrays(a, e),
            (Value::Array(a), Value::List(_)) => match expected.to_array() {
                Ok(e) => self.arrays(a, &e),
                Err(_) => self.lists(&elements(a), &list_of(expected), actual, expected),
            },
            (Value::List(_), Value::Array(e)) => match actual.to_array() {
                Ok(a) => self.arrays(&a, e),
                Err(_) => self.lists(&list_of(actual), &elements(e), actual, expected),
            },
            (Value::List(a), Value::List(e)) => self.lists(a, e, actual, expected),
            (Value::Map(_) | Value::Table(_), Value::Map(_) | Value::Table(_)) => self.maps(actual, expected),
            _ => match (scalar(actual), scalar(expected)) {
                (Some(a), Some(e)) => self.scalars(a, e),
                _ => self.form(actual, expected, format!("{}, expected {}", actual.kind(), expected.kind())),
            },
        }
    }

    fn arrays(&mut self, actual: &Arc<Array>, expected: &Arc<Array>) {
        if actual.shape() != expected.shape() && !(actual.is_empty() && expected.is_empty()) {
            let form = format!("shape {:?}, expected {:?}", actual.shape(), expected.shape());
            return self.form(&Value::Array(actual.clone()), &Value::Array(expected.clone()), form);
        }
        for flat in 0..actual.data().len() {
            let (Some(a), Some(e)) = (actual.data().get(flat), expected.data().get(flat)) else { return };
            let depth = self.path.len();
            if let (Some(a), Some(e)) = (scalar(&a), scalar(&e))
                && !self.scalar_holds(a, e)
            {
                self.path.extend(actual.position(flat).into_iter().map(Segment::Index));
                self.differ(a, e);
                self.path.truncate(depth);
            }
        }
    }

    fn lists(&mut self, a: &[Value], e: &[Value], actual: &Value, expected: &Value) {
        if a.len() != e.len() {
            return self.form(actual, expected, format!("{} elements, expected {}", a.len(), e.len()));
        }
        for (index, (a, e)) in a.iter().zip(e).enumerate() {
            self.under(Segment::Index(index), a, e);
        }
    }

    fn maps(&mut self, actual: &Value, expected: &Value) {
        let (names, wanted) = (keys(actual), keys(expected));
        let missing: Vec<&str> = wanted.iter().filter(|key| !names.contains(key)).map(|key| &**key).collect();
        let extra: Vec<&str> = names.iter().filter(|key| !wanted.contains(key)).map(|key| &**key).collect();
        if !missing.is_empty() {
            self.form(actual, expected, format!("without `{}`", missing.join("`, `")));
        }
        if !extra.is_empty() {
            self.form(actual, expected, format!("with `{}`, which is not expected", extra.join("`, `")));
        }
        for key in wanted {
            let segment = Segment::Key(key);
            if let (Some(a), Some(e)) = (actual.child(&segment), expected.child(&segment)) {
                self.under(segment, &a, &e);
            }
        }
    }

    fn under(&mut self, segment: Segment, actual: &Value, expected: &Value) {
        self.path.push(segment);
        self.value(actual, expected);
        self.path.pop();
    }

    fn scalars(&mut self, actual: Leaf<'_>, expected: Leaf<'_>) {
        if !self.scalar_holds(actual, expected) {
            self.differ(actual, expected);
        }
    }

    fn scalar_holds(&mut self, actual: Leaf<'_>, expected: Leaf<'_>) -> bool {
        self.measured += 1;
        if let Some((a, e)) =
            actual.as_f64().zip(expected.as_f64()).filter(|(a, e)| a.is_finite() && e.is_finite())
        {
            self.largest = self.largest.max((a - e).abs());
        }
        match (actual, expected) {
            // Without a tolerance an integer is not rounded to the float it is compared with.
            (Leaf::Float(_), Leaf::Int(_) | Leaf::UInt(_))
            | (Leaf::Int(_) | Leaf::UInt(_), Leaf::Float(_))
                if *self.tolerance == Tolerance::EXACT =>
            {
                actual.order(expected) == Some(Ordering::Equal)
            }
            (Leaf::Float(a), e) if e.as_f64().is_some_and(|e| self.tolerance.accepts(a, e)) => true,
            (a, Leaf::Float(e)) => a.as_f64().is_some_and(|a| self.tolerance.accepts(a, e)),
            (Leaf::Duration(a), Leaf::Text(e)) => parse_duration(e) == Some(a),
            (Leaf::Size(a), Leaf::Text(e)) => parse_size(e) == Some(a),
            (Leaf::Size(a), Leaf::UInt(e)) => a == e,
            (Leaf::Size(a), Leaf::Int(e)) => u64::try_from(e) == Ok(a),
            (Leaf::Datetime(a), Leaf::Text(e)) => parse_datetime(e) == Some(a),
            (a, e) => a == e,
        }
    }

    fn differ(&mut self, a: Leaf<'_>, e: Leaf<'_>) {
        let numbers = a.as_f64().zip(e.as_f64()).filter(|(a, e)| a.is_finite() && e.is_finite());
        let integers = a.as_i128().zip(e.as_i128()).map(|(a, e)| a.abs_diff(e) as f64);
        let difference = integers.or_else(|| numbers.map(|(a, e)| (a - e).abs()));
        let exact = !matches!((a, e), (Leaf::Float(_), _) | (_, Leaf::Float(_)));
        let allowed = numbers.filter(|_| !exact).map(|(_, e)| self.tolerance.allowed(e));
        let rank = difference.map_or(f64::MAX, |difference| difference - allowed.unwrap_or(0.0));
        self.differing += 1;
        self.keep(rank, || (a.to_value(), e.to_value(), None, difference, allowed));
    }

    fn form(&mut self, actual: &Value, expected: &Value, form: String) {
        self.measured += 1;
        self.differing += 1;
        self.keep(f64::INFINITY, || (actual.clone(), expected.clone(), Some(form), None, None));
    }

    fn keep(
        &mut self,
        rank: f64,
        made: impl FnOnce() -> (Value, Value, Option<String>, Option<f64>, Option<f64>),
    ) {
        if self.worst.as_ref().is_none_or(|(held, _)| rank > *held) {
            let (actual, expected, form, difference, allowed) = made();
            let path = Path(self.path.clone());
            let found = Difference { path, actual, expected, form, difference, allowed };
            self.first.get_or_insert_with(|| found.clone());
            self.worst = Some((rank, found));
        }
    }
}

fn scalar(value: &Value) -> Option<Leaf<'_>> {
    let mut found = None;
    let compound = matches!(value, Value::Array(_) | Value::Table(_) | Value::List(_) | Value::Map(_));
    if !compound {
        super::visit_leaves(value, &mut |leaf| {
            found = Some(leaf);
            true
        });
    }
    // Bytes and files are compared by what they are, which `Leaf` does not carry.
    found.filter(|leaf| !matches!(leaf, Leaf::Opaque(_)))
}

fn elements(array: &Array) -> Vec<Value> {
    (0..array.len()).filter_map(|index| array.at(index)).collect()
}

fn list_of(value: &Value) -> Arc<Vec<Value>> {
    match value {
        Value::List(items) => items.clone(),
        _ => Arc::default(),
    }
}

fn keys(value: &Value) -> Vec<Arc<str>> {
    match value {
        Value::Map(map) => map.keys().cloned().collect(),
        Value::Table(table) => table.names().cloned().collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Data;

    fn floats(items: &[f64]) -> Value {
        Value::from(Array::vector(Data::Float(items.to_vec())))
    }

    fn list(items: &[Value]) -> Value {
        Value::list(items.to_vec())
    }

    fn mismatch(actual: &Value, expected: &Value) -> Option<Mismatch> {
        compare(actual, expected, &Tolerance::default()).mismatch
    }

    #[test]
    fn an_array_equals_the_list_that_writes_it() {
        let expected = list(&[Value::Int(0), Value::Float(0.5), Value::Int(1)]);
        let comparison = compare(&floats(&[0.0, 0.5, 1.0]), &expected, &Tolerance::default());
        assert!(comparison.mismatch.is_none());
        assert_eq!(comparison.measured, 3);
    }

    #[test]
    fn the_worst_element_is_named() {
        let found = mismatch(&floats(&[0.0, 0.5, 1.0]), &floats(&[0.1, 0.9, 1.0])).unwrap();
        assert_eq!(found.differing, 2);
        assert_eq!(found.worst.path.to_string(), "[1]");
        assert_eq!(found.worst.difference, Some(0.4));
    }

    #[test]
    fn integers_are_exact_and_kinds_are_kept_apart() {
        for (actual, expected) in [
            (Value::Int(1_000_000_000), Value::Int(1_000_000_001)),
            (Value::Bool(true), Value::Int(1)),
            (Value::from("1"), Value::Int(1)),
            (Value::Null, Value::Int(0)),
            (Value::Float(f64::NAN), Value::Null),
            (Value::Float(f64::NAN), Value::Float(0.0)),
            (list(&[]), Value::Null),
        ] {
            assert!(mismatch(&actual, &expected).is_some(), "{actual} and {expected}");
        }
        assert!(mismatch(&Value::Int(1), &Value::Float(1.0)).is_none());
        assert!(mismatch(&Value::Float(f64::NAN), &Value::Float(f64::NAN)).is_none());
    }

    #[test]
    fn without_a_tolerance_no_integer_is_rounded() {
        let (int, float) = (Value::Int((1 << 53) + 1), Value::Float(9_007_199_254_740_992.0));
        for (actual, expected) in [(&int, &float), (&float, &int)] {
            assert!(compare(actual, expected, &Tolerance::EXACT).mismatch.is_some());
            assert!(compare(actual, expected, &Tolerance::default()).mismatch.is_none());
        }
        assert!(compare(&Value::Int(0), &Value::Float(-0.0), &Tolerance::EXACT).mismatch.is_none());
        let found = mismatch(&Value::from(u64::MAX), &Value::from(u64::MAX - 1)).unwrap();
        assert_eq!(found.worst.difference, Some(1.0));
    }

    #[test]
    fn shapes_and_keys_must_agree() {
        let found = mismatch(&floats(&[1.0]), &floats(&[1.0, 2.0])).unwrap();
        assert_eq!(found.worst.form.as_deref(), Some("shape [1], expected [2]"));
        let found =
            mismatch(&Value::map([("a", Value::Int(1))]), &Value::map([("b", Value::Int(1))])).unwrap();
        assert_eq!(found.worst.form.as_deref(), Some("without `b`"));
    }

    #[test]
    fn a_list_with_nulls_is_compared_by_element() {
        let actual = list(&[Value::Int(1), Value::Null, Value::from("x")]);
        assert!(mismatch(&actual, &actual.clone()).is_none());
        let found = mismatch(&actual, &list(&[Value::Int(1), Value::Int(2), Value::from("x")])).unwrap();
        assert_eq!(found.worst.path.to_string(), "[1]");
    }
}
