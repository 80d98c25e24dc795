//! MLflow scoring: `POST /invocations` with a data frame, instances, inputs, or CSV; `GET /ping` and `GET /version`.
//!
//! `GET /health` is the plain protocol's; a client looks at its status alone. `params` are taken and left aside, as MLflow
//! does for a model whose signature has none. CSV without a line of names is the form that SageMaker sends.

use axum::http::{Method, StatusCode};
use ndarray::Array2;
use serde_json::{Map, Value, json};

use super::plain::predictions;
use super::routes::{Asked, Protocol, Refusal, Reply, Route};
use super::rows::{Rows, kind, order, shaped};
use super::v1::columns;

pub(super) const PROTOCOL: Protocol = Protocol {
    routes: &[
        Route { method: Method::POST, path: "/invocations", answer: invocations },
        Route { method: Method::GET, path: "/ping", answer: ping },
        Route { method: Method::GET, path: "/version", answer: version },
    ],
    error,
};

/// The keys that rows may come under.
const FORMS: [&str; 4] = ["dataframe_split", "dataframe_records", "instances", "inputs"];

fn error(status: StatusCode, error: &str) -> Value {
    let code = match status {
        StatusCode::INTERNAL_SERVER_ERROR => "INTERNAL_ERROR",
        StatusCode::NOT_FOUND => "RESOURCE_DOES_NOT_EXIST",
        _ => "BAD_REQUEST",
    };
    json!({"error_code": code, "message": error})
}

// One signature for the whole table.
#[expect(clippy::unnecessary_wraps)]
fn ping(_: &Asked<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::Text("\n"))
}

#[expect(clippy::unnecessary_wraps)]
fn version(_: &Asked<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::Text(env!("CARGO_PKG_VERSION")))
}

fn invocations(asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let features = asked.model.features();
    let rows = match asked.media().as_deref() {
        Some("text/csv") => of_csv(asked.body, features),
        None | Some("application/json") => of_document(&asked.json()?, features),
        Some(_) => return Err(asked.wrong_type("`application/json` or `text/csv`")),
    };
    let rows = rows.map_err(Refusal::bad_request)?;
    Ok(Reply::Json(json!({"predictions": predictions(asked, &rows)?})))
}

fn of_document(document: &Value, features: &[String]) -> Result<Array2<f64>, String> {
    let one_of = format!("the body is an object with one of `{}`", FORMS.join("`, `"));
    let Value::Object(fields) = document else {
        return Err(format!("{one_of}; got {}", kind(document)));
    };
    let known = |key: &&String| FORMS.contains(&key.as_str()) || *key == "params";
    if let Some(unknown) = fields.keys().find(|key| !known(key)) {
        return Err(format!("unknown key `{unknown}`; {one_of}"));
    }
    if let Some(params) = fields.get("params").filter(|params| !params.is_object()) {
        return Err(format!("`params` must be an object; got {}", kind(params)));
    }
    let given: Vec<(&String, &Value)> = fields.iter().filter(|(key, _)| *key != "params").collect();
    match given[..] {
        [] => Err(format!("the body has no rows; {one_of}")),
        [(first, _), (second, _), ..] => {
            Err(format!("`{first}` and `{second}` are given together; {one_of}"))
        }
        [(key, value)] => match (key.as_str(), value) {
            ("dataframe_split", Value::Object(frame)) => of_split(frame, features),
            ("dataframe_split", other) => Err(format!(
                "`dataframe_split` must be an object of `columns` and `data`; got {}",
                kind(other)
            )),
            ("dataframe_records", Value::Array(records)) => {
                if let Some(row) = records.iter().position(|record| !record.is_object()) {
                    let got = kind(&records[row]);
                    return Err(format!("row {row} of `dataframe_records` must be an object; got {got}"));
                }
                Rows::of_list(records, features, "row")
            }
            ("instances", Value::Array(instances)) => Rows::of_list(instances, features, "instance"),
            ("inputs", inputs) => columns(inputs, features),
            (key, other) => Err(format!("`{key}` must be a list of rows; got {}", kind(other))),
        },
    }
}

/// `{"columns": […], "data": [[…], …]}`; without columns, rows are in the order of the features.
fn of_split(frame: &Map<String, Value>, features: &[String]) -> Result<Array2<f64>, String> {
    if let Some(unknown) = frame.keys().find(|key| !["columns", "index", "data"].contains(&key.as_str())) {
        return Err(format!(
            "`dataframe_split` has the unknown key `{unknown}`; it has `columns` and `data`"
        ));
    }
    let data = match frame.get("data") {
        Some(Value::Array(data)) => data,
        Some(other) => return Err(format!("`data` must be a list of rows; got {}", kind(other))),
        None => {
            return Err(
                "`dataframe_split` has no `data`; send `{\"columns\": […], \"data\": [[…], …]}`".into()
            );
        }
    };
    let Some(columns) = frame.get("columns") else { return Rows::of_list(data, features, "row") };
    let names =
        columns.as_array().and_then(|names| names.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
    let Some(names) = names else {
        return Err(format!("`columns` must be a list of names; got {}", kind(columns)));
    };
    Rows::of_columns(&names, data, features)
}

/// Rows of text: by the names of the first line, or in the order of the features where that line is of numbers.
fn of_csv(body: &[u8], features: &[String]) -> Result<Array2<f64>, String> {
    let wrong = |error: csv::Error| format!("the body is no CSV: {error}");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(body);
    let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().map_err(wrong)?;
    let names: Vec<&str> =
        records.first().map(|first| first.iter().map(str::trim).collect()).unwrap_or_default();
    if names.is_empty() {
        return Err(format!("the body is empty; send a line of names, then rows: {}", features.join(",")));
    }
    let numbers = |names: &[&str]| names.iter().all(|name| name.parse::<f64>().is_ok());
    let headed = !numbers(&names) || names.iter().all(|name| features.iter().any(|feature| feature == name));
    let order: Vec<usize> =
        if headed { order(&names, features, "column")? } else { (0..features.len()).collect() };
    let mut cells = Vec::new();
    for (row, record) in records.iter().skip(usize::from(headed)).enumerate() {
        if record.len() != features.len() {
            let (given, wanted) = (record.len(), features.len());
            return Err(format!(
                "row {row} has {given} values; the model has {wanted} features: {}",
                features.join(", ")
            ));
        }
        for (at, feature) in order.iter().zip(features) {
            let cell = record[*at].trim();
            let number = cell.parse().ok().filter(|number: &f64| number.is_finite());
            cells.push(
                number.ok_or_else(|| format!("`{feature}` of row {row} must be a number; got `{cell}`"))?,
            );
        }
    }
    shaped(cells, features)
}
