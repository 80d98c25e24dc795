//! Why a model cannot be fitted.

use std::fmt;

/// Rows and columns count from 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FitError {
    /// No rows.
    NoRows,
    /// No columns.
    NoColumns,
    /// Features and target differ in length.
    Lengths {
        /// Rows of the features.
        rows: usize,
        /// Entries of the target.
        targets: usize,
    },
    /// A NaN or an infinity among the features.
    Feature {
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
        /// The value.
        value: f64,
    },
    /// A NaN or an infinity in the target.
    Target {
        /// Its row.
        row: usize,
        /// The value.
        value: f64,
    },
    /// A single class to learn.
    OneClass,
    /// A class without a row.
    EmptyClass {
        /// The class, by code.
        class: usize,
    },
    /// A class code past the classes.
    UnknownClass {
        /// Its row.
        row: usize,
    },
    /// A parameter outside its range.
    Parameter {
        /// Its name.
        name: &'static str,
        /// What must hold.
        must: &'static str,
        /// What was given.
        value: f64,
    },
    /// The numbers grew beyond the range of a float.
    Overflow,
    /// The caller asked to stop.
    Interrupted,
}

impl fmt::Display for FitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRows => f.write_str("there are no rows to learn from"),
            Self::NoColumns => f.write_str("there are no feature columns to learn from"),
            Self::Lengths { rows, targets } => {
                write!(f, "the features have {rows} rows, the target has {targets}")
            }
            Self::Feature { row, column, value } => write!(
                f,
                "the feature at row {row}, column {column} (from 0) is {value}: impute or drop it before training"
            ),
            Self::Target { row, value } => write!(f, "the target at row {row} (from 0) is {value}"),
            Self::OneClass => f.write_str("the target has a single class: a classifier needs at least two"),
            Self::EmptyClass { class } => write!(f, "class {class} (from 0) has no row to learn from"),
            Self::UnknownClass { row } => {
                write!(f, "the class at row {row} (from 0) is none of those declared")
            }
            Self::Parameter { name, must, value } => write!(f, "`{name}` must be {must}, it is {value}"),
            Self::Overflow => f.write_str(
                "the numbers grew beyond the range of a float: scale the features before training",
            ),
            Self::Interrupted => f.write_str("training was interrupted"),
        }
    }
}

impl std::error::Error for FitError {}
