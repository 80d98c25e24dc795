//! Labels, probabilities and scores as classification metrics take them.

use ndarray::{Array2, Axis};

use super::super::{Context, StepError, labels, matrix};
use super::input::Input;
use super::{Averaged, Keys};
use crate::diagnostic::did_you_mean;
use crate::ml::label::{Label, encode, encode_into};
use crate::ml::metrics::{MetricError, Summary, classification, roc_auc};
use crate::source::Span;
use crate::value::{Array, Value};

/// Codes into the classes, in an order in which the positive class of two is the second.
pub(super) struct Classes {
    /// Ascending.
    known: Vec<Label>,
    /// The positive class of two is the first of `known`, so that codes, columns and counts are turned around.
    flipped: bool,
    truth: Vec<usize>,
    predicted: Vec<usize>,
    probabilities: Option<Array2<f64>>,
    scores: Option<Vec<f64>>,
    average: Option<Averaged>,
}

impl Classes {
    pub fn of(keys: &Keys, input: &Input, context: &Context<'_>) -> Result<Self, StepError> {
        let truth =
            labels::of_column(&input.truth, "the truth").map_err(|error| error.at(keys.truth.span))?;
        let predicted = labels::of_column(&input.predictions, "the prediction")
            .map_err(|error| error.at(keys.predictions.span))?;
        if std::mem::discriminant(&truth[0]) != std::mem::discriminant(&predicted[0]) {
            let (left, right) = (input.truth.dtype(), input.predictions.dtype());
            let message = format!("the truth holds {left}, the predictions {right}: no label can be equal");
            return Err(StepError::new(message).at(keys.predictions.span));
        }
        let further = further(keys, context)?;
        let classes = union(&truth, &predicted, further);
        let flipped = match &keys.positive {
            None => false,
            Some(arg) => {
                let code = positive(&context.get(arg)?, &classes).map_err(|error| error.at(arg.span))?;
                code == 0
            }
        };
        let code = |labels: &[Label]| {
            let codes = encode_into(labels, &classes).unwrap_or_default();
            codes.into_iter().map(|code| if flipped { 1 - code } else { code }).collect::<Vec<_>>()
        };
        let (truth, predicted) = (code(&truth), code(&predicted));
        let average = context.maybe(keys.average.as_ref())?;
        let mut read =
            Self { known: classes, flipped, truth, predicted, probabilities: None, scores: None, average };
        if let Some(arg) = &keys.probabilities {
            let given = input.array("probabilities", arg, context).and_then(|array| read.table_of(&array));
            read.probabilities = Some(given.map_err(|error| error.at(arg.span))?);
        }
        if let Some(arg) = &keys.scores {
            let given = input.array("scores", arg, context).and_then(|array| read.scores_of(&array));
            read.scores = Some(given.map_err(|error| error.at(arg.span))?);
        }
        read.check_average(keys.average.as_ref().map(|arg| arg.span))?;
        Ok(read)
    }

    /// The classes in ascending order.
    pub fn names(&self) -> Array {
        labels::to_array(self.known.iter())
    }

    /// The class of a code.
    pub fn name(&self, code: usize) -> String {
        let at = if self.flipped { 1 - code } else { code };
        self.known.get(at).map_or_else(String::new, ToString::to_string)
    }

    /// The metrics of some of the rows.
    pub fn measure(&self, rows: &[usize]) -> Result<Summary, StepError> {
        let at = |codes: &[usize]| rows.iter().map(|&row| codes[row]).collect::<Vec<_>>();
        let (truth, predicted) = (at(&self.truth), at(&self.predicted));
        let probabilities = self.probabilities.as_ref().map(|all| all.select(Axis(0), rows));
        let view = probabilities.as_ref().map(Array2::view);
        let mut summary = classification(&truth, &predicted, self.known.len(), view)
            .map_err(|error| self.refuse(&error, rows))?;
        // What is wrong with the numbers themselves is an error, not a metric that is undefined here.
        let wrong = |error: &MetricError| !matches!(error, MetricError::AbsentClass { .. });
        if let Some((_, error)) = summary.undefined.iter().find(|(_, error)| wrong(error)) {
            return Err(self.refuse(error, rows));
        }
        if let Some(scores) = &self.scores {
            let positive: Vec<bool> = truth.iter().map(|&code| code == 1).collect();
            let scores: Vec<f64> = rows.iter().map(|&row| scores[row]).collect();
            match roc_auc(&positive, &scores) {
                Ok(area) => summary.scores.push(("roc_auc", area)),
                Err(error @ MetricError::AbsentClass { .. }) => summary.undefined.push(("roc_auc", error)),
                Err(error) => return Err(self.refuse(&error, rows)),
            }
        }
        self.apply_average(&mut summary);
        if self.flipped
            && let Some(confusion) = &mut summary.confusion
        {
            confusion.invert_axis(Axis(0));
            confusion.invert_axis(Axis(1));
        }
        Ok(summary)
    }

