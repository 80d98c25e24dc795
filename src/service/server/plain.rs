//! The plain protocol: `POST /predict`, `GET /health`, `GET /metadata`.

use axum::http::Method;
use serde_json::{Value, json};

use super::Model;
use super::instances;
use super::routes::{Refusal, Route};

pub(super) const ROUTES: &[Route] = &[
    Route { method: Method::POST, path: "/predict", takes_json: true, answer: predict },
    Route { method: Method::GET, path: "/health", takes_json: false, answer: health },
    Route { method: Method::GET, path: "/metadata", takes_json: false, answer: metadata },
];

fn predict(model: &Model, document: &Value) -> Result<Value, Refusal> {
    let rows = instances::rows(document, model.features()).map_err(Refusal::bad_request)?;
    let predictions = model.predict(&rows).map_err(Refusal::bad_request)?;
    if predictions.len() != rows.len() {
        let error = format!("the model gave {} predictions for {} instances", predictions.len(), rows.len());
        return Err(Refusal::internal(error));
    }
    // JSON has no NaN and no infinity; a number that is neither would turn into `null` without a word.
    if let Some(row) = predictions.iter().position(has_null) {
        return Err(Refusal::internal(format!("the model's prediction for instance {row} is not finite")));
    }
    Ok(json!({"predictions": predictions}))
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(fields) => fields.values().any(has_null),
        _ => false,
    }
}

// One signature for the whole table.
#[expect(clippy::unnecessary_wraps)]
fn health(_: &Model, _: &Value) -> Result<Value, Refusal> {
    Ok(json!({"status": "ok"}))
}

#[expect(clippy::unnecessary_wraps)]
fn metadata(model: &Model, _: &Value) -> Result<Value, Refusal> {
    let mut document = json!({"name": model.name(), "features": model.features()});
    if let (Value::Object(document), Value::Object(more)) = (&mut document, model.metadata()) {
        document.extend(more);
    }
    Ok(document)
}
