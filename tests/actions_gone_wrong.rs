//! Actions that do what no built-in one should: panic, and never look at the clock. In a process of its own, because a
//! run sweeps up what its process has lost.
#![allow(clippy::unwrap_used, clippy::panic)] // in a test a failure is the message

use std::time::{Duration, Instant};

use mlfunnel::action::{Action, Context, Done, StepError};
use mlfunnel::event::{CaseFinished, Event, Outcome};
use mlfunnel::plan::{Request, load};
use mlfunnel::run::{Exit, Options, run};
use mlfunnel::system::cancel::Cancel;
use mlfunnel::system::workspace::RunFolder;

const SPEC: &str = "
suite: two cases
tier: unit
cases:
  - name: first
    timeout: TIMEOUT
    scale: {method: min_max, values: [0, 1]}
    expect: {values: [0, 1]}
  - name: second
    scale: {method: min_max, values: [0, 1]}
    expect: {values: [0, 1]}
";

#[derive(Debug)]
struct Panics;

impl Action for Panics {
    fn run(&self, _: &Context<'_>) -> Result<Done, StepError> {
        panic!("the scale is off")
    }
}

#[derive(Debug)]
struct NeverLooksUp;

impl Action for NeverLooksUp {
    fn run(&self, _: &Context<'_>) -> Result<Done, StepError> {
        std::thread::sleep(Duration::from_secs(30));
        Ok(Done::default())
    }
}

/// Runs the two cases, the first with another action in place of its own.
fn with_first(action: Box<dyn Action>, timeout: &str) -> (Exit, Vec<CaseFinished>) {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("suite.yaml");
    std::fs::write(&spec, SPEC.replace("TIMEOUT", timeout)).unwrap();
    let paths = [spec.to_string_lossy().into_owned()];
    let mut plan = load(&Request { paths: &paths, ..Request::default() }).result.unwrap();
    let template = std::sync::Arc::get_mut(&mut plan.cases[0].template).unwrap();
    template.steps[0].action = action;
    let options = Options {
        python: None,
        jobs: 1,
        fail_fast: true,
        keep_failed: false,
        shuffle: None,
        require_env: false,
        require_sandbox: false,
        update_snapshots: false,
        baselines: std::sync::Arc::default(),
        repeat: 1,
        output: false,
        vars: [].into(),
        env: [].into(),
        live: false,
        cancel: Cancel::new(),
        folder: RunFolder::create().unwrap(),
    };
    let mut finished = Vec::new();
    let exit = run(plan, options, &mut |event| {
        if let Event::CaseFinished(case) = event {
            finished.push((**case).clone());
        }
    });
    finished.sort_by(|a, b| a.name.cmp(&b.name));
    (exit, finished)
}

#[test]
fn a_panic_is_errored_and_the_run_goes_on() {
    let (exit, finished) = with_first(Box::new(Panics), "5 s");
    assert_eq!(exit, Exit::Errored);
    assert_eq!([finished[0].outcome, finished[1].outcome], [Outcome::Errored, Outcome::Passed]);
    assert_eq!(finished[0].problems[0].code, "internal");
    assert!(finished[0].rerun.is_some());
}

#[test]
fn work_that_never_looks_at_the_clock_is_abandoned_and_the_run_goes_on() {
    let started = Instant::now();
    let (exit, finished) = with_first(Box::new(NeverLooksUp), "100 ms");
    assert_eq!(exit, Exit::Errored);
    assert_eq!([finished[0].outcome, finished[1].outcome], [Outcome::TimedOut, Outcome::Passed]);
    assert!(finished[0].problems[0].message.contains("abandoned"), "{:?}", finished[0].problems);
    // Far from the 30 s that the work would take.
    assert!(started.elapsed() < Duration::from_secs(15));
}
