//! The Open Inference Protocol, version 2: `POST /v2/models/M/infer` with tensors.
//!
//! Rows come as one tensor of shape [rows, features], or as one input a feature. The outputs have the names of
//! scikit-learn's methods, as its runtime in MLServer has them: `predict`, the labels or the numbers, and, where there
//! are classes, `predict_proba`. As the protocol has it, and unlike that runtime, both come where none is asked for.

mod tensor;

use axum::http::Method;
use ndarray::Array2;
use serde_json::{Value, json};

use super::VERSION;
use super::plain::plain_error;
use super::routes::{Asked, Protocol, Refusal, Reply, Route};
use super::rows::kind;
use crate::ml::label::Label;
use crate::ml::model::Prediction;

pub(super) const PROTOCOL: Protocol = Protocol {
    routes: &[
        Route { method: Method::GET, path: "/v2", answer: server },
        Route { method: Method::GET, path: "/v2/health/live", answer: live },
        Route { method: Method::GET, path: "/v2/health/ready", answer: ready },
        Route { method: Method::GET, path: "/v2/models/{model}", answer: metadata },
        Route { method: Method::GET, path: "/v2/models/{model}/ready", answer: model_ready },
        Route { method: Method::POST, path: "/v2/models/{model}/infer", answer: infer },
        Route { method: Method::GET, path: "/v2/models/{model}/versions/{version}", answer: metadata },
        Route {
            method: Method::GET,
            path: "/v2/models/{model}/versions/{version}/ready",
            answer: model_ready,
        },
        Route { method: Method::POST, path: "/v2/models/{model}/versions/{version}/infer", answer: infer },
    ],
    error: plain_error,
};

const PREDICT: &str = "predict";
const PROBABILITIES: &str = "predict_proba";

// One signature for the whole table.
#[expect(clippy::unnecessary_wraps)]
fn server(_: &Asked<'_>) -> Result<Reply, Refusal> {
    let version = env!("CARGO_PKG_VERSION");
    Ok(Reply::Json(json!({"name": "mlfunnel", "version": version, "extensions": []})))
}

#[expect(clippy::unnecessary_wraps)]
fn live(_: &Asked<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::Json(json!({"live": true})))
}

#[expect(clippy::unnecessary_wraps)]
fn ready(_: &Asked<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::Json(json!({"ready": true})))
}

#[expect(clippy::unnecessary_wraps)]
fn model_ready(asked: &Asked<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::Json(json!({"name": asked.model.name(), "ready": true})))
}

#[expect(clippy::unnecessary_wraps)]
fn metadata(asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let input = |feature: &String| json!({"name": feature, "datatype": "FP64", "shape": [-1, 1]});
    let classes = asked.model.classes();
    let mut outputs = vec![json!({"name": PREDICT, "datatype": datatype(classes), "shape": [-1]})];
    if !classes.is_empty() {
        outputs.push(json!({"name": PROBABILITIES, "datatype": "FP64", "shape": [-1, classes.len()]}));
    }
    Ok(Reply::Json(json!({
        "name": asked.model.name(),
        "versions": [VERSION],
        "platform": "mlfunnel",
        "inputs": asked.model.features().iter().map(input).collect::<Vec<_>>(),
        "outputs": outputs,
    })))
}

/// Of `predict`: that of the labels, or of a regression's numbers.
fn datatype(classes: &[Label]) -> &'static str {
    if classes.is_empty() {
        "FP64"
    } else if classes.iter().all(|class| matches!(class, Label::Int(_))) {
        "INT64"
    } else if classes.iter().all(|class| matches!(class, Label::Bool(_))) {
        "BOOL"
    } else {
        "BYTES"
    }
}

fn infer(asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let document = asked.json()?;
    let request = Request::read(&document, asked).map_err(Refusal::bad_request)?;
    let prediction = asked.predict(&request.rows)?;
    let rows = request.rows.nrows();
    let outputs: Vec<Value> =
        request.outputs.iter().map(|name| output(name, &prediction, rows, asked.model.classes())).collect();
    let mut answer = json!({"model_name": asked.model.name(), "model_version": VERSION});
    if let Some(id) = request.id {
        answer["id"] = json!(id);
    }
    answer["outputs"] = json!(outputs);
    Ok(Reply::Json(answer))
}

fn output(name: &str, prediction: &Prediction, rows: usize, classes: &[Label]) -> Value {
    let (datatype, shape, data) = match prediction {
        Prediction::Classes { probabilities, .. } if name == PROBABILITIES => {
            ("FP64", vec![rows, classes.len()], probabilities.iter().map(|p| json!(p)).collect::<Vec<_>>())
        }
        Prediction::Classes { labels, .. } => {
            let datatype = datatype(classes);
            let data = |label: &Label| match (datatype, label) {
                ("BYTES", label) => json!(label.to_string()),
                (_, label) => json!(label),
            };
            (datatype, vec![rows], labels.iter().map(data).collect())
        }
        Prediction::Values(values) => ("FP64", vec![rows], values.iter().map(|value| json!(value)).collect()),
    };
    json!({"name": name, "datatype": datatype, "shape": shape, "data": data})
}

/// What is asked for.
struct Request<'a> {
    id: Option<&'a str>,
    rows: Array2<f64>,
    outputs: Vec<&'static str>,
}

impl<'a> Request<'a> {
    fn read(document: &'a Value, asked: &Asked<'_>) -> Result<Self, String> {
        let Value::Object(fields) = document else {
            return Err(format!("the body must be an object `{{\"inputs\": […]}}`; got {}", kind(document)));
        };
        let known = ["id", "parameters", "inputs", "outputs"];
        if let Some(unknown) = fields.keys().find(|key| !known.contains(&key.as_str())) {
            return Err(format!(
                "unknown key `{unknown}`; the body has `inputs`, and may have `id`, `parameters` and `outputs`"
            ));
        }
        let id = match fields.get("id") {
            None => None,
            Some(Value::String(id)) => Some(id.as_str()),
            Some(other) => return Err(format!("`id` must be a string; got {}", kind(other))),
        };
        let inputs = match fields.get("inputs") {
            Some(Value::Array(inputs)) => inputs,
            Some(other) => return Err(format!("`inputs` must be a list of tensors; got {}", kind(other))),
            None => return Err(format!("the body has no `inputs`; send {}", tensor::EXAMPLE)),
        };
        let rows = tensor::rows(inputs, asked.model.features())?;
        Ok(Self { id, rows, outputs: outputs(fields.get("outputs"), asked.model.classes())? })
    }
}

/// The names of the outputs that are asked for; all of them where none is.
fn outputs(asked: Option<&Value>, classes: &[Label]) -> Result<Vec<&'static str>, String> {
    let all: &[&'static str] = if classes.is_empty() { &[PREDICT] } else { &[PREDICT, PROBABILITIES] };
    let asked = match asked {
        None => return Ok(all.to_vec()),
        Some(Value::Array(asked)) if asked.is_empty() => return Ok(all.to_vec()),
        Some(Value::Array(asked)) => asked,
        Some(other) => return Err(format!("`outputs` must be a list; got {}", kind(other))),
    };
    let named = asked.iter().enumerate().map(|(index, output)| {
        let Some(name) = output.get("name").and_then(Value::as_str) else {
            return Err(format!("output {index} has no `name`; send `{{\"name\": \"{PREDICT}\"}}`"));
        };
        all.iter()
            .find(|known| **known == name)
            .copied()
            .ok_or_else(|| format!("there is no output `{name}`; the model has: {}", all.join(", ")))
    });
    named.collect()
}
