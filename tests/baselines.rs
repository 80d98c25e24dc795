//! Baselines, from the command line to the verdict: stored by one run, compared with by the next.
#![allow(clippy::unwrap_used)] // in a test a failure is the message

mod process;

use std::fs;
use std::path::Path;
use std::time::Duration;

use process::{Ran, finish, mlfunnel};

const SUITE: &str = r"
suite: as fast as before
tier: unit
vars: {delay: 5 ms, key: {default: hunter2, secret: true}}
services:
  model: {fake: [{get: /, delay: $delay, text: here}]}
cases:
  - name: no slower
    each: [{label: hunter2}]
    steps:
      - id: ask
        probe: {get: $model.url, samples: 30, headers: {x-key: $key}}
        expect: {latency.p50: {baseline: main, max_increase: 300 %}}
  - name: does not speak of it
    probe: {get: $model.url}
    expect: {status: 200}
";

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let all = [&["run", "suite.yaml", "--color", "never"], arguments].concat();
    finish(&mut mlfunnel(folder, &all), Duration::from_mins(1))
}

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("suite.yaml"), SUITE).unwrap();
    fs::write(folder.path().join("mlfunnel.yaml"), "jobs: 2\n").unwrap();
    folder
}

#[test]
fn a_run_is_held_against_a_stored_one() {
    let project = project();
    let here = project.path();
    let stored = here.join(".mlfunnel/baselines/main.json");

    let none = run(here, &[]);
    assert_eq!(none.code, Some(3), "{}", none.stdout);
    assert!(
        none.stdout.contains("errored[no-baseline]: latency.p50: there is no baseline `main`"),
        "{}",
        none.stdout
    );
    assert!(!stored.exists(), "a plain run stores nothing");

    let saving = run(here, &["--save-baseline", "main"]);
    assert_eq!(saving.code, Some(0), "{}", saving.stdout);
    assert!(
        saving.stderr.contains("mlfunnel: 1 measurement is stored as the baseline `main`"),
        "{}",
        saving.stderr
    );
    let text = fs::read_to_string(&stored).unwrap();
    assert!(text.starts_with(r#"{"baseline":1,"cases":{"suite.yaml::"#), "{text}");
    assert!(text.contains(r#"{"ask":{"latency":[["#) && !text.contains("does not speak of it"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
    assert_eq!(fs::read_to_string(here.join(".mlfunnel/.gitignore")).unwrap(), "*\n");

    let same = run(here, &[]);
    assert_eq!(same.code, Some(0), "{}", same.stdout);
    let slower = run(here, &["--var", "delay=100 ms"]);
    assert_eq!(slower.code, Some(1), "{}", slower.stdout);
    assert!(slower.stdout.contains("above the baseline `main`, and not at most 300 %"), "{}", slower.stdout);
    assert!(slower.stdout.contains(": more than noise"), "{}", slower.stdout);
    assert_eq!(fs::read_to_string(&stored).unwrap(), text, "a plain run changes nothing");
}

#[test]
fn what_failed_is_not_stored() {
    let project = project();
    let here = project.path();
    let spec = SUITE.replace("expect: {latency.p50", "expect: {status: 201, latency.p50");
    fs::write(here.join("suite.yaml"), spec).unwrap();
    let failed = run(here, &["--save-baseline", "main"]);
    assert_eq!(failed.code, Some(1), "{}", failed.stdout);
    assert!(failed.stderr.contains("no step that passed spoke of a latency"), "{}", failed.stderr);
    assert!(!here.join(".mlfunnel/baselines/main.json").exists());
}

#[test]
fn a_baseline_that_cannot_be_stored_is_no_success() {
    let project = project();
    let here = project.path();
    fs::create_dir_all(here.join(".mlfunnel")).unwrap();
    fs::write(here.join(".mlfunnel/baselines"), "a file where the folder should be").unwrap();
    let ran = run(here, &["--save-baseline", "main"]);
    assert_eq!(ran.code, Some(5), "{}", ran.stderr);
    assert!(ran.stderr.contains("the baseline `main` could not be stored"), "{}", ran.stderr);
    for name in ["../main", "", ".hidden", "a/b"] {
        let ran = run(here, &["--save-baseline", name]);
        assert_eq!(ran.code, Some(2), "{name}: {}", ran.stderr);
    }
}
