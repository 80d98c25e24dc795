//! KServe v1, and TensorFlow Serving: `POST /v1/models/M:predict` with rows (`instances`) or columns (`inputs`).
//!
//! The two differ in what a model's status is; it is told here in one answer that has the fields of both.

use axum::http::Method;
use ndarray::Array2;
use serde_json::{Map, Value, json};

use super::VERSION;
use super::plain::{plain_error, predictions};
use super::routes::{Asked, Protocol, Refusal, Reply, Route};
use super::rows::{Rows, kind};

/// What TensorFlow calls the one way a model is asked.
const SIGNATURE: &str = "serving_default";

pub(super) const PROTOCOL: Protocol = Protocol {
    routes: &[
        Route { method: Method::GET, path: "/v1/models", answer: models },
        Route { method: Method::GET, path: "/v1/models/{model}", answer: status },
        Route { method: Method::GET, path: "/v1/models/{model}/metadata", answer: metadata },
        Route { method: Method::POST, path: "/v1/models/{model}:predict", answer: predict },
        Route { method: Method::GET, path: "/v1/models/{model}/versions/{version}", answer: status },
        Route {
            method: Method::GET,
            path: "/v1/models/{model}/versions/{version}/metadata",
            answer: metadata,
        },
        Route {
            method: Method::POST,
            path: "/v1/models/{model}/versions/{version}:predict",
            answer: predict,
        },
    ],
    error: plain_error,
};

// One signature for the whole table.
#[expect(clippy::unnecessary_wraps)]
fn models(asked: &Asked<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::Json(json!({"models": [asked.model.name()]})))
}

#[expect(clippy::unnecessary_wraps)]
fn status(asked: &Asked<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::Json(json!({
        "name": asked.model.name(),
        "ready": true,
        "model_version_status": [{
            "version": VERSION,
            "state": "AVAILABLE",
            "status": {"error_code": "OK", "error_message": ""},
        }],
    })))
}

#[expect(clippy::unnecessary_wraps)]
fn metadata(asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let tensor = |sizes: &[String]| {
        let dimensions: Vec<Value> = sizes.iter().map(|size| json!({"size": size, "name": ""})).collect();
        json!({"dtype": "DT_DOUBLE", "tensor_shape": {"dim": dimensions, "unknown_rank": false}, "name": ""})
    };
    let any = "-1".to_owned();
    let classes = asked.model.classes().len();
    let sizes = if classes > 2 { vec![any.clone(), classes.to_string()] } else { vec![any.clone()] };
    let inputs: Map<String, Value> = asked
        .model
        .features()
        .iter()
        .map(|name| (name.clone(), tensor(std::slice::from_ref(&any))))
        .collect();
    let signature = json!({
        "inputs": inputs,
        "outputs": {"predictions": tensor(&sizes)},
        "method_name": "tensorflow/serving/predict",
    });
    Ok(Reply::Json(json!({
        "model_spec": {"name": asked.model.name(), "signature_name": "", "version": VERSION},
        "metadata": {"signature_def": {"signature_def": {SIGNATURE: signature}}},
    })))
}

fn predict(asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let document = asked.json()?;
    let (answer, rows) = read(&document, asked.model.features()).map_err(Refusal::bad_request)?;
    Ok(Reply::Json(json!({answer: predictions(asked, &rows)?})))
}

/// The rows of a request, and what its answer calls their predictions.
fn read(document: &Value, features: &[String]) -> Result<(&'static str, Array2<f64>), String> {
    let Value::Object(fields) = document else {
        return Err(format!("the body must be an object `{{\"instances\": […]}}`; got {}", kind(document)));
    };
    for (key, value) in fields {
        match key.as_str() {
            "instances" | "inputs" => {}
            "signature_name" if *value == SIGNATURE => {}
            "signature_name" => {
                return Err(format!("there is no signature {value}; the one is `{SIGNATURE}`"));
            }
            _ => return Err(format!("unknown key `{key}`; the body has `instances` or `inputs`")),
        }
    }
    match (fields.get("instances"), fields.get("inputs")) {
        (Some(Value::Array(instances)), None) => {
            Ok(("predictions", Rows::of_list(instances, features, "instance")?))
        }
        (Some(other), None) => Err(format!("`instances` must be a list of rows; got {}", kind(other))),
        (None, Some(inputs)) => Ok(("outputs", columns(inputs, features)?)),
        (Some(_), Some(_)) => Err("`instances` and `inputs` are given together; send one of them".to_owned()),
        (None, None) => Err("the body has no `instances`; send `{\"instances\": [[…], …]}`".to_owned()),
    }
}

/// `inputs`: a list a feature, or all rows as one tensor.
pub(super) fn columns(inputs: &Value, features: &[String]) -> Result<Array2<f64>, String> {
    match inputs {
        Value::Object(lists) => Rows::of_lists(lists, features),
        Value::Array(rows) => Rows::of_list(rows, features, "row"),
        other => Err(format!("`inputs` must be an object of lists by feature, or rows; got {}", kind(other))),
    }
}
