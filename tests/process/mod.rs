//! The tool as a process: run to its end within a bound, with nothing of this machine's environment.
#![allow(dead_code)] // each test crate uses its part
#![allow(clippy::unwrap_used)] // a helper is no `#[test]` that clippy would know

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// What a process came to.
#[derive(Debug)]
pub struct Ran {
    /// The exit code; `None` when a signal or the watchdog ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    /// The most memory it held, where the platform tells.
    pub peak_kib: Option<u64>,
}

/// `mlfunnel` in a folder, with these arguments.
pub fn mlfunnel(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mlfunnel"));
    command.current_dir(folder).args(arguments).env_clear().stdin(Stdio::null());
    for name in ["PATH", "HOME", "TMPDIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// Runs it to its end, and kills it past the bound.
pub fn finish(command: &mut Command, within: Duration) -> Ran {
    let (mut stdout, mut stderr) = (scratch(), scratch());
    command.stdout(stdout.try_clone().unwrap()).stderr(stderr.try_clone().unwrap());
    let (status, peak_kib) = wait(command.spawn().unwrap(), within);
    let read = |file: &mut File| {
        file.rewind().unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let code = status.and_then(|status| status.code());
    Ran { code, stdout: read(&mut stdout), stderr: read(&mut stderr), peak_kib }
}

/// Runs it to its end with both streams in one, in the order in which they were written.
pub fn finish_merged(command: &mut Command, within: Duration) -> (String, Option<i32>) {
    let mut both = tempfile::NamedTempFile::new().unwrap();
    let appended = || File::options().append(true).open(both.path()).unwrap();
    command.stdout(appended()).stderr(appended());
    let (status, _) = wait(command.spawn().unwrap(), within);
    let mut text = String::new();
    both.read_to_string(&mut text).unwrap();
    (text, status.and_then(|status| status.code()))
}

fn scratch() -> File {
    tempfile::tempfile().unwrap()
}

fn wait(mut child: Child, within: Duration) -> (Option<ExitStatus>, Option<u64>) {
    let started = Instant::now();
    let mut peak = None;
    loop {
        peak = peak_kib(child.id()).max(peak);
        if let Some(status) = child.try_wait().unwrap() {
            return (Some(status), peak);
        }
        if started.elapsed() > within {
            child.kill().unwrap();
            child.wait().unwrap();
            return (None, peak);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn peak_kib(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
