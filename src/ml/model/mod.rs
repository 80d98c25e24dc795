//! Models: logistic regression, linear regression and ridge.
//!
//! linfa does the fitting. It reports success on fits that stopped short, so every fit gets a [`Certificate`] computed
//! here, and where that does not hold the fit is carried on from linfa's answer until it does.

mod certificate;
mod cholesky;
mod document;
mod error;
mod input;
mod least_squares;
pub mod linear;
pub mod logistic;
mod newton;
mod predict;
pub mod ridge;

use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use super::label::Label;
use super::preprocessing::Preprocessing;
pub use certificate::{Certificate, Engine};
pub use document::DocumentError;
pub use error::FitError;
pub use predict::{PredictError, Prediction, Score};

/// Asked at each iteration of a fit; `false` ends it with [`FitError::Interrupted`].
pub type KeepGoing<'a> = &'a dyn Fn() -> bool;

/// What a fit gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Shape (1, features) for two classes or a regression, (classes, features) for several classes.
    pub coefficients: Array2<f64>,
    /// One a row of the coefficients; 0 where no intercept was fitted.
    pub intercept: Array1<f64>,
    /// What can be said for the fit.
    pub certificate: Certificate,
}

/// Which model, with what it was fitted by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "model", content = "params", rename_all = "snake_case")]
pub enum ModelKind {
    /// Classes by logistic regression.
    LogisticRegression(logistic::LogisticParams),
    /// A number by ordinary least squares.
    LinearRegression(linear::LinearParams),
    /// A number by least squares with an L2 penalty.
    Ridge(ridge::RidgeParams),
}

/// How a model was trained.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Rows that it learned from.
    pub rows: usize,
    /// What can be said for the fit.
    #[serde(flatten)]
    pub certificate: Certificate,
}

/// A trained model, complete: what it takes, what was done to it, and what it learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Which model.
    pub kind: ModelKind,
    /// Its columns, in their order.
    pub features: Vec<String>,
    /// The column that it predicts.
    pub target: String,
    /// The classes in ascending order; empty for a regression.
    pub classes: Vec<Label>,
    /// What is done to raw rows before the model sees them.
    pub preprocessing: Preprocessing,
    /// As in [`Fit::coefficients`].
    pub coefficients: Array2<f64>,
    /// As in [`Fit::intercept`].
    pub intercept: Array1<f64>,
    /// How it was trained.
    pub training: Training,
}

#[cfg(test)]
mod tests;
