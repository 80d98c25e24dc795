//! Children that misbehave: whatever they do, nothing of them is left, and they reach what they may and no more.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout)] // what the tests share is no `#[test]` that clippy would know

#[path = "children/degraded.rs"]
mod degraded;
#[path = "children/killed.rs"]
mod killed;
#[path = "children/network.rs"]
mod network;
#[path = "process/mod.rs"]
mod process;
#[path = "children/tree.rs"]
mod tree;
#[path = "children/writes.rs"]
mod writes;

use std::path::Path;
use std::thread;
use std::time::Duration;

use mlfunnel::system::cancel::Cancel;
use mlfunnel::system::clock::Deadline;
use mlfunnel::system::process::{Command, Finished, Sandbox, run};

/// Generous on a loaded machine, and far below what a hang would take.
const SOON: Duration = Duration::from_mins(1);

/// A shell's script, known among all processes by a variable of its environment.
fn sh(mark: &str, script: &str) -> Command {
    Command {
        argv: ["sh", "-c", script].map(String::from).into(),
        env: vec![
            ("PATH".into(), std::env::var("PATH").unwrap_or_else(|_| "/usr/local/bin:/usr/bin:/bin".into())),
            ("MARK".into(), whole(mark)),
        ],
        cwd: std::env::temp_dir(),
        stdin: None,
        capture_limit: 1 << 16,
        sandbox: Sandbox::default(),
    }
}

/// The mark as no other run of these tests has it.
fn whole(mark: &str) -> String {
    format!("mlfunnel-test-{}-{mark}", std::process::id())
}

fn within(command: &Command, limit: Duration) -> Finished {
    run(command, Deadline::after(limit), &Cancel::new()).unwrap()
}

/// The processes that have the mark.
fn marked(mark: &str) -> Vec<String> {
    let sought = format!("MARK={}\0", whole(mark));
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let has = |path: &Path| {
        let environment = std::fs::read(path.join("environ")).unwrap_or_default();
        environment.windows(sought.len()).any(|window| window == sought.as_bytes())
    };
    let marked = processes.filter(|process| has(&process.path()));
    marked.map(|process| process.file_name().to_string_lossy().into_owned()).collect()
}

fn until(mut holds: impl FnMut() -> bool) -> bool {
    (0..6000).any(|_| {
        let held = holds();
        if !held {
            thread::sleep(Duration::from_millis(10));
        }
        held
    })
}
