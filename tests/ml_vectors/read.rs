//! Reading vectors, and comparing with them.

use ndarray::Array2;
use serde_json::Value;

pub(crate) fn file(name: &str) -> Value {
    let path = format!("{}/tests/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// A float; `null` is NaN.
pub(crate) fn float(value: &Value) -> f64 {
    if value.is_null() { f64::NAN } else { value.as_f64().unwrap() }
}

pub(crate) fn floats(value: &Value) -> Vec<f64> {
    list(value).iter().map(float).collect()
}

pub(crate) fn index(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

pub(crate) fn indices(value: &Value) -> Vec<usize> {
    list(value).iter().map(index).collect()
}

pub(crate) fn matrix(value: &Value) -> Array2<f64> {
    let rows = list(value);
    let columns = rows.first().map_or(0, |row| list(row).len());
    Array2::from_shape_vec((rows.len(), columns), rows.iter().flat_map(floats).collect()).unwrap()
}

/// Equal within `rel` of the expected value, or of 1 for values below it; NaN equals NaN only.
pub(crate) fn assert_close<'a>(
    found: impl IntoIterator<Item = &'a f64>,
    expected: impl IntoIterator<Item = &'a f64>,
    rel: f64,
    what: &str,
) {
    let found: Vec<f64> = found.into_iter().copied().collect();
    let expected: Vec<f64> = expected.into_iter().copied().collect();
    assert_eq!(found.len(), expected.len(), "{what}: lengths");
    for (at, (f, e)) in found.iter().zip(&expected).enumerate() {
        let close = (f - e).abs() <= rel * e.abs().max(1.0);
        assert!(close || (f.is_nan() && e.is_nan()), "{what}, element {at}: found {f:?}, expected {e:?}");
    }
}
