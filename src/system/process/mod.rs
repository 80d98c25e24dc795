//! Child processes: run to their end within bounds, or kept running as a service.
//!
//! A child gets its own process group, exactly the environment it is given, and pipes that are always drained. Whatever
//! the ending, the whole group is gone when the call returns.

mod capture;
mod conversation;
mod dialogue;
mod error;
mod group;
mod lookup;
mod memory;
pub mod orphans;
mod pump;
mod run;
mod service;
mod start;

use std::path::PathBuf;
use std::time::Duration;

pub use capture::Captured;
pub use conversation::{Broken, Conversation, converse};
pub use dialogue::{Dialogue, Silence};
pub use error::ProcessError;
pub use run::run;
pub use service::{Running, spawn};

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

/// What a child, and all it starts, may reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sandbox {
    /// Whom it may speak to.
    pub network: Network,
    /// The folders it may write to, with all below them; everything it has the right to where `None`.
    pub writable: Option<Vec<PathBuf>>,
}

/// Whom a child may speak to. Unix sockets are never in the way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// With this exit code.
    Code(i32),
    /// By this signal.
    Signal(i32),
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
    /// From just before it was started to its exit.
    pub duration: Duration,
    /// The largest resident set of any one of its processes, in bytes. The kernel's own high-water mark, read every
    /// 20 ms at the latest: growth after the last reading is missed. `None` when the child was too quick to be read, or
    /// the platform does not tell.
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
