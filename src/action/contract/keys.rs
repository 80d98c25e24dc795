//! The parameters of `contract`, and its page.

use std::sync::Arc;

use regex::Regex;
use serde_json::json;

use crate::params;
use crate::source::Span;
use crate::syntax::{Arg, Decode, Decoder, Named, Node};
use crate::table::contract::DtypeRule;
use crate::value::{Bounds, FromValue, Kind, Limit, Table, Value, WrongKind, parse_datetime};

params! {
    /// Holds a table to its declared columns, dtypes, ranges and keys. It is itself a check: its step needs no `expect`.
    ///
    /// - A declared column must be there, unless it says `required: false`.
    /// - Null (an empty CSV field) and NaN are told apart. A column may hold nulls, unless it says `nullable: false`; a NaN
    ///   breaks the contract all the same, unless `missing: [nan]` lists it.
    /// - Rules on values measure those that are present. One that finds none, as in a table without rows, has measured
    ///   nothing, and that is no pass; `allow_empty: true` says that it is fine.
    /// - A dtype is `float`, `int`, `number`, or one of `bool`, `int64`, `uint64`, `float32`, `float64`, `string`,
    ///   `datetime`. `x: float` is short for `x: {dtype: float}`.
    /// - Rows are numbered from 1, the header not counted.
    /// - A step whose `expect` speaks of `violations` judges them itself: so is a table tested that must be refused.
    ///
    /// ```yaml
    /// cases:
    ///   - name: is what the model was trained on
    ///     contract:
    ///       data: {age: [31, 54], sex: [f, m]}
    ///       rows: {min: 1}
    ///       columns:
    ///         age: {dtype: int, between: [0, 120], nullable: false}
    ///         sex: {dtype: string, isin: [f, m]}
    ///       strict: true
    /// ```
    pub struct Keys = "`contract`" {
        /// The table: a fixture, an earlier step's output, or columns written here.
        data: Arg<Arc<Table>>,
        /// What must hold of each column, by its name.
        columns: Named<ColumnKeys>,
        /// How many rows: a number, or `{min: …, max: …}`, or `{between: [low, high]}`.
        rows: Option<RowsSpec>,
        /// `true`: no columns but the declared ones.
        strict: Option<Arg<bool>>,
        /// `true`: the declared columns stand in the declared order.
        ordered: Option<Arg<bool>>,
        /// Columns that together are a key: no two rows agree in all of them. A list of lists is several keys.
        unique: Option<Arg<KeyColumns>>,
        /// `true`: a rule that finds no value to measure is fine.
        allow_empty: Option<Arg<bool>>,
    }
}

params! {
    /// What must hold of a column.
    pub struct ColumnKeys = "a column" short "dtype" {
        /// Its dtype.
        dtype: Option<Arg<DtypeRule>>,
        /// `false`: no null and no NaN.
        nullable: Option<Arg<bool>>,
        /// `false`: the column may be left out.
        required: Option<Arg<bool>>,
        /// Values that count as missing, as null does: `nan`, or what stands for a missing value, such as -999.
        missing: Option<Arg<Vec<Value>>>,
        /// `true`: no two values are equal.
        unique: Option<Arg<bool>>,
        /// The least and the greatest value, both allowed: numbers or datetimes.
        between: Option<Arg<Range>>,
        /// The values that are allowed.
        isin: Option<Arg<Vec<Value>>>,
        /// Values that are not allowed.
        not_in: Option<Arg<Vec<Value>>>,
        /// A regular expression that is found in every text; `^` and `$` stand for its ends.
        matches: Option<Arg<Pattern>>,
        /// The fewest characters of a text.
        min_length: Option<Arg<usize>>,
        /// The most characters of a text.
        max_length: Option<Arg<usize>>,
    }
}

params! {
    /// How many rows there are.
    pub struct RowsKeys = "`rows`" {
        /// At least so many.
        min: Option<Arg<usize>>,
        /// At most so many.
        max: Option<Arg<usize>>,
        /// From so many to so many.
        between: Option<Arg<Range>>,
    }
}

/// `rows`, and where it is written.
#[derive(Clone, Debug)]
pub(super) struct RowsSpec {
    pub(super) form: RowsForm,
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) enum RowsForm {
    Exact(Arg<usize>),
    Within(RowsKeys),
}

impl Decode for RowsSpec {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let form = if node.as_map().is_some() {
            RowsForm::Within(RowsKeys::decode(node, decoder)?)
        } else {
            RowsForm::Exact(Arg::decode(node, decoder)?)
        };
        Some(Self { form, span: node.span })
    }

    fn schema() -> serde_json::Value {
        json!({"anyOf": [Arg::<usize>::schema(), RowsKeys::schema()]})
    }
}

/// A lower and an upper bound, both allowed.
#[derive(Clone, Debug)]
pub struct Range(pub(super) Bounds);

impl FromValue for Range {
    const KINDS: &'static [Kind] = &[Kind::List, Kind::Array];

    fn schema() -> serde_json::Value {
        json!({"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": ["number", "string"]}})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        let wrong = || {
            WrongKind::new("a lower and an upper bound", value)
                .help("write `[low, high]`; `.inf` leaves one open")
        };
        let sides = Vec::<Value>::from_value(value).map_err(|_| wrong())?;
        let [low, high] = &sides[..] else { return Err(wrong()) };
        for side in [low, high] {
            let fits = match side {
                Value::Text(text) => parse_datetime(text).is_some(),
                other => other.as_f64().is_some_and(|number| !number.is_nan()),
            };
            if !fits {
                return Err(WrongKind::new("a number or a datetime", side));
            }
        }
        if let (Some(low), Some(high)) = (low.as_f64(), high.as_f64())
            && low > high
        {
            return Err(
                WrongKind { got: format!("{low} and {high}"), ..wrong() }.help("the lower bound comes first")
            );
        }
        let limit = |value: &Value| Some(Limit { value: value.clone(), inclusive: true });
        Ok(Self(Bounds { low: limit(low), high: limit(high) }))
    }
}

/// A regular expression.
#[derive(Clone, Debug)]
pub struct Pattern(pub(super) Regex);

impl FromValue for Pattern {
    const KINDS: &'static [Kind] = &[Kind::Text];

    fn schema() -> serde_json::Value {
        json!({"type": "string", "format": "regex"})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        let text = value.as_text().ok_or_else(|| WrongKind::new("a regular expression", value))?;
        Regex::new(text).map(Self).map_err(|error| {
            let why = error.to_string();
            WrongKind::new("a regular expression", value)
                .help(why.lines().last().unwrap_or_default().trim().to_owned())
        })
    }
}

/// One key, or several.
#[derive(Clone, Debug)]
pub struct KeyColumns(pub(super) Vec<Vec<Arc<str>>>);

impl FromValue for KeyColumns {
    const KINDS: &'static [Kind] = &[Kind::List, Kind::Array];

    fn schema() -> serde_json::Value {
        json!({"type": "array", "minItems": 1, "items": {"anyOf": [
            {"type": "string"}, {"type": "array", "minItems": 1, "items": {"type": "string"}},
        ]}})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        let keys = match value {
            Value::List(items) if items.iter().any(|item| matches!(item, Value::List(_))) => {
                Vec::from_value(value)?
            }
            _ => vec![Vec::from_value(value)?],
        };
        if keys.iter().any(Vec::is_empty) {
            return Err(WrongKind::new("the columns of a key", value).help("write `[id]` or `[user, day]`"));
        }
        Ok(Self(keys))
    }
}
