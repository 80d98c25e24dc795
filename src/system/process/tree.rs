//! A child and all it starts, as seen from here: through its supervisor.

use std::io::{self, Read};
use std::net::Shutdown;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::words::{Order, Report, Start, say, take};
use super::{Exit, Network, ProcessError, orphans, pump};

/// A supervisor is asked for longer than this only by a machine that is about to give up.
const ANSWER: Duration = Duration::from_secs(30);
/// A supervisor that has been stopped is noticed within this time.
const LOOK: Duration = Duration::from_millis(100);
/// How long killed processes may take to go: longer only when the kernel itself is stuck with one.
const LAST_WAIT: Duration = Duration::from_secs(2);

/// A running child with all it has started. Ended when dropped.
#[derive(Debug)]
pub(super) struct Tree {
    supervisor: Child,
    control: UnixStream,
    /// Whether the supervisor can still say something.
    open: bool,
    heard: Vec<u8>,
    /// The child; 0 until it is known to have been started.
    pid: u32,
    /// The first word.
    begun: Option<Report>,
    ended: Option<Ended>,
    refused: Vec<String>,
    obeyed: Option<Result<(), String>>,
    reaped: bool,
}

/// How a tree ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ended {
    /// The child itself.
    pub exit: Exit,
    /// From just before the child was started to its exit; unknown when the supervisor was ended by force.
    pub duration: Option<Duration>,
    pub peak_memory: Option<u64>,
}

/// Why a child is not there.
#[derive(Debug)]
pub(super) enum NotStarted {
    /// The system refused to start the program.
    System(io::Error),
    Other(ProcessError),
}

impl Tree {
    /// Orders the child of a supervisor that has just been started.
    pub(super) fn start(supervisor: Child, control: UnixStream, start: Start) -> Result<Tree, NotStarted> {
        let mut tree = Tree {
            supervisor,
            control,
            open: true,
            heard: Vec::new(),
            pid: 0,
            begun: None,
            ended: None,
            refused: Vec::new(),
            obeyed: None,
            reaped: false,
        };
        match tree.begin(start) {
            Ok(Report::Started { pid }) => {
                tree.pid = pid;
                Ok(tree)
            }
            Ok(Report::NotStarted { errno }) => Err(NotStarted::System(io::Error::from_raw_os_error(errno))),
            Ok(Report::NotSandboxed { why }) => Err(NotStarted::Other(ProcessError::NotSandboxed(why))),
            Ok(_) => {
                Err(NotStarted::Other(ProcessError::NoSupervisor("it speaks of something else".to_owned())))
            }
            Err(error) => Err(NotStarted::Other(ProcessError::NoSupervisor(error.to_string()))),
        }
    }

    fn begin(&mut self, start: Start) -> io::Result<Report> {
        self.control.set_write_timeout(Some(ANSWER))?;
        say(&self.control, &Order::Start(Box::new(start)))?;
        self.control.set_nonblocking(true)?;
        let end = Instant::now() + ANSWER;
        while self.open && Instant::now() < end {
            pump::sleep(&[self.fd()], None, LOOK);
            self.listen();
            if let Some(report) = self.begun.take() {
                return Ok(report);
            }
            // A child may be as quick as to stop its parent first.
            self.wake();
        }
        Err(if self.open { io::ErrorKind::TimedOut } else { io::ErrorKind::UnexpectedEof }.into())
    }

