//! TCP connections with few system calls.
//!
//! The library's own transport sends head and body of a request apart, sets socket timeouts anew for each piece, and
//! takes three calls to see whether a connection is still open: half of what a request on loopback costs.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, ShutdownHandle, Transport,
};

/// Output is held back up to this size, so that a request and its small body leave in one piece.
const HELD_BACK: usize = 64 * 1024;

/// A write that cannot go on looks at the time this often.
const WRITE_TURN: Duration = Duration::from_millis(20);
/// The kernel counts longer waits in coarse steps, and shorter ones are left to `poll`.
const COARSE: Duration = Duration::from_millis(64);

/// Opens plain TCP connections to the first address that answers, where no proxy has made one.
#[derive(Debug, Default)]
pub(super) struct TcpConnector;

impl<In: Transport> Connector<In> for TcpConnector {
    type Out = Either<In, TcpTransport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        if let Some(made) = chained {
            return Ok(Some(Either::A(made)));
        }
        let stream = Arc::new(connect(&details.addrs, details.timeout)?);
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(WRITE_TURN))?;
        let handle: Weak<TcpStream> = Arc::downgrade(&stream);
        (details.register_shutdown)(handle as Weak<dyn ShutdownHandle>)?;
        let buffers =
            LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Either::B(TcpTransport {
            stream,
            buffers,
            pending: Vec::new(),
            deaf: false,
            patience: None,
            known_open: false,
        })))
    }
}

/// Tries the addresses in turn. Each may take its share of the time left, so that a dead one does not use it all up.
fn connect(addresses: &[SocketAddr], timeout: NextTimeout) -> Result<TcpStream, Error> {
    let limit = Limit::new(timeout);
    let mut failure = Error::ConnectionFailed;
    for (index, address) in addresses.iter().enumerate() {
        let shares = (addresses.len() - index) as u32;
        let attempt = match limit.left()? {
            Some(left) => TcpStream::connect_timeout(address, left / shares),
            None => TcpStream::connect(address),
        };
        match attempt {
            Ok(stream) => return Ok(stream),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => failure = Error::Timeout(timeout.reason),
            Err(error) => failure = Error::Io(error),
        }
    }
    Err(failure)
}

/// A library's timeout as a moment.
struct Limit {
    end: Option<Instant>,
    reason: ureq::Timeout,
}

impl Limit {
    fn new(timeout: NextTimeout) -> Limit {
        let never = timeout.after.is_not_happening();
        let end = if never { None } else { Instant::now().checked_add(*timeout.after) };
        Limit { end, reason: timeout.reason }
    }

    /// The time left, `None` without a limit.
    fn left(&self) -> Result<Option<Duration>, Error> {
        let Some(end) = self.end else { return Ok(None) };
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(Error::Timeout(self.reason)) } else { Ok(Some(left)) }
    }
}

/// A TCP connection.
#[derive(Debug)]
pub(super) struct TcpTransport {
    stream: Arc<TcpStream>,
    buffers: LazyBuffers,
    pending: Vec<u8>,
    /// The other side takes no more.
    deaf: bool,
    /// How long the socket itself waits for input.
    patience: Option<Duration>,
    /// An answer has just come: there is no need to ask whether the connection is open.
    known_open: bool,
}

impl TcpTransport {
    /// Waits until there is something to read, or for a while: whether time is up is seen when the caller comes back.
    /// A long wait is left to the read itself.
    fn wait(&mut self, limit: &Limit) -> Result<(), Error> {
        let left = limit.left()?.unwrap_or(Duration::MAX);
        if left >= COARSE {
            // Set once for many requests, and never longer than what is left.
            let power = left.as_millis().min(1 << 20).ilog2();
            let patience = Duration::from_millis(1 << power);
            if self.patience != Some(patience) {
                self.stream.set_read_timeout(Some(patience))?;
                self.patience = Some(patience);
            }
            return Ok(());
        }
        let left = Timespec { tv_sec: 0, tv_nsec: i64::from(left.subsec_nanos()) };
        let mut fds = [PollFd::from_borrowed_fd(self.stream.as_fd(), PollFlags::IN)];
        loop {
            match poll(&mut fds, Some(&left)) {
                Ok(0) => {
                    limit.left()?;
                }
                Ok(_) => return Ok(()),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(Error::Io(error.into())),
            }
        }
    }

    fn flush(&mut self, timeout: NextTimeout) -> Result<(), Error> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let limit = Limit::new(timeout.for_write());
        let mut rest = &self.pending[..];
        while !rest.is_empty() {
            match (&*self.stream).write(rest) {
                Ok(0) => return Err(Error::Io(io::ErrorKind::WriteZero.into())),
                Ok(count) => rest = &rest[count..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    limit.left()?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // A server may refuse a large body before it has all of it: its answer is there to be read.
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset) =>
                {
                    self.deaf = true;
                    break;
                }
                Err(error) => return Err(Error::Io(error)),
            }
        }
        self.pending.clear();
        Ok(())
    }
}

impl Transport for TcpTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if self.deaf {
            return Ok(());
        }
        self.pending.extend_from_slice(&self.buffers.output()[..amount]);
        if self.pending.len() >= HELD_BACK { self.flush(timeout) } else { Ok(()) }
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        // What is held back is what the other side waits for.
        self.flush(timeout)?;
        let limit = Limit::new(timeout.for_read());
        loop {
            self.wait(&limit)?;
            match (&*self.stream).read(self.buffers.input_append_buf()) {
                Ok(count) => {
                    self.buffers.input_appended(count);
                    self.known_open = count > 0;
                    return Ok(count > 0);
                }
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
                Err(error) => return Err(Error::Io(error)),
            }
        }
    }

    /// An idle connection has nothing to say: bytes nobody asked for, or its end, make it useless.
    fn is_open(&mut self) -> bool {
        if self.deaf || !self.pending.is_empty() {
            return false;
        }
        if std::mem::take(&mut self.known_open) {
            return true;
        }
        let mut fds = [PollFd::from_borrowed_fd(self.stream.as_fd(), PollFlags::IN)];
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        matches!(poll(&mut fds, Some(&now)), Ok(0))
    }
}
