//! The plain form: `{"instances": [[…], …]}` is answered by `{"predictions": […]}`.

use super::answers::under_predictions;
use super::{Inference, Protocol, Reading};
use crate::action::StepError;
use crate::action::probe::conversation::{Rows, Spoken};
use crate::system::http::Response;
use crate::value::Value;

#[derive(Debug)]
pub(super) struct Instances;

impl Protocol for Instances {
    fn name(&self) -> &'static str {
        "instances"
    }

    fn doc(&self) -> &'static str {
        "Servers of one's own, and the built-in one: `POST /predict` (or `path`) with `{\"instances\": [[…], …]}` is\n\
         answered by `{\"predictions\": […]}`, one a row. `form: records` sends each row as a mapping from its columns.\n\
         There is no path for readiness: the first inference shows it."
    }

    fn example(&self) -> &'static str {
        "{protocol: instances, base: \"http://localhost:8080\", rows: [[5.1, 3.5, 1.4, 0.2]]}"
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
        under_predictions(response, asked.rows)
    }
}

/// Each row as a list of its cells, or as a mapping from its columns.
pub(super) const FORMS: &[&str] = &["lists", "records"];

pub(super) fn instances(rows: &Rows, spoken: &Spoken) -> Result<Value, StepError> {
    let rows = if spoken.form == Some("records") { rows.records()? } else { rows.lists() };
    Ok(Value::map([("instances", Value::list(rows))]))
}
