//! Endings of mlfunnel itself.

use std::process::Stdio;
use std::time::Duration;

use super::{marked, process, until, whole};

const SPEC: &str = r#"
suite: sleeping trees
tier: unit
timeout: 60 s
cases:
  - name: one
    run: {argv: [sh, -c, "trap '' TERM; setsid sleep 300 & sleep 300 & sleep 300"], env: {MARK: "MARKED"}}
    expect: {exit_code: 0}
  - name: two
    run: {argv: [sh, -c, "(setsid sh -c 'sleep 300 & exec sleep 300' &); sleep 300"], env: {MARK: "MARKED"}}
    expect: {exit_code: 0}
"#;

/// Starts mlfunnel on a spec of sleeping trees, and ends it so when all of them are there.
fn ended_by(mark: &str, signals: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let spec = SPEC.replace("MARKED", &whole(mark));
    std::fs::write(folder.path().join("suite.yaml"), spec).unwrap();
    let mut command = process::mlfunnel(folder.path(), &["run", "suite.yaml", "--jobs", "2"]);
    let mut run = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    assert!(until(|| marked(mark).len() >= 6), "the trees did not grow: {:?}", marked(mark));
    for signal in signals {
        let sent =
            std::process::Command::new("kill").args([*signal, &run.id().to_string()]).status().unwrap();
        assert!(sent.success());
        std::thread::sleep(Duration::from_millis(50));
    }
    run.wait().unwrap();
    assert!(until(|| marked(mark).is_empty()), "left behind: {:?}", marked(mark));
}

#[test]
fn by_force() {
    ended_by("killed", &["-KILL"]);
}

#[test]
fn by_an_interrupt() {
    ended_by("interrupted", &["-INT"]);
}

#[test]
fn by_a_second_interrupt() {
    ended_by("hurried", &["-INT", "-INT"]);
}

#[test]
fn by_a_crash() {
    ended_by("crashed", &["-SEGV"]);
}
