//! Each protocol against answers taken from its own documents, and against ones that break its rules.

use serde_json::Value as Json;

use super::*;
use crate::action::probe::conversation::{Rows, Spoken};
use crate::system::http::Timings;
use crate::value::FromValue;

fn rows(yaml: &str) -> Rows {
    Rows::from_value(&Value::from_yaml(yaml.as_bytes()).unwrap()).unwrap()
}

fn value(json: &str) -> Value {
    Value::from_json(json.as_bytes()).unwrap()
}

fn iris() -> Spoken {
    Spoken { model: Some("iris".into()), ..Spoken::default() }
}

fn formed(form: &'static str) -> Spoken {
    Spoken { form: Some(form), ..iris() }
}

/// The path and the body that ask about these rows, without its id.
fn sent(protocol: &str, yaml: &str, spoken: &Spoken) -> (String, String) {
    let inference = find(protocol).unwrap().request(&rows(yaml), spoken).unwrap();
    let body = match serde_json::from_slice::<Json>(&inference.body) {
        Ok(mut body) => {
            body.as_object_mut().and_then(|body| body.remove("id"));
            body.to_string()
        }
        Err(_) => String::from_utf8(inference.body).unwrap(),
    };
    (inference.path, body)
}

fn refused(protocol: &str, yaml: &str, spoken: &Spoken) -> String {
    find(protocol).unwrap().request(&rows(yaml), spoken).unwrap_err().message
}

fn response(status: u16, media: &str, body: &str) -> Response {
    Response {
        status,
        headers: vec![("content-type".to_owned(), media.to_owned())],
        body: body.as_bytes().to_vec(),
        url: "http://host/".to_owned(),
        timings: Timings::default(),
        redirects: 0,
        downgraded: false,
    }
}

/// What an answer to so many rows is read as: its predictions, or what is wrong with it.
fn read_as(
    protocol: &str,
    media: &str,
    body: &str,
    count: usize,
    spoken: &Spoken,
) -> Result<String, Vec<String>> {
    let asked = Inference {
        method: "POST",
        path: "/".to_owned(),
        media: "application/json",
        body: Vec::new(),
        rows: count,
        id: Some("42".to_owned()),
        events: None,
    };
    let reading = find(protocol).unwrap().read(&response(200, media, body), &asked, spoken);
    assert!(reading.measured > 0, "{body}");
    match reading.predictions {
        Some(found) if reading.misses.is_empty() => Ok(Value::list(found).to_string()),
        found => {
            assert!(!reading.misses.is_empty(), "{found:?}");
            Err(reading.misses)
        }
    }
}

fn read(protocol: &str, body: &str, count: usize, spoken: &Spoken) -> Result<String, Vec<String>> {
    read_as(protocol, "application/json", body, count, spoken)
}

#[expect(clippy::unnecessary_wraps)] // the shape a reading has
fn good(text: &str) -> Result<String, Vec<String>> {
    Ok(text.to_owned())
}

fn bad(misses: &[&str]) -> Result<String, Vec<String>> {
    Err(misses.iter().map(ToString::to_string).collect())
}

mod language;
mod plain;
mod tensors;
