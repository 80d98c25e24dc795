//! What a model says of rows.

use std::fmt;

use ndarray::{Array1, Array2, ArrayView2, Axis};
use serde::Serialize;

use super::{Model, ModelKind, logistic};
use crate::ml::label::Label;
use crate::ml::preprocessing::PreprocessingError;

/// What a model says of each row.
#[derive(Debug, Clone, PartialEq)]
pub enum Prediction {
    /// Of a classifier.
    Classes {
        /// The likeliest class of each row; the first of those that are equally likely.
        labels: Vec<Label>,
        /// The same by code.
        codes: Vec<usize>,
        /// Shape (rows, classes).
        probabilities: Array2<f64>,
    },
    /// Of a regression: a number a row.
    Values(Array1<f64>),
}

/// What a model is mostly asked for, of one row.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Score {
    /// The probability of the second of two classes, or the number of a regression.
    Number(f64),
    /// The probabilities of several classes.
    List(Vec<f64>),
}

impl Prediction {
    /// One a row: the form in which models are served by protocols that have no names for their outputs.
    pub fn scores(&self) -> Vec<Score> {
        match self {
            Self::Classes { probabilities, .. } if probabilities.ncols() == 2 => {
                probabilities.column(1).iter().copied().map(Score::Number).collect()
            }
            Self::Classes { probabilities, .. } => {
                probabilities.rows().into_iter().map(|row| Score::List(row.to_vec())).collect()
            }
            Self::Values(values) => values.iter().copied().map(Score::Number).collect(),
        }
    }
}

/// Why a model cannot predict. Rows and columns count from 0.
#[derive(Debug, Clone, PartialEq)]
pub enum PredictError {
    /// Another number of columns than the model takes.
    Columns {
        /// What the model takes.
        expected: usize,
        /// What it was given.
        found: usize,
    },
    /// A NaN or an infinity.
    NotFinite {
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
        /// The value.
        value: f64,
    },
    /// The result is beyond the range of a float.
    Overflow {
        /// The row.
        row: usize,
    },
    /// The model's preprocessing refuses the rows.
    Preprocessing(PreprocessingError),
}

impl fmt::Display for PredictError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Columns { expected, found } => {
                write!(f, "the model takes {expected} features, the rows have {found}")
            }
            Self::NotFinite { row, column, value } => {
                write!(f, "the feature at row {row}, column {column} (from 0) is {value}")
            }
            Self::Overflow { row } => {
                write!(f, "the prediction of row {row} (from 0) is beyond the range of a float")
            }
            Self::Preprocessing(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for PredictError {}

impl Model {
    /// Predicts for rows that were preprocessed as the model's training rows were.
    pub fn predict(&self, x: ArrayView2<'_, f64>) -> Result<Prediction, PredictError> {
        self.check_columns(x)?;
        if let Some(((row, column), value)) = x.indexed_iter().find(|(_, v)| !v.is_finite()) {
            return Err(PredictError::NotFinite { row, column, value: *value });
        }
        let decision = x.dot(&self.coefficients.t()) + &self.intercept;
        if let Some(((row, _), _)) = decision.indexed_iter().find(|(_, v)| !v.is_finite()) {
            return Err(PredictError::Overflow { row });
        }
        if !matches!(self.kind, ModelKind::LogisticRegression(_)) {
            return Ok(Prediction::Values(decision.index_axis_move(Axis(1), 0)));
        }
        let probabilities = logistic::probabilities(&decision);
        let codes: Vec<usize> = decision.rows().into_iter().map(|row| likeliest(&row.to_vec())).collect();
        let labels = codes.iter().map(|code| self.classes[*code].clone()).collect();
        Ok(Prediction::Classes { labels, codes, probabilities })
    }

    /// Predicts for raw rows: applies the model's preprocessing first. Columns are in the order of
    /// [`features`](Model::features).
    pub fn predict_raw(&self, x: ArrayView2<'_, f64>) -> Result<Prediction, PredictError> {
        self.check_columns(x)?;
        if self.preprocessing.steps.is_empty() {
            return self.predict(x);
        }
        let mut x = x.to_owned();
        self.preprocessing.apply(&self.features, &mut x).map_err(PredictError::Preprocessing)?;
        self.predict(x.view())
    }

    fn check_columns(&self, x: ArrayView2<'_, f64>) -> Result<(), PredictError> {
        if x.ncols() == self.features.len() {
            Ok(())
        } else {
            Err(PredictError::Columns { expected: self.features.len(), found: x.ncols() })
        }
    }
}

/// From one decision value, or one a class: not from probabilities, which may round to a tie.
fn likeliest(decision: &[f64]) -> usize {
    if let [z] = decision {
        return usize::from(*z > 0.0);
    }
    let mut best = 0;
    for (code, value) in decision.iter().enumerate() {
        if *value > decision[best] {
            best = code;
        }
    }
    best
}
