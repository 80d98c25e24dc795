//! How a table's columns were made ready, as far as a model's features go.

use crate::ml::impute::FittedImputer;
use crate::ml::preprocessing::{FittedTransform, Preprocessing, Step};
use crate::ml::scaler::{FittedScaler, Method};
use crate::value::Table;

use super::StepError;

/// What was done to these columns of the table, first to last. Other columns are left out of each step.
pub(super) fn of_table(table: &Table, features: &[String]) -> Result<Preprocessing, StepError> {
    let mut steps = Vec::new();
    for document in &table.history {
        let step: Step = serde_json::from_str(document)
            .map_err(|error| StepError::new(format!("the table's history cannot be read: {error}")))?;
        steps.extend(restricted(step, features)?);
    }
    Ok(Preprocessing { steps })
}

fn restricted(step: Step, features: &[String]) -> Result<Option<Step>, StepError> {
    let kept: Vec<usize> =
        (0..step.columns.len()).filter(|&at| features.contains(&step.columns[at])).collect();
    if kept.len() == step.columns.len() {
        return Ok(Some(step));
    }
    if kept.is_empty() {
        return Ok(None);
    }
    let fitted = match step.fitted {
        FittedTransform::Scale(FittedScaler { method: Method::Normalize(_), .. }) => {
            let other = step.columns.iter().find(|column| !features.contains(column));
            let other = other.map_or("", |column| column);
            let message = format!("the rows were normalised together with `{other}`, which is no feature");
            return Err(StepError::new(message).help("name the features in `columns` of `scale`"));
        }
        FittedTransform::Scale(scaler) => FittedTransform::Scale(FittedScaler {
            n_features: kept.len(),
            columns: kept.iter().map(|&at| scaler.columns[at]).collect(),
            ..scaler
        }),
        FittedTransform::Impute(imputer) => FittedTransform::Impute(FittedImputer {
            statistics: kept.iter().map(|&at| imputer.statistics[at]).collect(),
            ..imputer
        }),
    };
    let columns = kept.iter().map(|&at| step.columns[at].clone()).collect();
    Ok(Some(Step { columns, fitted }))
}

/// The steps in words: ``standard scaling of `x0`, `x1` ``.
pub(super) fn in_words(preprocessing: &Preprocessing) -> String {
    let step = |step: &Step| {
        let what = match &step.fitted {
            FittedTransform::Impute(_) => "imputing",
            FittedTransform::Scale(scaler) => match scaler.method {
                Method::MinMax { .. } => "min_max scaling",
                Method::Standard { .. } => "standard scaling",
                Method::Robust { .. } => "robust scaling",
                Method::MaxAbs => "max_abs scaling",
                Method::Normalize(_) => "normalising",
            },
        };
        let columns: Vec<String> = step.columns.iter().map(|column| format!("`{column}`")).collect();
        format!("{what} of {}", columns.join(", "))
    };
    let steps: Vec<String> = preprocessing.steps.iter().map(step).collect();
    if steps.is_empty() { "nothing".to_owned() } else { steps.join(", then ") }
}