    /// The number of the child.
    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// Something to wait on that becomes readable when there is news of the child, as long as there can be any.
    pub(super) fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.open.then(|| self.control.as_fd())
    }

    /// How the child ended, when it has and all that it started is gone.
    pub(super) fn poll_exit(&mut self) -> Option<Exit> {
        self.poll_end().map(|ended| ended.exit)
    }

    /// The same, with all that is known of it.
    pub(super) fn poll_end(&mut self) -> Option<Ended> {
        self.listen();
        self.ended
    }

    /// Waits for the end, for at most so long.
    pub(super) fn wait_exit(&mut self, most: Duration) -> Option<Exit> {
        let end = Instant::now() + most;
        loop {
            let exit = self.poll_exit();
            let left = end.saturating_duration_since(Instant::now());
            if exit.is_some() || left.is_zero() {
                return exit;
            }
            pump::sleep(&[self.fd()], None, left);
        }
    }

    /// Asks every process of the child's group to end.
    pub(super) fn terminate(&self) {
        self.order(&Order::Terminate);
    }

    /// Ends the child and all it has started.
    pub(super) fn kill(&self) {
        self.order(&Order::Kill);
    }

    /// Asks the child to end, waits up to `grace` for it to do so, kills what is left. Returns how it ended; `None` when
    /// even the kernel could not end it.
    pub(super) fn end(&mut self, grace: Duration) -> Option<Exit> {
        self.terminate();
        self.wait_exit(grace).or_else(|| {
            self.kill();
            self.wait_exit(LAST_WAIT)
        })
    }

    /// From now on these alone may be spoken to. `None` when the child has ended meanwhile.
    pub(super) fn reach(&mut self, network: &Network) -> Option<Result<(), String>> {
        self.obeyed = None;
        self.order(&Order::Reach(network.clone()));
        let end = Instant::now() + ANSWER;
        while self.obeyed.is_none() && self.open && Instant::now() < end {
            pump::sleep(&[self.fd()], None, ANSWER);
            self.listen();
        }
        self.obeyed.take()
    }

    /// Whom it tried to reach and was kept from since this was last asked, each once.
    pub(super) fn take_refused(&mut self) -> Vec<String> {
        self.listen();
        if !self.refused.is_empty() {
            self.order(&Order::Forget);
        }
        std::mem::take(&mut self.refused)
    }

    fn order(&self, order: &Order) {
        self.wake();
        // Nobody is there to hear it when the tree has ended, which is then known.
        let _ = say(&self.control, order);
    }

    /// A child may have stopped its parent. Until that one is reaped, the number is its own.
    fn wake(&self) {
        if !self.reaped
            && let Some(pid) = i32::try_from(self.supervisor.id()).ok().and_then(Pid::from_raw)
        {
            let _ = kill_process(pid, Signal::CONT);
        }
    }

    fn listen(&mut self) {
        let mut buffer = [0; 4096];
        while self.open {
            match (&self.control).read(&mut buffer) {
                Ok(count) if count > 0 => self.heard.extend(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Ok(_) | Err(_) => self.open = false,
            }
        }
        while let Some(Ok(report)) = take(&mut self.heard) {
            match report {
                Report::Ended { exit, duration, peak_memory } => {
                    self.ended = Some(Ended { exit, duration: Some(duration), peak_memory });
                }
                Report::Refused { address } => self.refused.push(address),
                Report::Obeyed => self.obeyed = Some(Ok(())),
                Report::NotSandboxed { why } if self.pid != 0 => self.obeyed = Some(Err(why)),
                first => self.begun = Some(first),
            }
        }
        if !self.open && self.ended.is_none() {
            self.ended = Some(self.bereft());
        }
    }

    /// Reaps the supervisor, which is about to exit.
    fn reap(&mut self) -> Option<ExitStatus> {
        self.reaped = true;
        orphans::reap(&mut self.supervisor)
    }

    /// The supervisor is gone without a word: the child, or somebody else, has ended it.
    fn bereft(&mut self) -> Ended {
        use std::os::unix::process::ExitStatusExt;

        let status = self.reap();
        orphans::sweep();
        let signal = status.and_then(|status| status.signal()).unwrap_or(libc::SIGKILL);
        Ended { exit: Exit::Signal(signal), duration: None, peak_memory: None }
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        if self.reaped {
            return;
        }
        if self.ended.is_none() {
            self.order(&Order::Kill);
        }
        let _ = self.control.shutdown(Shutdown::Both);
        if self.ended.is_some() {
            self.reap();
            return;
        }
        let end = Instant::now() + LAST_WAIT;
        while orphans::is_running(&self.supervisor) && Instant::now() < end {
            thread::sleep(Duration::from_millis(1));
        }
        let stuck = orphans::is_running(&self.supervisor);
        let _ = self.supervisor.kill();
        self.reap();
        if stuck {
            // What a supervisor could not end falls to this process with its own end.
            orphans::sweep();
        }
    }
}
