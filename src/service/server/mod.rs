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

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use serde_json::Value;
use tokio::sync::oneshot;

/// How long answers under way may take once the server is stopped.
const GRACE: Duration = Duration::from_millis(500);

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

/// The server could not be started.
#[derive(Debug)]
pub enum ServeError {
    /// The port cannot be had.
    Bind {
        /// The port asked for; 0 is any.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// No thread or event loop can be had.
    Start(io::Error),
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ServeError::Bind { port, source } if source.kind() == io::ErrorKind::AddrInUse => {
                write!(f, "the model cannot be served on port {port}: another program uses it")
            }
            ServeError::Bind { port, source } => {
                write!(f, "the model cannot be served on port {port}: {source}")
            }
            ServeError::Start(source) => write!(f, "the server cannot be started: {source}"),
        }
    }
}

impl std::error::Error for ServeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ServeError::Bind { source, .. } | ServeError::Start(source) => Some(source),
        }
    }
}

/// A running server. Stopped when dropped.
#[derive(Debug)]
pub struct Server {
    port: u16,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves `model` on 127.0.0.1; any free port when `port` is 0. Requests are accepted once this returns.
    pub fn start(model: Model, port: u16) -> Result<Server, ServeError> {
        let bind = |source| ServeError::Bind { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(bind)?;
        listener.set_nonblocking(true).map_err(bind)?;
        let bound = listener.local_addr().map_err(bind)?.port();
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(ServeError::Start)?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(ServeError::Start)?
        };
        let router = routes::router(&[plain::ROUTES]).with_state(model);
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("inference server".into())
            .spawn(move || {
                runtime.block_on(serve(listener, router, stopped));
                // What is still open is cut off here, with its tasks.
                drop(runtime);
            })
            .map_err(ServeError::Start)?;
        Ok(Server { port: bound, stop: Some(stop), thread: Some(thread) })
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Stops accepting, gives answers under way half a second, closes every connection.
    pub fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn serve(listener: tokio::net::TcpListener, router: Router, stopped: oneshot::Receiver<()>) {
    // Without it an answer in two pieces waits for the client's delayed acknowledgement.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let (drain, drained) = oneshot::channel::<()>();
    let server = axum::serve(listener, router).with_graceful_shutdown(async {
        let _ = drained.await;
    });
    let serving = tokio::spawn(IntoFuture::into_future(server));
    let _ = stopped.await;
    let _ = drain.send(());
    let _ = tokio::time::timeout(GRACE, serving).await;
}
