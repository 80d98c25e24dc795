//! `evaluate`: metrics of predictions against truth.

mod classes;
mod input;
mod slices;

use std::sync::Arc;

use super::{Action, Context, Done, Named, Output, StepError};
use crate::diagnostic::{Diagnostic, codes};
use crate::ml::metrics::{MetricError, Summary, regression};
use crate::source::Span;
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::{Array, Data, Kind, Outputs, Table, Value};
use crate::{params, words};
use classes::Classes;
use input::Input;

params! {
    /// Measures predictions against the truth, overall and `by:` slice.
    ///
    /// `truth`, `predictions`, `probabilities`, `scores` and `by` are lists, or names of columns of `data`. The
    /// definitions are scikit-learn's (`sklearn.metrics`).
    ///
    /// A classification gives `accuracy`, `balanced_accuracy`, `precision`, `recall`, `f1` (each also as `f1_macro`,
    /// `f1_micro`, `f1_weighted`) and `confusion_matrix` (a row for each true class, a column for each predicted one,
    /// in the order of `classes`); with `probabilities` also `log_loss` and `roc_auc`, with `scores` `roc_auc` alone. A
    /// regression gives `mse`, `rmse`, `mae` and `r2`.
    ///
    /// - The classes are those of truth and predictions in ascending order, those in `classes`, and always both
    ///   `false` and `true` of booleans, and 0 and 1 where there are no other integers.
    /// - `precision`, `recall` and `f1` are of the positive class (the second of two, or `positive`), and of more than two
    ///   classes the macro average; `average` says otherwise. A division by zero counts as 0, as in scikit-learn, and is
    ///   listed in `zero_division`.
    /// - What is not defined, such as `roc_auc` where the truth has one class, is left out and listed in `undefined`.
    /// - A slice of fewer rows than `min_support` is not measured: it is listed in `skipped_slices`. When all are, that
    ///   is an error.
    ///
    /// ```yaml
    /// cases:
    ///   - name: is good enough for everyone
    ///     evaluate:
    ///       truth: [1, 0, 1, 1, 0, 0]
    ///       predictions: [1, 0, 0, 1, 0, 1]
    ///       by: [north, north, north, south, south, south]
    ///       min_support: 3
    ///     expect:
    ///       metrics.accuracy: 0.6666666666666666
    ///       metrics.confusion_matrix: [[2, 1], [1, 2]]
    ///       slices.north.recall: 0.5
    ///       slices.south.recall: 1.0
    ///       support.north: 3
    /// ```
    pub struct Keys = "`evaluate`" {
        /// What is so: a list, or the name of a column of `data`.
        truth: Arg<Value>,
        /// What was predicted.
        predictions: Arg<Value>,
        /// A table whose columns the other keys name.
        data: Option<Arg<Arc<Table>>>,
        /// A row of probabilities for each row, one for each class in ascending order; or of two classes a list, that of
        /// the positive class.
        probabilities: Option<Arg<Value>>,
        /// Of two classes: any numbers, higher where the positive class is likelier.
        scores: Option<Arg<Value>>,
        /// `classification` or `regression`; floats are a regression when left out, everything else a classification.
        task: Option<Arg<Task>>,
        /// The positive class of two; the second in ascending order when left out.
        positive: Option<Arg<Value>>,
        /// Further classes that neither truth nor predictions may hold, such as `$model.classes`.
        classes: Option<Arg<Vec<Value>>>,
        /// What `precision`, `recall` and `f1` are: `binary`, `macro`, `micro` or `weighted`.
        average: Option<Arg<Averaged>>,
        /// What to slice by: a list, or the name of a column of `data`.
        by: Option<Arg<Value>>,
        /// The fewest rows of a slice that is measured; 1 when left out.
        min_support: Option<Arg<usize>>,
    }
}

words! {
    /// What is predicted.
    pub enum Task {
        /// classes
        Classification = "classification",
        /// numbers
        Regression = "regression",
    }
}

words! {
    /// Over which classes precision, recall and F1 are taken.
    pub enum Averaged {
        /// the positive class alone
        Binary = "binary",
        /// the mean over classes
        Macro = "macro",
        /// all classes counted together
        Micro = "micro",
        /// the mean over classes, weighted by their rows
        Weighted = "weighted",
    }
}

/// The action.
#[derive(Debug)]
pub(super) struct Evaluate {
    keys: Keys,
    span: Span,
}

impl Decode for Evaluate {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let keys = Keys::decode(node, decoder)?;
        if let (Some(_), Some(scores)) = (&keys.probabilities, &keys.scores) {
            let message = "`probabilities` and `scores` are both given";
            return decoder.refuse(
                Diagnostic::new(codes::CONFLICTING_KEYS, scores.span, message)
                    .help("keep `probabilities`: they give `roc_auc` as well"),
            );
        }
        if let (None, Some(min_support)) = (&keys.by, &keys.min_support) {
            let message = "`min_support` is of slices, and there is no `by`";
            return decoder.refuse(
                Diagnostic::new(codes::MISSING_KEY, min_support.span, message)
                    .help("give `by: column`, or remove `min_support`"),
            );
        }
        Some(Self { keys, span: node.span })
    }

    fn schema() -> serde_json::Value {
        Keys::schema()
    }
}

