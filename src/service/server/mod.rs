//! The built-in inference server: a trained model behind real HTTP on loopback.
//!
//! In its plain form: `POST /predict` with `{"instances": […]}` is answered by `{"predictions": […]}`; `GET /health` and
//! `GET /metadata` tell that it lives and what it serves. Everything else is answered by a 4xx with
//! `{"error": "what is wrong and what to send instead"}`.

mod body;
mod instances;
mod plain;
mod routes;
#[cfg(test)]
mod tests;

pub(super) use body::receive;

use std::sync::Arc;

use axum::serve::ListenerExt;
use serde_json::Value;

use super::host::{Bound, Host, HostError};

/// A model that can be served.
pub trait Predictor {
    /// The model's name.
    fn name(&self) -> &str;
    /// Its features in the order of a row.
    fn features(&self) -> &[String];
    /// What `GET /metadata` tells besides name and features, as a JSON object: task, classes, library.
    fn metadata(&self) -> Value;
    /// One prediction for each row; every row has one finite number for each feature.
    fn predict(&self, rows: &[Vec<f64>]) -> Result<Vec<Value>, String>;
}

/// A model as the server holds it.
pub type Model = Arc<dyn Predictor + Send + Sync>;

/// Serves `model` on 127.0.0.1; any free port when `port` is 0. Requests are accepted once this returns.
pub fn start(model: Model, port: u16) -> Result<Host, HostError> {
    let router = routes::router(&[plain::ROUTES]).with_state(model);
    Bound::to(port)?.serve(|listener, drained| {
        // Without it an answer in two pieces waits for the client's delayed acknowledgement.
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        let server = axum::serve(listener, router).with_graceful_shutdown(async {
            let _ = drained.await;
        });
        IntoFuture::into_future(server)
    })
}
