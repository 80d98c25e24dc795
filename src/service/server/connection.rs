//! Connections: how many there are at a time, how long each may dawdle, and their end.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::time::sleep;

use super::answer::{answer, turn_away};
use super::patience::Patient;
use super::routes::Routes;

/// The largest head of a request, in bytes.
const HEAD: usize = 32 << 10;
/// After the system has had no connection to give.
const PAUSE: Duration = Duration::from_millis(50);

/// What the server puts up with.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at a time. Some more are told so with a 503; the rest wait to be accepted.
    pub connections: usize,
    /// A request's head is to be there by then, and a connection without a request is kept as long.
    pub head: Duration,
    /// A request's body is to be there by then.
    pub body: Duration,
    /// A client may take nothing of its answer for so long.
    pub stall: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            head: Duration::from_mins(1),
            body: Duration::from_mins(1),
            stall: Duration::from_secs(30),
        }
    }
}

/// Accepts connections and answers on them until `drained`; returns when the answers under way are given.
pub(super) async fn serve(
    listener: TcpListener,
    routes: Arc<Routes>,
    limits: Limits,
    mut drained: oneshot::Receiver<()>,
) -> io::Result<()> {
    let seats = Arc::new(Semaphore::new(limits.connections));
    let standing = Arc::new(Semaphore::new((limits.connections / 8).max(1)));
    let (drain, draining) = watch::channel(());
    loop {
        let Some(accepted) = unless_drained(&mut drained, listener.accept()).await else { break };
        let Ok((stream, _)) = accepted else {
            // It may be file descriptors that are wanting, and some of them come back.
            let Some(()) = unless_drained(&mut drained, sleep(PAUSE)).await else { break };
            continue;
        };
        // Without it an answer in two pieces waits for the client's delayed acknowledgement.
        let _ = stream.set_nodelay(true);
        let seat = seats.clone().try_acquire_owned();
        let full = seat.is_err();
        let seat = match seat {
            Ok(seat) => Ok(seat),
            Err(_) => match unless_drained(&mut drained, standing.clone().acquire_owned()).await {
                Some(place) => place,
                None => break,
            },
        };
        let (routes, draining) = (routes.clone(), draining.clone());
        tokio::spawn(async move {
            converse(stream, routes, limits, full, draining).await;
            drop(seat);
        });
    }
    drop(listener);
    drop(draining);
    let _ = drain.send(());
    drain.closed().await;
    Ok(())
}

/// What comes of waiting; `None` once the server is to end.
async fn unless_drained<T>(
    drained: &mut oneshot::Receiver<()>,
    waiting: impl Future<Output = T>,
) -> Option<T> {
    let (mut drained, mut waiting) = (pin!(drained), pin!(waiting));
    poll_fn(|context| match drained.as_mut().poll(context) {
        Poll::Ready(_) => Poll::Ready(None),
        Poll::Pending => waiting.as_mut().poll(context).map(Some),
    })
    .await
}

/// Answers what is asked on one connection, to its end.
async fn converse(
    stream: TcpStream,
    routes: Arc<Routes>,
    limits: Limits,
    full: bool,
    mut draining: watch::Receiver<()>,
) {
    let service = service_fn(|request| {
        let routes = &routes;
        async move {
            let response =
                if full { turn_away(limits.connections) } else { answer(routes, request, limits.body).await };
            Ok::<_, Infallible>(response)
        }
    });
    let stream = TokioIo::new(Patient::new(stream, limits.stall));
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .max_header_size(HEAD)
            // A client may close its side once it has asked.
            .half_close(true)
            .serve_connection(stream, service)
    );
    let mut drained = pin!(draining.changed());
    let mut told = false;
    let _ = poll_fn(|context| {
        if !told && drained.as_mut().poll(context).is_ready() {
            told = true;
            connection.as_mut().graceful_shutdown();
        }
        connection.as_mut().poll(context)
    })
    .await;
}