impl Named for Evaluate {
    const NAME: &'static str = "evaluate";
    const PAGE: &'static str = Keys::PAGE;
    const OUTPUTS: &'static [Output] = &[
        Output::new("metrics", Kind::Map, "the metrics of all rows, by name"),
        Output::new("slices", Kind::Map, "the metrics of each slice, by its name"),
        Output::new("support", Kind::Map, "the rows of each slice, by its name"),
        Output::new("skipped_slices", Kind::Map, "the rows of each slice that has too few to be measured"),
        Output::new("classes", Kind::Array, "of a classification: the classes in ascending order"),
        Output::new("undefined", Kind::List, "the metrics that are not defined here, and why"),
        Output::new("zero_division", Kind::List, "the metrics in which a division by zero counted as 0"),
    ];
}

impl Action for Evaluate {
    fn first_output(&self) -> Option<&'static str> {
        Some("metrics")
    }

    fn run(&self, context: &Context<'_>) -> Result<Done, StepError> {
        self.evaluate(context).map(Done::from).map_err(|error| error.at(self.span))
    }
}

impl Evaluate {
    fn evaluate(&self, context: &Context<'_>) -> Result<Outputs, StepError> {
        let input = Input::bind(&self.keys, context)?;
        let task = Measured::of(&self.keys, &input, context)?;
        let mut report = Report::default();
        let all: Vec<usize> = (0..input.rows()).collect();
        let metrics = report.add("", &task.measure(&all)?, &task);
        let mut outputs = Outputs::new().with("metrics", metrics);
        match &self.keys.by {
            None => {
                for name in ["slices", "support", "skipped_slices"] {
                    outputs = outputs.without(name, "there is no `by` to slice by");
                }
            }
            Some(by) => {
                let fewest = context.maybe(self.keys.min_support.as_ref())?.unwrap_or(1);
                let slices = slices::Slices::of(&input.by(by, context)?, fewest)?;
                let mut measured = Vec::new();
                for (name, rows) in &slices.measured {
                    let summary = task.measure(rows)?;
                    measured.push((name.clone(), report.add(name, &summary, &task)));
                }
                outputs = outputs
                    .with("slices", Value::map(measured))
                    .with("support", slices.support())
                    .with("skipped_slices", slices.skipped());
            }
        }
        outputs = match &task {
            Measured::Classes(classes) => outputs.with("classes", classes.names()),
            Measured::Numbers { .. } => outputs.without("classes", "a regression has no classes"),
        };
        Ok(outputs
            .with("undefined", Value::list(report.undefined))
            .with("zero_division", Value::list(report.zero_division)))
    }
}

/// What is compared, ready to be measured on any of its rows.
enum Measured {
    Classes(Classes),
    Numbers { truth: Vec<f64>, predictions: Vec<f64> },
}

impl Measured {
    fn of(keys: &Keys, input: &Input, context: &Context<'_>) -> Result<Self, StepError> {
        let task = context.maybe(keys.task.as_ref())?.unwrap_or_else(|| input.task());
        if task == Task::Classification {
            return Classes::of(keys, input, context).map(Self::Classes);
        }
        let foreign = [
            ("probabilities", keys.probabilities.as_ref().map(|arg| arg.span)),
            ("scores", keys.scores.as_ref().map(|arg| arg.span)),
            ("positive", keys.positive.as_ref().map(|arg| arg.span)),
            ("classes", keys.classes.as_ref().map(|arg| arg.span)),
            ("average", keys.average.as_ref().map(|arg| arg.span)),
        ];
        if let Some((key, span)) = foreign.into_iter().find_map(|(key, span)| Some((key, span?))) {
            let message = format!("`{key}` means nothing to a regression, and floats are one");
            let help = "write the labels as integers, booleans or strings for a classification";
            return Err(StepError::new(message).help(help).at(span));
        }
        Ok(Self::Numbers { truth: input.truth_numbers()?, predictions: input.predicted_numbers()? })
    }

    fn measure(&self, rows: &[usize]) -> Result<Summary, StepError> {
        let at = |numbers: &[f64]| rows.iter().map(|&row| numbers[row]).collect::<Vec<f64>>();
        match self {
            Self::Classes(classes) => classes.measure(rows),
            Self::Numbers { truth, predictions } => {
                regression(&at(truth), &at(predictions)).map_err(|error| StepError::new(error.to_string()))
            }
        }
    }

    fn why(&self, error: &MetricError) -> String {
        match (self, error) {
            (Self::Classes(classes), MetricError::AbsentClass { class }) => {
                format!("the truth has no `{}`", classes.name(*class))
            }
            _ => error.to_string(),
        }
    }
}

/// What is said beside the metrics, overall and of slices.
#[derive(Default)]
struct Report {
    undefined: Vec<Value>,
    zero_division: Vec<Value>,
}

impl Report {
    /// The metrics as a value; what is to be said of them is noted.
    fn add(&mut self, slice: &str, summary: &Summary, task: &Measured) -> Value {
        let of = if slice.is_empty() { String::new() } else { format!(" of slice `{slice}`") };
        for (name, error) in &summary.undefined {
            self.undefined.push(Value::text(format!("{name}{of}: {}", task.why(error))));
        }
        for name in &summary.zero_division {
            self.zero_division.push(Value::text(format!("{name}{of}")));
        }
        let mut metrics: Vec<(&str, Value)> =
            summary.scores.iter().map(|&(name, value)| (name, Value::Float(value))).collect();
        if let Some(confusion) = &summary.confusion {
            let counts = confusion.iter().map(|&count| count as i64).collect();
            let array = Array::new(confusion.shape().to_vec(), Data::Int(counts));
            metrics.push(("confusion_matrix", array.map_or(Value::Null, Value::from)));
        }
        Value::map(metrics)
    }
}

#[cfg(test)]
mod tests;
