//! `predict`: a saved model, read back from its file.

use std::sync::Arc;

use ndarray::Array2;

use super::input::Input;
use super::{Action, Context, Done, Named, Output, StepError, labels, matrix, preparation};
use crate::diagnostic::{Diagnostic, codes};
use crate::ml::model::{Model, PredictError, Prediction};
use crate::params;
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::{Array, Data, Kind, Outputs, Table};

params! {
    /// Predicts with a saved model, read back from its file.
    ///
    /// The columns of `data` are found by the names of the model's features; further columns are left alone. `values`
    /// are raw rows in the order of the model's features.
    ///
    /// A model knows how its training rows were made ready (`scale`, `impute`). Raw rows are made ready in the same
    /// way first. A table that was already made ready in just that way is taken as it is, and one that was made ready
    /// in another way is an error: the usual cause is a scaler fitted anew where `fit_on` should have been written.
    ///
    /// A missing or infinite feature is an error.
    ///
    /// ```yaml
    /// cases:
    ///   - name: reads the model back
    ///     steps:
    ///       - id: model
    ///         train:
    ///           model: logistic_regression
    ///           data: {x: [-2, -1, 1, 2], y: [no, no, yes, yes]}
    ///           target: y
    ///           save: {model: model.json}
    ///         expect: {converged: true}
    ///       - predict: {model: model.json, values: [[-3], [3]]}
    ///         expect:
    ///           labels: [no, yes]
    ///           probabilities: {shape: [2, 2]}
    /// ```
    pub struct Keys = "`predict`" {
        /// The model's file, as `train` saves it.
        model: Arg<Arc<str>>,
        /// A table with the model's features.
        data: Option<Arg<Arc<Table>>>,
        /// Raw rows, each in the order of the model's features; of a single feature a list of numbers will do.
        values: Option<Arg<Arc<Array>>>,
    }
}

/// The action, its input known to be one of two.
#[derive(Debug)]
pub(super) struct Predict {
    model: Arg<Arc<str>>,
    input: Input,
}

impl Decode for Predict {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let keys = Keys::decode(node, decoder)?;
        let neither = || {
            Diagnostic::new(codes::MISSING_KEY, node.span, "`predict` has nothing to predict for")
                .help("give `data: $table`, or rows in `values: [[…], …]`")
        };
        let input = Input::one_of(keys.values, keys.data, neither, decoder)?;
        Some(Self { model: keys.model, input })
    }

    fn schema() -> serde_json::Value {
        Keys::schema()
    }
}

impl Named for Predict {
    const NAME: &'static str = "predict";
    const PAGE: &'static str = Keys::PAGE;
    const OUTPUTS: &'static [Output] = &[
        Output::new("labels", Kind::Array, "of a classifier: the likeliest class of each row"),
        Output::new("values", Kind::Array, "of a regression: the number for each row"),
        Output::new(
            "probabilities",
            Kind::Array,
            "of a classifier: a row for each row, a column for each class",
        ),
    ];
}

impl Action for Predict {
    fn first_output(&self) -> Option<&'static str> {
        Some("labels")
    }

    fn run(&self, context: &Context<'_>) -> Result<Done, StepError> {
        let model = read(&self.model, context)?;
        let (x, raw, span) = match &self.input {
            Input::Values(arg) => {
                let values = context.get(arg)?;
                let x = matrix::of_array(&values).map_err(|error| error.at(arg.span))?;
                (x, true, arg.span)
            }
            Input::Data(arg) => {
                let table = context.get(arg)?;
                let (x, raw) = rows(&model, &table).map_err(|error| error.at(arg.span))?;
                (x, raw, arg.span)
            }
        };
        predict(&model, &x, raw).map(Done::from).map_err(|error| error.at(span))
    }
}

/// A saved model, out of its file.
pub(super) fn read(file: &Arg<Arc<str>>, context: &Context<'_>) -> Result<Model, StepError> {
    let wrong = |why: String| StepError::new(why).at(file.span);
    let bytes = context.read(file)?;
    let name = context.get(file)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| wrong(format!("`{name}` is no text")))?;
    Model::from_json(text).map_err(|error| wrong(format!("`{name}`: {error}")))
}

/// The model's features out of a table, and whether they are raw.
fn rows(model: &Model, table: &Table) -> Result<(Array2<f64>, bool), StepError> {
    let names: Vec<Arc<str>> = model.features.iter().map(|name| name.as_str().into()).collect();
    let x = matrix::of_columns(table, &names)?;
    let made = preparation::of_table(table, &model.features)?;
    if made == model.preprocessing {
        return Ok((x, false));
    }
    if made.steps.is_empty() {
        return Ok((x, true));
    }
    let (theirs, ours) = (preparation::in_words(&model.preprocessing), preparation::in_words(&made));
    let error = StepError::new("the data was made ready in another way than the model's training data");
    Err(if theirs == ours {
        error.note(format!("both by {ours}, but with other fitted numbers")).help(
            "name the training table in `fit_on`, or give the raw table: the model makes it ready by itself",
        )
    } else {
        error
            .note(format!("the model's: {theirs}"))
            .note(format!("the data's: {ours}"))
            .help("give the raw table: the model makes it ready by itself")
    })
}

fn predict(model: &Model, x: &Array2<f64>, raw: bool) -> Result<Outputs, StepError> {
    let prediction = if raw { model.predict_raw(x.view()) } else { model.predict(x.view()) };
    Ok(match prediction.map_err(|error| wrong(model, error))? {
        Prediction::Classes { labels, probabilities, .. } => Outputs::new()
            .with("labels", labels::to_array(labels.iter()))
            .without("values", "the model is a classifier: its answers are `labels`")
            .with("probabilities", matrix::value(&probabilities)),
        Prediction::Values(values) => Outputs::new()
            .without("labels", "the model is a regression: its answers are `values`")
            .with("values", Array::vector(Data::Float(values.to_vec())))
            .without("probabilities", "the model is a regression: it gives no probabilities"),
    })
}

/// Why a model cannot predict, in a user's words.
pub(super) fn wrong(model: &Model, error: PredictError) -> StepError {
    match error {
        PredictError::Columns { expected, found } => {
            let features: Vec<String> = model.features.iter().map(|name| format!("`{name}`")).collect();
            StepError::new(format!("the model takes {expected} features, the rows have {found}"))
                .help(format!("give for each row {}", features.join(", ")))
        }
        PredictError::NotFinite { row, column, value } => {
            let feature = model.features.get(column).map_or("", String::as_str);
            let missing = if value.is_nan() { " or null" } else { "" };
            let error =
                StepError::new(format!("the feature `{feature}` is {value}{missing} at row {row} (from 0)"));
            if value.is_nan() {
                error.help("fill it in with `impute` before training, and the model fills it in by itself")
            } else {
                error
            }
        }
        other => StepError::new(other.to_string()),
    }
}
