//! `mlfunnel serve`: the real program, asked in every protocol, and its end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use mlfunnel::ml::model::{Model, Prediction};
use mlfunnel::system::http::{Client, ClientOptions, Http, Request};
use ndarray::array;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::{BOUND, mlfunnel, process, project};

const TWO_CLASSES: &str = include_str!("../spec/fixtures/model.json");

/// A saved model of the features `age` and `dose`.
fn saved(head: &str, coefficients: &str, intercept: &str) -> String {
    format!(
        r#"{{"format": "mlfunnel-model", "version": 1, "library": "mlfunnel 0.1.0", {head},
        "features": ["age", "dose"], "target": "y",
        "preprocessing": [{{"columns": ["dose"], "fitted": {{"scale": {{
            "method": {{"standard": {{"with_mean": true, "with_std": true}}}}, "missing": "keep",
            "n_features": 1, "columns": [{{"divide": {{"center": 0.3, "scale": 0.7}}}}]}}}}}}],
        "coefficients": {coefficients}, "intercept": {intercept},
        "training": {{"rows": 9, "converged": true, "iterations": 3, "grad_norm": 0.0, "loss": 0.1,
            "engine": "linfa"}}}}"#
    )
}

fn classifier(classes: &str, coefficients: &str, intercept: &str) -> String {
    let head = r#""model": "logistic_regression", "params": {"c": 1.0, "fit_intercept": true, "max_iter": 100, "tol": 1e-4}"#;
    saved(&format!(r#"{head}, "classes": {classes}"#), coefficients, intercept)
}

fn regression() -> String {
    saved(r#""model": "ridge", "params": {"alpha": 1.0, "fit_intercept": true}"#, "[[0.1, -0.7]]", "[0.3]")
}

/// The running program. Killed when dropped.
struct Serving {
    child: Child,
    lines: BufReader<ChildStdout>,
    url: String,
}

impl Serving {
    fn of(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = process::mlfunnel(folder, &[&["serve"], arguments, &["--port", "0"]].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        lines.read_line(&mut first).unwrap();
        let url = first.trim_end().rsplit(' ').next().unwrap().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{first}");
        Self { child, lines, url }
    }

    /// What else it says before it waits.
    fn banner(&mut self) -> String {
        let mut text = String::new();
        while !text.ends_with("Ctrl-C\n") {
            assert!(self.lines.read_line(&mut text).unwrap() > 0, "{text}");
        }
        text
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_raw(self.child.id() as i32).unwrap(), signal).unwrap();
    }

    /// Its exit code and what it has written to stderr.
    fn end(mut self) -> (Option<i32>, String) {
        let began = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < BOUND, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
        let mut stderr = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        (self.child.wait().unwrap().code(), stderr)
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.url.strip_prefix("http://").unwrap()).unwrap();
        stream.set_read_timeout(Some(BOUND)).unwrap();
        stream
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn client() -> Client {
    Client::new(ClientOptions::default()).unwrap()
}

fn post(client: &Client, url: &str, media: &str, body: &str) -> Value {
    let mut request = Request::new("POST", url);
    request.headers.push(("content-type".into(), media.into()));
    request.body = body.into();
    let response = client.send(&request).unwrap();
    let text = String::from_utf8_lossy(&response.body).into_owned();
    assert_eq!(response.status, 200, "{url}: {text}");
    serde_json::from_str(&text).unwrap()
}

/// One list of bits a row, of what is a number or a list of numbers a row.
fn bits(rows: &Value) -> Vec<Vec<u64>> {
    let row = |row: &Value| match row {
        Value::Array(values) => values.iter().map(|value| value.as_f64().unwrap().to_bits()).collect(),
        value => vec![value.as_f64().unwrap().to_bits()],
    };
    rows.as_array().unwrap().iter().map(row).collect()
}

#[test]
fn every_protocol_gives_the_numbers_of_the_model_bit_for_bit() {
    let rows = [[0.1, 1.0 / 3.0], [-2.5e-3, 7.1], [31.4, -0.0]];
    let columns = |at: usize| rows.map(|row| row[at]);
    for (name, text) in [
        ("two", classifier("[0, 1]", "[[0.3, -1.1]]", "[0.2]")),
        (
            "several",
            classifier(r#"["a", "b", "c"]"#, "[[0.3, -1.1], [0.1, 0.2], [-0.4, 0.9]]", "[0.2, 0.1, -0.3]"),
        ),
        ("number", regression()),
    ] {
        let folder = project(&[(&format!("{name}.json"), &text)]);
        let serving = Serving::of(folder.path(), &[&format!("{name}.json")]);
        let (client, url) = (client(), &serving.url);
        let model = Model::from_json(&text).unwrap();
        let x = array![rows[0], rows[1], rows[2]];
        let (labels, expected) = match model.predict_raw(x.view()).unwrap() {
            Prediction::Classes { labels, probabilities, .. } => {
                let given = |row: Vec<f64>| if row.len() == 2 { json!(row[1]) } else { json!(row) };
                let rows =
                    probabilities.rows().into_iter().map(|row| given(row.to_vec())).collect::<Vec<_>>();
                (json!(labels), json!(rows))
            }
            Prediction::Values(values) => (json!(values.to_vec()), json!(values.to_vec())),
        };
        let records: Vec<Value> = rows.iter().map(|row| json!({"dose": row[1], "age": row[0]})).collect();
        let by_name = json!({"dose": columns(1), "age": columns(0)});
        for (path, body, answer) in [
            ("/predict".to_owned(), json!({"instances": rows}), "predictions"),
            (format!("/v1/models/{name}:predict"), json!({"instances": records}), "predictions"),
            (format!("/v1/models/{name}:predict"), json!({"inputs": by_name}), "outputs"),
            (
                "/invocations".into(),
                json!({"dataframe_split": {"columns": ["age", "dose"], "data": rows}}),
                "predictions",
            ),
            ("/invocations".into(), json!({"dataframe_records": records}), "predictions"),
            ("/invocations".into(), json!({"instances": rows}), "predictions"),
            ("/invocations".into(), json!({"inputs": by_name}), "predictions"),
        ] {
            let given = post(&client, &format!("{url}{path}"), "application/json", &body.to_string());
            assert_eq!(bits(&given[answer]), bits(&expected), "{path} {body}");
        }
        let csv = rows.map(|[age, dose]| format!("{dose},{age}\n")).concat();
        let given = post(&client, &format!("{url}/invocations"), "text/csv", &format!("dose,age\n{csv}"));
        assert_eq!(bits(&given["predictions"]), bits(&expected));

        let tensor = |name: &str, shape: Value, data: Value| json!({"name": name, "datatype": "FP64", "shape": shape, "data": data});
        for inputs in [
            json!([tensor("x", json!([3, 2]), json!(rows))]),
            json!([
                tensor("dose", json!([3, 1]), json!(columns(1))),
                tensor("age", json!([3]), json!(columns(0)))
            ]),
        ] {
            let body = json!({"id": "7", "inputs": inputs}).to_string();
            let given = post(&client, &format!("{url}/v2/models/{name}/infer"), "application/json", &body);
            assert_eq!((&given["id"], &given["model_name"]), (&json!("7"), &json!(name)));
            let outputs = given["outputs"].as_array().unwrap();
            assert_eq!(outputs[0]["data"], labels, "{body}");
            let Some(probabilities) = outputs.get(1) else { continue };
            let width = probabilities["shape"][1].as_u64().unwrap() as usize;
            let rows: Vec<Value> = probabilities["data"]
                .as_array()
                .unwrap()
                .chunks(width)
                .map(|row| if width == 2 { row[1].clone() } else { json!(row) })
                .collect();
            assert_eq!(bits(&json!(rows)), bits(&expected), "{body}");
        }
    }
}

#[test]
fn it_says_what_it_serves_and_ends_well_when_told_to() {
    let folder = project(&[("models/iris.json", TWO_CLASSES)]);
    for (signal, arguments, name) in [
        (Signal::TERM, &["models/iris.json"][..], "iris"),
        (Signal::INT, &["models/iris.json", "--name", "my iris", "--host", "127.0.0.1"], "my iris"),
    ] {
        let mut serving = Serving::of(folder.path(), arguments);
        let banner = serving.banner();
        for part in
            ["  features  x\n", "  classes   0, 1\n", "  routes    POST /predict\n", "POST /invocations\n"]
        {
            assert!(banner.contains(part), "{banner}");
        }
        let path = format!("/v2/models/{}/infer", name.replace(' ', "%20"));
        assert!(banner.contains(&format!("POST {path}\n")), "{banner}");
        // The example works as it is printed; there may be no curl to try it with.
        let example = banner.lines().find(|line| line.starts_with("curl ")).unwrap();
        let body = example.split('\'').nth(3).unwrap();
        let (client, url) = (client(), serving.url.clone());
        assert!(
            example.starts_with(&format!("curl {url}/predict -H 'content-type: application/json' -d ")),
            "{example}"
        );
        let given = post(&client, &format!("{url}/predict"), "application/json", body);
        assert_eq!(given["predictions"].as_array().unwrap().len(), 1);
        let body = r#"{"inputs": [{"name": "x", "shape": [1, 1], "datatype": "FP64", "data": [2]}]}"#;
        assert_eq!(post(&client, &format!("{url}{path}"), "application/json", body)["model_name"], name);
        serving.signal(signal);
        assert_eq!(serving.end(), (Some(0), String::new()));
    }
}

#[test]
fn of_64_clients_at_once_each_is_answered() {
    let folder = project(&[("m.json", TWO_CLASSES)]);
    let serving = Serving::of(folder.path(), &["m.json"]);
    let url = format!("{}/predict", serving.url);
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..64)
            .map(|_| {
                scope.spawn(|| {
                    let client = client();
                    let ask = || post(&client, &url, "application/json", r#"{"instances": [[2]]}"#);
                    let first = ask();
                    (0..20).all(|_| ask() == first)
                })
            })
            .collect();
        assert!(clients.into_iter().all(|client| client.join().unwrap()));
    });
}

#[test]
fn a_request_under_way_is_answered_before_it_ends_and_none_after() {
    let folder = project(&[("m.json", TWO_CLASSES)]);
    let serving = Serving::of(folder.path(), &["m.json"]);
    let mut stream = serving.connect();
    let body = r#"{"instances": [[2]]}"#;
    let (now, later) = body.split_at(5);
    let head = format!("POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{now}", body.len());
    stream.write_all(head.as_bytes()).unwrap();
    // The server has it once another, sent after it, is answered.
    post(&client(), &format!("{}/predict", serving.url), "application/json", body);
    serving.signal(Signal::TERM);
    let began = Instant::now();
    while TcpStream::connect(serving.url.strip_prefix("http://").unwrap()).is_ok() {
        assert!(began.elapsed() < BOUND, "it still accepts");
    }
    stream.write_all(later.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("predictions"), "{answer}");
    assert_eq!(serving.end(), (Some(0), String::new()));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let folder = project(&[("m.json", TWO_CLASSES)]);
    let serving = Serving::of(folder.path(), &["m.json"]);
    let mut stream = serving.connect();
    stream.write_all(b"POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{").unwrap();
    post(&client(), &format!("{}/predict", serving.url), "application/json", r#"{"instances": []}"#);
    serving.signal(Signal::INT);
    let began = Instant::now();
    while TcpStream::connect(serving.url.strip_prefix("http://").unwrap()).is_ok() {
        assert!(began.elapsed() < BOUND, "it still accepts");
    }
    serving.signal(Signal::INT);
    assert_eq!(serving.end().0, Some(130));
}

#[test]
fn what_cannot_be_served_is_2_and_says_why() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let folder = project(&[("m.json", TWO_CLASSES), ("other.json", "{\"a\": 1}"), ("cut.json", "{")]);
    let in_use = format!(
        "mlfunnel: port {port} cannot be listened on: another program uses it; give another `--port`, or 0 for any free one\n"
    );
    for (arguments, expected) in [
        (&["m.json", "--port", &port][..], in_use.as_str()),
        (
            &["other.json"],
            "mlfunnel: `other.json`: this is no model of mlfunnel: `format` must be `mlfunnel-model` and `version` a number\n",
        ),
        (
            &["cut.json"],
            "mlfunnel: `cut.json`: the model is not whole JSON: EOF while parsing an object at line 1 column 1\n",
        ),
        (&["none.json"], "mlfunnel: there is no file `none.json`\n"),
    ] {
        let ran = mlfunnel(&folder, &[&["serve"], arguments].concat());
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(2), "", expected));
    }
    for arguments in [&[][..], &["m.json", "--port", "70000"], &["m.json", "--host", "everywhere"]] {
        assert_eq!(mlfunnel(&folder, &[&["serve"], arguments].concat()).code, Some(2), "{arguments:?}");
    }
}
