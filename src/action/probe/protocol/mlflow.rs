//! MLflow's scoring server: rows posted to `/invocations`.

use super::answers::under_predictions;
use super::{Inference, Protocol, Reading};
use crate::action::StepError;
use crate::action::probe::conversation::{Rows, Spoken};
use crate::system::http::Response;
use crate::value::{Map, Value};

#[derive(Debug)]
pub(super) struct Mlflow;

impl Protocol for Mlflow {
    fn name(&self) -> &'static str {
        "mlflow"
    }

    fn doc(&self) -> &'static str {
        "`mlflow models serve` and what speaks like it: `GET /ping` says whether it is ready, and `POST /invocations`\n\
         is answered by `{\"predictions\": […]}`, one a row. `form` is how rows are laid out: `split` (when left out:\n\
         `dataframe_split` with `columns` and `data`), `records` (`dataframe_records`), `inputs` (a tensor, or one\n\
         list for each named column) or `instances`."
    }

    fn example(&self) -> &'static str {
        "{protocol: mlflow, base: \"http://localhost:5000\", rows: [{age: 31, income: 5.2}, {age: 44, income: 7.0}]}"
    }

    fn keys(&self) -> &'static [&'static str] {
        &["form"]
    }

    fn words(&self, _: &str) -> &'static [&'static str] {
        &["split", "records", "inputs", "instances"]
    }

    fn ready(&self, _: &Spoken) -> Vec<String> {
        vec!["/ping".to_owned()]
    }

    fn request(&self, rows: &Rows, spoken: &Spoken) -> Result<Inference, StepError> {
        let named =
            |names: &[std::sync::Arc<str>]| names.iter().cloned().map(Value::Text).collect::<Vec<_>>();
        let (key, value) = match spoken.form {
            Some("records") => ("dataframe_records", Value::list(rows.records()?)),
            Some("inputs") => match &rows.names {
                Some(names) => {
                    let columns = names.iter().enumerate();
                    let columns = columns.map(|(at, name)| (name.clone(), Value::list(rows.column(at))));
                    ("inputs", Value::from(columns.collect::<Map>()))
                }
                None => ("inputs", Value::list(rows.lists())),
            },
            Some("instances") if rows.names.is_some() => ("instances", Value::list(rows.records()?)),
            Some("instances") => ("instances", Value::list(rows.lists())),
            _ => {
                let mut split = Map::new();
                if let Some(names) = &rows.names {
                    split.insert("columns".into(), Value::list(named(names)));
                }
                let cells = rows.cells.iter().map(|row| Value::list(row.clone())).collect();
                split.insert("data".into(), Value::list(cells));
                ("dataframe_split", Value::from(split))
            }
        };
        Inference::post("/invocations", &Value::map([(key, value)]), rows)
    }

    fn read(&self, response: &Response, asked: &Inference, _: &Spoken) -> Reading {
        under_predictions(response, asked.rows)
    }
}
