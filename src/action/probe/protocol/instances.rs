//! The plain form: `{"instances": [[…], …]}` is answered by `{"predictions": […]}`.

use serde_json::{Value as Json, json};

use super::{Inference, Protocol, Reading, Spoken};
use crate::action::StepError;
use crate::action::probe::rows::Rows;
use crate::system::http::Response;
use crate::value::Value;

#[derive(Debug)]
pub(super) struct Instances;

impl Protocol for Instances {
    fn name(&self) -> &'static str {
        "instances"
    }

    fn doc(&self) -> &'static str {
        "`POST /predict` (or `path`) with `{\"instances\": [[…], …]}`, answered by `{\"predictions\": […]}`, one a row."
    }

    fn request(&self, rows: &Rows, spoken: &Spoken) -> Result<Inference, StepError> {
        let instances: Vec<Json> =
            rows.rows.iter().map(|row| row.iter().map(Value::to_json).collect()).collect();
        Ok(Inference {
            method: "POST",
            path: spoken.path.as_deref().unwrap_or("/predict").to_owned(),
            media: "application/json",
            body: json!({"instances": instances}).to_string().into_bytes(),
            rows: rows.len(),
            id: None,
        })
    }

    fn read(&self, response: &Response, asked: &Inference, _: &Spoken) -> Reading {
        let miss = |why: String| Reading { measured: 1, misses: vec![why], ..Reading::default() };
        let document = match Value::from_json(&response.body) {
            Ok(document) => document,
            Err(error) => return miss(format!("the answer is not JSON: {error}")),
        };
        let predictions = match &document {
            Value::Map(fields) => fields.get("predictions"),
            _ => None,
        };
        match predictions {
            Some(Value::List(items)) if items.len() == asked.rows => {
                Reading { predictions: Some(items.to_vec()), measured: asked.rows as u64, misses: Vec::new() }
            }
            Some(Value::List(items)) => {
                miss(format!("{} predictions came for {} rows", items.len(), asked.rows))
            }
            Some(other) => miss(format!("`predictions` is {}, not a list", other.kind())),
            None => miss("the answer has no `predictions`".to_owned()),
        }
    }
}
