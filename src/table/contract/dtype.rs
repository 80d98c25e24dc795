//! The dtype a column must have.

use crate::diagnostic::suggest;
use crate::table::number::number;
use crate::value::{Column, Dtype, FromValue, Kind, Leaf, Value, WrongKind, parse_datetime};

use super::violation::Offenders;
use super::{ColumnRule, Violation};

/// A dtype, or a family of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DtypeRule {
    /// float32 or float64.
    Float,
    /// int64 or uint64.
    Int,
    /// Any of the four.
    Number,
    /// This one alone. As CSV and JSON have no datetimes, a column of text in which every present value reads as
    /// one is of dtype datetime too.
    Exact(Dtype),
}

impl DtypeRule {
    /// Every word, families first.
    pub const WORDS: [&'static str; 10] =
        ["float", "int", "number", "bool", "int64", "uint64", "float32", "float64", "string", "datetime"];

    /// The rule of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "float" => Self::Float,
            "int" => Self::Int,
            "number" => Self::Number,
            _ => Self::Exact(Dtype::ALL.into_iter().find(|dtype| dtype.name() == word)?),
        })
    }

    /// The word as a spec writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Float => "float",
            Self::Int => "int",
            Self::Number => "number",
            Self::Exact(dtype) => dtype.name(),
        }
    }

    fn accepts(self, dtype: Dtype) -> bool {
        match self {
            Self::Float => matches!(dtype, Dtype::Float32 | Dtype::Float64),
            Self::Int => matches!(dtype, Dtype::Int64 | Dtype::UInt64),
            Self::Number => dtype.is_number(),
            Self::Exact(exact) => exact == dtype,
        }
    }

    fn is_number(self) -> bool {
        match self {
            Self::Exact(dtype) => dtype.is_number(),
            Self::Float | Self::Int | Self::Number => true,
        }
    }
}

impl FromValue for DtypeRule {
    const KINDS: &'static [Kind] = &[Kind::Text];

    fn schema() -> serde_json::Value {
        serde_json::json!({"enum": Self::WORDS})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        let word = value.as_text().unwrap_or_default();
        Self::parse(word).ok_or_else(|| {
            let wrong = WrongKind::new(format!("one of `{}`", Self::WORDS.join("`, `")), value);
            let near = match word {
                "object" | "str" | "text" | "category" => Some("string"),
                "integer" => Some("int"),
                "double" => Some("float64"),
                _ => suggest(word, Self::WORDS),
            };
            match near {
                Some(near) => wrong.help(format!("did you mean `{near}`?")),
                None => wrong,
            }
        })
    }
}

/// Whether what a rule on values says of this column would still mean something: it has its dtype, or it is of
/// numbers where numbers are expected.
pub(super) enum Verdict {
    Holds,
    Broken { violation: Violation, comparable: bool },
}

pub(super) fn check(
    rule: &ColumnRule,
    column: &Column,
    present: &[(usize, Leaf<'_>)],
    nans: usize,
) -> Verdict {
    let Some(expected) = rule.dtype else { return Verdict::Holds };
    let dtype = column.dtype();
    if expected.accepts(dtype) || (present.is_empty() && nans == 0) {
        return Verdict::Holds;
    }
    let blame = |wrong: &dyn Fn(Leaf<'_>) -> bool| {
        let mut found = Offenders::default();
        present.iter().filter(|(_, leaf)| wrong(*leaf)).for_each(|&(row, leaf)| found.push(row, leaf));
        found
    };
    let found = match (expected, dtype) {
        (DtypeRule::Exact(Dtype::Datetime), Dtype::String) => {
            let found = blame(&|leaf| !matches!(timed(leaf), Leaf::Datetime(_)));
            if found.count == 0 {
                return Verdict::Holds;
            }
            found
        }
        (expected, Dtype::String) if expected.is_number() => {
            blame(&|leaf| !matches!(leaf, Leaf::Text(text) if number(text.trim()).is_some()))
        }
        (
            DtypeRule::Int | DtypeRule::Exact(Dtype::Int64 | Dtype::UInt64),
            Dtype::Float32 | Dtype::Float64,
        ) => blame(&|leaf| leaf.as_f64().is_some_and(|float| float.fract() != 0.0 || float.is_infinite())),
        _ => Offenders::default(),
    };
    let message =
        format!("`{}`: dtype is {dtype}, expected {}{}", rule.name, expected.word(), found.places());
    let mut violation = Violation::of_column(&rule.name, "dtype", message);
    violation.count = if found.count == 0 { present.len().max(nans) } else { found.count };
    violation.rows = found.rows;
    violation.examples = found.examples;
    Verdict::Broken { violation, comparable: dtype.is_number() && expected.is_number() }
}

/// A text that reads as a datetime as that datetime; anything else as it is.
pub(super) fn timed(leaf: Leaf<'_>) -> Leaf<'_> {
    match leaf {
        Leaf::Text(text) => parse_datetime(text).map_or(leaf, Leaf::Datetime),
        leaf => leaf,
    }
}
