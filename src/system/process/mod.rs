//! Child processes: run to their end within bounds, or kept running as a service.
//!
//! A child gets its own process group, exactly the environment it is given, and pipes that are always drained. Between it
//! and this process stands a supervisor, which is this program started again ([`supervise`]). Whatever the ending, this
//! process's own by force included, all that the child has started is ended with it; on systems other than Linux, all of
//! it that has not left the child's process group.

mod capture;
mod conversation;
mod dialogue;
mod error;
mod lines;
mod lookup;
pub mod orphans;
mod pump;
mod run;
mod sandbox;
mod service;
#[cfg(test)]
mod shell;
mod start;
mod supervisor;
mod tree;
mod words;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use capture::Captured;
pub use conversation::{Broken, Conversation, converse};
pub use dialogue::{Dialogue, Left, Silence};
pub use error::ProcessError;
pub use lines::{Listener, Stream};
pub use run::{Follow, run, run_followed};
pub use sandbox::{Support, support};
pub use service::{Running, spawn};
pub use supervisor::supervise;

use super::cancel::Cancel;
use super::clock::Deadline;

/// What to start, and with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The program and its arguments. A program without `/` is searched in the `PATH` of `env`; a relative one with `/`
    /// starts at `cwd`.
    pub argv: Vec<String>,
    /// The complete environment: nothing else is passed on.
    pub env: Vec<(String, String)>,
    /// The working directory.
    pub cwd: PathBuf,
    /// What the child reads on its standard input; nothing at all when `None`.
    pub stdin: Option<Vec<u8>>,
    /// The most bytes kept of each of stdout and stderr.
    pub capture_limit: usize,
    /// What it, and all it starts, may reach.
    pub sandbox: Sandbox,
}

impl Command {
    /// What the system refused on the way to this command.
    fn refused(&self, source: io::Error) -> ProcessError {
        ProcessError::Io { program: self.argv.first().cloned().unwrap_or_default().into(), source }
    }
}

/// What a child, and all it starts, may reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sandbox {
    /// Whom it may speak to.
    pub network: Network,
    /// The folders it may write to, with all below them; everything it has the right to where `None`.
    pub writable: Option<Vec<PathBuf>>,
}

/// Whom a child may speak to. Unix sockets are never in the way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Network {
    /// Everybody.
    #[default]
    Any,
    /// This machine alone.
    Loopback,
    /// These ports of this machine alone; nobody when there are none.
    Ports(Vec<u16>),
}

/// How a process ended by itself or was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exit {
    /// With this exit code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

/// `exit code 3`, `signal 9`.
impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exit::Code(code) => write!(f, "exit code {code}"),
            Exit::Signal(signal) => write!(f, "signal {signal}"),
        }
    }
}

/// Why the wait for a child was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It exited on its own.
    Exited,
    /// The deadline passed, and it was ended.
    TimedOut,
    /// The run was cancelled, and it was ended.
    Cancelled,
}

/// A child that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// Its exit code or signal.
    pub exit: Exit,
    /// What it wrote to standard output.
    pub stdout: Captured,
    /// What it wrote to standard error.
    pub stderr: Captured,
    /// From just before it was started to its exit, the supervisor's own start left out.
    pub duration: Duration,
    /// The largest resident set of any one of its processes, in bytes, as the kernel counts it; never less than what the
    /// supervisor held when it started the child, some megabytes. `None` when the supervisor was ended by force.
    pub peak_memory: Option<u64>,
    /// Why the wait was over.
    pub ending: Ending,
    /// The addresses it tried to reach and was kept from, each once.
    pub refused: Vec<String>,
}

/// Runs children. A test replaces it.
pub trait Processes: Send + Sync {
    /// See [`run`].
    fn run(&self, command: &Command, deadline: Deadline, cancel: &Cancel) -> Result<Finished, ProcessError>;
}

/// The machine's own processes.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemProcesses;

impl Processes for SystemProcesses {
    fn run(&self, command: &Command, deadline: Deadline, cancel: &Cancel) -> Result<Finished, ProcessError> {
        run(command, deadline, cancel)
    }
}
