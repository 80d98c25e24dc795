//! `length` and `dtype`: how long a value is and what it is made of.

use serde_json::{Value as Json, json};

use super::elements::not_measurable;
use super::figure::Wanted;
use super::{Bench, Fault, Judged, Matcher, Miss, Named};
use crate::diagnostic::did_you_mean;
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::{
    Data, Dtype, Evidence, FromValue, Kind, Leaf, Segment, Value, WrongKind, clip, visit_leaves,
};

/// How long a value is.
#[derive(Debug)]
pub(super) struct Length(Wanted<usize>);

impl Matcher for Length {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let length = match actual {
            Value::List(items) => items.len(),
            Value::Array(array) => array.len(),
            Value::Table(table) => table.rows(),
            Value::Map(map) => map.len(),
            Value::Text(text) => text.chars().count(),
            Value::Bytes(bytes) => bytes.len(),
            _ => return Err(not_measurable(actual, "length", "has no length")),
        };
        self.0.judge("length", &Value::from(length), actual, Evidence::ONE, bench)
    }

    fn refuses(&self, kind: Kind) -> Option<String> {
        matches!(kind, Kind::Number | Kind::Bool | Kind::Duration | Kind::Size | Kind::File)
            .then(|| format!("{} has no length", kind.name()))
    }
}

impl Named for Length {
    const NAME: &'static str = "length";
    const PAGE: &'static str = "The rows of a table, the first axis of an array, the items of a list, the keys of a mapping, or the characters of a \
        string. A number, or nested matchers.\n\n\
        `values: {length: 3}`, `data: {length: {between: [90, 110]}}`";
    const OF_FORM: bool = true;
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Wanted::read(node, decoder).map(Self)
    }
    fn schema() -> Json {
        Wanted::<usize>::schema()
    }
}

crate::words! {
    /// A dtype, or a family of them.
    pub(super) enum Family {
        Bool = "bool",
        Int64 = "int64",
        UInt64 = "uint64",
        Float32 = "float32",
        Float64 = "float64",
        String = "string",
        Datetime = "datetime",
        /// int64 or uint64
        Int = "int",
        /// float32 or float64
        Float = "float",
        /// any integer or float
        Number = "number",
        /// the same as string
        Text = "text",
    }
}

impl Family {
    fn holds(self, dtype: Dtype) -> bool {
        match self {
            Self::Int => matches!(dtype, Dtype::Int64 | Dtype::UInt64),
            Self::Float => matches!(dtype, Dtype::Float32 | Dtype::Float64),
            Self::Number => dtype.is_number(),
            Self::Text => dtype == Dtype::String,
            exact => exact.word() == dtype.name(),
        }
    }
}

/// One for all, or one for each column.
#[derive(Clone, Debug)]
enum Families {
    All(Family),
    Columns(Vec<(std::sync::Arc<str>, Family)>),
}

impl FromValue for Families {
    const KINDS: &'static [Kind] = &[Kind::Text, Kind::Map];

    fn schema() -> Json {
        json!({"anyOf": [Family::schema(), {"type": "object", "additionalProperties": Family::schema(), "minProperties": 1}]})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        match value {
            Value::Map(columns) if columns.is_empty() => {
                Err(WrongKind::new("the dtype of one column at least", value)
                    .help("write `dtype: {price: float, city: string}`"))
            }
            Value::Map(columns) => columns
                .iter()
                .map(|(name, word)| {
                    let family = Family::from_value(word);
                    Ok((name.clone(), family.map_err(|wrong| wrong.under(Segment::Key(name.clone())))?))
                })
                .collect::<Result<_, _>>()
                .map(Self::Columns),
            word => Family::from_value(word).map(Self::All),
        }
    }
}

/// What a value is made of.
#[derive(Debug)]
pub(super) struct DtypeIs(Arg<Families>);

/// The dtype of a value; `None` where there is no scalar to tell it from, `Err` where there are several.
fn dtype_of(value: &Value) -> Result<Option<Dtype>, String> {
    if let Value::Array(array) = value {
        return Ok(Some(array.dtype()));
    }
    let mut dtype: Option<Dtype> = None;
    let mut odd = None;
    visit_leaves(value, &mut |leaf| {
        let next = match leaf {
            Leaf::Null => return true,
            Leaf::Bool(_) => Dtype::Bool,
            Leaf::Int(_) => Dtype::Int64,
            Leaf::UInt(_) => Dtype::UInt64,
            Leaf::Float(_) => Dtype::Float64,
            Leaf::Text(_) => Dtype::String,
            Leaf::Datetime(_) => Dtype::Datetime,
            Leaf::Duration(_) | Leaf::Size(_) | Leaf::Opaque(_) => {
                odd = Some(format!("{} has no dtype", leaf.to_value()));
                return false;
            }
        };
        dtype = match dtype {
            None => Some(next),
            Some(held) if held == next => Some(held),
            // A list of integers and floats is an array of floats, and one with very large integers of those.
            Some(held) if held.is_number() && next.is_number() => Some(match (held, next) {
                (Dtype::Float64, _) | (_, Dtype::Float64) => Dtype::Float64,
                _ => Dtype::UInt64,
            }),
            Some(held) => {
                odd = Some(format!("it holds {held} and {next}"));
                return false;
            }
        };
        true
    });
    odd.map_or(Ok(dtype), Err)
}

