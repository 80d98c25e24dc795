//! The server over real loopback, asked by the project's own client.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::*;
use crate::system::http::{Client, ClientOptions, Http, Request, Response};

/// Adds up a row; fails in the ways a model can.
struct Adder {
    features: Vec<String>,
}

impl Predictor for Adder {
    fn name(&self) -> &'static str {
        "adder"
    }

    fn features(&self) -> &[String] {
        &self.features
    }

    fn metadata(&self) -> Value {
        json!({"task": "regression", "library": "none"})
    }

    fn predict(&self, rows: &[Vec<f64>]) -> Result<Vec<Value>, String> {
        rows.iter()
            .map(|row| match row[0] {
                -1.0 => Err("the model does not take -1".to_owned()),
                -2.0 => panic!("on purpose"),
                -3.0 => Ok(Value::from(f64::NAN)),
                _ => Ok(json!(row.iter().sum::<f64>())),
            })
            .collect()
    }
}

fn start() -> Host {
    super::start(Arc::new(Adder { features: vec!["a".into(), "b".into()] }), 0).unwrap()
}

fn client() -> Client {
    Client::new(ClientOptions::default()).unwrap()
}

fn ask(server: &Host, method: &str, path: &str, body: &str) -> (Response, Value) {
    let mut request = Request::new(method, &format!("{}{path}", server.url()));
    request.body = body.into();
    let response = client().send(&request).unwrap();
    let document = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
    (response, document)
}

fn predict(server: &Host, body: &str) -> (u16, Value) {
    let (response, document) = ask(server, "POST", "/predict", body);
    assert_eq!(response.header("content-type"), Some("application/json"));
    (response.status, document)
}

#[test]
fn predictions_health_and_metadata() {
    let server = start();
    assert_eq!(server.url(), format!("http://127.0.0.1:{}", server.port()));
    let got = predict(&server, r#"{"instances": [[1, 2], {"b": 0.5, "a": 1}]}"#);
    assert_eq!(got, (200, json!({"predictions": [3.0, 1.5]})));
    assert_eq!(ask(&server, "GET", "/health", "").1, json!({"status": "ok"}));
    assert_eq!(
        ask(&server, "GET", "/metadata", "").1,
        json!({"name": "adder", "features": ["a", "b"], "task": "regression", "library": "none"})
    );
    let (head, _) = ask(&server, "HEAD", "/health", "");
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[test]
fn refusals_say_what_to_send() {
    let server = start();
    let refused = |body: &str| {
        let (status, document) = predict(&server, body);
        (status, document["error"].as_str().unwrap().to_owned())
    };
    let (status, error) = refused("{\"instances\": [[1,\n 2,]]}");
    assert_eq!(status, 400);
    assert!(error.starts_with("the body is not JSON: ") && error.contains("line 2 column"), "{error}");
    assert_eq!(
        refused(""),
        (400, "the body is not JSON: EOF while parsing a value at line 1 column 0".into())
    );
    assert_eq!(refused(r#"{"instances": [[1, 1e999]]}"#).0, 400);
    assert_eq!(refused(r#"{"instances": [[1, NaN]]}"#).0, 400);
    assert_eq!(
        refused(r#"{"instances": "abc"}"#),
        (400, "`instances` must be a list of rows; got a string".into())
    );
    assert_eq!(refused(r#"{"instances": [[-1, 0]]}"#), (400, "the model does not take -1".into()));
    assert_eq!(
        refused(r#"{"instances": [[0, 0], [-3, 0]]}"#),
        (500, "the model's prediction for instance 1 is not finite".into())
    );
    let deep = "[".repeat(100_000);
    assert_eq!(refused(&deep).0, 400);
}

#[test]
fn a_model_that_panics_fails_one_request() {
    let server = start();
    assert_eq!(predict(&server, r#"{"instances": [[-2, 0]]}"#).0, 500);
    assert_eq!(predict(&server, r#"{"instances": [[2, 0]]}"#).0, 200);
}

#[test]
fn unknown_paths_methods_and_types() {
    let server = start();
    let (response, document) = ask(&server, "GET", "/nope", "");
    assert_eq!(response.status, 404);
    assert_eq!(
        document["error"],
        "there is no `/nope` here; the routes are: POST /predict, GET /health, GET /metadata"
    );
    let (response, document) = ask(&server, "GET", "/predict", "");
    assert_eq!((response.status, response.header("allow")), (405, Some("POST")));
    assert!(document["error"].as_str().unwrap().starts_with("`/predict` does not take GET; "));
    let (response, _) = ask(&server, "PURGE", "/health", "");
    assert_eq!((response.status, response.header("allow")), (405, Some("GET,HEAD")));

    let mut request = Request::new("POST", &format!("{}/predict", server.url()));
    request.body = br#"{"instances": []}"#.to_vec();
    for (content_type, status) in [
        ("text/csv", 415),
        ("application/jsonl", 415),
        ("application/json; charset=utf-8", 200),
        ("Application/JSON", 200),
    ] {
        request.headers = vec![("content-type".into(), content_type.into())];
        assert_eq!(client().send(&request).unwrap().status, status, "{content_type}");
    }
}

#[test]
fn a_body_past_the_limit_is_answered_and_not_cut_off() {
    let server = start();
    let mut body = String::from(r#"{"instances": []"#);
    body.push_str(&" ".repeat(body::LIMIT - body.len() - 1));
    body.push('}');
    assert_eq!(predict(&server, &body).0, 200);
    body.push_str(&" ".repeat(body::LIMIT));
    let (status, document) = predict(&server, &body);
    assert_eq!(status, 413);
    assert!(document["error"].as_str().unwrap().starts_with("the body is larger than 8388608 bytes"));
}

#[test]
fn of_sixteen_kept_connections_none_is_starved() {
    let server = start();
    let client = Arc::new(client());
    let workers: Vec<_> = (0..16)
        .map(|worker| {
            let (client, url) = (client.clone(), server.url());
            thread::spawn(move || {
                let mut request = Request::new("POST", &format!("{url}/predict"));
                request.body = format!(r#"{{"instances": [[{worker}, 1]]}}"#).into_bytes();
                for _ in 0..50 {
                    let response = client.send(&request).unwrap();
                    let document: Value = serde_json::from_slice(&response.body).unwrap();
                    assert_eq!(document, json!({"predictions": [f64::from(worker) + 1.0]}));
                }
            })
        })
        .collect();
    for worker in workers {
        worker.join().unwrap();
    }
}

#[test]
fn stopping_is_clean_and_bounded_whatever_clients_do() {
    let mut server = start();
    let port = server.port();
    // One idle, one in the middle of a request.
    let _idle = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut half = TcpStream::connect(("127.0.0.1", port)).unwrap();
    half.write_all(b"POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{").unwrap();
    let began = Instant::now();
    server.stop();
    server.stop();
    assert!(began.elapsed() < Duration::from_secs(8));
    half.set_read_timeout(Some(Duration::from_secs(8))).unwrap();
    let mut rest = Vec::new();
    assert!(half.read_to_end(&mut rest).is_ok_and(|count| count == 0) || rest.is_empty());
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn a_port_in_use_is_an_error_that_names_it() {
    let server = start();
    let model = Arc::new(Adder { features: Vec::new() });
    let error = super::start(model, server.port()).unwrap_err();
    let expected = format!("port {} cannot be listened on: another program uses it", server.port());
    assert_eq!(error.to_string(), expected);
}
