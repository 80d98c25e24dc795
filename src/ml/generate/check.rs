//! What a table to generate must meet.

use std::fmt;
use std::mem::discriminant;

use super::{ColumnKind, ColumnSpec};
use crate::ml::label::Label;
use crate::ml::random::{Cumulative, DrawError};

/// Why a table cannot be generated.
#[derive(Debug, Clone, PartialEq)]
pub enum GenerateError {
    /// Two columns of one name.
    DuplicateColumn(String),
    /// A parameter outside its range.
    Parameter {
        /// The column.
        column: String,
        /// What must hold.
        problem: &'static str,
    },
    /// A linear column names a column that is not there.
    UnknownColumn {
        /// The linear column.
        column: String,
        /// The name it gives.
        named: String,
    },
    /// A linear column names a column of texts, or a linear column that is not above it.
    NotUsable {
        /// The linear column.
        column: String,
        /// The name it gives.
        named: String,
        /// Why it cannot be used.
        problem: &'static str,
    },
    /// A draw that is not possible.
    Draw {
        /// The column.
        column: String,
        /// Why.
        error: DrawError,
    },
}

impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateColumn(name) => write!(f, "column `{name}` is declared twice"),
            Self::Parameter { column, problem } => write!(f, "column `{column}`: {problem}"),
            Self::UnknownColumn { column, named } => {
                write!(f, "column `{column}` uses `{named}`, which is no column of this table")
            }
            Self::NotUsable { column, named, problem } => {
                write!(f, "column `{column}` uses `{named}`, which {problem}")
            }
            Self::Draw { column, error } => write!(f, "column `{column}`: {error}"),
        }
    }
}

impl std::error::Error for GenerateError {}

pub(super) fn check(specs: &[ColumnSpec]) -> Result<(), GenerateError> {
    for (i, spec) in specs.iter().enumerate() {
        if specs[..i].iter().any(|earlier| earlier.name == spec.name) {
            return Err(GenerateError::DuplicateColumn(spec.name.clone()));
        }
        let wrong = |problem| Err(GenerateError::Parameter { column: spec.name.clone(), problem });
        if !(0.0..=1.0).contains(&spec.missing) {
            return wrong("`missing` is a fraction from 0 to 1");
        }
        if let Some(problem) = problem(&spec.kind) {
            return wrong(problem);
        }
        let draw_error = |error| GenerateError::Draw { column: spec.name.clone(), error };
        match &spec.kind {
            ColumnKind::Integers { low, high } if low >= high => {
                return Err(draw_error(DrawError::EmptyRange { low: *low, high: *high }));
            }
            ColumnKind::Choice { weights: Some(weights), .. } => {
                Cumulative::new(weights).map_err(draw_error)?;
            }
            ColumnKind::Linear { weights, .. } => check_sources(specs, i, weights)?,
            _ => {}
        }
    }
    Ok(())
}

fn problem(kind: &ColumnKind) -> Option<&'static str> {
    match kind {
        ColumnKind::Normal { mean, sd } => (!(mean.is_finite() && sd.is_finite() && *sd >= 0.0))
            .then_some("the mean must be finite, the standard deviation finite and at least 0"),
        ColumnKind::Uniform { low, high } => {
            (!(low.is_finite() && high.is_finite() && low <= high && (high - low).is_finite()))
                .then_some("the bounds must be finite, the lower one first")
        }
        ColumnKind::Choice { values, weights } => {
            if values.is_empty() {
                Some("a choice needs at least one value")
            } else if values.iter().any(|v| discriminant(v) != discriminant(&values[0])) {
                Some("the values of a choice must be of one kind: all texts, all integers or all booleans")
            } else if weights.as_ref().is_some_and(|w| w.len() != values.len()) {
                Some("`weights` must have one weight for each value")
            } else {
                None
            }
        }
        ColumnKind::Linear { weights, intercept, noise_sd, threshold } => {
            let finite = weights.iter().all(|(_, w)| w.is_finite())
                && intercept.is_finite()
                && threshold.is_none_or(f64::is_finite);
            if !finite {
                Some("weights, intercept and threshold must be finite")
            } else if !(noise_sd.is_finite() && *noise_sd >= 0.0) {
                Some("the noise must be finite and at least 0")
            } else {
                None
            }
        }
        ColumnKind::Integers { .. } | ColumnKind::Constant(_) | ColumnKind::ConstantFloat(_) => None,
    }
}

fn check_sources(specs: &[ColumnSpec], at: usize, weights: &[(String, f64)]) -> Result<(), GenerateError> {
    let column = || specs[at].name.clone();
    for (named, _) in weights {
        let Some(source) = specs.iter().position(|spec| spec.name == *named) else {
            return Err(GenerateError::UnknownColumn { column: column(), named: named.clone() });
        };
        let text = match &specs[source].kind {
            ColumnKind::Constant(label) => matches!(label, Label::Text(_)),
            ColumnKind::Choice { values, .. } => matches!(values.first(), Some(Label::Text(_))),
            _ => false,
        };
        let problem = if text {
            "holds texts; a linear column takes numbers"
        } else if matches!(specs[source].kind, ColumnKind::Linear { .. }) && source >= at {
            "is itself linear and not declared above it"
        } else {
            continue;
        };
        return Err(GenerateError::NotUsable { column: column(), named: named.clone(), problem });
    }
    Ok(())
}
