//! Starting a child under a supervisor.

use std::ffi::CString;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;

use super::tree::{NotStarted, Tree};
use super::words::Start;
use super::{Command, ProcessError, lookup, supervisor};

/// Starts the command as the leader of a new process group, with these streams. `changing` when whom it may speak to is
/// to be told again later.
pub(super) fn start(
    command: &Command,
    [stdin, stdout, stderr]: [Stdio; 3],
    changing: bool,
) -> Result<Tree, ProcessError> {
    check_passable(command)?;
    if !command.cwd.is_dir() {
        return Err(ProcessError::NoWorkingDirectory(command.cwd.clone()));
    }
    let program = lookup::program(command)?;
    let writable = command.sandbox.writable.as_ref();
    let order = Start {
        program: program.clone().into(),
        argv: command.argv.clone(),
        env: command.env.clone(),
        cwd: command.cwd.clone().into(),
        network: command.sandbox.network.clone(),
        changing,
        writable: writable.map(|folders| folders.iter().map(Into::into).collect()),
    };
    let (supervisor, control) = supervisor::start(stdin, stdout, stderr)?;
    Tree::start(supervisor, control, order).map_err(|not_started| match not_started {
        NotStarted::System(error) => explain(program, error),
        NotStarted::Other(error) => error,
    })
}

fn explain(program: PathBuf, source: io::Error) -> ProcessError {
    match source.kind() {
        // The file itself was there a moment ago: what is missing is what it asks to be run by.
        io::ErrorKind::NotFound => ProcessError::NotExecutable {
            program,
            why: "the interpreter its first line names does not exist".into(),
        },
        io::ErrorKind::PermissionDenied => {
            ProcessError::NotExecutable { program, why: "permission denied".into() }
        }
        _ if source.raw_os_error() == Some(rustix::io::Errno::NOEXEC.raw_os_error()) => {
            ProcessError::NotExecutable {
                program,
                why: "it is no program for this machine, nor a script with a first line `#!…`".into(),
            }
        }
        _ => ProcessError::Io { program, source },
    }
}

fn check_passable(command: &Command) -> Result<(), ProcessError> {
    let fail = |what, why| Err(ProcessError::Unpassable { what, why });
    let nul = |text: &str| CString::new(text).is_err();
    if let Some(index) = command.argv.iter().position(|argument| nul(argument)) {
        return fail(
            format!("argument {index} of the command"),
            "holds a NUL byte, which no process can be given",
        );
    }
    for (key, value) in &command.env {
        let what = || format!("the environment's `{}`", key.escape_debug());
        if key.is_empty() || key.contains('=') {
            return fail(what(), "is no name for a variable: it must not be empty nor hold `=`");
        }
        if nul(key) || nul(value) {
            return fail(what(), "holds a NUL byte, which no process can be given");
        }
    }
    Ok(())
}
