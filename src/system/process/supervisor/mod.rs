//! The process between this one and a child: the same executable, started again.
//!
//! It is the child's parent and, on Linux, the one to whom all orphans of the child's tree fall. It puts the sandbox on,
//! answers for the network, and ends the whole tree when the child has ended, when it is told to, or when the process
//! that started it is gone, however that came to pass. It never waits for processes that are not its own.

mod descendants;
mod watch;

use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitCode, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::io::{FdFlags, fcntl_setfd};

use super::{ProcessError, orphans};

/// The argument that makes this program a supervisor.
const ARGUMENT: &str = "__supervise";

/// Whether this program would be one.
static ASKED: AtomicBool = AtomicBool::new(false);

/// To be called first in `main` by every program that runs children: started again as the supervisor of a child, it does
/// that work here and returns what to exit with.
pub fn supervise() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_none_or(|first| first != ARGUMENT) {
        ASKED.store(true, Ordering::Relaxed);
        return None;
    }
    let fd = arguments.next().and_then(|fd| fd.to_str()?.parse().ok());
    let done =
        fd.ok_or(io::ErrorKind::InvalidInput.into()).and_then(inherited).and_then(|it| watch::run(&it));
    Some(if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// The socket to the process that started this one.
fn inherited(fd: RawFd) -> io::Result<UnixStream> {
    if fd <= 2 {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    #[expect(
        unsafe_code,
        reason = "the number is of a file that was opened for this process, and nothing else uses it"
    )]
    let fd = unsafe { OwnedFd::from_raw_fd(fd) };
    // The child must not hold it: its end is how both sides know that the other is gone.
    fcntl_setfd(&fd, FdFlags::CLOEXEC)?;
    Ok(fd.into())
}

/// Starts a supervisor that has these streams. It waits for its orders.
pub(super) fn start(stdin: Stdio, stdout: Stdio, stderr: Stdio) -> Result<(Child, UnixStream), ProcessError> {
    use std::os::fd::AsRawFd;
    use std::os::unix::process::CommandExt;

    static EXECUTABLE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let executable = EXECUTABLE.get_or_init(executable).as_ref();
    let executable = executable.map_err(|why| ProcessError::NoSupervisor(why.clone()))?;
    let fail = |error: io::Error| ProcessError::NoSupervisor(error.to_string());
    let (ours, theirs) = UnixStream::pair().map_err(fail)?;
    let mut command = std::process::Command::new(executable);
    command.arg0("mlfunnel").arg(ARGUMENT).arg(theirs.as_raw_fd().to_string()).env_clear();
    command.stdin(stdin).stdout(stdout).stderr(stderr).process_group(0);
    let line = ours.try_clone().map_err(fail)?;
    // One at a time, so that no other supervisor inherits the socket in between.
    let child = orphans::register(line, || {
        fcntl_setfd(&theirs, FdFlags::empty())?;
        let started = command.spawn();
        drop(theirs);
        started
    });
    Ok((child.map_err(fail)?, ours))
}

/// What to start as a supervisor.
fn executable() -> Result<PathBuf, String> {
    let itself = std::env::current_exe().map_err(|error| error.to_string())?;
    if ASKED.load(Ordering::Relaxed) {
        // Right even where the file has been replaced since.
        let running = Path::new("/proc/self/exe");
        return Ok(if running.exists() { running.to_owned() } else { itself });
    }
    // A test's executable is no supervisor; the tool lies beside it.
    let folders = itself.ancestors().skip(1).take(2);
    let found = folders
        .filter(|folder| folder.ends_with("deps") || folder.join("deps").is_dir())
        .map(|folder| folder.join("mlfunnel"))
        .find(|file| file.is_file());
    found.ok_or_else(|| {
        "a program that runs children calls `system::process::supervise` first in its `main`; for the tests of this \
         library, `cargo build` first"
            .to_owned()
    })
}
