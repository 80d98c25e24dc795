//! Feeds a child's standard input and drains its outputs without ever blocking.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use super::capture::{Captured, Collector};
use super::lines::{Lines, Listener, Stream};

/// A child that floods its output must not keep the loop from looking at the clock.
const MOST_READS: usize = 8;
const BUFFER: usize = 64 * 1024;

/// Makes reads and writes return at once. Affects our end of a pipe only: each end has its own flags.
pub(super) fn nonblocking(fd: &impl AsFd) -> io::Result<()> {
    let flags = fcntl_getfl(fd)?;
    Ok(fcntl_setfl(fd, flags | OFlags::NONBLOCK)?)
}

/// An output being drained; `pipe` is gone once everyone has closed the other end.
#[derive(Debug)]
pub(super) struct Drain {
    pipe: Option<File>,
    pub(super) collector: Collector,
    lines: Option<Lines>,
}

impl Drain {
    pub(super) fn new(pipe: Option<OwnedFd>, limit: usize) -> io::Result<Drain> {
        let pipe = pipe.map(File::from);
        if let Some(pipe) = &pipe {
            nonblocking(pipe)?;
        }
        Ok(Drain { pipe, collector: Collector::new(limit), lines: None })
    }

    /// The same, with every line told as it comes.
    pub(super) fn told(self, listener: Option<&Listener>, stream: Stream) -> Drain {
        Drain { lines: listener.map(|listener| Lines::new(listener.clone(), stream)), ..self }
    }

    /// All that came; a last line without an end is told as well.
    pub(super) fn finish(mut self) -> Captured {
        if let Some(lines) = &mut self.lines {
            lines.end();
        }
        self.collector.finish()
    }

    pub(super) fn is_open(&self) -> bool {
        self.pipe.is_some()
    }

    pub(super) fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.pipe.as_ref().map(AsFd::as_fd)
    }

    /// Takes what is there.
    pub(super) fn read(&mut self, buffer: &mut Vec<u8>) {
        buffer.resize(BUFFER, 0);
        for _ in 0..MOST_READS {
            let Some(pipe) = &mut self.pipe else { return };
            match pipe.read(buffer) {
                Ok(0) => self.pipe = None,
                Ok(count) => {
                    self.collector.push(&buffer[..count]);
                    if let Some(lines) = &mut self.lines {
                        lines.push(&buffer[..count]);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => self.pipe = None,
            }
        }
    }
}

/// A standard input being fed; closed once all is written, or when the child has closed it.
#[derive(Debug)]
pub(super) struct Feed<'a> {
    pipe: Option<File>,
    rest: &'a [u8],
}

impl<'a> Feed<'a> {
    pub(super) fn new(pipe: Option<OwnedFd>, bytes: &'a [u8]) -> io::Result<Feed<'a>> {
        let pipe = pipe.map(File::from);
        if let Some(pipe) = &pipe {
            nonblocking(pipe)?;
        }
        let mut feed = Feed { pipe, rest: bytes };
        feed.write();
        Ok(feed)
    }

    pub(super) fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.pipe.as_ref().map(AsFd::as_fd)
    }

    /// Writes what fits. A child that does not read its input to the end is free to do so.
    pub(super) fn write(&mut self) {
        while let Some(pipe) = &mut self.pipe {
            if self.rest.is_empty() {
                self.pipe = None;
                return;
            }
            match pipe.write(self.rest) {
                Ok(count) => self.rest = &self.rest[count..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => self.pipe = None,
            }
        }
    }

    pub(super) fn close(&mut self) {
        self.pipe = None;
    }
}

/// Sleeps until one of `readable` or `writable` has something to do, or for `timeout`.
pub(super) fn sleep(
    readable: &[Option<BorrowedFd<'_>>],
    writable: Option<BorrowedFd<'_>>,
    timeout: Duration,
) {
    let mut fds: Vec<PollFd<'_>> = readable
        .iter()
        .flatten()
        .map(|fd| PollFd::from_borrowed_fd(*fd, PollFlags::IN))
        .chain(writable.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::OUT)))
        .collect();
    // Rounded up, so that the last part of a wait is slept through and not spun through.
    let timeout = Timespec { tv_sec: timeout.as_secs() as i64, tv_nsec: i64::from(timeout.subsec_nanos()) };
    // An interrupted wait is a short one, and the caller looks at the clock anyway.
    let _ = poll(&mut fds, Some(&timeout));
}
