//! The plain protocol: `POST /predict`, `GET /health`, `GET /metadata`; and `GET /`, what there is.

use axum::http::{Method, StatusCode};
use ndarray::Array2;
use serde_json::{Value, json};

use super::routes::{Asked, Protocol, Refusal, Reply, Route};
use super::rows::{Rows, kind};

pub(super) const PROTOCOL: Protocol = Protocol {
    routes: &[
        Route { method: Method::POST, path: "/predict", answer: predict },
        Route { method: Method::GET, path: "/health", answer: health },
        Route { method: Method::GET, path: "/metadata", answer: metadata },
        Route { method: Method::GET, path: "/", answer: listing },
    ],
    error: plain_error,
};

/// `{"error": …}`, as most protocols tell it.
pub(super) fn plain_error(_: StatusCode, error: &str) -> Value {
    json!({"error": error})
}

fn predict(asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let document = asked.json()?;
    let instances = instances(&document).map_err(Refusal::bad_request)?;
    let rows = Rows::of_list(instances, asked.model.features(), "instance").map_err(Refusal::bad_request)?;
    Ok(Reply::Json(json!({"predictions": predictions(asked, &rows)?})))
}

fn instances(document: &Value) -> Result<&[Value], String> {
    let Value::Object(fields) = document else {
        return Err(format!("the body must be an object `{{\"instances\": […]}}`; got {}", kind(document)));
    };
    if let Some(unknown) = fields.keys().find(|key| *key != "instances") {
        return Err(format!("unknown key `{unknown}`; the body has one key, `instances`"));
    }
    match fields.get("instances") {
        Some(Value::Array(instances)) => Ok(instances),
        Some(other) => Err(format!("`instances` must be a list of rows; got {}", kind(other))),
        None => Err("the body has no `instances`; send `{\"instances\": [[…], …]}`".to_owned()),
    }
}

/// One number or list a row: the probability of the second of two classes, the probabilities of several, the number
/// of a regression. Every protocol that has no names for its outputs gives these.
pub(super) fn predictions(asked: &Asked<'_>, rows: &Array2<f64>) -> Result<Vec<Value>, Refusal> {
    Ok(asked.predict(rows)?.scores().iter().map(|score| json!(score)).collect())
}

// One signature for the whole table.
#[expect(clippy::unnecessary_wraps)]
fn health(_: &Asked<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::Json(json!({"status": "ok"})))
}

#[expect(clippy::unnecessary_wraps)]
fn metadata(asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let mut document = json!({"name": asked.model.name(), "features": asked.model.features()});
    if let (Value::Object(document), Value::Object(more)) = (&mut document, asked.model.metadata()) {
        document.extend(more);
    }
    Ok(Reply::Json(document))
}

#[expect(clippy::unnecessary_wraps)]
fn listing(asked: &Asked<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::Json(json!({"model": asked.model.name(), "routes": asked.routes.listing()})))
}