    /// Puts the average asked for under the plain names.
    fn apply_average(&self, summary: &mut Summary) {
        let suffix = match self.average {
            None | Some(Averaged::Binary) => return,
            Some(Averaged::Macro) => ["precision_macro", "recall_macro", "f1_macro"],
            Some(Averaged::Micro) => ["precision_micro", "recall_micro", "f1_micro"],
            Some(Averaged::Weighted) => ["precision_weighted", "recall_weighted", "f1_weighted"],
        };
        for (plain, averaged) in ["precision", "recall", "f1"].into_iter().zip(suffix) {
            let Some(value) = summary.get(averaged) else { continue };
            if let Some(score) = summary.scores.iter_mut().find(|(name, _)| *name == plain) {
                score.1 = value;
            }
            summary.zero_division.retain(|name| *name != plain);
            if summary.zero_division.contains(&averaged) {
                summary.zero_division.push(plain);
            }
        }
    }

    fn check_average(&self, span: Option<Span>) -> Result<(), StepError> {
        let classes = self.known.len();
        match (self.average, span) {
            (Some(Averaged::Binary), Some(span)) if classes != 2 => {
                let message = format!("`binary` is of two classes, here are {classes}");
                Err(StepError::new(message).help("write `macro`, `micro` or `weighted`").at(span))
            }
            _ => Ok(()),
        }
    }

    /// Probabilities as rows by codes.
    fn table_of(&self, array: &Array) -> Result<Array2<f64>, StepError> {
        let mut given = matrix::of_array(array)?;
        let classes = self.known.len();
        if array.shape().len() == 1 && classes == 2 {
            let of_positive = given.column(0);
            return Ok(Array2::from_shape_fn((array.len(), 2), |(row, code)| {
                let p = of_positive[row];
                if code == 1 { p } else { 1.0 - p }
            }));
        }
        if given.ncols() != classes {
            let names: Vec<String> = self.known.iter().map(|class| format!("`{class}`")).collect();
            let message = format!("`probabilities` has {} columns for {classes} classes", given.ncols());
            return Err(StepError::new(message).note(format!("the classes are {}", names.join(", "))).help(
                "name classes that neither truth nor predictions hold in `classes`, such as `$model.classes`",
            ));
        }
        if self.flipped {
            given.invert_axis(Axis(1));
        }
        Ok(given)
    }

    fn scores_of(&self, array: &Array) -> Result<Vec<f64>, StepError> {
        if self.known.len() != 2 {
            let message = format!("`scores` are of two classes, here are {}", self.known.len());
            return Err(StepError::new(message).help("give `probabilities`, a column for each class"));
        }
        if array.shape().len() != 1 {
            let message = format!("`scores` has one number for each row, not shape {:?}", array.shape());
            return Err(StepError::new(message).help("give rows of numbers as `probabilities`"));
        }
        array.floats().ok_or_else(|| StepError::new(format!("`scores` holds {}, not numbers", array.dtype())))
    }

    /// The error with the row as it stands in the data.
    fn refuse(&self, error: &MetricError, rows: &[usize]) -> StepError {
        let key = if self.scores.is_some() { "scores" } else { "probabilities" };
        let at = |row: &usize| rows.get(*row).copied().unwrap_or(*row);
        StepError::new(match error {
            MetricError::NotFinite { row } => {
                format!("`{key}` is not finite at row {} (from 0)", at(row))
            }
            MetricError::NotAProbability { row } => {
                format!("`{key}` does not lie between 0 and 1 at row {} (from 0)", at(row))
            }
            other => other.to_string(),
        })
    }
}

fn further(keys: &Keys, context: &Context<'_>) -> Result<Vec<Label>, StepError> {
    let Some(arg) = &keys.classes else { return Ok(Vec::new()) };
    let label = |value: &Value| {
        labels::of_value(value).ok_or_else(|| {
            StepError::new(format!("a class is a string, an integer or a boolean, not {}", value.kind()))
                .at(arg.span)
        })
    };
    context.get(arg)?.iter().map(label).collect()
}

fn union(truth: &[Label], predicted: &[Label], further: Vec<Label>) -> Vec<Label> {
    let mut all: Vec<Label> = further;
    all.extend(truth.iter().chain(predicted).cloned());
    let binary = |label: &Label| matches!(label, Label::Int(0 | 1));
    if all.iter().any(|label| matches!(label, Label::Bool(_))) {
        all.extend([Label::Bool(false), Label::Bool(true)]);
    } else if all.iter().all(binary) {
        all.extend([Label::Int(0), Label::Int(1)]);
    }
    encode(&all).classes
}

/// The code of the positive class among two.
fn positive(value: &Value, classes: &[Label]) -> Result<usize, StepError> {
    let known = labels::of_value(value).and_then(|label| classes.binary_search(&label).ok());
    let names: Vec<String> = classes.iter().map(ToString::to_string).collect();
    let Some(code) = known else {
        let error = StepError::new(format!("the positive class {value} is none of the classes"));
        let help = did_you_mean(&value.to_string(), names.iter().map(String::as_str));
        return Err(match help {
            Some(help) => error.help(help),
            None => error,
        });
    };
    if classes.len() == 2 {
        return Ok(code);
    }
    let message = format!("a positive class is of two classes, here are {}", classes.len());
    Err(StepError::new(message).help("remove `positive`"))
}
