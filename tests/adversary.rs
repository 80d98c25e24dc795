//! The binary against a machine and children that do not behave.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)] // in a test a failure is the message

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// A project of one suite, with a temporary folder of its own.
fn project(suite: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mlfunnel.yaml"), "writable: .").unwrap();
    fs::write(folder.path().join("suite.yaml"), suite).unwrap();
    fs::create_dir(folder.path().join("tmp")).unwrap();
    folder
}

fn mlfunnel(project: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mlfunnel"));
    command.current_dir(project).args(["run", "suite.yaml"]).env("TMPDIR", project.join("tmp"));
    for name in ["GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "CI"] {
        command.env_remove(name);
    }
    command
}

fn until(mut holds: impl FnMut() -> bool) -> bool {
    (0..2000).any(|_| {
        thread::sleep(Duration::from_millis(10));
        holds()
    })
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// Whether the process whose number the file holds is gone, or soon is.
#[cfg(target_os = "linux")]
fn gone(file: &Path) -> bool {
    let pid = fs::read_to_string(file).unwrap();
    let stat = format!("/proc/{}/stat", pid.trim());
    until(|| fs::read_to_string(&stat).map_or(true, |stat| stat.contains(") Z ")))
}

/// A child that ignores every polite request, with a daemon of its own session.
#[cfg(target_os = "linux")]
const STUBBORN: &str = r"
suite: stubborn
tier: integration
timeout: 100 s
cases:
  - name: stays
    run:
      shell: |
        trap '' INT TERM
        echo $$ > child.pid
        setsid sh -c 'echo $$ > daemon.tmp; mv daemon.tmp daemon.pid; exec sleep 100' &
        while :; do sleep 1; done
    expect: {exit_code: 0}
";

#[cfg(target_os = "linux")]
#[test]
fn no_interrupt_leaves_a_process_or_a_folder_behind() {
    for signals in [&[Signal::INT][..], &[Signal::INT, Signal::INT], &[Signal::TERM]] {
        let project = project(STUBBORN);
        let mut run = mlfunnel(project.path()).stdout(Stdio::null()).spawn().unwrap();
        let (child, daemon) = (project.path().join("child.pid"), project.path().join("daemon.pid"));
        assert!(until(|| daemon.exists()), "the case did not start");
        for one in signals {
            signal(&run, *one);
            // Two signals of one kind at once are one.
            thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(run.wait().unwrap().code(), Some(130), "{signals:?}");
        assert!(gone(&child), "{signals:?}: the child lives on");
        assert!(gone(&daemon), "{signals:?}: the daemon lives on");
        assert_eq!(fs::read_dir(project.path().join("tmp")).unwrap().count(), 0, "{signals:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_daemon_of_a_passed_case_is_ended_with_the_run() {
    let script =
        "setsid sh -c 'echo $$ > daemon.pid; exec sleep 100' & until test -s daemon.pid; do sleep 0.1; done";
    let project = project(&format!(
        "suite: daemon\ntier: integration\ncases:\n  - name: leaves one\n    run: {{shell: \"{script}\"}}\n    expect: {{exit_code: 0}}\n"
    ));
    assert!(mlfunnel(project.path()).stdout(Stdio::null()).status().unwrap().success());
    assert!(gone(&project.path().join("daemon.pid")));
}

const ONE: &str = "suite: one\ntier: unit\ncases:\n  - name: one\n    scale: {method: max_abs, values: [1]}\n    expect: {values: [1]}\n";

/// Linux has a device on which every write finds the disk full.
#[cfg(target_os = "linux")]
#[test]
fn a_stdout_that_cannot_be_written_is_told() {
    let project = project(ONE);
    let full = File::options().write(true).open("/dev/full").unwrap();
    let run = mlfunnel(project.path()).args(["--report", "junit=junit.xml"]).stdout(full).output().unwrap();
    assert_eq!(run.status.code(), Some(5));
    assert!(told(&run).starts_with("mlfunnel: the report `stdout` cannot be written: "), "{}", told(&run));
    assert!(project.path().join("junit.xml").exists());
}

#[test]
fn a_reader_that_has_gone_away_is_no_failure() {
    let project = project(ONE);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let run = mlfunnel(project.path()).args(["--report", "junit=junit.xml"]).stdout(writer).output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", told(&run));
    assert!(project.path().join("junit.xml").exists());
}

#[test]
fn no_report_overwrites_another() {
    let project = project(ONE);
    let run =
        mlfunnel(project.path()).args(["--report", "junit=out", "--report", "jsonl=out"]).output().unwrap();
    assert_eq!(run.status.code(), Some(5));
    assert_eq!(
        told(&run),
        "mlfunnel: the report `out` cannot be written: another report is to be written there too\n"
    );
}

#[test]
fn a_replay_does_not_overwrite_its_recording() {
    let project = project(ONE);
    assert!(mlfunnel(project.path()).args(["--report", "jsonl=run.jsonl"]).status().unwrap().success());
    let recorded = fs::read(project.path().join("run.jsonl")).unwrap();
    let replay = Command::new(env!("CARGO_BIN_EXE_mlfunnel"))
        .current_dir(project.path())
        .args(["report", "run.jsonl", "--report", "jsonl=./run.jsonl"])
        .output()
        .unwrap();
    assert_eq!(replay.status.code(), Some(2), "{}", told(&replay));
    assert_eq!(fs::read(project.path().join("run.jsonl")).unwrap(), recorded);
}

#[test]
fn without_a_temporary_folder_nothing_is_run() {
    let project = project(ONE);
    let run = mlfunnel(project.path()).env("TMPDIR", "/no/such/folder").output().unwrap();
    assert_eq!(run.status.code(), Some(5));
    assert!(told(&run).starts_with("mlfunnel: no temporary folder can be made: "), "{}", told(&run));
}

#[test]
fn no_two_cases_have_one_identity() {
    let each = "    scale: {method: max_abs, values: [1]}\n    expect: {values: [1]}\n";
    let project = project(&format!(
        "suite: twins\ntier: unit\ncases:\n  - name: a\n    each: [{{label: x, v: 1}}]\n{each}  - name: 'a[x]'\n{each}"
    ));
    let run = mlfunnel(project.path()).output().unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(told(&run).contains("error[duplicate-name]: two cases are called `a[x]`"), "{}", told(&run));
}

/// What a service is given may come from a var, from another service written after it, or be a secret.
#[test]
fn a_service_knows_the_names_of_its_suite() {
    let project = project(
        r#"
suite: names
tier: integration
vars:
  token: {env: MLFUNNEL_TEST_TOKEN, secret: true}
  upstream: {env: MLFUNNEL_TEST_UPSTREAM, default: $behind.url}
services:
  front:
    command: [sh, -c, 'echo "front $T of $U" >&2; exit 3', sh, $port]
    env: {T: $token, U: $upstream}
  behind: {command: [sleep, '100'], ready: {within: 100 ms}}
cases:
  - name: one
    probe: {get: "${front.url}/health"}
    expect: {status: 200}
"#,
    );
    let mut command = mlfunnel(project.path());
    let run = command.env("MLFUNNEL_TEST_TOKEN", "hunter2-hunter2").output().unwrap();
    let shown = String::from_utf8_lossy(&run.stdout);
    assert_eq!(run.status.code(), Some(3), "{shown}{}", told(&run));
    assert!(shown.contains("the service `behind` did not start"), "{shown}");
    assert!(shown.contains("MLFUNNEL_TEST_UPSTREAM unset"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
}

/// However a secret comes into a run, no report holds it.
#[test]
fn no_report_holds_a_secret() {
    let project = project(
        r#"
suite: secrets hunter2-hunter2
tier: integration
vars: {token: {env: MLFUNNEL_TEST_TOKEN, secret: true}}
cases:
  - name: hunter2-hunter2
    tags: [hunter2-hunter2]
    each: [{label: hunter2-hunter2, x: 1}]
    skip: hunter2-hunter2
    run: [printf, hunter2-hunter2]
    expect: {stdout: ""}
  - name: argv and env
    run: {shell: 'echo "$0 $T" >&2; printf %s "$T" "$T" | base64; exit 1', env: {T: $token}}
    expect: {stdout: $token, exit_code: $token}
  - name: cut
    run: {shell: 'printf "%072d%s%09999d" 0 "$T" 0', env: {T: $token}}
    expect: {stdout: ""}
  - name: inside base64
    run: {shell: 'printf "me:%s" "$T" | base64; printf %s "$T" | od -An -tx1 | tr -d " \n"', env: {T: $token}}
    expect: {stdout: ""}
"#,
    );
    let mut command = mlfunnel(project.path());
    command.args(["--verbose", "--report", "jsonl=run.jsonl", "--report", "junit=run.xml", "--report"]);
    command.args(["markdown=run.md", "--report", "github"]).env("MLFUNNEL_TEST_TOKEN", "hunter2-hunter2");
    let run = command.output().unwrap();
    assert_eq!(run.status.code(), Some(1), "{}", told(&run));
    let read = |name: &str| fs::read_to_string(project.path().join(name)).unwrap();
    let mut outputs = vec![String::from_utf8_lossy(&run.stdout).into_owned(), told(&run)];
    outputs.extend(["run.jsonl", "run.xml", "run.md", ".mlfunnel/last-run.json"].map(read));
    for output in outputs {
        // As it is and cut; in base64 at every offset; in hexadecimal.
        for form in [
            "hunter2",
            "aHVudGVyMi1odW50ZXIy",
            "h1bnRlcjItaHVudGVyM",
            "odW50ZXIyLWh1bnRlcj",
            "68756e74657232",
        ] {
            assert!(!output.contains(form), "{form} in {output}");
        }
    }
}

#[test]
fn no_case_rewrites_the_snapshot_of_another() {
    let case = |name: &str| {
        format!("  - name: {name}\n    run: [printf, {name}]\n    expect: {{stdout: {{snapshot: same}}}}\n")
    };
    let project = project(&format!("suite: twice\ntier: unit\ncases:\n{}{}", case("one"), case("two")));
    for stored in [false, true] {
        let run = mlfunnel(project.path()).args(["--update-snapshots", "--jobs", "1"]).output().unwrap();
        let shown = String::from_utf8_lossy(&run.stdout);
        assert_eq!(run.status.code(), Some(1), "stored before: {stored}: {shown}");
        assert!(shown.contains("FAILED  suite.yaml::two"), "{shown}");
    }
}

#[test]
fn no_case_is_started_after_the_budget() {
    let case = "    run: [sleep, '1']\n    expect: {exit_code: 0}\n";
    let project = project(&format!(
        "suite: late\ntier: unit\ncases:\n  - name: one\n    each: {{matrix: {{x: [1, 2, 3, 4, 5, 6, 7, 8]}}}}\n{case}"
    ));
    fs::write(project.path().join("mlfunnel.yaml"), "budgets: {unit: 200 ms}\n").unwrap();
    let run = mlfunnel(project.path()).args(["--jobs", "2"]).output().unwrap();
    assert_eq!(run.status.code(), Some(1));
    let shown = String::from_utf8_lossy(&run.stdout);
    assert!(shown.contains("FAILED  2 timed_out, 6 not_run"), "{shown}");
}

fn told(run: &Output) -> String {
    String::from_utf8_lossy(&run.stderr).into_owned()
}
