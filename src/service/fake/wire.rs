//! Faults on the wire: what a connection does to an answer that was made as it should be.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Sleep, sleep};

/// What is sent in place of an answer that is to be no HTTP.
const GARBAGE: &[u8] = b"\x15\x03\x01\x00\x02\x02\x46 this is no HTTP\r\n\r\n";
/// Pieces a second of a body that drips.
const PIECES: u64 = 20;

/// What becomes of the next answer on a connection.
#[derive(Clone, Copy, Debug)]
pub(super) enum Break {
    /// The connection is closed in its place.
    Close,
    /// The connection is reset in its place.
    Reset,
    /// Bytes that are no HTTP come in its place.
    Garbage,
    /// The connection is closed after this much of its body.
    Truncate { after: usize },
    /// Its body of this length comes at so many bytes a second.
    Drip { rate: u64, length: usize },
}

/// Where an answer says what is to become of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Lever(Arc<Mutex<Option<Break>>>);

impl Lever {
    pub(super) fn pull(&self, fault: Break) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault);
    }

    fn take(&self) -> Option<Break> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Accepts connections that can be broken.
pub(super) struct Wired(pub(super) TcpListener);

impl Listener for Wired {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // Without it an answer in two pieces waits for the client's delayed acknowledgement.
        let _ = stream.set_nodelay(true);
        (Wire { stream, lever: Lever::default(), doing: Doing::Well }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Wired>> for Lever {
    fn connect_info(stream: IncomingStream<'_, Wired>) -> Self {
        stream.io().lever.clone()
    }
}

/// One connection.
pub(super) struct Wire {
    stream: TcpStream,
    lever: Lever,
    doing: Doing,
}

enum Doing {
    Well,
    /// From this byte on of what is sent in place of answers.
    Garbage(usize),
    /// The headers pass; so many bytes of their end have been seen.
    Headers {
        ending: usize,
        then: Body,
    },
    Body(Body),
    Over,
}

enum Body {
    Cut { left: usize },
    Drip { rate: u64, left: usize, pause: Option<Pin<Box<Sleep>>> },
}

/// How many bytes of the end of the headers have been seen once these have passed, and where they end.
fn end_of_headers(mut seen: usize, bytes: &[u8]) -> (usize, usize) {
    const END: &[u8] = b"\r\n\r\n";
    for (index, &byte) in bytes.iter().enumerate() {
        seen = match byte {
            _ if byte == END[seen] => seen + 1,
            b'\r' => 1,
            _ => 0,
        };
        if seen == END.len() {
            return (seen, index + 1);
        }
    }
    (seen, bytes.len())
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "the fake breaks this answer")
}

impl Wire {
    fn begin(&mut self, fault: Break) {
        let headers = |then| Doing::Headers { ending: 0, then };
        self.doing = match fault {
            Break::Close => Doing::Over,
            Break::Reset => {
                // Nothing is left to be sent, so that the close that follows resets the connection at once.
                let _ = self.stream.set_zero_linger();
                Doing::Over
            }
            Break::Garbage => Doing::Garbage(0),
            Break::Truncate { after } => headers(Body::Cut { left: after }),
            Break::Drip { rate, length } => headers(Body::Drip { rate, left: length, pause: None }),
        };
    }

    fn send(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn send_garbage(&mut self, context: &mut Context<'_>, mut from: usize) -> Poll<io::Result<usize>> {
        while from < GARBAGE.len() {
            from += ready!(self.send(context, &GARBAGE[from..]))?;
            self.doing = Doing::Garbage(from);
        }
        self.doing = Doing::Over;
        Poll::Ready(Err(broken()))
    }

    fn send_body(
        &mut self,
        context: &mut Context<'_>,
        body: &mut Body,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match body {
            Body::Cut { left: 0 } => Poll::Ready(Err(broken())),
            Body::Cut { left } => {
                let sent = ready!(self.send(context, &bytes[..bytes.len().min(*left)]))?;
                *left -= sent;
                Poll::Ready(Ok(sent))
            }
            Body::Drip { rate, left, pause } => {
                if let Some(waiting) = pause {
                    ready!(waiting.as_mut().poll(context));
                    *pause = None;
                }
                let piece = usize::try_from(*rate / PIECES).unwrap_or(usize::MAX).max(1);
                let sent = ready!(self.send(context, &bytes[..bytes.len().min(piece)]))?;
                *left = left.saturating_sub(sent);
                *pause = Some(Box::pin(sleep(Duration::from_secs_f64(sent as f64 / *rate as f64))));
                Poll::Ready(Ok(sent))
            }
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Some(fault) = self.lever.take() {
            self.begin(fault);
        }
        match std::mem::replace(&mut self.doing, Doing::Well) {
            Doing::Well => self.send(context, bytes),
            Doing::Over => {
                self.doing = Doing::Over;
                Poll::Ready(Err(broken()))
            }
            Doing::Garbage(from) => {
                self.doing = Doing::Garbage(from);
                self.send_garbage(context, from)
            }
            Doing::Headers { ending, then } => {
                let (_, end) = end_of_headers(ending, bytes);
                let sent = self.send(context, &bytes[..end]);
                let passed = if let Poll::Ready(Ok(sent)) = sent { sent } else { 0 };
                let (ending, _) = end_of_headers(ending, &bytes[..passed]);
                self.doing = if ending == 4 { Doing::Body(then) } else { Doing::Headers { ending, then } };
                sent
            }
            Doing::Body(mut body) => {
                let sent = self.send_body(context, &mut body, bytes);
                let whole = matches!(body, Body::Drip { left: 0, .. });
                self.doing = if whole { Doing::Well } else { Doing::Body(body) };
                sent
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_headers_is_found_in_whatever_pieces_they_come() {
        let text = b"HTTP/1.1 200 OK\r\na: b\r\r\n\r\nbody";
        let end = text.len() - 4;
        assert_eq!(end_of_headers(0, text), (4, end));
        for cut in 0..end {
            let (seen, at) = end_of_headers(0, &text[..cut]);
            assert_eq!(at, cut);
            assert_eq!(end_of_headers(seen, &text[cut..]), (4, end - cut), "{cut}");
        }
        assert_eq!(end_of_headers(0, b"no end\r\n"), (2, 8));
    }
}
