//! The tensor data types of the Open Inference Protocol, and what is an element of each.

use crate::value::Value;

/// What the elements of a tensor are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Datatype {
    Bool,
    Int { min: i128, max: i128 },
    Float { max: f64 },
    Bytes,
}

impl Datatype {
    /// The datatype of this name: `Tensor Data Types` of the protocol, and Triton's `BF16`.
    pub(super) fn of(name: &str) -> Option<Self> {
        let unsigned = |bits: u32| Self::Int { min: 0, max: (1 << bits) - 1 };
        let signed = |bits: u32| Self::Int { min: -(1 << (bits - 1)), max: (1 << (bits - 1)) - 1 };
        Some(match name {
            "BOOL" => Self::Bool,
            "UINT8" => unsigned(8),
            "UINT16" => unsigned(16),
            "UINT32" => unsigned(32),
            "UINT64" => unsigned(64),
            "INT8" => signed(8),
            "INT16" => signed(16),
            "INT32" => signed(32),
            "INT64" => signed(64),
            // IEEE 754: the largest finite number of each.
            "FP16" => Self::Float { max: 65504.0 },
            "FP32" | "BF16" => Self::Float { max: f64::from(f32::MAX) },
            "FP64" => Self::Float { max: f64::MAX },
            "BYTES" => Self::Bytes,
            _ => return None,
        })
    }

    /// Why this is no element; bare tokens are named elsewhere.
    pub(super) fn refuses(self, element: &Value) -> Option<String> {
        match (self, element) {
            (_, Value::Float(float)) if !float.is_finite() => None,
            (Self::Bool, Value::Bool(_))
            | (Self::Bytes, Value::Text(_))
            | (Self::Float { .. }, Value::Int(_) | Value::UInt(_)) => None,
            (Self::Int { min, max }, _) => match whole(element) {
                Some(int) if (min..=max).contains(&int) => None,
                Some(_) => Some(format!("beyond {min} to {max}")),
                None => Some("no integer".to_owned()),
            },
            (Self::Float { max }, Value::Float(float)) => {
                (float.abs() > max).then(|| format!("beyond ±{max:e}"))
            }
            (Self::Bool, _) => Some("neither `true` nor `false`".to_owned()),
            (Self::Bytes, _) => Some("no string".to_owned()),
            (Self::Float { .. }, _) => Some("no number".to_owned()),
        }
    }

    /// A cell as an element of this type, where there is a lossless one.
    pub(super) fn element(self, cell: &Value) -> Option<Value> {
        match (self, cell) {
            (Self::Int { .. }, Value::Float(_)) => whole(cell).map(|int| Value::Int(int as i64)),
            _ => Some(cell.clone()),
        }
    }
}

/// An integer, which may be written as `5.0`.
fn whole(value: &Value) -> Option<i128> {
    match *value {
        Value::Int(int) => Some(int.into()),
        Value::UInt(int) => Some(int.into()),
        Value::Float(float) if float.fract() == 0.0 && float.abs() < 9e15 => Some(float as i128),
        _ => None,
    }
}

/// The datatype that holds all of these; `None` where there is none. A missing value is of any.
pub(super) fn inferred<'a>(cells: impl IntoIterator<Item = &'a Value>) -> Option<&'static str> {
    let mut found = None;
    for cell in cells {
        let own = match cell {
            Value::Null => continue,
            Value::Bool(_) => "BOOL",
            Value::Int(_) => "INT64",
            Value::UInt(_) => "UINT64",
            Value::Float(_) => "FP64",
            Value::Text(_) => "BYTES",
            _ => return None,
        };
        found = match (found, own) {
            (None, own) => Some(own),
            (Some(held), own) if held == own => found,
            (Some("FP64"), "INT64" | "UINT64") | (Some("INT64" | "UINT64"), "FP64") => Some("FP64"),
            _ => return None,
        };
    }
    found.or(Some("FP64"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_in_the_range_of_their_type() {
        let refused = |name: &str, value: Value| Datatype::of(name).unwrap().refuses(&value);
        for (name, value) in [
            ("BOOL", Value::Bool(true)),
            ("INT8", Value::Int(-128)),
            ("UINT8", Value::Int(255)),
            ("UINT64", Value::UInt(u64::MAX)),
            ("INT64", Value::Float(2.0)),
            ("FP32", Value::Float(3.4e38)),
            ("FP64", Value::Int(1)),
            ("BYTES", "a".into()),
        ] {
            assert_eq!(refused(name, value.clone()), None, "{name} {value}");
        }
        for (name, value, why) in [
            ("BOOL", Value::Int(1), "neither `true` nor `false`"),
            ("INT8", Value::Int(128), "beyond -128 to 127"),
            ("UINT32", Value::Int(-1), "beyond 0 to 4294967295"),
            ("INT32", Value::Float(0.5), "no integer"),
            ("FP16", Value::Float(65505.0), "beyond ±6.5504e4"),
            ("FP32", Value::Float(1e39), "beyond ±3.4028234663852886e38"),
            ("FP64", Value::Null, "no number"),
            ("BYTES", Value::Int(1), "no string"),
        ] {
            assert_eq!(refused(name, value.clone()).as_deref(), Some(why), "{name} {value}");
        }
        assert_eq!(Datatype::of("FLOAT"), None);
    }

    #[test]
    fn a_datatype_is_that_of_the_values() {
        let of = |cells: &[Value]| inferred(cells);
        assert_eq!(of(&[Value::Int(1), Value::Int(2)]), Some("INT64"));
        assert_eq!(of(&[Value::Int(1), Value::Float(2.5), Value::Null]), Some("FP64"));
        assert_eq!(of(&[Value::Bool(true)]), Some("BOOL"));
        assert_eq!(of(&["a".into()]), Some("BYTES"));
        assert_eq!(of(&["a".into(), Value::Int(1)]), None);
    }
}
