//! The built-in inference server: a trained model behind real HTTP, in the forms that common clients speak.
//!
//! The plain form, Open Inference v2, KServe v1 with the rows and columns of TensorFlow Serving, and MLflow scoring:
//! one file of routes each. `GET /` lists them. What cannot be answered is refused with a 4xx, in the error form of the
//! protocol, that says what is wrong and what to send instead.

mod answer;
mod body;
mod connection;
mod mlflow;
mod open_inference;
mod patience;
mod plain;
mod routes;
mod rows;
#[cfg(test)]
mod tests;
mod v1;

pub(super) use body::receive;
pub use connection::Limits;

use std::net::IpAddr;
use std::sync::Arc;

use ndarray::ArrayView2;
use serde_json::Value;

use super::host::{Bound, Host, HostError};
use crate::ml::label::Label;
use crate::ml::model::Prediction;
use routes::Routes;

/// The version under which a model is served; a saved model has none of its own.
const VERSION: &str = "1";

/// A model that can be served.
pub trait Predictor {
    /// The model's name.
    fn name(&self) -> &str;
    /// Its features in the order of a row.
    fn features(&self) -> &[String];
    /// Its classes in ascending order; empty for a regression.
    fn classes(&self) -> &[Label];
    /// What `GET /metadata` tells besides name and features, as a JSON object: task, classes, library.
    fn metadata(&self) -> Value;
    /// What it says of each row; every row has one finite number for each feature.
    fn predict(&self, rows: ArrayView2<'_, f64>) -> Result<Prediction, String>;
}

/// A model as the server holds it.
pub type Model = Arc<dyn Predictor + Send + Sync>;

/// Serves `model` there; on any free port when `port` is 0. Requests are accepted once this returns.
pub fn start(model: Model, host: IpAddr, port: u16, limits: Limits) -> Result<Host, HostError> {
    let routes = Arc::new(Routes::of(model));
    Bound::on(host, port)?
        .serve(move |listener, drained| connection::serve(listener, routes, limits, drained))
}

/// The requests that a model of this name is served by: `POST /v2/models/iris/infer`.
pub fn routes(model: Model) -> Vec<String> {
    Routes::of(model).listing().to_vec()
}
