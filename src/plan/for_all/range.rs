//! Ranges and sizes as `for_all` takes them.

use serde_json::{Value as Json, json};

use crate::arbitrary::Sizes;
use crate::value::{FromValue, Kind, Value, WrongKind};

/// An input of more elements than this is no small one.
pub(super) const MOST: usize = 1_000_000;

/// The least and the greatest number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub low: f64,
    pub high: f64,
}

impl FromValue for Range {
    const KINDS: &'static [Kind] = &[Kind::List];

    fn schema() -> Json {
        json!({"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        let [low, high] = two::<f64>(value, "[-1.0, 1.0]")?;
        ordered(low <= high, value, "[low, high]")?;
        Ok(Self { low, high })
    }
}

/// The least and the greatest integer.
#[derive(Clone, Copy, Debug)]
pub(super) struct WholeRange {
    pub low: i64,
    pub high: i64,
}

impl FromValue for WholeRange {
    const KINDS: &'static [Kind] = &[Kind::List];

    fn schema() -> Json {
        json!({"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "integer"}})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        let [low, high] = two::<i64>(value, "[0, 9]")?;
        ordered(low <= high, value, "[low, high]")?;
        Ok(Self { low, high })
    }
}

/// A size, or the least and the greatest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size(pub Sizes);

impl FromValue for Size {
    const KINDS: &'static [Kind] = &[Kind::Number, Kind::List];

    fn schema() -> Json {
        let whole = json!({"type": "integer", "minimum": 0, "maximum": MOST});
        json!({"anyOf": [whole, {"type": "array", "minItems": 2, "maxItems": 2, "items": whole}]})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        let (least, most) = if matches!(value, Value::List(_)) {
            let [least, most] = two::<usize>(value, "[0, 50]")?;
            ordered(least <= most, value, "[fewest, most]")?;
            (least, most)
        } else {
            let size = usize::from_value(value).map_err(|wrong| WrongKind {
                expected: "a whole number, or the fewest and the most".to_owned(),
                ..wrong
            })?;
            (size, size)
        };
        if most > MOST {
            let got = most.to_string();
            return Err(WrongKind { got, ..WrongKind::new(format!("at most {MOST}"), value) }
                .help("an input drawn at random is a small one"));
        }
        Ok(Self(Sizes { least, most }))
    }
}

/// A share from 0 to 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share(pub f64);

impl FromValue for Share {
    const KINDS: &'static [Kind] = &[Kind::Number];

    fn schema() -> Json {
        json!({"type": "number", "minimum": 0, "maximum": 1})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        match f64::from_value(value) {
            Ok(share) if (0.0..=1.0).contains(&share) => Ok(Self(share)),
            _ => Err(WrongKind::new("a share from 0 to 1", value).help("write `0.2` for one in five")),
        }
    }
}

fn two<T: FromValue>(value: &Value, example: &str) -> Result<[T; 2], WrongKind> {
    let wrong = || WrongKind::new("two numbers, the least first", value).help(format!("write `{example}`"));
    match value {
        Value::List(items) if items.len() != 2 => {
            Err(WrongKind { got: format!("{} of them", items.len()), ..wrong() })
        }
        Value::List(_) => Vec::<T>::from_value(value)?.try_into().map_err(|_| wrong()),
        _ => Err(wrong()),
    }
}

fn ordered(sound: bool, value: &Value, form: &str) -> Result<(), WrongKind> {
    if sound {
        return Ok(());
    }
    let got = value.to_string();
    Err(WrongKind { got, ..WrongKind::new("the least first", value) }.help(format!("write `{form}`")))
}
