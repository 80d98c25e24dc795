//! A child that is spoken with over its standard input, a socket in both directions.

use std::fmt;
use std::io::{self, Read, Write};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::Stdio;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::capture::Captured;
use super::pump::Drain;
use super::start::start;
use super::tree::Tree;
use super::{Command, Exit, Network, ProcessError};
use crate::system::cancel::Cancel;
use crate::system::clock::Deadline;

/// A cancelled token is noticed within this time.
const LOOK: Duration = Duration::from_millis(25);
/// Between the end of the conversation and the end of the child: a child that dies closes its socket first.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// Between the request to end and the end by force, when a conversation is dropped without having been stopped.
const DROP_GRACE: Duration = Duration::ZERO;
const CHUNK: usize = 64 * 1024;
/// A child that answers before it is asked is read ahead of to this size.
const MOST_AHEAD: usize = 1 << 20;

/// A running child that answers on its standard input. Stopped, with all it has started, when dropped.
#[derive(Debug)]
pub struct Conversation {
    tree: Option<Tree>,
    exit: Option<Exit>,
    stream: UnixStream,
    /// Read from the stream and not yet asked for.
    incoming: Incoming,
    stdout: Drain,
    stderr: Drain,
    buffer: Vec<u8>,
    network: Network,
}

/// Why a conversation cannot go on, or not now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// The deadline passed. What was half written or half read leaves the conversation useless: stop it.
    TimedOut,
    /// The token was cancelled; likewise.
    Cancelled,
    /// The child cannot be kept from whom it may not speak to.
    NotSandboxed,
    /// The child has ended, or (`None`) closed its end of the conversation and lives on.
    Ended(Option<Exit>),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Broken::TimedOut => write!(f, "its time was over"),
            Broken::Cancelled => write!(f, "it was interrupted"),
            Broken::NotSandboxed => write!(f, "it was started where no sandbox can be put on it"),
            Broken::Ended(Some(exit @ Exit::Code(_))) => write!(f, "it ended with {exit}"),
            Broken::Ended(Some(exit @ Exit::Signal(_))) => write!(f, "it was ended by {exit}"),
            Broken::Ended(None) => write!(f, "it closed its standard input, on which it should answer"),
        }
    }
}

impl std::error::Error for Broken {}

/// Starts a child whose standard input is a stream socket to be written to and read from. Of its stdout and stderr the
/// first and last half of `command.capture_limit` bytes are kept between two calls of [`Conversation::take_output`];
/// `command.stdin` is not used.
pub fn converse(command: &Command) -> Result<Conversation, ProcessError> {
    let io = |source| command.refused(source);
    let (stream, theirs) = UnixStream::pair().map_err(io)?;
    stream.set_nonblocking(true).map_err(io)?;
    let (stdout, its_stdout) = io::pipe().map_err(io)?;
    let (stderr, its_stderr) = io::pipe().map_err(io)?;
    let stdin = Stdio::from(OwnedFd::from(theirs));
    let tree = start(command, [stdin, its_stdout.into(), its_stderr.into()], true)?;
    Ok(Conversation {
        tree: Some(tree),
        exit: None,
        stream,
        incoming: Incoming::default(),
        stdout: Drain::new(Some(stdout.into()), command.capture_limit).map_err(io)?,
        stderr: Drain::new(Some(stderr.into()), command.capture_limit).map_err(io)?,
        buffer: Vec::new(),
        network: command.sandbox.network.clone(),
    })
}

impl Conversation {
    /// The number of the process.
    pub fn pid(&self) -> Option<u32> {
        self.tree.as_ref().map(Tree::pid)
    }

