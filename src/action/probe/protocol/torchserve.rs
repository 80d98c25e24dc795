//! TorchServe, and DJL Serving which speaks like it: the body is the handler's own.

use super::answers::{alone, listed};
use super::document::{read, says_no};
use super::{Inference, Protocol, Reading};
use crate::action::StepError;
use crate::action::probe::conversation::{Rows, Spoken};
use crate::system::http::Response;
use crate::value::{Segment, Value, clip};

#[derive(Debug)]
pub(super) struct Torchserve;

impl Protocol for Torchserve {
    fn name(&self) -> &'static str {
        "torchserve"
    }

    fn doc(&self) -> &'static str {
        "TorchServe (no longer maintained) and DJL Serving: `GET /ping` must say `Healthy`, and\n\
         `POST /predictions/MODEL` (`/VERSION`) takes what its handler takes: a list of rows, as records where their\n\
         columns have names (`form: lists` and `form: records` say which), `form: instances` puts it under `instances`, and `form: row` sends each row alone, in a request\n\
         of its own. The answer is a list, one a row, or for one row whatever the handler makes of it. A refusal must\n\
         say `code`, `type` and `message`."
    }

    fn example(&self) -> &'static str {
        "{protocol: torchserve, base: \"http://localhost:8080\", model: iris, rows: [[5.1, 3.5, 1.4, 0.2]]}"
    }

    fn keys(&self) -> &'static [&'static str] {
        &["model", "version", "form"]
    }

    fn needs_model(&self) -> bool {
        true
    }

    fn words(&self, _: &str) -> &'static [&'static str] {
        &["lists", "records", "instances", "row"]
    }

    fn rows_at_once(&self, spoken: &Spoken) -> usize {
        if spoken.form == Some("row") { 1 } else { usize::MAX }
    }

    fn ready(&self, _: &Spoken) -> Vec<String> {
        vec!["/ping".to_owned()]
    }

    fn unready(&self, document: &Value) -> Option<String> {
        let status = document.child(&Segment::Key("status".into()));
        match status.as_ref().and_then(Value::as_text) {
            Some(status) if !status.eq_ignore_ascii_case("healthy") => Some(format!("`status: {status}`")),
            _ => says_no(document),
        }
    }

    fn request(&self, rows: &Rows, spoken: &Spoken) -> Result<Inference, StepError> {
        let model = spoken.model.as_deref().unwrap_or_default();
        let path = match &spoken.version {
            Some(version) => format!("/predictions/{model}/{version}"),
            None => format!("/predictions/{model}"),
        };
        let sent = rows.formed(spoken.form)?;
        let document = match spoken.form {
            Some("instances") => Value::map([("instances", Value::list(sent))]),
            Some("row") => sent.into_iter().next().unwrap_or(Value::Null),
            _ => Value::list(sent),
        };
        Inference::post(path, &document, rows)
    }

    fn read(&self, response: &Response, asked: &Inference, spoken: &Spoken) -> Reading {
        if spoken.form == Some("row") { alone(response) } else { listed(response, asked.rows) }
    }

    fn refusal(&self, response: &Response) -> Option<String> {
        let wanted = "and the protocol says `{\"code\", \"type\", \"message\"}`";
        match read(&response.body, "the body of the refusal") {
            Err(why) => Some(format!("{why}, {wanted}")),
            Ok(read) => {
                let has = |key: &str| read.value.child(&Segment::Key(key.into())).is_some();
                let whole = ["code", "type", "message"].into_iter().all(has);
                (!whole).then(|| format!("the body of the refusal is {}, {wanted}", clip(&read.value, 200)))
            }
        }
    }
}
