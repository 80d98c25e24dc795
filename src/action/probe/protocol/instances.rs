//! The plain form: `{"instances": [[…], …]}` is answered by `{"predictions": […]}`.

use super::document::Document;
use super::{Inference, Protocol, Reading};
use crate::action::StepError;
use crate::action::probe::dialect::Spoken;
use crate::action::probe::rows::Rows;
use crate::system::http::Response;
use crate::value::{Segment, Value};

#[derive(Debug)]
pub(super) struct Instances;

impl Protocol for Instances {
    fn name(&self) -> &'static str {
        "instances"
    }

    fn doc(&self) -> &'static str {
        "Servers of one's own, and the built-in one: `POST /predict` (or `path`) with `{\"instances\": [[…], …]}` is \
         answered by `{\"predictions\": […]}`, one a row. `form: records` sends each row as a mapping from its columns. \
         There is no path for readiness: the first inference shows it."
    }

    fn example(&self) -> &'static str {
        "suite: served model\n\
         tier: smoke\n\
         cases:\n\
         \x20 - name: it answers\n\
         \x20   probe: {protocol: instances, base: \"http://localhost:8080\", rows: [[5.1, 3.5, 1.4, 0.2]]}\n"
    }

    fn keys(&self) -> &'static [&'static str] {
        &["path", "form"]
    }

    fn words(&self, _: &str) -> &'static [&'static str] {
        FORMS
    }

    fn request(&self, rows: &Rows, spoken: &Spoken) -> Result<Inference, StepError> {
        let path = spoken.path.as_deref().unwrap_or("/predict");
        Inference::post(path, &instances(rows, spoken)?, rows)
    }

    fn read(&self, response: &Response, asked: &Inference, _: &Spoken) -> Reading {
        predictions(response, asked)
    }
}

/// Each row as a list of its cells, or as a mapping from its columns.
pub(super) const FORMS: &[&str] = &["lists", "records"];

pub(super) fn instances(rows: &Rows, spoken: &Spoken) -> Result<Value, StepError> {
    let rows = if spoken.form == Some("records") { rows.records()? } else { rows.lists() };
    Ok(Value::map([("instances", Value::list(rows))]))
}

/// An answer whose `predictions` is a list, one a row.
pub(super) fn predictions(response: &Response, asked: &Inference) -> Reading {
    let document = match Document::of(response) {
        Ok(document) => document,
        Err(reading) => return reading,
    };
    let map = match document.map() {
        Ok(map) => map,
        Err(reading) => return reading,
    };
    let mut reading = match map.get("predictions") {
        Some(Value::List(items)) => {
            let mut reading = Reading::default();
            reading.predictions(items, asked.rows);
            reading
        }
        Some(other) => Reading::miss(format!("`predictions` is {}, not a list", other.kind())),
        None => Reading::miss("the answer has no `predictions`"),
    };
    document.name_bare(&[Segment::Key("predictions".into())], &mut reading);
    reading
}
