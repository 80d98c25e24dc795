//! Children of the tests: lines for a shell, and whether they are still there.

use std::thread;
use std::time::Duration;

use super::{Command, Sandbox};

/// A line for a shell, of whose outputs 64 KiB are kept.
pub(super) fn sh(script: &str) -> Command {
    Command {
        argv: ["sh", "-c", script].map(String::from).into(),
        env: vec![("PATH".into(), "/usr/local/bin:/usr/bin:/bin".into())],
        cwd: std::env::temp_dir(),
        stdin: None,
        capture_limit: 1 << 16,
        sandbox: Sandbox::default(),
    }
}

/// Whether this process is there, and no zombie.
fn alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}

/// A killed process is gone a moment after the signal, not at once.
pub(super) fn gone(pid: &str) -> bool {
    (0..400).any(|_| {
        thread::sleep(Duration::from_millis(5));
        !alive(pid)
    })
}
