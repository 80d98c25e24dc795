//! From answers to outputs.

use std::sync::Arc;

use super::samples::{Distinct, Gathered};
use crate::action::{Done, Unsuccessful};
use crate::diagnostic::codes;
use crate::system::http::Response;
use crate::value::{Map, Outputs, Value};

/// Characters of a body that a message shows.
const SHOWN: usize = 300;

/// The outputs of the last sample, and of every answer that differs from it.
pub(super) fn done(gathered: Gathered) -> Done {
    let Gathered { asked, answers, last, latency, connect, first_byte } = gathered;
    let samples = latency.count();
    let shared = Shared {
        latency: Value::from(latency.parts()),
        phases: Value::map([("connect", Value::from(connect)), ("first_byte", Value::from(first_byte))]),
        samples,
    };
    let unsuccessful = answers
        .iter()
        .find(|answer| answer.response.status >= 400)
        .map(|answer| bad(answer, &asked, samples));
    let mut done = Done { unsuccessful, ..Done::default() };
    for (index, answer) in answers.into_iter().enumerate() {
        let outputs = shared.outputs(answer.response);
        if index == last {
            done.outputs = outputs;
        } else {
            done.others.push(outputs);
        }
    }
    done
}

/// What is measured over all samples.
struct Shared {
    latency: Value,
    phases: Value,
    samples: usize,
}

impl Shared {
    fn outputs(&self, response: Response) -> Outputs {
        let outputs = Outputs::new()
            .with("status", Value::Int(response.status.into()))
            .with("headers", headers(&response.headers));
        let json = json(&response);
        let body = match String::from_utf8(response.body) {
            Ok(text) => Value::text(text),
            Err(error) => Value::Bytes(error.into_bytes().into()),
        };
        let outputs = outputs.with("body", body);
        let outputs = match json {
            Ok(document) => outputs.with("json", document),
            Err(why) => outputs.without("json", why),
        };
        outputs
            .with("latency", self.latency.clone())
            .face("latency", "max")
            .with("phases", self.phases.clone())
            .with("samples", self.samples)
            .with("url", response.url)
    }
}

fn headers(pairs: &[(String, String)]) -> Map {
    let mut map = Map::with_capacity(pairs.len());
    for (name, value) in pairs {
        match map.get_mut(name.as_str()) {
            Some(Value::Text(held)) => *held = format!("{held}, {value}").into(),
            _ => {
                map.insert(Arc::from(name.as_str()), Value::text(value.as_str()));
            }
        }
    }
    map
}

fn json(response: &Response) -> Result<Value, String> {
    if response.body.is_empty() {
        return Err("the body is empty, and so no JSON".to_owned());
    }
    Value::from_json(&response.body).map_err(|error| {
        let media = response.header("content-type").map_or(String::new(), |media| format!(" (`{media}`)"));
        format!("the body is not JSON{media}: {error}")
    })
}

fn bad(answer: &Distinct, asked: &str, samples: usize) -> Unsuccessful {
    let status = answer.response.status;
    let times =
        if samples > 1 { format!(" in {} of {samples} samples", answer.count) } else { String::new() };
    let body = String::from_utf8_lossy(&answer.response.body);
    let mut shown: String = body.chars().take(SHOWN).collect();
    if shown.len() < body.len() {
        shown.push('…');
    }
    let notes = if shown.is_empty() { Vec::new() } else { vec![format!("the body: {shown}")] };
    Unsuccessful {
        output: "status",
        code: codes::BAD_STATUS,
        message: format!("`{asked}` is answered with status {status}{times}"),
        notes,
    }
}
