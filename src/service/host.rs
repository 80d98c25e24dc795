//! A server inside this process: its port, its thread, its end.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::oneshot;

/// How long answers under way may take once the server is stopped.
const GRACE: Duration = Duration::from_millis(500);

/// The server could not be started.
#[derive(Debug)]
pub enum HostError {
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

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostError::Bind { port, source } if source.kind() == io::ErrorKind::AddrInUse => {
                write!(f, "port {port} cannot be listened on: another program uses it")
            }
            HostError::Bind { port, source } => write!(f, "port {port} cannot be listened on: {source}"),
            HostError::Start(source) => write!(f, "the server cannot be started: {source}"),
        }
    }
}

impl std::error::Error for HostError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            HostError::Bind { source, .. } | HostError::Start(source) => Some(source),
        }
    }
}

/// A port of 127.0.0.1 that is listened on, and nobody answers yet.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    port: u16,
}

impl Bound {
    /// Takes this port; any free one when it is 0.
    pub fn to(port: u16) -> Result<Bound, HostError> {
        let bind = |source| HostError::Bind { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(bind)?;
        listener.set_nonblocking(true).map_err(bind)?;
        let port = listener.local_addr().map_err(bind)?.port();
        Ok(Bound { listener, port })
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Serves what comes there. `serve` is to end soon after the signal it is given, and is cut off if it does not.
    pub fn serve<F>(
        self,
        serve: impl FnOnce(tokio::net::TcpListener, oneshot::Receiver<()>) -> F + Send + 'static,
    ) -> Result<Host, HostError>
    where
        F: Future<Output = io::Result<()>> + Send + 'static,
    {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(HostError::Start)?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(self.listener).map_err(HostError::Start)?
        };
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("server".into())
            .spawn(move || {
                runtime.block_on(async {
                    let (drain, drained) = oneshot::channel();
                    let serving = tokio::spawn(serve(listener, drained));
                    let _ = stopped.await;
                    let _ = drain.send(());
                    let _ = tokio::time::timeout(GRACE, serving).await;
                });
                // What is still open is cut off here, with its tasks.
                drop(runtime);
            })
            .map_err(HostError::Start)?;
        Ok(Host { port: self.port, stop: Some(stop), thread: Some(thread) })
    }
}

/// A running server. Stopped when dropped.
#[derive(Debug)]
pub struct Host {
    port: u16,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Host {
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

impl Drop for Host {
    fn drop(&mut self) {
        self.stop();
    }
}
