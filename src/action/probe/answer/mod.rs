//! From answers to outputs.

mod capture;
pub(super) mod remedy;

use std::sync::Arc;
use std::time::Duration;

use super::load::{Distinct, Gathered, Phases};
use crate::action::{Context, Done, Unsuccessful};
use crate::diagnostic::codes;
use crate::system::http::Response;
use crate::value::{Distribution, Map, Outputs, Remark, Value};
pub(super) use capture::done;

/// Characters of a body that a message shows.
const SHOWN: usize = 300;
/// Each a distribution by itself.
const PHASES: [&str; 5] =
    ["phases.resolve", "phases.connect", "phases.tls", "phases.first_byte", "phases.whole"];
/// Why there is nothing to look at.
const NO_ANSWER: &str = "no request was answered with a status below 400";

/// The outputs of the last sample, and of every answer that differs from it.
fn of_gathered(gathered: Gathered, context: &Context<'_>) -> Done {
    let throughput = gathered.throughput();
    let Gathered { asked, answers, last, errors, remarks, latency, phases, duration } = gathered;
    let samples = latency.count();
    let measured = Measured::of(latency, phases, errors.output(samples), duration, throughput);
    let unsuccessful = if (context.asked)("errors") {
        errors.told(samples)
    } else {
        let all: usize = answers.iter().map(|answer| answer.count).sum();
        let bad_one = answers.iter().find(|answer| answer.response.status >= 400);
        bad_one.map(|one| {
            let same = answers.iter().filter(|answer| answer.response.status == one.response.status);
            bad(one, &asked, (same.map(|answer| answer.count).sum(), all))
        })
    };
    let mut done = Done { unsuccessful, remarks, ..Done::default() };
    if answers.iter().any(|answer| answer.response.downgraded) {
        done.remarks.push(Remark::loud("a redirect led from `https` to `http`: the answer came unencrypted"));
    }
    if last.is_none() {
        let none = |outputs: Outputs, name| outputs.without(name, NO_ANSWER);
        let outputs = ["status", "headers", "body", "json", "url"].into_iter().fold(Outputs::new(), none);
        done.outputs = measured.complete(outputs);
    }
    for (index, answer) in answers.into_iter().enumerate() {
        let outputs = measured.complete(of_answer(answer.response));
        if Some(index) == last {
            done.outputs = outputs;
        } else {
            done.others.push(outputs);
        }
    }
    done
}

/// What is measured over all samples.
struct Measured {
    latency: Map,
    phases: Value,
    first_token: Map,
    samples: usize,
    errors: Value,
    throughput: f64,
    duration: Duration,
    /// By the outputs that they are the distributions of.
    distributions: [(&'static str, Arc<Distribution>); 7],
}

impl Measured {
    fn of(latency: Distribution, phases: Phases, errors: Value, duration: Duration, throughput: f64) -> Self {
        let Phases { resolve, connect, tls, first_byte, first_event, whole } = &phases;
        let or_null = |measured: &Distribution| match measured.parts() {
            none if none.is_empty() => Value::Null,
            parts => Value::from(parts),
        };
        Self {
            samples: latency.count(),
            latency: latency.parts(),
            phases: Value::map([
                ("resolve", or_null(resolve)),
                ("connect", or_null(connect)),
                ("tls", or_null(tls)),
                ("first_byte", or_null(first_byte)),
                ("whole", or_null(whole)),
            ]),
            first_token: first_event.parts(),
            errors,
            throughput,
            duration,
            distributions: [
                ("latency", latency),
                ("first_token", phases.first_event),
                ("phases.resolve", phases.resolve),
                ("phases.connect", phases.connect),
                ("phases.tls", phases.tls),
                ("phases.first_byte", phases.first_byte),
                ("phases.whole", phases.whole),
            ]
            .map(|(path, measured)| (path, Arc::new(measured))),
        }
    }

    fn complete(&self, outputs: Outputs) -> Outputs {
        let outputs = if self.latency.is_empty() {
            outputs.without("latency", NO_ANSWER)
        } else {
            outputs.with("latency", self.latency.clone()).face("latency", "max")
        };
        let outputs = if self.first_token.is_empty() {
            outputs.without("first_token", "no answer came piece by piece")
        } else {
            outputs.with("first_token", self.first_token.clone()).face("first_token", "max")
        };
        let outputs = PHASES.into_iter().fold(outputs, |outputs, phase| outputs.face(phase, "max"));
        let held = self.distributions.iter();
        held.fold(outputs, |outputs, (path, measured)| outputs.with_distribution(path, measured.clone()))
            .with("phases", self.phases.clone())
            .with("samples", self.samples)
            .with("errors", self.errors.clone())
            .with("throughput", self.throughput)
            .with("duration", self.duration)
    }
}

/// What one answer is.
fn of_answer(response: Response) -> Outputs {
    let outputs = Outputs::new()
        .with("status", Value::Int(response.status.into()))
        .with("headers", headers(&response.headers));
    let json = json(&response);
    let body = match String::from_utf8(response.body) {
        Ok(text) => Value::text(text),
        Err(error) => Value::Bytes(error.into_bytes().into()),
    };
    let outputs = outputs.with("body", body).with("url", response.url);
    match json {
        Ok(document) => outputs.with("json", document),
        Err(why) => outputs.without("json", why),
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

/// `count` of `all` answers have the status of this one.
fn bad(answer: &Distinct, asked: &str, (count, all): (usize, usize)) -> Unsuccessful {
    let status = answer.response.status;
    let times = if all > 1 { format!(" in {count} of {all} samples") } else { String::new() };
    let notes = match &*answer.response.beginning(SHOWN) {
        "" => Vec::new(),
        body => vec![format!("the body: {body}")],
    };
    Unsuccessful {
        output: "status",
        code: codes::BAD_STATUS,
        message: format!("`{asked}` is answered with status {status}{times}"),
        notes,
    }
}
