//! A generated column.

use crate::ml::label::Label;

/// A column of values of one type, some of which may be missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// A value for every row, also where it is missing.
    pub data: ColumnData,
    /// One entry a row: whether the value is missing.
    pub missing: Vec<bool>,
}

/// The values of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnData {
    /// Floats.
    Float(Vec<f64>),
    /// Whole numbers.
    Int(Vec<i64>),
    /// Texts.
    Text(Vec<String>),
    /// Booleans.
    Bool(Vec<bool>),
}

impl ColumnData {
    /// Rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Float(values) => values.len(),
            Self::Int(values) => values.len(),
            Self::Text(values) => values.len(),
            Self::Bool(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number in a row; NaN of a text. Booleans are 0 and 1.
    pub(super) fn number(&self, row: usize) -> f64 {
        match self {
            Self::Float(values) => values[row],
            Self::Int(values) => values[row] as f64,
            Self::Bool(values) => f64::from(u8::from(values[row])),
            Self::Text(_) => f64::NAN,
        }
    }

    /// Labels of the kind of `like`; others are dropped, so the caller checks that there are none.
    pub(super) fn from_labels<'a>(labels: impl Iterator<Item = &'a Label>, like: &Label) -> Self {
        match like {
            Label::Bool(_) => Self::Bool(
                labels.filter_map(|label| if let Label::Bool(v) = label { Some(*v) } else { None }).collect(),
            ),
            Label::Int(_) => Self::Int(
                labels.filter_map(|label| if let Label::Int(v) = label { Some(*v) } else { None }).collect(),
            ),
            Label::Text(_) => Self::Text(
                labels
                    .filter_map(|label| if let Label::Text(v) = label { Some(v.clone()) } else { None })
                    .collect(),
            ),
        }
    }
}
