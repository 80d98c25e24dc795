//! Why a scaler cannot be fitted or used.

use std::fmt;

/// Rows and columns count from 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ScaleError {
    /// No rows or no columns to learn from.
    Empty,
    /// An infinite value.
    Infinite {
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
    },
    /// A missing value where they are an error.
    Missing {
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
    },
    /// Another number of columns than the scaler was fitted on.
    Columns {
        /// As fitted.
        expected: usize,
        /// As given.
        found: usize,
    },
    /// A range that is none.
    FeatureRange {
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
    },
    /// Percentiles out of order, or outside 0 to 100.
    QuantileRange {
        /// The lower percentile.
        low: f64,
        /// The upper percentile.
        high: f64,
    },
    /// The values of a column lie too far apart for a float to hold their range or spread.
    Overflow {
        /// The column.
        column: usize,
    },
    /// Normalising rows forgets their norms.
    NoInverse,
}

impl fmt::Display for ScaleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there are no values to learn the scale from"),
            Self::Infinite { row, column } => {
                write!(f, "the value at row {row}, column {column} (from 0) is infinite")
            }
            Self::Missing { row, column } => write!(
                f,
                "the value at row {row}, column {column} (from 0) is missing, and `missing: error` is in force"
            ),
            Self::Columns { expected, found } => {
                write!(f, "the scaler was fitted on {expected} columns, the data has {found}")
            }
            Self::FeatureRange { low, high } => {
                write!(f, "the range [{low}, {high}] is none: the first number must be below the second")
            }
            Self::QuantileRange { low, high } => {
                write!(f, "the percentiles [{low}, {high}] must ascend and lie between 0 and 100")
            }
            Self::Overflow { column } => {
                write!(f, "the values of column {column} (from 0) lie too far apart to be scaled")
            }
            Self::NoInverse => f.write_str("`normalize` has no inverse: the norms of the rows are not kept"),
        }
    }
}

impl std::error::Error for ScaleError {}
