//! `train`: models on small tables.

mod fit;
mod outcome;

use std::sync::Arc;

use super::{Action, Context, Done, Named, Output, StepError};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::{Kind, Table};
use crate::{params, words};

params! {
    /// Trains a model on a small table, and certifies the fit.
    ///
    /// The definitions and defaults are scikit-learn's (`sklearn.linear_model`):
    ///
    /// - `logistic_regression`: minimises `C·Σ loss + ‖w‖²/2`, binomial for two classes, multinomial for more. The
    ///   target holds integers, booleans or strings. The positive class of two is the second in ascending order.
    /// - `linear_regression`: minimises `‖y − Xw‖²`; the least norm where columns depend on one another.
    /// - `ridge`: minimises `‖y − Xw‖² + alpha·‖w‖²`.
    ///
    /// The intercept is not penalised. After every fit the gradient is computed anew from the answer: `converged` says
    /// whether it is within `tol`. A fit that did not converge fails the step, unless its `expect` speaks of
    /// `converged`. Metrics are of the training rows.
    ///
    /// A missing or infinite feature is an error, as is a target of a single class. The saved model states how the
    /// table was made ready (`scale`, `impute`), so that `predict` and `serve` can do the same to raw rows.
    ///
    /// ```yaml
    /// cases:
    ///   - name: learns a threshold
    ///     train:
    ///       model: logistic_regression
    ///       data: {x: [-2, -1, 1, 2], y: [no, no, yes, yes]}
    ///       target: y
    ///       save: {model: model.json, metrics: metrics.json}
    ///     expect:
    ///       converged: true
    ///       classes: [no, yes]
    ///       predictions: [no, no, yes, yes]
    ///       metrics.accuracy: 1.0
    ///       intercept: [0.0]
    /// ```
    pub struct Keys = "`train`" {
        /// `logistic_regression`, `linear_regression` or `ridge`.
        model: Arg<ModelName>,
        /// The table to learn from.
        data: Arg<Arc<Table>>,
        /// The column to predict.
        target: Arg<Arc<str>>,
        /// The columns to learn from, in this order; every numeric one but the target when left out.
        features: Option<Arg<Vec<Arc<str>>>>,
        /// `logistic_regression`: the most iterations; 100 when left out.
        max_iter: Option<Arg<usize>>,
        /// `logistic_regression`: the largest component of the gradient of the mean loss that counts as converged; 1e-4
        /// when left out.
        tol: Option<Arg<f64>>,
        /// `logistic_regression`: the inverse of the penalty's strength; 1 when left out.
        c as "C": Option<Arg<f64>>,
        /// `ridge`: the penalty's strength; 1 when left out.
        alpha: Option<Arg<f64>>,
        /// Whether to fit an intercept; `true` when left out.
        fit_intercept: Option<Arg<bool>>,
        /// Files of the workspace to write: `{model: model.json, metrics: metrics.json}`.
        save: Option<Save>,
    }
}

params! {
    /// Files of the workspace to write.
    pub struct Save = "`save`" {
        /// The model, as a JSON document that reads back bit for bit.
        model: Option<Arg<Arc<str>>>,
        /// The metrics, as a flat JSON object.
        metrics: Option<Arg<Arc<str>>>,
    }
}

words! {
    /// A model.
    pub enum ModelName {
        /// classes
        LogisticRegression = "logistic_regression",
        /// a number
        LinearRegression = "linear_regression",
        /// a number, the weights kept small
        Ridge = "ridge",
    }
}

/// The action.
#[derive(Debug)]
pub(super) struct Train {
    keys: Keys,
    span: Span,
}

