//! The server over real loopback, asked by the project's own client.

mod connections;
mod mlflow;
mod open_inference;
mod plain;
mod v1;

use std::net::Ipv4Addr;

use ndarray::{Array1, Axis, array, concatenate};
use serde_json::json;

use super::*;
use crate::ml::label::Label;
use crate::system::http::{Client, ClientOptions, Http, Request, Response};

/// Adds up a row; of classes, the sum is the probability of the last. Fails in the ways a model can.
struct Adder {
    features: Vec<String>,
    classes: Vec<Label>,
}

impl Predictor for Adder {
    fn name(&self) -> &'static str {
        "adder"
    }

    fn features(&self) -> &[String] {
        &self.features
    }

    fn classes(&self) -> &[Label] {
        &self.classes
    }

    fn metadata(&self) -> Value {
        json!({"task": "regression", "library": "none"})
    }

    fn predict(&self, rows: ArrayView2<'_, f64>) -> Result<Prediction, String> {
        let mut sums = Array1::zeros(rows.nrows());
        for (sum, row) in sums.iter_mut().zip(rows.rows()) {
            *sum = match row[0] {
                -1.0 => return Err("the model does not take -1".to_owned()),
                -2.0 => panic!("on purpose"),
                -3.0 => f64::NAN,
                -4.0 => {
                    std::thread::sleep(std::time::Duration::from_millis(300));
                    0.0
                }
                _ => row.sum(),
            };
        }
        let last = self.classes.len().saturating_sub(1);
        if last == 0 {
            return Ok(Prediction::Values(sums));
        }
        let codes: Vec<usize> = sums.iter().map(|sum| if *sum > 0.5 { last } else { 0 }).collect();
        let labels = codes.iter().map(|code| self.classes[*code].clone()).collect();
        let mut columns = vec![(1.0 - &sums).insert_axis(Axis(1))];
        columns.extend((1..last).map(|_| Array1::zeros(sums.len()).insert_axis(Axis(1))));
        columns.push(sums.insert_axis(Axis(1)));
        let views: Vec<_> = columns.iter().map(ndarray::ArrayBase::view).collect();
        Ok(Prediction::Classes { labels, codes, probabilities: concatenate(Axis(1), &views).unwrap() })
    }
}

fn start_with(classes: &[Label], limits: Limits) -> Host {
    let model = Arc::new(Adder { features: vec!["a".into(), "b".into()], classes: classes.to_vec() });
    super::start(model, Ipv4Addr::LOCALHOST.into(), 0, limits).unwrap()
}

fn start() -> Host {
    start_with(&[], Limits::default())
}

fn classifier() -> Host {
    start_with(&["no".into(), "yes".into()], Limits::default())
}

fn client() -> Client {
    Client::new(ClientOptions::default()).unwrap()
}

fn send(server: &Host, method: &str, path: &str, media: Option<&str>, body: &[u8]) -> Response {
    let mut request = Request::new(method, &format!("{}{path}", server.url()));
    request.body = body.into();
    request.headers.extend(media.map(|media| ("content-type".to_owned(), media.to_owned())));
    client().send(&request).unwrap()
}

fn ask(server: &Host, method: &str, path: &str, body: &str) -> (Response, Value) {
    let response = send(server, method, path, None, body.as_bytes());
    let document = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
    (response, document)
}

fn get(server: &Host, path: &str) -> Value {
    let (response, document) = ask(server, "GET", path, "");
    assert_eq!(response.status, 200, "{path}: {document}");
    document
}

fn post(server: &Host, path: &str, body: &Value) -> (u16, Value) {
    let (response, document) = ask(server, "POST", path, &body.to_string());
    assert_eq!(response.header("content-type"), Some("application/json"));
    (response.status, document)
}

/// What a route says where it refuses with a 400.
fn refused(server: &Host, path: &str, body: &Value) -> String {
    let (status, document) = post(server, path, body);
    assert_eq!(status, 400, "{body}: {document}");
    document.get("error").or(document.get("message")).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn the_model_of_these_tests_is_a_proper_one() {
    let model = Adder { features: vec!["a".into()], classes: vec![1.into(), 2.into(), 3.into()] };
    let Prediction::Classes { labels, probabilities, .. } =
        model.predict(array![[0.75], [0.25]].view()).unwrap()
    else {
        panic!("a classifier")
    };
    assert_eq!(labels, [3.into(), 1.into()]);
    assert_eq!(probabilities, array![[0.25, 0.0, 0.75], [0.75, 0.0, 0.25]]);
}