fn columns(actual: &Value) -> Option<Vec<(&std::sync::Arc<str>, Option<Value>)>> {
    match actual {
        // Of a column with nulls the dtype is known, though its value is a list.
        Value::Table(table) => {
            Some(table.columns().iter().map(|column| (&column.name, Some(typed(&column.data)))).collect())
        }
        Value::Map(map) => Some(map.iter().map(|(key, value)| (key, Some(value.clone()))).collect()),
        _ => None,
    }
}

fn typed(data: &Data) -> Value {
    Value::from(crate::value::Array::vector(data.take(&[])))
}

impl DtypeIs {
    fn one(family: Family, value: &Value) -> Result<Option<()>, String> {
        match dtype_of(value)? {
            Some(dtype) if family.holds(dtype) => Ok(Some(())),
            Some(dtype) => Err(format!("dtype is {dtype}, expected {}", family.word())),
            None => Ok(None),
        }
    }
}

impl Matcher for DtypeIs {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let families = self.0.bind(bench.scope)?;
        let held = columns(actual);
        let asked: Vec<(Option<&str>, Family, Option<Value>)> = match (&families, &held) {
            (Families::All(family), None) => vec![(None, *family, Some(actual.clone()))],
            (Families::All(family), Some(held)) => {
                held.iter().map(|(name, value)| (Some(&***name), *family, value.clone())).collect()
            }
            (Families::Columns(_), None) => return Err(not_measurable(actual, "dtype", "has no columns")),
            (Families::Columns(wanted), Some(held)) => wanted
                .iter()
                .map(|(name, family)| {
                    let found = held.iter().find(|(held, _)| *held == name);
                    (Some(&**name), *family, found.and_then(|(_, value)| value.clone()))
                })
                .collect(),
        };
        let mut judged = Judged::new(Evidence::values(asked.len()), None);
        judged.hollow = asked.is_empty();
        let mut wrong = Vec::new();
        for (name, family, value) in &asked {
            let place = name.map_or(String::new(), |name| format!("`{name}`: "));
            match value.as_ref().map(|value| Self::one(*family, value)) {
                Some(Ok(Some(()))) => {}
                Some(Ok(None)) => judged.hollow = true,
                Some(Err(why)) => wrong.push(format!("{place}{why}")),
                None => {
                    let names = held.iter().flatten().map(|(held, _)| &***held).collect::<Vec<_>>();
                    let near = did_you_mean(name.unwrap_or_default(), names.iter().copied());
                    let near = near.map_or(String::new(), |near| format!(" ({near})"));
                    wrong.push(format!("{place}there is no such column{near}"));
                }
            }
        }
        let mut wrong = wrong.into_iter();
        judged.miss = wrong.next().map(|summary| {
            let expected = match &families {
                Families::All(family) => format!("dtype {}", family.word()),
                Families::Columns(wanted) => {
                    let words =
                        wanted.iter().map(|(name, family)| (name.clone(), Value::from(family.word())));
                    format!("dtypes {}", clip(&Value::map(words), super::SHOWN))
                }
            };
            let mut miss = Miss::new(summary, expected, actual);
            miss.notes.extend(wrong);
            miss
        });
        Ok(judged)
    }
}

impl Named for DtypeIs {
    const NAME: &'static str = "dtype";
    const PAGE: &'static str = "The type of the elements: `bool`, `int64`, `uint64`, `float32`, `float64`, `string`, `datetime`, or a family: `int`, \
        `float`, `number`, `text`. Of a table, one for all columns, or a mapping from column to type. A list counts as what \
        its elements are, nulls left out; integers among floats are floats.\n\n\
        `predictions: {dtype: float}`, `data: {dtype: {age: int, city: string}}`";
    const OF_FORM: bool = true;
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Arg::decode(node, decoder).map(Self)
    }
    fn schema() -> Json {
        Arg::<Families>::schema()
    }
}
