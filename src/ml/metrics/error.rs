//! Why a metric cannot be computed.

use std::fmt;

/// Rows count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricError {
    /// No rows.
    Empty,
    /// Truth and prediction differ in length.
    Lengths {
        /// Rows of the truth.
        truth: usize,
        /// Rows of the prediction.
        predicted: usize,
    },
    /// A NaN or an infinity.
    NotFinite {
        /// Its row.
        row: usize,
    },
    /// A probability below 0 or above 1.
    NotAProbability {
        /// Its row.
        row: usize,
    },
    /// A class code that is not below the number of classes.
    UnknownClass {
        /// Its row.
        row: usize,
    },
    /// The metric needs more classes among the truth than there are.
    AbsentClass {
        /// The class that is not there, by code.
        class: usize,
    },
    /// The metric is of two classes, the data of another number.
    NotBinary {
        /// Classes of the data.
        classes: usize,
    },
    /// As many columns of probabilities as classes are needed.
    Columns {
        /// Classes.
        classes: usize,
        /// Columns.
        columns: usize,
    },
    /// R² needs two rows.
    OneRow,
    /// The result is beyond the range of a float.
    Overflow,
}

impl fmt::Display for MetricError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there are no rows to measure"),
            Self::Lengths { truth, predicted } => {
                write!(f, "the truth has {truth} rows, the prediction {predicted}")
            }
            Self::NotFinite { row } => write!(f, "the value at row {row} (from 0) is not finite"),
            Self::NotAProbability { row } => {
                write!(f, "the value at row {row} (from 0) is no probability: it must lie between 0 and 1")
            }
            Self::UnknownClass { row } => {
                write!(f, "the class at row {row} (from 0) is none of those declared")
            }
            Self::AbsentClass { class } => write!(
                f,
                "class {class} (from 0) does not occur in the truth, so the metric is not defined: \
                 measure on rows of every class"
            ),
            Self::NotBinary { classes } => write!(
                f,
                "this average is for two classes, there are {classes}: use `macro`, `micro` or `weighted`"
            ),
            Self::Columns { classes, columns } => {
                write!(f, "there are {columns} columns of probabilities for {classes} classes")
            }
            Self::OneRow => f.write_str("r2 is not defined for a single row"),
            Self::Overflow => f.write_str("the result is beyond the range of a float"),
        }
    }
}

impl std::error::Error for MetricError {}

pub(super) fn check_lengths(truth: usize, predicted: usize) -> Result<(), MetricError> {
    if truth != predicted {
        Err(MetricError::Lengths { truth, predicted })
    } else if truth == 0 {
        Err(MetricError::Empty)
    } else {
        Ok(())
    }
}

pub(super) fn check_finite<'a>(values: impl IntoIterator<Item = &'a f64>) -> Result<(), MetricError> {
    match values.into_iter().position(|v| !v.is_finite()) {
        Some(row) => Err(MetricError::NotFinite { row }),
        None => Ok(()),
    }
}

pub(super) fn check_codes(codes: &[usize], classes: usize) -> Result<(), MetricError> {
    match codes.iter().position(|code| *code >= classes) {
        Some(row) => Err(MetricError::UnknownClass { row }),
        None => Ok(()),
    }
}
