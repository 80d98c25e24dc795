//! KServe's first protocol: `instances` posted to `/v1/models/M:predict`.

use super::answers::under_predictions;
use super::instances::{FORMS, instances};
use super::{Inference, Protocol, Reading};
use crate::action::StepError;
use crate::action::probe::conversation::{Rows, Spoken};
use crate::system::http::Response;

#[derive(Debug)]
pub(super) struct KserveV1;

impl Protocol for KserveV1 {
    fn name(&self) -> &'static str {
        "kserve-v1"
    }

    fn doc(&self) -> &'static str {
        "KServe's first protocol, which Ray Serve and others speak as well: `GET /v1/models/MODEL` says whether it is\n\
         ready, and `POST /v1/models/MODEL:predict` with `{\"instances\": [[…], …]}` is answered by\n\
         `{\"predictions\": […]}`, one a row. `form: records` sends each row as a mapping from its columns."
    }

    fn example(&self) -> &'static str {
        "{protocol: kserve-v1, base: \"http://localhost:8080\", model: iris, rows: [[5.1, 3.5, 1.4, 0.2]]}"
    }

    fn keys(&self) -> &'static [&'static str] {
        &["model", "form"]
    }

    fn needs_model(&self) -> bool {
        true
    }

    fn words(&self, _: &str) -> &'static [&'static str] {
        FORMS
    }

    fn ready(&self, spoken: &Spoken) -> Vec<String> {
        vec![model_path(spoken)]
    }

    fn request(&self, rows: &Rows, spoken: &Spoken) -> Result<Inference, StepError> {
        Inference::post(format!("{}:predict", model_path(spoken)), &instances(rows, spoken)?, rows)
    }

    fn read(&self, response: &Response, asked: &Inference, _: &Spoken) -> Reading {
        under_predictions(response, asked.rows)
    }
}

/// `/v1/models/iris`, or a version of it.
pub(super) fn model_path(spoken: &Spoken) -> String {
    let model = spoken.model.as_deref().unwrap_or_default();
    match &spoken.version {
        Some(version) => format!("/v1/models/{model}/versions/{version}"),
        None => format!("/v1/models/{model}"),
    }
}
