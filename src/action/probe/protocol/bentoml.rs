//! BentoML: a JSON object of named arguments.

use std::sync::Arc;

use super::answers::listed;
use super::{Inference, Protocol, Reading};
use crate::action::StepError;
use crate::action::probe::conversation::{Rows, Spoken};
use crate::system::http::Response;
use crate::value::{Segment, Value};

#[derive(Debug)]
pub(super) struct Bentoml;

/// What the argument is called where nothing else is known.
const ARGUMENT: &str = "input_data";

impl Protocol for Bentoml {
    fn name(&self) -> &'static str {
        "bentoml"
    }

    fn doc(&self) -> &'static str {
        "BentoML services: `GET /readyz` says whether it is ready, and `POST /predict` (or `path`) takes a mapping with\n\
         one argument that holds all rows, and answers with a list, one a row. The argument's name is `argument`, else\n\
         the only one that `GET /schema.json` names for that path, else `input_data`. Rows with named columns are sent\n\
         as records, unless `form: lists` says otherwise."
    }

    fn example(&self) -> &'static str {
        "{protocol: bentoml, base: \"http://localhost:3000\", path: /classify, rows: [[5.1, 3.5, 1.4, 0.2]]}"
    }

    fn keys(&self) -> &'static [&'static str] {
        &["path", "argument", "form"]
    }

    fn words(&self, _: &str) -> &'static [&'static str] {
        &["lists", "records"]
    }

    fn ready(&self, _: &Spoken) -> Vec<String> {
        vec!["/readyz".to_owned()]
    }

    fn metadata(&self, _: &Spoken) -> Option<String> {
        Some("/schema.json".to_owned())
    }

    fn may_lack(&self, path: &str) -> bool {
        path == "/schema.json"
    }

    fn request(&self, rows: &Rows, spoken: &Spoken) -> Result<Inference, StepError> {
        let argument =
            spoken.argument.clone().or_else(|| only_argument(spoken)).unwrap_or_else(|| ARGUMENT.into());
        let value = rows.formed(spoken.form)?;
        Inference::post(path(spoken), &Value::map([(argument, Value::list(value))]), rows)
    }

    fn read(&self, response: &Response, asked: &Inference, _: &Spoken) -> Reading {
        listed(response, asked.rows)
    }
}

fn path(spoken: &Spoken) -> &str {
    spoken.path.as_deref().unwrap_or("/predict")
}

/// The argument of this path, where the schema names one alone.
fn only_argument(spoken: &Spoken) -> Option<Arc<str>> {
    let key = |name: &str| Segment::Key(name.into());
    let Value::List(routes) = spoken.metadata.as_ref()?.child(&key("routes"))? else { return None };
    let own = |route: &&Value| {
        let written = route.child(&key("route"));
        written
            .as_ref()
            .and_then(Value::as_text)
            .is_some_and(|route| route.trim_matches('/') == path(spoken).trim_matches('/'))
    };
    let route = routes.iter().find(own)?;
    match route.follow(&[key("input"), key("properties")]).ok()? {
        Value::Map(arguments) if arguments.len() == 1 => arguments.keys().next().cloned(),
        _ => None,
    }
}