    /// Writes all of it. What the child writes meanwhile, to whichever of its streams, is taken in.
    pub fn write(&mut self, mut bytes: &[u8], deadline: Deadline, cancel: &Cancel) -> Result<(), Broken> {
        while !bytes.is_empty() {
            match self.stream.write(bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let listening = self.incoming.ahead() < MOST_AHEAD;
                    let interest = if listening { PollFlags::IN | PollFlags::OUT } else { PollFlags::OUT };
                    if self.wait(interest, deadline, cancel)?
                        && matches!(self.incoming.fill(&mut self.stream), Ok(0))
                    {
                        return Err(self.ended());
                    }
                }
                Err(_) => return Err(self.ended()),
            }
        }
        Ok(())
    }

    /// Reads exactly as many bytes as the buffer holds. What the child writes to stdout and stderr meanwhile is taken in.
    pub fn read(&mut self, buffer: &mut [u8], deadline: Deadline, cancel: &Cancel) -> Result<(), Broken> {
        let mut filled = self.incoming.take(buffer);
        while filled < buffer.len() {
            let rest = &mut buffer[filled..];
            let got = if rest.len() >= CHUNK {
                self.stream.read(rest)
            } else {
                self.incoming.fill(&mut self.stream).map(|_| self.incoming.take(rest))
            };
            match got {
                Ok(0) => return Err(self.ended()),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.wait(PollFlags::IN, deadline, cancel)?;
                }
                Err(_) => return Err(self.ended()),
            }
        }
        Ok(())
    }

    /// What the child has written to stdout and to stderr since this was last asked.
    pub fn take_output(&mut self) -> (Captured, Captured) {
        self.stdout.read(&mut self.buffer);
        self.stderr.read(&mut self.buffer);
        (self.stdout.collector.take(), self.stderr.collector.take())
    }

    /// The addresses it tried to reach and was kept from since this was last asked, each once.
    pub fn take_refused(&mut self) -> Vec<String> {
        self.tree.as_mut().map(Tree::take_refused).unwrap_or_default()
    }

    /// From now on the child may speak to these alone. In force when this returns.
    pub fn set_network(&mut self, network: &Network) -> Result<(), Broken> {
        if self.network == *network {
            return Ok(());
        }
        match self.tree.as_mut().and_then(|tree| tree.reach(network)) {
            Some(Ok(())) => {
                self.network = network.clone();
                Ok(())
            }
            Some(Err(_)) => Err(Broken::NotSandboxed),
            None => Err(self.ended()),
        }
    }

    /// How the child ended, if it has.
    pub fn poll_exit(&mut self) -> Option<Exit> {
        if let Some(tree) = &mut self.tree {
            self.exit = tree.poll_exit();
        }
        self.exit
    }

    /// Asks the child to end, waits up to `grace` for it to do so, kills what is left. Returns how it ended; `None` when
    /// even the kernel could not end it.
    pub fn stop(&mut self, grace: Duration) -> Option<Exit> {
        if let Some(mut tree) = self.tree.take() {
            // Who reads its input to the end ends by itself.
            let _ = self.stream.shutdown(std::net::Shutdown::Write);
            self.exit = tree.end(grace);
        }
        self.exit
    }

    /// Sleeps until something can be done, or a moment. Whether there is something to read from the stream.
    fn wait(&mut self, interest: PollFlags, deadline: Deadline, cancel: &Cancel) -> Result<bool, Broken> {
        // All that it wrote was there before this was known.
        if self.exit.is_some() {
            return Err(Broken::Ended(self.exit));
        }
        if cancel.is_cancelled() {
            return Err(Broken::Cancelled);
        }
        if deadline.expired() {
            return Err(Broken::TimedOut);
        }
        let stream = PollFd::new(&self.stream, interest);
        let news = self.tree.as_ref().and_then(Tree::fd);
        let others = [self.stdout.fd(), self.stderr.fd(), news];
        let [out, err, news] = others.map(|fd| watched(fd, &self.stream));
        let mut fds = [stream, out, err, news];
        let timeout = deadline.remaining_up_to(LOOK);
        let timeout = Timespec { tv_sec: timeout.as_secs() as i64, tv_nsec: timeout.subsec_nanos().into() };
        // An interrupted wait is a short one.
        let _ = poll(&mut fds, Some(&timeout));
        let [readable, out, err, news] = fds.map(|fd| fd.revents().intersects(!PollFlags::OUT));
        if out {
            self.stdout.read(&mut self.buffer);
        }
        if err {
            self.stderr.read(&mut self.buffer);
        }
        if news {
            self.poll_exit();
        }
        Ok(readable)
    }

    fn ended(&mut self) -> Broken {
        if let Some(tree) = &mut self.tree {
            self.exit = tree.wait_exit(LAST_WORDS);
        }
        Broken::Ended(self.exit)
    }
}

/// What has been closed would be ready for ever.
fn watched<'a>(fd: Option<BorrowedFd<'a>>, otherwise: &'a UnixStream) -> PollFd<'a> {
    match fd {
        Some(fd) => PollFd::from_borrowed_fd(fd, PollFlags::IN),
        None => PollFd::new(otherwise, PollFlags::empty()),
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        self.stop(DROP_GRACE);
    }
}

