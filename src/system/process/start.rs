//! Starting a child in its own process group.

use std::ffi::CString;
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};

use super::{Command, ProcessError, lookup, orphans};

/// Starts the command as the leader of a new process group.
pub(super) fn start(
    command: &Command,
    stdin: Stdio,
    stdout: Stdio,
    stderr: Stdio,
) -> Result<Child, ProcessError> {
    check_passable(command)?;
    if !command.cwd.is_dir() {
        return Err(ProcessError::NoWorkingDirectory(command.cwd.clone()));
    }
    let program = lookup::program(command)?;
    let mut std_command = std::process::Command::new(&program);
    std_command
        .arg0(&command.argv[0])
        .args(&command.argv[1..])
        .env_clear()
        .envs(command.env.iter().map(|(key, value)| (key, value)))
        .current_dir(&command.cwd)
        .stdin(stdin)
        .stdout(stdout)
        .stderr(stderr)
        .process_group(0);
    orphans::register(|| std_command.spawn()).map_err(|source| match source.kind() {
        // The file itself was there a moment ago: what is missing is what it asks to be run by.
        std::io::ErrorKind::NotFound => ProcessError::NotExecutable {
            program,
            why: "the interpreter its first line names does not exist".into(),
        },
        std::io::ErrorKind::PermissionDenied => {
            ProcessError::NotExecutable { program, why: "permission denied".into() }
        }
        _ if source.raw_os_error() == Some(rustix::io::Errno::NOEXEC.raw_os_error()) => {
            ProcessError::NotExecutable {
                program,
                why: "it is no program for this machine, nor a script with a first line `#!…`".into(),
            }
        }
        _ => ProcessError::Io { program, source },
    })
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
