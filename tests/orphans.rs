//! What a child leaves behind that has ended its own supervisor. In a process of its own: a sweep ends every child of this
//! process that nobody watches over.

#![cfg(target_os = "linux")]

use std::thread;
use std::time::Duration;

use mlfunnel::system::cancel::Cancel;
use mlfunnel::system::clock::Deadline;
use mlfunnel::system::process::{Command, Exit, Sandbox, orphans, run, spawn};

fn sh(script: &str) -> Command {
    Command {
        argv: ["sh", "-c", script].map(String::from).into(),
        env: vec![("PATH".into(), "/usr/local/bin:/usr/bin:/bin".into())],
        cwd: std::env::temp_dir(),
        stdin: None,
        capture_limit: 1000,
        sandbox: Sandbox::default(),
    }
}

#[test]
fn a_child_that_ends_its_supervisor_is_swept_up_and_services_are_left_alone() {
    orphans::adopt().unwrap();
    assert_eq!(orphans::sweep(), 0);
    let mut service = spawn(&sh("exec sleep 60"), 1000).unwrap();
    // A session of its own, and a supervisor that is stopped first so that it cannot act.
    for signals in ["KILL", "STOP"] {
        let script = format!(
            "setsid sh -c 'sleep 60 & echo $! $$; exec sleep 60' & sleep 0.3; echo $$; trap '' TERM
             while kill -{signals} $PPID; do sleep 0.01; done; sleep 60"
        );
        let finished = run(&sh(&script), Deadline::after(Duration::from_secs(2)), &Cancel::new()).unwrap();
        assert_eq!(finished.exit, Exit::Signal(9), "{finished:?}");
        let pids: Vec<String> = finished.stdout.text().split_whitespace().map(str::to_owned).collect();
        assert_eq!(pids.len(), 3, "{finished:?}");
        for pid in pids {
            let path = format!("/proc/{pid}");
            let gone = (0..400).any(|_| {
                thread::sleep(Duration::from_millis(5));
                !std::path::Path::new(&path).exists()
            });
            assert!(gone, "process {pid} outlived the sweep");
        }
    }
    assert_eq!(orphans::sweep(), 0);
    assert_eq!(service.poll_exit(), None);
    service.stop(Duration::from_secs(5));
}
