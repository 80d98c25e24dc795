//! What a trained model gives: outputs, metrics, files, and whether the fit counts.

use serde_json::{Map as JsonMap, Value as Json};

use super::super::{Context, Done, StepError, Unsuccessful, labels, matrix};
use super::fit::{Trained, Truth};
use super::{Keys, Save};
use crate::diagnostic::codes;
use crate::ml::metrics::{Summary, classification, regression};
use crate::ml::model::{Model, ModelKind, Prediction};
use crate::system::files::{Parent, write_atomic};
use crate::value::{Array, Data, Outputs, Value};

/// Metrics of the training rows.
pub(super) fn metrics(trained: &Trained) -> Result<Summary, StepError> {
    let summary = match (&trained.prediction, &trained.truth) {
        (Prediction::Classes { codes, probabilities, .. }, Truth::Codes(truth)) => {
            classification(truth, codes, trained.model.classes.len(), Some(probabilities.view()))
        }
        (Prediction::Values(values), Truth::Numbers(truth)) => regression(truth, &values.to_vec()),
        _ => return Err(StepError::new("the model predicts something else than its target")),
    };
    summary.map_err(|error| StepError::new(error.to_string()))
}

/// Writes what is to be saved.
pub(super) fn save(
    save: &Save,
    model: &Model,
    metrics: &Summary,
    context: &Context<'_>,
) -> Result<(), StepError> {
    if let Some(name) = &save.model {
        let text = model
            .to_json()
            .map_err(|error| StepError::new(format!("the model cannot be saved: {error}")).at(name.span))?;
        write(context, name, &text)?;
    }
    if let Some(name) = &save.metrics {
        let flat: JsonMap<String, Json> =
            metrics.scores.iter().map(|(name, value)| ((*name).to_owned(), Json::from(*value))).collect();
        let text = serde_json::to_string_pretty(&flat)
            .map_err(|error| StepError::new(error.to_string()).at(name.span))?;
        write(context, name, &(text + "\n"))?;
    }
    Ok(())
}

fn write(
    context: &Context<'_>,
    name: &crate::syntax::Arg<std::sync::Arc<str>>,
    text: &str,
) -> Result<(), StepError> {
    let path = context.places.output(&context.get(name)?).map_err(|error| error.at(name.span))?;
    write_atomic(&path, text.as_bytes(), Parent::Create)
        .map_err(|error| StepError::new(error.to_string()).at(name.span))
}

/// Everything that later steps may speak of, and whether the fit converged.
pub(super) fn done(trained: &Trained, metrics: &Summary, keys: &Keys, context: &Context<'_>) -> Done {
    let model = &trained.model;
    let certificate = model.training.certificate;
    let scores = Value::map(metrics.scores.iter().map(|&(name, value)| (name, Value::Float(value))));
    let mut outputs = Outputs::new().with("metrics", scores);
    outputs = match &trained.prediction {
        Prediction::Classes { labels, probabilities, .. } => outputs
            .with("predictions", labels::to_array(labels.iter()))
            .with("probabilities", matrix::value(probabilities))
            .with("coefficients", matrix::value(&model.coefficients))
            .with("intercept", Array::vector(Data::Float(model.intercept.to_vec())))
            .with("classes", labels::to_array(model.classes.iter())),
        Prediction::Values(values) => outputs
            .with("predictions", Array::vector(Data::Float(values.to_vec())))
            .without("probabilities", "a regression gives numbers, no probabilities")
            .with("coefficients", Array::vector(Data::Float(model.coefficients.iter().copied().collect())))
            .with("intercept", model.intercept.sum())
            .without("classes", "a regression has no classes"),
    };
    let outputs = outputs
        .with("converged", certificate.converged)
        .with("iterations", certificate.iterations)
        .with("grad_norm", certificate.grad_norm)
        .with("loss", certificate.loss);
    let unsuccessful = (!certificate.converged).then(|| not_converged(model, keys, context));
    Done { outputs, unsuccessful, ..Done::default() }
}

fn not_converged(model: &Model, keys: &Keys, context: &Context<'_>) -> Unsuccessful {
    let certificate = model.training.certificate;
    let (message, note) = match model.kind {
        ModelKind::LogisticRegression(params) => (
            format!("the fit did not converge in {} iterations", certificate.iterations),
            format!("grad_norm is {:e}, above tol {:e}", certificate.grad_norm, params.tol),
        ),
        ModelKind::LinearRegression(_) | ModelKind::Ridge(_) => (
            "the fit is not exact: the numbers are too far apart".to_owned(),
            format!("grad_norm is {:e}", certificate.grad_norm),
        ),
    };
    let scaled = context.get(&keys.data).is_ok_and(|table| !table.history.is_empty());
    let advice = match (model.kind, scaled) {
        (ModelKind::LogisticRegression(_), true) => "raise `max_iter`",
        (ModelKind::LogisticRegression(_), false) => "raise `max_iter`, or scale the features first",
        _ => "scale the features first",
    };
    Unsuccessful {
        output: "converged",
        code: codes::NOT_CONVERGED,
        message,
        notes: vec![note, format!("{advice}; `expect: {{converged: false}}` accepts it")],
    }
}
