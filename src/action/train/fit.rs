//! From a table to a fitted model.

use std::sync::Arc;

use ndarray::Array2;

use super::super::{Context, StepError, labels, matrix, preparation};
use super::{Keys, ModelName};
use crate::ml::label::{Encoded, encode};
use crate::ml::model::linear::LinearParams;
use crate::ml::model::logistic::LogisticParams;
use crate::ml::model::ridge::RidgeParams;
use crate::ml::model::{Fit, FitError, Model, ModelKind, Prediction, Training, linear, logistic, ridge};
use crate::ml::preprocessing::Preprocessing;
use crate::value::{Column, Table};

/// The columns to learn from, and the one to predict.
pub(super) struct Rows {
    table: Arc<Table>,
    features: Vec<Arc<str>>,
    x: Array2<f64>,
    target: Column,
    preprocessing: Preprocessing,
}

/// What a model learned, and what it says of its own rows.
pub(super) struct Trained {
    pub model: Model,
    pub prediction: Prediction,
    pub truth: Truth,
}

/// The target as the model sees it.
pub(super) enum Truth {
    Codes(Vec<usize>),
    Numbers(Vec<f64>),
}

impl Rows {
    pub fn of(keys: &Keys, context: &Context<'_>) -> Result<Self, StepError> {
        let table = context.get(&keys.data)?;
        let name = context.get(&keys.target)?;
        let target = matrix::column(&table, &name).map_err(|error| error.at(keys.target.span))?.clone();
        let features = match &keys.features {
            Some(arg) => {
                let named = context.get(arg)?;
                check_features(&named, &name).map_err(|error| error.at(arg.span))?;
                named
            }
            None => matrix::numeric_names(&table).into_iter().filter(|feature| *feature != name).collect(),
        };
        if features.is_empty() {
            return Err(StepError::new(format!("there is no numeric column to learn from besides `{name}`"))
                .help("a feature is a column of numbers"));
        }
        let place = keys.features.as_ref().map_or(keys.data.span, |arg| arg.span);
        let x = matrix::of_columns(&table, &features).map_err(|error| error.at(place))?;
        let names: Vec<String> = features.iter().map(ToString::to_string).collect();
        let preprocessing = preparation::of_table(&table, &names)?;
        Ok(Self { table, features, x, target, preprocessing })
    }

    pub fn fit(&self, keys: &Keys, model: ModelName, context: &Context<'_>) -> Result<Trained, StepError> {
        let fit_intercept = context.maybe(keys.fit_intercept.as_ref())?.unwrap_or(true);
        let go = || !context.over();
        let learned = |fit: Result<Fit, FitError>| fit.map_err(|error| self.refuse(&error));
        let (kind, classes, truth, fit) = match model {
            ModelName::LogisticRegression => {
                let Encoded { classes, codes } =
                    encode(&self.labels().map_err(|error| error.at(keys.target.span))?);
                let default = LogisticParams::default();
                let params = LogisticParams {
                    c: context.maybe(keys.c.as_ref())?.unwrap_or(default.c),
                    fit_intercept,
                    max_iter: context.maybe(keys.max_iter.as_ref())?.unwrap_or(default.max_iter),
                    tol: context.maybe(keys.tol.as_ref())?.unwrap_or(default.tol),
                };
                let fit = learned(logistic::fit(self.x.view(), &codes, classes.len(), &params, &go))?;
                (ModelKind::LogisticRegression(params), classes, Truth::Codes(codes), fit)
            }
            ModelName::LinearRegression => {
                let y = self.numbers(model).map_err(|error| error.at(keys.target.span))?;
                let params = LinearParams { fit_intercept };
                let fit = learned(linear::fit(self.x.view(), &y, &params, &go))?;
                (ModelKind::LinearRegression(params), Vec::new(), Truth::Numbers(y), fit)
            }
            ModelName::Ridge => {
                let y = self.numbers(model).map_err(|error| error.at(keys.target.span))?;
                let default = RidgeParams::default();
                let alpha = context.maybe(keys.alpha.as_ref())?.unwrap_or(default.alpha);
                let params = RidgeParams { alpha, fit_intercept };
                let fit = learned(ridge::fit(self.x.view(), &y, &params, &go))?;
                (ModelKind::Ridge(params), Vec::new(), Truth::Numbers(y), fit)
            }
        };
        let model = Model {
            kind,
            features: self.features.iter().map(ToString::to_string).collect(),
            target: self.target.name.to_string(),
            classes,
            preprocessing: self.preprocessing.clone(),
            coefficients: fit.coefficients,
            intercept: fit.intercept,
            training: Training { rows: self.x.nrows(), certificate: fit.certificate },
        };
        let prediction = model.predict(self.x.view()).map_err(|error| StepError::new(error.to_string()))?;
        Ok(Trained { model, prediction, truth })
    }

    fn labels(&self) -> Result<Vec<crate::ml::label::Label>, StepError> {
        let what = format!("the target `{}`", self.target.name);
        labels::of_column(&self.target, &what)
    }

    fn numbers(&self, model: ModelName) -> Result<Vec<f64>, StepError> {
        let (name, dtype) = (&self.target.name, self.target.dtype());
        if let Some(row) = (0..self.target.len()).find(|&row| self.target.is_null(row)) {
            return Err(StepError::new(format!("the target `{name}` is null at row {row} (from 0)"))
                .help("leave out the rows without a target"));
        }
        self.target.floats().filter(|_| dtype.is_number()).ok_or_else(|| {
            let message = format!("the target `{name}` holds {dtype}; `{}` predicts a number", model.word());
            StepError::new(message).help("write `model: logistic_regression` to predict classes")
        })
    }

    /// The error in the names of the table.
    fn refuse(&self, error: &FitError) -> StepError {
        match *error {
            FitError::Feature { row, column, value } => {
                let feature = &self.features[column];
                let null = self.table.column(feature).is_some_and(|column| column.is_null(row));
                let value = if null { "null".to_owned() } else { value.to_string() };
                let error =
                    StepError::new(format!("the feature `{feature}` is {value} at row {row} (from 0)"));
                if value.contains("inf") {
                    return error.help("drop the row, or correct what made it infinite");
                }
                error.help(format!(
                    "fill it in first: `impute: {{data: …, columns: [{feature}], strategy: mean}}`"
                ))
            }
            FitError::Target { row, value } => {
                StepError::new(format!("the target `{}` is {value} at row {row} (from 0)", self.target.name))
            }
            FitError::OneClass => {
                let class = self.target.get(0).map_or(String::new(), |class| format!(" {class}"));
                let message = format!("every row of the target `{}` is{class}", self.target.name);
                StepError::new(message).help("a classifier needs rows of at least two classes")
            }
            FitError::Parameter { name: "c", must, value } => {
                StepError::new(format!("`C` must be {must}, it is {value}"))
            }
            FitError::Interrupted => StepError::timed_out("training was stopped before it ended"),
            _ => StepError::new(error.to_string()),
        }
    }
}

fn check_features(features: &[Arc<str>], target: &Arc<str>) -> Result<(), StepError> {
    if features.contains(target) {
        let message = format!("the target `{target}` is among the features");
        return Err(
            StepError::new(message).help("a model that sees its target learns nothing else: remove it")
        );
    }
    match features.iter().enumerate().find(|(at, name)| features[..*at].contains(name)) {
        Some((_, name)) => Err(StepError::new(format!("the feature `{name}` is named twice"))),
        None => Ok(()),
    }
}
