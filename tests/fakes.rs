//! Fakes under load and beside real clients: cases that share one never see one another's requests.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)] // in a test a failure is the message

mod process;

use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const BOUND: Duration = Duration::from_mins(2);

fn run(folder: &Path, arguments: &[&str]) -> process::Ran {
    let ran = process::finish(&mut process::mlfunnel(folder, arguments), BOUND);
    assert!(ran.code.is_some(), "no exit code within {BOUND:?}\n{}", ran.stdout);
    ran
}

/// Forty cases on two fakes, of which one has no memory: each finds only what it asked itself.
#[test]
fn cases_that_share_a_fake_do_not_see_one_another() {
    let folder = tempfile::tempdir().unwrap();
    let mut spec = String::from(
        "suite: shared\ntier: unit\nservices:\n  api: {fake: [{any: '/{id}', json: $request.params.id}, {get: /turn/x, sequence: [{text: first}, {text: second}]}]}\n  plain: {fake: [{get: /, delay: 2 ms, text: ok}]}\ncases:\n",
    );
    for number in 0..20 {
        let _ = write!(
            spec,
            "  - name: case {number}
    retry: 1
    steps:
      - probe: {{get: \"${{api.url}}/{number}\", samples: 3}}
        expect: {{status: 200}}
      - probe: {{get: \"${{api.url}}/turn/x\"}}
        expect: {{body: first}}
      - requests: $api.requests
        expect: {{count: 4, requests.0.path: /{number}, last.path: /turn/x}}
  - name: beside {number}
    probe: {{get: $plain.url}}
    expect: {{body: ok}}
"
        );
    }
    std::fs::write(folder.path().join("shared.yaml"), spec).unwrap();
    for _ in 0..3 {
        let ran = run(folder.path(), &["run", "shared.yaml", "--jobs", "8", "--color", "never"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stdout);
        assert!(ran.stdout.contains("40 passed") && !ran.stdout.contains("flaky"), "{}", ran.stdout);
    }
}

/// What a case left in a fake is gone when it is tried again.
#[test]
fn every_attempt_finds_a_fake_as_it_was_at_first() {
    let folder = tempfile::tempdir().unwrap();
    let spec = "suite: again\ntier: unit\nservices:\n  api: {fake: [{get: /, sequence: [{text: a}, {text: b}]}]}\ncases:\n  - name: again\n    repeat: 5\n    steps:\n      - probe: {get: $api.url}\n        expect: {body: a}\n      - probe: {get: $api.url}\n        expect: {body: b}\n      - requests: $api.requests\n        expect: {count: 2}\n";
    std::fs::write(folder.path().join("again.yaml"), spec).unwrap();
    let ran = run(folder.path(), &["run", "again.yaml", "--color", "never"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
}

/// A real Python client against a fake registry and a fake object store: the example of the documentation.
#[test]
fn a_python_client_meets_every_fake() {
    if !Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: there is no `python3`");
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ran = run(root, &["run", "examples/fakes/specs", "--jobs", "8", "--color", "never"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
}
