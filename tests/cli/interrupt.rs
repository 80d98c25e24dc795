//! Ctrl-C: children end, cleanups run, what finished is told, 130.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use super::{process, project};

const SPEC: &str = "\
suite: long
tier: integration
cases:
  - name: quick
    scale: {method: max_abs, values: [1]}
    expect: {values: [1]}
  - name: long
    steps:
      - run: {shell: 'echo $$ > pid.part; mv pid.part pid; exec sleep 30'}
        expect: {exit_code: 0}
    cleanup:
      - run: {shell: 'echo tidied > tidied'}
        expect: {exit_code: 0}
  - name: after
    scale: {method: max_abs, values: [1]}
    expect: {values: [1]}
";

fn wait_for(path: &Path) -> String {
    let started = Instant::now();
    loop {
        match std::fs::read_to_string(path) {
            Ok(text) if !text.is_empty() => return text,
            _ => assert!(started.elapsed() < Duration::from_secs(30), "{} never came", path.display()),
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn an_interrupt_ends_children_and_tells_what_finished() {
    for signal in [Signal::INT, Signal::TERM] {
        let folder = project(&[("a.yaml", SPEC), ("mlfunnel.yaml", "writable: .")]);
        let mut command = process::mlfunnel(
            folder.path(),
            &[
                "run",
                "a.yaml",
                "--jobs",
                "1",
                "--verbose",
                "--report",
                "jsonl=run.jsonl",
                "--report",
                "junit=run.xml",
            ],
        );
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let sleeper = Pid::from_raw(wait_for(&folder.path().join("pid")).trim().parse().unwrap()).unwrap();
        kill_process(Pid::from_raw(child.id() as i32).unwrap(), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        let stdout = String::from_utf8_lossy(&output.stdout);
        let expected = 128 + signal.as_raw();
        let interrupted = output.status.code() == Some(130) || output.status.code() == Some(expected);
        assert!(interrupted, "{:?}\n{stdout}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
        assert!(test_kill_process(sleeper).is_err(), "the child lives on");
        assert_eq!(wait_for(&folder.path().join("tidied")), "tidied\n");
        assert!(stdout.contains("::quick") && stdout.contains("interrupted"), "{stdout}");
        let events = std::fs::read_to_string(folder.path().join("run.jsonl")).unwrap();
        assert!(events.contains("\"name\":\"quick\"") && events.contains("run_finished"), "{events}");
        assert!(std::fs::read_to_string(folder.path().join("run.xml")).unwrap().contains("quick"));
    }
}
