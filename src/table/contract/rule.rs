//! What a contract declares.

use std::sync::Arc;

use regex::Regex;

use super::DtypeRule;
use crate::value::{Bounds, Value};

/// What must hold of a table.
#[derive(Clone, Debug, Default)]
pub struct Contract {
    pub columns: Vec<ColumnRule>,
    pub rows: Option<RowsRule>,
    /// No column but the declared ones.
    pub strict: bool,
    /// The declared columns stand in the declared order; others may stand between them.
    pub ordered: bool,
    /// Keys: no two rows agree in all columns of one. Rows in which one of them is null or NaN are left out, as
    /// SQL's `UNIQUE` does; a primary key also declares its columns `nullable: false`.
    pub unique_together: Vec<Vec<Arc<str>>>,
}

/// How many rows there are to be.
#[derive(Clone, Debug)]
pub enum RowsRule {
    Exact(usize),
    Within(Bounds),
}

/// What must hold of one column. All but the name may be left out.
#[derive(Clone, Debug)]
pub struct ColumnRule {
    pub name: Arc<str>,
    /// A column without a present value is of any dtype: CSV and JSON do not say which.
    pub dtype: Option<DtypeRule>,
    /// Whether a value may be missing: by default it may.
    pub nullable: bool,
    /// Whether the column must be there: by default it must. The other rules ask nothing of one that is not.
    pub required: bool,
    /// Values that count as missing, as null does: a float NaN (or the text `nan`) for NaN, or what else stands
    /// for a missing value in this column, such as -999.
    pub missing: Vec<Value>,
    /// No two present values are equal.
    pub unique: bool,
    pub between: Option<Bounds>,
    pub isin: Option<Vec<Value>>,
    pub not_in: Option<Vec<Value>>,
    /// Found in every text; the whole value need not match.
    pub matches: Option<Regex>,
    /// In characters.
    pub min_length: Option<usize>,
    /// In characters.
    pub max_length: Option<usize>,
}

impl ColumnRule {
    /// A column that must be there, and of which nothing else is asked than that it holds no NaN.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            dtype: None,
            nullable: true,
            required: true,
            missing: Vec::new(),
            unique: false,
            between: None,
            isin: None,
            not_in: None,
            matches: None,
            min_length: None,
            max_length: None,
        }
    }

    /// Whether `missing` lists NaN.
    pub(super) fn nan_is_missing(&self) -> bool {
        self.missing.iter().any(|value| match value {
            Value::Float(float) => float.is_nan(),
            Value::Text(text) => matches!(&**text, "nan" | "NaN" | "NAN"),
            _ => false,
        })
    }
}
