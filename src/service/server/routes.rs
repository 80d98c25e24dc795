//! From the protocols' tables of routes to the one that a request asks for.

use std::collections::HashMap;

use axum::http::{Method, StatusCode};
use ndarray::Array2;
use serde_json::Value;

use super::{Model, Predictor, VERSION};
use super::{mlflow, open_inference, plain, v1};
use crate::ml::model::Prediction;
use crate::service::fake::decoded;
use crate::system::http::url::percent_encoded;

/// All protocols. Their paths differ.
const PROTOCOLS: &[&Protocol] =
    &[&plain::PROTOCOL, &open_inference::PROTOCOL, &v1::PROTOCOL, &mlflow::PROTOCOL];

/// A way to be asked for predictions.
pub(super) struct Protocol {
    pub(super) routes: &'static [Route],
    /// How it tells an error.
    pub(super) error: fn(StatusCode, &str) -> Value,
}

/// One line of a protocol's table.
pub(super) struct Route {
    pub(super) method: Method,
    /// `{model}` and `{version}` stand for those of the model that is served.
    pub(super) path: &'static str,
    pub(super) answer: fn(&Asked<'_>) -> Result<Reply, Refusal>,
}

/// A request as a route sees it.
pub(super) struct Asked<'a> {
    pub(super) model: &'a dyn Predictor,
    pub(super) routes: &'a Routes,
    pub(super) content_type: Option<&'a str>,
    pub(super) body: &'a [u8],
}

/// What a route answers with, beside a status of 200.
pub(super) enum Reply {
    Json(Value),
    Text(&'static str),
}

/// Why a request is refused.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) error: String,
}

impl Refusal {
    pub(super) fn bad_request(error: impl Into<String>) -> Refusal {
        Refusal { status: StatusCode::BAD_REQUEST, error: error.into() }
    }

    pub(super) fn internal(error: impl Into<String>) -> Refusal {
        Refusal { status: StatusCode::INTERNAL_SERVER_ERROR, error: error.into() }
    }
}

impl Asked<'_> {
    /// The body's media type in lower case, without its parameters.
    pub(super) fn media(&self) -> Option<String> {
        let essence = self.content_type?.split(';').next().unwrap_or_default();
        Some(essence.trim().to_ascii_lowercase())
    }

    /// The body as JSON, which must be announced as such; one without a type is taken for it.
    pub(super) fn json(&self) -> Result<Value, Refusal> {
        if let Some(media) = self.media()
            && media != "application/json"
            && !media.ends_with("+json")
        {
            return Err(self.wrong_type("`application/json`"));
        }
        serde_json::from_slice(self.body)
            .map_err(|error| Refusal::bad_request(format!("the body is not JSON: {error}")))
    }

    /// What the model says of these rows: one finite prediction for each.
    pub(super) fn predict(&self, rows: &Array2<f64>) -> Result<Prediction, Refusal> {
        let prediction = self.model.predict(rows.view()).map_err(Refusal::bad_request)?;
        // JSON has no NaN and no infinity; a number that is neither would turn into `null` without a word.
        let (given, odd) = match &prediction {
            Prediction::Classes { probabilities, .. } => {
                let odd = probabilities.indexed_iter().find(|(_, p)| !p.is_finite());
                (probabilities.nrows(), odd.map(|((row, _), _)| row))
            }
            Prediction::Values(values) => (values.len(), values.iter().position(|value| !value.is_finite())),
        };
        if given != rows.nrows() {
            let error = format!("the model gave {given} predictions for {} instances", rows.nrows());
            return Err(Refusal::internal(error));
        }
        match odd {
            Some(row) => {
                Err(Refusal::internal(format!("the model's prediction for instance {row} is not finite")))
            }
            None => Ok(prediction),
        }
    }

    pub(super) fn wrong_type(&self, send: &str) -> Refusal {
        let error = format!("the content type is `{}`; send {send}", self.content_type.unwrap_or_default());
        Refusal { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, error }
    }
}

/// What can be asked of one model.
pub(super) struct Routes {
    pub(super) model: Model,
    by_path: HashMap<String, Vec<(&'static Protocol, &'static Route)>>,
    listing: Vec<String>,
}

impl Routes {
    pub(super) fn of(model: Model) -> Self {
        let mut by_path: HashMap<String, Vec<_>> = HashMap::new();
        let mut listing = Vec::new();
        for protocol in PROTOCOLS {
            for route in protocol.routes {
                let path = |name: &str| route.path.replace("{version}", VERSION).replace("{model}", name);
                // A version adds nothing to what its model has told.
                if !route.path.contains("{version}") {
                    listing.push(format!("{} {}", route.method, path(&percent_encoded(model.name()))));
                }
                by_path.entry(path(model.name())).or_default().push((*protocol, route));
            }
        }
        Self { model, by_path, listing }
    }

    /// The requests that are answered, those by version aside: `GET /health`.
    pub(super) fn listing(&self) -> &[String] {
        &self.listing
    }

    /// The route that is asked for, or the error form of its path and why there is none.
    pub(super) fn find(
        &self,
        method: &Method,
        path: &str,
    ) -> Result<(&'static Protocol, &'static Route), Missing> {
        let there = self.by_path.get(path).or_else(|| self.by_path.get(&decoded(path, false)));
        let Some(there) = there else {
            return Err(Missing { protocol: &plain::PROTOCOL, error: self.not_found(path), allow: None });
        };
        let asked = if method == Method::HEAD { &Method::GET } else { method };
        if let Some(found) = there.iter().find(|(_, route)| route.method == *asked) {
            return Ok(*found);
        }
        let (protocol, route) = there[0];
        let allow = if route.method == Method::GET { "GET,HEAD" } else { "POST" };
        let error = format!("`{path}` does not take {method}; send {}", route.method);
        Err(Missing { protocol, error, allow: Some(allow) })
    }

    fn not_found(&self, path: &str) -> String {
        let routes = self.listing.join(", ");
        match path.split('/').skip(1).collect::<Vec<_>>()[..] {
            ["v1" | "v2", "models", ..] => {
                format!(
                    "there is no `{path}` here; the model is `{}`, in version {VERSION}; the routes are: {routes}",
                    self.model.name()
                )
            }
            _ => format!("there is no `{path}` here; the routes are: {routes}"),
        }
    }
}

/// No route is asked for.
pub(super) struct Missing {
    pub(super) protocol: &'static Protocol,
    pub(super) error: String,
    /// The methods that the path does take, where there is such a path.
    pub(super) allow: Option<&'static str>,
}
