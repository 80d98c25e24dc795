//! A server inside this process: its port, its thread, its end.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::oneshot;

/// How long answers under way may take once the server is stopped, where nobody says.
const GRACE: Duration = Duration::from_millis(500);
/// Threads for what would keep other answers waiting.
const BESIDE: usize = 4;

/// The server could not be started.
#[derive(Debug)]
pub enum HostError {
    /// The port cannot be had.
    Bind {
        /// What was asked for; port 0 is any.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// No thread or event loop can be had.
    Start(io::Error),
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostError::Bind { address, source } => {
                write!(f, "port {} ", address.port())?;
                if address.ip() != Ipv4Addr::LOCALHOST {
                    write!(f, "of {} ", address.ip())?;
                }
                match source.kind() {
                    io::ErrorKind::AddrInUse => f.write_str("cannot be listened on: another program uses it"),
                    _ => write!(f, "cannot be listened on: {source}"),
                }
            }
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

/// A port that is listened on, and nobody answers yet.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
}

impl Bound {
    /// Takes this port of 127.0.0.1; any free one when it is 0.
    pub fn to(port: u16) -> Result<Bound, HostError> {
        Self::on(Ipv4Addr::LOCALHOST.into(), port)
    }

    /// Takes this port of an address of this machine; any free one when it is 0.
    pub fn on(host: IpAddr, port: u16) -> Result<Bound, HostError> {
        let address = SocketAddr::new(host, port);
        let bind = |source| HostError::Bind { address, source };
        let listener = TcpListener::bind(address).map_err(bind)?;
        listener.set_nonblocking(true).map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        Ok(Bound { listener, address })
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Serves what comes there. `serve` is to end soon after the signal it is given, and is cut off if it does not.
    pub fn serve<F>(
        self,
        serve: impl FnOnce(tokio::net::TcpListener, oneshot::Receiver<()>) -> F + Send + 'static,
    ) -> Result<Host, HostError>
    where
        F: Future<Output = io::Result<()>> + Send + 'static,
    {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(BESIDE)
            .build()
            .map_err(HostError::Start)?;
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
                    let grace = stopped.await.unwrap_or(GRACE);
                    let _ = drain.send(());
                    let _ = tokio::time::timeout(grace, serving).await;
                });
                // What is still open is cut off here, with its tasks; nobody waits for work that cannot be.
                runtime.shutdown_background();
            })
            .map_err(HostError::Start)?;
        Ok(Host { address: self.address, stop: Some(stop), thread: Some(thread) })
    }
}

/// A running server. Stopped when dropped.
#[derive(Debug)]
pub struct Host {
    address: SocketAddr,
    stop: Option<oneshot::Sender<Duration>>,
    thread: Option<JoinHandle<()>>,
}

impl Host {
    /// The port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Where it is reached from this machine: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        let mut address = self.address;
        match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        format!("http://{address}")
    }

    /// Stops accepting, gives answers under way half a second, closes every connection.
    pub fn stop(&mut self) {
        self.stop_within(GRACE);
    }

    /// Stops accepting, gives answers under way so much time, closes every connection.
    pub fn stop_within(&mut self, grace: Duration) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(grace);
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