/// Bytes that have come and are not yet asked for.
#[derive(Debug, Default)]
struct Incoming {
    /// Room that is kept: clearing it for each answer would cost more than the answer.
    room: Vec<u8>,
    taken: usize,
    filled: usize,
}

impl Incoming {
    fn ahead(&self) -> usize {
        self.filled - self.taken
    }

    fn take(&mut self, buffer: &mut [u8]) -> usize {
        let held = &self.room[self.taken..self.filled];
        let count = held.len().min(buffer.len());
        buffer[..count].copy_from_slice(&held[..count]);
        self.taken += count;
        count
    }

    /// Reads once. Nothing more comes when it is `Ok(0)`.
    fn fill(&mut self, stream: &mut UnixStream) -> io::Result<usize> {
        self.room.copy_within(self.taken..self.filled, 0);
        self.filled -= std::mem::take(&mut self.taken);
        if self.room.len() < self.filled + CHUNK {
            self.room.resize(self.filled + CHUNK, 0);
        }
        let read = stream.read(&mut self.room[self.filled..])?;
        self.filled += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::process::shell;
    use std::time::Instant;

    const SOON: Duration = Duration::from_secs(30);

    fn sh(script: &str) -> Command {
        Command { capture_limit: 1000, ..shell::sh(script) }
    }

    fn soon() -> Deadline {
        Deadline::after(SOON)
    }

    #[test]
    fn what_is_said_is_answered_and_what_is_printed_kept_apart() {
        // `cat <&0 >&0` answers on the socket itself.
        let mut echo = converse(&sh("echo out; echo err >&2; cat <&0 >&0")).unwrap();
        let cancel = Cancel::new();
        for text in [&b"one"[..], b"a longer one", b""] {
            let mut answer = vec![0; text.len()];
            echo.write(text, soon(), &cancel).unwrap();
            echo.read(&mut answer, soon(), &cancel).unwrap();
            assert_eq!(answer, text);
        }
        let (out, err) = echo.take_output();
        assert_eq!((out.text(), err.text()), ("out\n".into(), "err\n".into()));
        let (out, err) = echo.take_output();
        assert_eq!((out.written(), err.written()), (0, 0), "what was taken is not given again");
        assert_eq!(echo.poll_exit(), None);
        assert!(echo.stop(SOON).is_some());
        assert!(echo.poll_exit().is_some());
    }

    #[test]
    fn both_sides_may_write_more_than_any_buffer_holds() {
        let mut flood = converse(&sh("head -c 300000 /dev/zero >&0; head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; cat <&0 >&0")).unwrap();
        let cancel = Cancel::new();
        let sent: Vec<u8> = (0..700_000).map(|i| (i % 251) as u8).collect();
        flood.write(&sent, soon(), &cancel).unwrap();
        let mut zeros = vec![1; 300_000];
        flood.read(&mut zeros, soon(), &cancel).unwrap();
        assert!(zeros.iter().all(|byte| *byte == 0));
        let mut answer = vec![0; sent.len()];
        flood.read(&mut answer, soon(), &cancel).unwrap();
        assert_eq!(answer, sent);
        let (out, err) = flood.take_output();
        assert_eq!((out.written(), err.written()), (3_000_000, 3_000_000));
    }

    #[test]
    fn a_child_that_ends_or_hangs_up_is_told_from_one_that_is_slow() {
        let cancel = Cancel::new();
        let ask = |script: &str, limit: Duration| {
            let mut child = converse(&sh(script)).unwrap();
            let began = Instant::now();
            let broken = child.read(&mut [0], Deadline::after(limit), &cancel).unwrap_err();
            assert!(began.elapsed() < SOON);
            (broken, child.take_output().1.text().into_owned())
        };
        let words = "last words\n".to_owned();
        assert_eq!(ask("echo last words >&2; exit 7", SOON), (Broken::Ended(Some(Exit::Code(7))), words));
        assert_eq!(ask("kill -SEGV $$", SOON).0, Broken::Ended(Some(Exit::Signal(11))));
        assert_eq!(ask("exec <&-; sleep 60", SOON).0, Broken::Ended(None));
        assert_eq!(ask("sleep 60", Duration::from_millis(50)).0, Broken::TimedOut);
        let mut child = converse(&sh("sleep 60")).unwrap();
        cancel.cancel();
        assert_eq!(child.read(&mut [0], soon(), &cancel), Err(Broken::Cancelled));
        assert_eq!(child.write(&vec![0; 1 << 22], soon(), &cancel), Err(Broken::Cancelled));
    }
}