impl Decode for Train {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let keys = Keys::decode(node, decoder)?;
        let mut sound = Some(());
        if let Some(&model) = keys.model.known() {
            for (key, span) in keys.foreign(model) {
                sound = decoder.refuse(
                    Diagnostic::new(codes::CONFLICTING_KEYS, span, foreign(key, model))
                        .help(format!("remove `{key}`")),
                );
            }
        }
        for (key, arg, least, must) in [
            ("C", &keys.c, f64::MIN_POSITIVE, "a finite number above 0"),
            ("tol", &keys.tol, f64::MIN_POSITIVE, "a finite number above 0"),
            ("alpha", &keys.alpha, 0.0, "a finite number, at least 0"),
        ] {
            let known = arg.as_ref().and_then(|arg| Some((arg.known()?, arg.span)));
            if let Some((value, span)) = known.filter(|(value, _)| !(**value >= least && value.is_finite())) {
                let message = format!("`{key}` must be {must}, it is {value}");
                sound = decoder.refuse(Diagnostic::new(codes::INVALID_VALUE, span, message));
            }
        }
        if let Some(arg) = keys.max_iter.as_ref().filter(|arg| arg.known() == Some(&0)) {
            let message = "`max_iter` must be at least 1, it is 0";
            sound = decoder.refuse(Diagnostic::new(codes::INVALID_VALUE, arg.span, message));
        }
        if let Some(Save { model: Some(model), metrics: Some(metrics) }) = &keys.save
            && model.known().is_some_and(|name| metrics.known() == Some(name))
        {
            let message = "model and metrics would be written into one file";
            sound = decoder.refuse(
                Diagnostic::new(codes::CONFLICTING_KEYS, metrics.span, message)
                    .help("give them names of their own"),
            );
        }
        sound.map(|()| Self { keys, span: node.span })
    }

    fn schema() -> serde_json::Value {
        Keys::schema()
    }
}

impl Keys {
    /// The keys that are given and mean nothing to this model.
    fn foreign(&self, model: ModelName) -> Vec<(&'static str, Span)> {
        let logistic = model == ModelName::LogisticRegression;
        [
            ("max_iter", self.max_iter.as_ref().map(|arg| arg.span), logistic),
            ("tol", self.tol.as_ref().map(|arg| arg.span), logistic),
            ("C", self.c.as_ref().map(|arg| arg.span), logistic),
            ("alpha", self.alpha.as_ref().map(|arg| arg.span), model == ModelName::Ridge),
        ]
        .into_iter()
        .filter_map(|(key, span, known)| span.filter(|_| !known).map(|span| (key, span)))
        .collect()
    }
}

fn foreign(key: &str, model: ModelName) -> String {
    format!("`{key}` means nothing to `{}`", model.word())
}

impl Named for Train {
    const NAME: &'static str = "train";
    const PAGE: &'static str = Keys::PAGE;
    const OUTPUTS: &'static [Output] = &[
        Output::new("metrics", Kind::Map, "metrics of the training rows, by name"),
        Output::new(
            "predictions",
            Kind::Array,
            "the model's answer to each training row, in the target's dtype",
        ),
        Output::new(
            "probabilities",
            Kind::Array,
            "of a classifier: a row for each row, a column for each class",
        ),
        Output::new(
            "coefficients",
            Kind::Array,
            "of two classes one row, of several a row each; of a regression a number for each feature",
        ),
        Output::new("intercept", Kind::Any, "one for each row of the coefficients; of a regression a number"),
        Output::new("classes", Kind::Array, "of a classifier: the classes in ascending order"),
        Output::new("converged", Kind::Bool, "whether the gradient is within the tolerance"),
        Output::new("iterations", Kind::Number, "how many iterations the fit took"),
        Output::new("grad_norm", Kind::Number, "the largest component of the gradient of the mean loss"),
        Output::new("loss", Kind::Number, "the mean loss with its penalty"),
    ];
}

impl Action for Train {
    fn saves(&self) -> Vec<Arc<str>> {
        let save = self.keys.save.iter();
        let files = save.flat_map(|save| [&save.model, &save.metrics]).flatten();
        files.filter_map(|arg| arg.known().cloned()).collect()
    }

    fn run(&self, context: &Context<'_>) -> Result<Done, StepError> {
        let model = context.get(&self.keys.model)?;
        if let Some((key, span)) = self.keys.foreign(model).first() {
            return Err(StepError::new(foreign(key, model)).code(codes::CONFLICTING_KEYS).at(*span));
        }
        let rows = fit::Rows::of(&self.keys, context).map_err(|error| error.at(self.keys.data.span))?;
        let trained = rows.fit(&self.keys, model, context).map_err(|error| error.at(self.span))?;
        let metrics = outcome::metrics(&trained).map_err(|error| error.at(self.span))?;
        if let Some(save) = &self.keys.save {
            outcome::save(save, &trained.model, &metrics, context)?;
        }
        Ok(outcome::done(&trained, &metrics, &self.keys, context))
    }
}

#[cfg(test)]
mod tests;
